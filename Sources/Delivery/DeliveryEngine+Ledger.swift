internal import NIOCore

/// The traffic between the limits and their ledger.
struct LedgerUse {
    var ledger: (any LimitLedger)?
    /// What was read, for as long as the wall clock may still have something to add.
    var read: (clock: LimitRecords.Clock, at: Duration, elapsed: Duration)?
    var isSaving = false
    var lastSave: Duration?
    /// Whether the file is the last one of this process.
    var isFinished = false
}

extension DeliveryEngine {
    /// Saves are at least this far apart: one serves all who ask meanwhile.
    private static let shortestPause = Duration.seconds(1)
    /// What was used is saved after this time at the latest, though nobody waits for it: a crash
    /// counts what was granted as used at its end.
    private static let longestPause = Duration.seconds(60)

    func readLimits(_ ledger: (any LimitLedger)?) {
        state.ledger.ledger = ledger
        guard let ledger else { return state.areLimitsRead = true }
        onThread {
            .limitsRead(Result { () throws(LimitLedgerError) in try ledger.load() })
        }
    }

    func limitsRead(_ result: Result<LimitRecords?, LimitLedgerError>) {
        state.areLimitsRead = true
        switch result {
        case .success(nil): break
        case .success(let records?):
            let clock = ledgerClock()
            let elapsed = records.clock.certainTime(until: clock)
            state.book.restore(records, elapsed: elapsed, at: clock.monotonic)
            state.ledger.read = (records.clock, clock.monotonic, elapsed)
            believeWallClock()
        case .failure(let error):
            log.limitsUnreadable(error.sentence)
        }
    }

    private func ledgerClock() -> LimitRecords.Clock {
        LimitRecords.Clock(
            boot: clock.boot,
            wall: clock.wall(),
            monotonic: clock.monotonic(),
            isWallKept: clock.isWallKept()
        )
    }

    /// Adds the time the machine was off, once a time server vouches for it.
    func believeWallClock() {
        guard let read = state.ledger.read else { return }
        let now = ledgerClock()
        guard let passed = read.clock.believedTime(until: now) else { return }
        state.ledger.read = nil
        let more = passed - (now.monotonic - read.at) - read.elapsed
        if more > .zero { state.book.age(by: more) }
    }

    /// When something is to be saved, if anything is.
    func nextSave(at now: Duration) -> Duration? {
        guard state.ledger.ledger != nil, state.areLimitsRead, !state.ledger.isSaving else {
            return nil
        }
        guard let last = state.ledger.lastSave else {
            return state.book.needsSave || state.book.hasChanged ? now : nil
        }
        if state.book.needsSave { return last + Self.shortestPause }
        return state.book.hasChanged ? last + Self.longestPause : nil
    }

    func saveLimitsIfDue(at now: Duration) {
        guard !state.isStopping, let due = nextSave(at: now), due <= now else { return }
        saveLimits(isLast: false)
    }

    private func saveLimits(isLast: Bool) {
        guard let ledger = state.ledger.ledger else { return }
        let clock = ledgerClock()
        let records = state.book.records(clock, at: clock.monotonic, isLast: isLast)
        state.ledger.isSaving = true
        state.ledger.lastSave = clock.monotonic
        onThread {
            do throws(LimitLedgerError) {
                try ledger.save(records)
                return .limitsSaved(nil)
            } catch {
                return .limitsSaved(error)
            }
        }
    }

    func limitsSaved(_ problem: LimitLedgerError?) {
        state.ledger.isSaving = false
        if state.book.saved(problem == nil) {
            if let problem { log.limitsNotSaved(problem.sentence) } else { log.limitsSavedAgain() }
        }
    }

    /// Whether a stop need not wait for the limits; it has them saved for the last time.
    func areLimitsSaved() -> Bool {
        guard state.ledger.ledger != nil, state.areLimitsRead, !state.ledger.isFinished else {
            return true
        }
        if state.ledger.isSaving { return false }
        // Nothing was used, and the file is what it was.
        if state.ledger.lastSave == nil, !state.book.hasChanged { return true }
        state.ledger.isFinished = true
        saveLimits(isLast: true)
        return false
    }
}
