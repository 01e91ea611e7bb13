internal import Delivery
internal import Glibc
package import Settings
package import Spool

/// The folders of a relay as a command sees them, beside a daemon or without one.
package struct RelayFolders: Sendable {
    let settings: RelaySettings
    /// Microseconds since 1970.
    let now: @Sendable () -> Int64

    /// Creates a view of the folders; nothing is opened yet.
    package init(_ settings: RelaySettings, now: @escaping @Sendable () -> Int64 = systemTime) {
        self.settings = settings
        self.now = now
    }

    /// The pickup of this name, or all.
    func pickups(named name: String?) throws(CommandRefusal) -> [PickupSettings] {
        guard let name else { return settings.pickups }
        let found = settings.pickups.filter { $0.name == name }
        if found.isEmpty { throw unknown("pickup", name, settings.pickups.map(\.name)) }
        return found
    }

    /// The route of this name.
    func route(named name: String) throws(CommandRefusal) -> RouteSettings {
        guard let found = settings.routes.first(where: { $0.name == name }) else {
            throw unknown("route", name, settings.routes.map(\.name))
        }
        return found
    }

    private func unknown(_ what: String, _ name: String, _ known: [String]) -> CommandRefusal {
        CommandRefusal(
            "There is no \(what) \"\(name)\"; the settings have: \(known.joined(separator: ", ")).",
            .usage
        )
    }

    /// Opens the spool of a pickup.
    func spool(of pickup: PickupSettings) throws(SpoolError) -> OperatorSpool {
        try OperatorSpool(opening: SpoolOptions(of: pickup))
    }

    /// The clock of this system.
    package static let systemTime: @Sendable () -> Int64 = {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }
}

extension SpoolOptions {
    /// The spool of a pickup's settings.
    ///
    /// A group the system does not know is no group: loading the settings has complained.
    package init(of pickup: PickupSettings) {
        self.init(
            dropPath: pickup.path,
            spoolPath: pickup.spool,
            writers: pickup.writers == .trusted ? .trusted : .untrusted,
            operatorsGroup: pickup.operators.flatMap { getgrnam($0)?.pointee.gr_gid }
        )
    }
}

extension FeedbackFolder {
    /// The folder of a pickup's settings, if it has one.
    package init?(_ pickup: PickupSettings) {
        guard let path = pickup.feedback else { return nil }
        self.init(path: path, writers: pickup.writers == .trusted ? .trusted : .untrusted)
    }
}
