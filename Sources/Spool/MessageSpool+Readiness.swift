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
    ///
    /// - Throws: ``SpoolError/Kind/crossDevice`` when the spool lies on another file system.
    package func hold(
        unclaimed name: FileName,
        in directory: DropDirectory,
        descriptor: Int32,
        facts: FileFacts,
        reason: [UInt8]
    ) throws(SpoolError) -> SpoolName {
        try waitForRecovery(of: name)
        let candidate = Candidate(name, in: directory.folder, descriptor, facts)
        let synced = hooks.syncData(descriptor)
        guard synced == 0 || synced == -EINVAL else {
            throw SpoolError(number: -synced, "sync", path: directory.folder.path(of: name.octets))
        }
        let goal = SpoolName(id: makeID(), original: name)
        if goal.original != name { try states.save(DeliveryState(id: goal.id, originalName: name)) }
        try folders.held.write(
            reason,
            as: goal.reasonOctets,
            through: TemporaryName.reason(goal.id),
            mode: copyMode
        )
        do throws(SpoolError) {
            try folders.held.sync.wait()
            try directory.folder.move(name.octets, to: folders.held, as: goal.octets)
            try checkArrival(of: candidate, as: goal, in: folders.held)
        } catch {
            // Best effort: recovery removes a reason without its message, and the state with it.
            _ = try? folders.held.remove(goal.reasonOctets)
            if goal.original != name { try? states.remove(goal.id) }
            throw error
        }
        drops.recordClaim(in: directory)
        try folders.held.sync.wait()
        return goal
    }
}
