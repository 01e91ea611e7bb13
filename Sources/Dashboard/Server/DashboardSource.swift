package import Delivery
package import Ledger
internal import NIOPosix
package import Operations
package import SafeText
package import Settings

/// Where the pages get what they show, and whom they tell what was done.
package struct DashboardSource: Sendable {
    /// The settings in force, asked for again with each page: a reload replaces them.
    package var currentSettings: @Sendable () -> RelaySettings
    /// The program's version.
    package var version: String
    /// What the daemon knew at most two seconds ago; `nil` before it has looked for the first time.
    package var snapshot: @Sendable () -> RelaySnapshot?
    /// The ledger; `nil` where it is not kept.
    package var ledger: (any LedgerReading)?
    /// What hides people from visitors; `nil` where the settings do not ask for it.
    package var mask: PrivacyMask?
    /// When credentials end, in seconds since 1970, by what they are called; read now and then.
    package var credentials: @Sendable () -> [String: Int64] = { [:] }
    /// Microseconds since 1970.
    package var now: @Sendable () -> Int64
    /// Looks at a route as `postchute verify` does; `nil` where that cannot be done here.
    package var verify: (@Sendable (String) async -> VerifyReport.Route)?
    /// The settings with where each comes from, `nil` where that is not known; waits for the disk.
    package var settingsInEffect: @Sendable () -> SettingsInEffect? = { nil }
    /// Writes a line into the daemon's log.
    package var report: @Sendable (DashboardEvent) -> Void

    /// Creates a source with settings that stay.
    package init(
        settings: RelaySettings,
        version: String,
        snapshot: @escaping @Sendable () -> RelaySnapshot?,
        ledger: (any LedgerReading)? = nil,
        now: @escaping @Sendable () -> Int64 = RelayFolders.systemTime,
        report: @escaping @Sendable (DashboardEvent) -> Void
    ) {
        (self.version, self.snapshot) = (version, snapshot)
        currentSettings = { settings }
        (self.ledger, self.now, self.report) = (ledger, now, report)
    }

    /// The settings in force.
    package var settings: RelaySettings { currentSettings() }

    /// The folders, to act in.
    package var folders: RelayFolders { RelayFolders(settings, now: now) }

    /// Does what waits for a disk, away from threads that must not wait.
    package func blocking<Value: Sendable>(
        _ work: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await NIOThreadPool.singleton.runIfActive { try work() }
    }
}

/// The questions that pages ask the ledger; each may be asked on any thread, and waits for the disk.
package protocol LedgerReading: Sendable {
    /// Messages that answer to a query, newest first.
    func messages(_ query: LedgerQuery, after: LedgerCursor?, limit: Int) throws -> LedgerPage
    /// One message by its id.
    func message(_ id: String) throws -> LedgerMessage?
    /// What happened to one message, oldest first.
    func events(of id: String) throws -> [MessageEvent]
    /// What happened in each span of seconds between two instants, in microseconds since 1970.
    func activity(
        from: Int64,
        to: Int64,
        span: Int64,
        pickup: String?,
        route: String?
    ) throws -> [LedgerActivity]
}

extension LedgerReader: LedgerReading {}

/// What the dashboard tells the log.
package enum DashboardEvent: Hashable, Sendable {
    /// It answers at an address such as `http://127.0.0.1:8025`.
    case listening(address: String)
    /// It could not listen, with the reason; mail goes on.
    case refused(address: String, reason: String)
    case signedIn(name: String, role: DashboardRole, client: String)
    case signedOut(name: String, client: String)
    /// A wrong token was tried.
    case signInFailed(client: String)
    /// A visitor did something; `what` is a verb such as `retry`, `target` what it was done to.
    case acted(name: String, client: String, what: String, target: String)
    /// A request was turned away by a rule that protects visitors.
    case blocked(rule: String, client: String)
}
