internal import Spool

extension PickupWorker {
    func suspend(_ error: SpoolError) {
        flush()
        let earlier: Suspension?
        let looker: CandidateLooker
        switch state {
        case .open(let current): (looker, earlier) = (current, nil)
        case .suspended(let current, let suspension): (looker, earlier) = (current, suspension)
        case .missing: return
        }
        if earlier?.error.isSameTrouble(as: error) != true { report(.suspended(error)) }
        let delay = earlier.map { min($0.delay * 2, Self.longestSuspension) }
        let pause = delay ?? Self.shortestSuspension
        hasClaimed = false
        nextScan = .zero
        state = .suspended(
            looker,
            Suspension(error: error, delay: pause, retry: now + pause)
        )
    }

    /// Ends a suspension after a claim worked, or when there is nothing left to claim.
    ///
    /// Until then the pickup goes on as if it were over: a file may have to settle first.
    func resume(_ looker: CandidateLooker) {
        guard case .suspended(_, var suspension) = state else { return }
        if hasClaimed || waiting.isEmpty {
            state = .open(looker)
            report(.resumed)
        } else {
            suspension.retry = nextWork
            state = .suspended(looker, suspension)
        }
    }

    func miss(_ spool: MessageSpool?, _ error: SpoolError, known: SpoolError? = nil) {
        flush()
        waiting.removeAll()
        memory.removeAll()
        readiness = nil
        if known?.isSameTrouble(as: error) != true { report(.folderMissing(error)) }
        state = .missing(spool, error, retry: now + Self.missingDelay)
    }

    /// Takes up the spool where it is the same folder, else a new one where there is one.
    func tryToReturn(_ spool: MessageSpool?, after known: SpoolError?) {
        var kept = spool
        do throws(SpoolError) {
            if let spool, try isInPlace(spool) { return back(spool) }
            // Another folder has the name: our lock is on the one that went.
            kept?.close()
            kept = nil
            back(try open())
        } catch {
            miss(kept, error, known: known)
        }
    }

    /// Throws while nothing has the folder's name: one that was moved away may come back as it was.
    private func isInPlace(_ spool: MessageSpool) throws(SpoolError) -> Bool {
        do throws(SpoolError) {
            try spool.checkFolders()
            return true
        } catch {
            let drop = Array(spool.options.dropPath.utf8)
            if error.kind == .vanished && error.path == drop { throw error }
            return false
        }
    }

    private func back(_ spool: MessageSpool) {
        state = .open(CandidateLooker(spool: spool, rules: rules, hooks: hooks))
        nextScan = now
        report(.folderBack(spool))
    }

    func tellReadiness(_ looker: CandidateLooker) {
        let found = EffectiveReadiness(
            rules: rules,
            fileSystem: looker.fileSystem,
            leasesRefused: looker.wasLeaseRefused
        )
        if found != readiness { report(.effectiveReadiness(found)) }
        readiness = found
    }
}

extension SpoolError {
    /// Whether an operator would take both for the same, wherever they met it.
    fileprivate func isSameTrouble(as other: SpoolError) -> Bool {
        kind == other.kind && number == other.number
    }
}
