internal import Delivery
internal import EventLog
internal import Ledger
internal import NIOPosix
internal import Operations
internal import Settings
internal import Synchronization

extension Relay {
    /// The writer of the ledger, unless the settings have none.
    static func makeLedger(_ settings: RelaySettings, _ log: LogSink) -> LedgerWriter? {
        guard settings.ledger.isEnabled else { return nil }
        let rebuilding = LedgerRebuild(settings)
        return LedgerWriter(
            stateDirectory: settings.state.directory,
            keep: settings.ledger.keepMicroseconds,
            now: EngineClock.system.wall
        ) { notice in
            log.write(LogLine(notice))
            guard notice == .begun else { return }
            // Not on the writer's thread: what happens meanwhile is to be written.
            NIOThreadPool.singleton.submit { _ in log.write(LogLine(rebuilding.run())) }
        }
    }

    /// Begins to keep the ledger, before anything can happen that belongs into it.
    func startLedger() async { ledger?.start() }

    /// Writes what is left of the ledger, after everything has happened.
    func stopLedger() async {
        guard let ledger else { return }
        try? await NIOThreadPool.singleton.runIfActive { ledger.stop() }
    }
}

extension LedgerSettings {
    /// ``keep`` as the writer takes it.
    var keepMicroseconds: Int64 { keep.components.seconds * 1_000_000 }
}

extension LogLine {
    /// What the writer of the ledger has to say.
    fileprivate init(_ notice: LedgerWriter.Notice) {
        switch notice {
        case .trouble(let error):
            self.init(.warning, "ledger-waits")
            add("reason", error.sentence)
            add("advice", "Mail goes on. \(error.advice)")
        case .recovered:
            self.init(.notice, "ledger-resumed")
        case .setAside(let path, let error):
            self.init(.error, "ledger-set-aside")
            add("reason", error.sentence)
            add(
                "advice",
                path.map { "It lies at \($0); remove it when nobody wants it." }
                    ?? "Three such lie there already, so that it was removed; look after the disk."
            )
        case .begun:
            self.init(.notice, "ledger-begun")
        case .lost(let count, let since, let until):
            self.init(.error, "ledger-lost")
            add("events", count)
            add("since", WallTime.text(since))
            add("until", WallTime.text(until))
            add("advice", "The ledger could not be written for too long; mail was not touched.")
        }
    }

    /// What was found in the folders for a new ledger.
    fileprivate init(_ result: Result<LedgerRebuild.Outcome, LedgerError>) {
        switch result {
        case .success(let outcome):
            self.init(.notice, "ledger-rebuilt")
            add("messages", outcome.messages)
            if let problem = outcome.problems.first {
                add("unread_folders", outcome.problems.count)
                add("reason", problem)
            }
        case .failure(let error):
            self.init(.warning, "ledger-not-rebuilt")
            add("reason", error.sentence)
            add("advice", "Messages from before are not in the ledger; move it away to try again.")
        }
    }
}
