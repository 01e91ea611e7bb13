internal import Delivery
internal import Settings
internal import Spool

/// What `status` knows: the daemon's last report and what lies in the folders right now.
package struct StatusReport: Sendable {
    let daemon: DaemonState
    let now: Int64
    let directory: String
    let pickups: [Pickup]
    let routes: [Route]

    /// A pickup: counted now, and as the daemon sees it.
    struct Pickup: Sendable {
        let name: String
        let counts: Result<FolderCounts, SpoolError>
        /// `nil` without a daemon, or when it runs with other settings.
        let reported: RelaySnapshot.PickupStatus?

        var isPaused: Bool {
            if case .success(let counts) = counts { counts.isPaused } else { false }
        }
    }

    /// A route: whether it is paused now, and as the daemon sees it.
    struct Route: Sendable {
        let name: String
        let isPaused: Bool
        let reported: RelaySnapshot.RouteStatus?
    }

    /// Looks at everything.
    package init(_ folders: RelayFolders) {
        let (daemon, now) = (folders.daemon(), folders.now())
        (self.daemon, self.now) = (daemon, now)
        let settings = folders.settings
        directory = settings.state.directory
        pickups = settings.pickups.map { pickup in
            Pickup(
                name: pickup.name,
                counts: Result { () throws(SpoolError) in
                    let spool = try folders.spool(of: pickup)
                    return try FolderCounts(of: spool, today: Readable.day(now))
                },
                reported: daemon.snapshot?.pickups.first { $0.name == pickup.name }
            )
        }
        routes = settings.routes.map { route in
            Route(
                name: route.name,
                isPaused: PauseFile(route: route.name, in: settings.state).exists(),
                reported: daemon.snapshot?.routes.first { $0.name == route.name }
            )
        }
    }

    /// What ends on a day and is to be replaced before, as the daemon saw it last.
    var expiring: [String] { daemon.snapshot?.expiring ?? [] }

    /// 0 while mail flows; 69 without a daemon that reports; 75 when a pickup, a route or a sender
    /// is suspended or paused, or an account waits for a day's limit, even where another route
    /// serves meanwhile.
    package var status: ExitStatus {
        switch daemon {
        case .stopped, .silent, .hidden: .unavailable
        case .running: obstacles.isEmpty ? .done : .tryLater
        }
    }

    /// What a person has to do something about, one line each: what keeps mail from flowing now,
    /// then what will.
    var attention: [String] {
        obstacles + usedUp + lowDisks + pickups.flatMap(\.unfinished) + expiring + ledger
    }

    /// Pickups that wait for a limit of their own.
    private var usedUp: [String] {
        pickups.compactMap { $0.reported.flatMap(Self.usedUp) }.map {
            "\($0.subject): \($0.sentence)"
        }
    }

    /// Disks on which less is begun than usual.
    private var lowDisks: [String] {
        (daemon.snapshot?.disks ?? []).compactMap(Self.lack).map { "\($0.subject): \($0.sentence)" }
    }

    /// Why nothing is written down; mail goes on all the same.
    private var ledger: [String] {
        daemon.snapshot?.ledger.map {
            ["ledger: \($0) Mail goes on; what happens is kept in memory."]
        }
            ?? []
    }

    /// What keeps mail from flowing, one line each, with what to do.
    var obstacles: [String] {
        pickups.flatMap(\.attention) + routes.flatMap(\.attention) + accountAttention
    }
}

extension StatusReport.Pickup {
    /// One word about the pickup.
    var state: String {
        if isPaused { return "paused" }
        if case .failure = counts { return "unreadable" }
        guard let reported else { return Readable.unknown }
        if reported.suspended != nil || reported.folder != nil { return "suspended" }
        return reported.route == nil ? "no route" : "open"
    }

    /// Why the pickup, or one of its senders, waits.
    var attention: [String] {
        var lines: [String] = []
        if case .failure(let error) = counts { lines.append(error.fullSentence) }
        if isPaused { lines.append("It is paused; to let it go on: postchute resume \(name)") }
        if let reported {
            lines += [reported.suspended, reported.folder].compactMap(\.self)
            lines += reported.suspendedSenders.sorted { $0.key < $1.key }.map {
                "The sender \($0.key) is suspended: \($0.value)"
            }
        }
        return lines.map { "pickup \(name): \($0)" }
    }
}

extension StatusReport.Pickup {
    /// What lies there until somebody decides, for as long as it does.
    var unfinished: [String] {
        guard case .success(let counts) = counts else { return [] }
        var lines: [String] = []
        if counts.failed > 0 {
            let lie = counts.failed == 1 ? "message lies" : "messages lie"
            lines.append("\(counts.failed) \(lie) in failed/. \(Self.failedAdvice)")
        }
        if counts.held > 0 {
            let are = counts.held == 1 ? "message is" : "messages are"
            lines.append("\(counts.held) \(are) set aside in held/. \(Self.heldAdvice)")
        }
        return lines.map { "pickup \(name): \($0)" }
    }

    private static let failedAdvice =
        "Do what the .txt beside each says and move it back to the drop folder, or run postchute "
        + "retry with its id; postchute remove gives it up."
    private static let heldAdvice =
        "To send one: postchute release with its id; to give it up: postchute remove."
}

extension StatusReport.Route {
    /// One word about the route.
    var state: String {
        if isPaused { return "paused" }
        guard let reported else { return Readable.unknown }
        return reported.cause == nil ? "open" : "suspended"
    }

    /// Why the route waits, what to do, and what it waits for.
    var attention: [String] {
        var lines: [String] = []
        if isPaused {
            lines.append("It is paused; to let it go on: postchute resume --route \(name)")
        }
        if let reported, reported.cause != nil {
            let words = [reported.reason, reported.advice, nextLook(reported)].compactMap(\.self)
            lines.append(words.filter { !$0.isEmpty }.joined(separator: " "))
        }
        return lines.map { "route \(name): \($0)" }
    }

    private func nextLook(_ reported: RelaySnapshot.RouteStatus) -> String {
        guard let seconds = reported.nextLookSeconds else {
            return "It waits for you: postchute resume --route \(name)"
        }
        let time = "Postchute looks again in \(Readable.span(seconds: seconds))"
        guard reported.cause?.isMendedByHand == true else { return "\(time)." }
        return "\(time); to have it look at once: postchute resume --route \(name)"
    }
}
