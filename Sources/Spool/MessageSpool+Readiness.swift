internal import Glibc

// What a pickup needs of the spool before a file is a message.
extension MessageSpool {
    /// What a file is that lies in `queue/` without an id, or `nil` when it is gone.
    package func facts(stray name: FileName) throws(SpoolError) -> FileFacts? {
        try folders.queue.facts(name.octets)
    }

    /// Whether we may take entries out of a folder and put them into the queue and `held/`.
    ///
    /// Then a move that was denied was denied for what was to be moved.
    package func mayMove(from directory: DropDirectory) -> Bool {
        directory.folder.mayBeEmptiedByUs && folders.queue.mayBeEmptiedByUs
            && folders.held.mayBeEmptiedByUs
    }

    /// Moves a file from the drop folder straight to `held/`: state D to H.
    ///
    /// Never by way of `queue/`, where the engine could find it and send it. Its content and the
    /// reason, which lies beside it as in `failed/`, are durable before the move and the move when
    /// this returns.
    package func hold(
        unclaimed name: FileName,
        in directory: DropDirectory,
        descriptor: Int32,
        facts: FileFacts,
        reason: [UInt8],
        keepingFolder: Bool = false
    ) throws(SpoolError) -> SpoolName {
        var candidate = Candidate(name, in: directory.folder, descriptor, facts)
        if keepingFolder { candidate.keptFolder = directory.relative }
        let held = try hold(candidate, reason)
        drops.recordClaim(in: directory)
        return held
    }

    /// The same for a file that lies in `queue/` without an id, which the engine cannot see.
    package func hold(
        stray name: FileName,
        descriptor: Int32,
        facts: FileFacts,
        reason: [UInt8]
    ) throws(SpoolError) -> SpoolName {
        try hold(Candidate(name, in: folders.queue, descriptor, facts), reason)
    }

    private func hold(_ candidate: Candidate, _ reason: [UInt8]) throws(SpoolError) -> SpoolName {
        let name = candidate.name
        try waitForRecovery(of: name)
        let synced = hooks.syncData(candidate.descriptor)
        guard synced == 0 || synced == -EINVAL else {
            let path = candidate.folder.path(of: name.octets)
            throw SpoolError(number: -synced, "sync", path: path)
        }
        let goal = SpoolName(id: makeID(), original: name).legalOnWindows
        let state = stateToKeep(of: goal, name, candidate.keptFolder)
        if let state { try states.save(state) }
        try folders.held.write(
            reason,
            as: goal.reasonOctets,
            through: TemporaryName.reason(goal.id),
            mode: copyMode
        )
        do throws(SpoolError) {
            try folders.held.sync.wait()
            try moveToHeld(candidate, as: goal)
        } catch {
            // The reason is what brings it to `held/` at the next start.
            if try isCrossing(goal) { throw error }
            // Best effort: recovery removes a reason without its message, and the state with it.
            _ = try? folders.held.remove(goal.reasonOctets)
            if state != nil { try? states.remove(goal.id) }
            throw error
        }
        try folders.held.sync.wait()
        return goal
    }

    private func moveToHeld(_ candidate: Candidate, as goal: SpoolName) throws(SpoolError) {
        do throws(SpoolError) {
            try candidate.folder.move(candidate.name.octets, to: folders.held, as: goal.octets)
        } catch  where error.kind == .crossDevice {
            return try moveAcross(candidate, to: folders.held, as: goal)
        }
        try checkArrival(of: candidate, as: goal, in: folders.held)
    }
}
