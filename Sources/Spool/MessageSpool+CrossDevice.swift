internal import CLinux
internal import Glibc

// State C: the drop folder and the spool lie on different file systems, so that no single rename
// takes a file out of the writer's reach and into the queue. The private folder does the first,
// the copy the second; nothing is sent before the original's removal is durable.
extension MessageSpool {
    /// Takes a file into the queue or `held/` by way of the private folder; durable when it returns.
    ///
    /// One that is to be held has its reason beside it before: by that the next start knows where a
    /// file belongs that a crash left in the private folder. A file that is open for writing is left
    /// where it is, whatever its name says: what is written after the copy would be lost.
    func moveAcross(
        _ candidate: Candidate,
        to target: Folder,
        as name: SpoolName
    ) throws(SpoolError) {
        try checkRoom()
        let claims = try openClaimFolder()
        // The lease a look may have taken stays in force until its descriptor is closed.
        if linux_take_read_lease(candidate.descriptor) == -EAGAIN {
            let path = candidate.folder.path(of: candidate.name.octets)
            throw SpoolError(.busy, "claim", path: path)
        }
        try candidate.folder.move(candidate.name.octets, to: claims, as: name.octets)
        try checkArrival(of: candidate, as: name, in: claims)
        do throws(SpoolError) {
            try claims.sync.wait()
            try cross(name, from: claims, to: target)
        } catch {
            // Out of space, most likely: the writer's folder is where a person looks. Should this
            // fail too, the next start finds the file.
            if try target.facts(name.octets) == nil {
                try? putBack(name, from: claims, candidate)
            }
            throw error
        }
    }

    private func cross(
        _ name: SpoolName,
        from claims: Folder,
        to target: Folder
    ) throws(SpoolError) {
        let temporary = TemporaryName.copy(name.id)
        try FileCopy.copy(name.octets, from: claims, to: target, as: temporary, mode: copyMode)
        try target.move(temporary, to: target, as: name.octets)
        try forgetOriginal(of: name, in: claims, copiedTo: target)
    }

    private func forgetOriginal(
        of name: SpoolName,
        in claims: Folder,
        copiedTo target: Folder
    ) throws(SpoolError) {
        try target.sync.wait()
        try claims.remove(name.octets)
        try claims.sync.wait()
    }

    /// Whether a file stands in the private folder, having crossed only half of its way.
    func isCrossing(_ name: SpoolName) throws(SpoolError) -> Bool {
        try claimFolder.locked { $0 }?.facts(name.octets) != nil
    }

    /// The mode of a message we write ourselves; in an operators' folder their group may read it.
    var copyMode: UInt32 { options.operatorsGroup == nil ? 0o600 : 0o640 }

    private func openClaimFolder() throws(SpoolError) -> Folder {
        if let open = claimFolder.locked({ $0 }) { return open }
        let opener = FolderOpener(options: options, hooks: hooks)
        let opened = try opener.folder(SpoolFolder.claimName, in: folders.drop, .secret)
        return claimFolder.locked { known in
            if let known { return known }
            known = opened
            return opened
        }
    }

    /// Finishes claims that a crash or an error interrupted; returns the messages now in the queue or
    /// in `held/`.
    ///
    /// One that cannot be finished stays for the next time, and the others still go on: the first
    /// error is thrown at the end.
    package func finishClaims() throws(SpoolError) -> [SpoolName] {
        let name = Array(SpoolFolder.claimName.utf8)
        guard try folders.drop.facts(name) != nil else { return [] }
        let claims = try openClaimFolder()
        // A process that was killed may not have come so far; a copy must not be in the queue while
        // the original can still be back with its writer.
        try claims.sync.wait()
        var waiting: [SpoolName] = []
        try claims.forEachName { octets, _ in
            if let name = SpoolName(octets: octets) { waiting.append(name) }
            return true
        }
        var finished: [SpoolName] = []
        var failure: SpoolError?
        for name in waiting.sorted() {
            do throws(SpoolError) {
                let isToBeHeld = try folders.held.facts(name.reasonOctets) != nil
                let target = isToBeHeld ? folders.held : folders.queue
                if try location(of: name) == nil {
                    try cross(name, from: claims, to: target)
                } else {
                    try forgetOriginal(of: name, in: claims, copiedTo: target)
                }
                finished.append(name)
            } catch {
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
        return finished
    }
}
