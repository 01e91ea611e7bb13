internal import Spool

// Bundles: several documents that become one message.
extension PickupWorker {
    /// Finds the bundles that an earlier process left, once for each spool.
    func resumeBundles(_ looker: CandidateLooker) throws(SpoolError) {
        guard !looker.hasResumedBundles else { return }
        for bundle in try looker.spool.collectedBundles() {
            if let bundles = looker.bundles {
                bundles.resume(bundle, at: hooks.now())
                continue
            }
            // Bundles are switched off: what was collected is one message nevertheless.
            guard try commit(bundle, looker) else { return }
        }
        looker.hasResumedBundles = true
    }

    /// Puts bundles into the queue that get no further file.
    func commitBundles(_ looker: CandidateLooker) throws(SpoolError) {
        guard let bundles = looker.bundles, !bundles.isEmpty else { return }
        for folder in bundles.due(at: now, hasPending: hasPending) {
            // What no event has told of may have come in time.
            try look(again: folder, looker)
        }
        for folder in bundles.due(at: now, hasPending: hasPending) { bundles.close(folder) }
        var waiting = bundles.takeClosed()[...]
        do throws(SpoolError) {
            while let bundle = waiting.first, try commit(bundle, looker) { waiting.removeFirst() }
            bundles.putBack(Array(waiting))
        } catch {
            bundles.putBack(Array(waiting))
            throw error
        }
    }

    private func look(again folder: [UInt8], _ looker: CandidateLooker) throws(SpoolError) {
        do throws(SpoolError) {
            _ = try scanOne(folder, looker)
        } catch {
            try tolerate(error, in: folder, looker)
        }
    }

    /// Returns whether it is done with: not while the spool has still to recover.
    private func commit(
        _ bundle: CollectedBundle,
        _ looker: CandidateLooker
    ) throws(SpoolError) -> Bool {
        let committed: SpoolName?
        do throws(SpoolError) {
            committed = try looker.spool.commit(bundle)
        } catch {
            if error.kind == .busy { return false }
            throw error
        }
        guard let name = committed, let facts = try looker.spool.facts(queued: name) else {
            return true
        }
        hasClaimed = true
        add(
            ClaimedFile(
                name: name,
                original: name.original,
                facts: facts,
                isStray: false
            )
        )
        return true
    }

    /// When a bundle is due next.
    func nextBundle(_ looker: CandidateLooker) -> Duration? {
        looker.bundles?.nextDue(at: now, hasPending: hasPending)
    }

    private func hasPending(_ folder: [UInt8]) -> Bool {
        waiting.keys.contains { $0.place == .drop(folder) }
    }
}

extension CandidateLooker {
    /// Looks at a folder in a drop folder for documents: a bundle that comes back, or a folder whose
    /// files are another matter.
    func lookAtFolder(_ look: Look) -> LookOutcome {
        guard let facts = look.facts, case .drop(let path) = look.key.place else { return .gone }
        do throws(SpoolError) {
            let directory = try directory(path)
            if directory.isReserved(look.key.name) { return .gone }
            guard let name = try spool.reclaim(bundle: look.key.name, in: directory, facts: facts)
            else { return .left(.unwatchedFolder, facts) }
            return .claimed(
                ClaimedFile(name: name, original: look.key.name, facts: facts, isStray: false)
            )
        } catch {
            return outcome(ofClaim: error, look)
        }
    }
}
