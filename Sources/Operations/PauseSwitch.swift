internal import Delivery
internal import Glibc
internal import Settings
internal import Spool

/// Pauses and resumes pickups and routes, by the files that say so.
package struct PauseSwitch: Sendable {
    /// What is paused.
    package enum Target: Hashable, Sendable {
        case pickup(String)
        case route(String)
        /// All pickups, whatever becomes of each.
        case everyPickup
    }

    private let relay: RelayFolders

    /// Creates a switch for the pickups and routes of these folders.
    package init(_ relay: RelayFolders) { self.relay = relay }

    /// Pauses; what is paused already stays so.
    package func pause(_ target: Target) -> CommandResult {
        switch target {
        case .pickup(let name): attempt { () throws(CommandRefusal) in try pausePickup(name) }
        case .route(let name): attempt { () throws(CommandRefusal) in try pauseRoute(name) }
        case .everyPickup: forEachPickup { pause(.pickup($0)) }
        }
    }

    /// Lets go on what is paused, and has the daemon look at once at a route that is suspended.
    package func resume(_ target: Target) -> CommandResult {
        switch target {
        case .pickup(let name): attempt { () throws(CommandRefusal) in try resumePickup(name) }
        case .route(let name): attempt { () throws(CommandRefusal) in try resumeRoute(name) }
        case .everyPickup: forEachPickup { resume(.pickup($0)) }
        }
    }

    private func forEachPickup(_ body: (String) -> CommandResult) -> CommandResult {
        var result = CommandResult()
        for pickup in relay.settings.pickups { result.add(body(pickup.name)) }
        return result
    }

    private func attempt(_ body: () throws(CommandRefusal) -> CommandResult) -> CommandResult {
        do throws(CommandRefusal) {
            return try body()
        } catch {
            return CommandResult(error)
        }
    }

    private func pausePickup(_ name: String) throws(CommandRefusal) -> CommandResult {
        let wasRunning = try inSpool(of: name) { (spool) throws(SpoolError) in try spool.pause() }
        return CommandResult([
            wasRunning
                ? "Pickup \(name) is paused: files are still claimed, nothing is sent."
                : "Pickup \(name) is paused already."
        ])
    }

    private func resumePickup(_ name: String) throws(CommandRefusal) -> CommandResult {
        let wasPaused = try inSpool(of: name) { (spool) throws(SpoolError) in
            let wasPaused = try spool.resume()
            spool.wake()
            return wasPaused
        }
        return withDaemon([
            wasPaused ? "Pickup \(name) goes on." : "Pickup \(name) was not paused."
        ])
    }

    private func inSpool(
        of name: String,
        _ body: (OperatorSpool) throws(SpoolError) -> Bool
    ) throws(CommandRefusal) -> Bool {
        for pickup in try relay.pickups(named: name) {
            do throws(SpoolError) {
                return try body(try relay.spool(of: pickup))
            } catch {
                throw CommandRefusal("pickup \(name): \(error.fullSentence)", .unavailable)
            }
        }
        return false
    }

    private func pauseRoute(_ name: String) throws(CommandRefusal) -> CommandResult {
        let file = PauseFile(route: try relay.route(named: name).name, in: relay.settings.state)
        if file.exists() { return CommandResult(["Route \(name) is paused already."]) }
        try check(file.create(), "pause", name)
        return CommandResult(["Route \(name) is paused: nothing more is sent by it."])
    }

    private func resumeRoute(_ name: String) throws(CommandRefusal) -> CommandResult {
        let state = relay.settings.state
        let file = PauseFile(route: try relay.route(named: name).name, in: state)
        let wasPaused = file.exists()
        try check(file.remove(), "resume", name)
        try check(ResumeRequest(route: name, in: state).create(), "resume", name)
        return withDaemon([
            wasPaused
                ? "Route \(name) goes on."
                : "Route \(name) was not paused; if it is suspended, it is tried again at once."
        ])
    }

    private func check(
        _ number: Int32?,
        _ verb: String,
        _ route: String
    ) throws(CommandRefusal) {
        guard let number else { return }
        let advice = number == EACCES ? " Try as root or as the daemon's user." : ""
        throw CommandRefusal(
            "Cannot \(verb) route \(route) in \(relay.settings.state.directory): "
                + "\(systemText(number)).\(advice)",
            .unavailable
        )
    }

    private func withDaemon(_ lines: [String]) -> CommandResult {
        relay.daemon().isStopped
            ? CommandResult(
                lines,
                complaints: ["Postchute is not running: the queue waits until it is."]
            ) : CommandResult(lines)
    }
}
