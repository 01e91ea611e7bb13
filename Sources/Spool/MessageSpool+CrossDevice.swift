internal import CLinux
internal import Glibc

// State C: the drop folder and the spool lie on different file systems, so that no single rename
// takes a file out of the writer's reach and into the queue. The private folder does the first,
// the copy the second; nothing is sent before the original's removal is durable.
extension MessageSpool {
    /// Claims a file by way of the private folder; durable when it returns.
    ///
    /// A file that is open for writing is left where it is, whatever its name says: what is written
    /// after the copy would be lost.
    func moveAcross(_ candidate: Candidate, to name: SpoolName) throws(SpoolError) {
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
            try cross(name, from: claims)
        } catch {
            // Out of space, most likely: the writer's folder is where a person looks. Should this
            // fail too, the next start finds the file.
            if try folders.queue.facts(name.octets) == nil {
                try? putBack(name, from: claims, candidate)
            }
            throw error
        }
    }

    private func cross(_ name: SpoolName, from claims: Folder) throws(SpoolError) {
        let temporary = TemporaryName.copy(name.id)
        try FileCopy.copy(
            name.octets,
            from: claims,
            to: folders.queue,
            as: temporary,
            mode: copyMode
        )
        try folders.queue.move(temporary, to: folders.queue, as: name.octets)
        try forgetOriginal(of: name, in: claims)
    }

    private func forgetOriginal(of name: SpoolName, in claims: Folder) throws(SpoolError) {
        try folders.queue.sync.wait()
        try claims.remove(name.octets)
        try claims.sync.wait()
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

    /// Finishes claims that a crash or an error interrupted; returns the messages now in the queue.
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
                if try location(of: name) == nil {
                    try cross(name, from: claims)
                } else {
                    try forgetOriginal(of: name, in: claims)
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
