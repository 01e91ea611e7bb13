internal import CLinux
internal import Glibc

// State B: files that are to be one message wait for each other in a folder of their own, which a
// single rename puts into the queue. Each of them has one name at every instant.

/// A bundle that waits for further files.
package struct CollectedBundle: Hashable, Sendable {
    /// What the folder is called, now and in the queue.
    package let name: SpoolName
    /// The folder below the drop folder that its files come from.
    package let folder: [UInt8]
    /// How many files it has.
    package fileprivate(set) var count = 0
    /// Octets of its files together.
    package fileprivate(set) var octets: Int64 = 0
    /// When its last file came, in nanoseconds since 1970; known only of one found at a start.
    package fileprivate(set) var lastArrival: Int64 = 0
}

/// A queued bundle that is open, with its history.
package struct QueuedBundle: Sendable {
    /// Its name; not the one asked for when a stranger turned out to use that.
    package let name: SpoolName
    package let files: BundleFiles
    package let state: DeliveryState?
}

extension MessageSpool {
    /// How many files a bundle may have.
    package static let maximumBundleMembers = 250

    /// Moves a file from the drop folder into a bundle, or begins one with it: state D to B.
    ///
    /// As with a claim the move is not durable yet. Throws ``SpoolError/Kind/exists`` when the bundle
    /// has a file of that name.
    package func collect(
        _ name: FileName,
        in directory: DropDirectory,
        facts: FileFacts,
        into bundle: CollectedBundle?
    ) throws(SpoolError) -> CollectedBundle {
        try waitForRecovery(of: name)
        let collecting = try makeCollectingFolder()
        let isNew = bundle == nil
        var joined: CollectedBundle
        if let bundle { joined = bundle } else { joined = try begin(name, directory, collecting) }
        do throws(SpoolError) {
            let folder = try collecting.subfolder(joined.name.octets)
            try move(name, from: directory.folder, to: folder, facts)
        } catch {
            // Best effort: an empty folder is removed at the next start.
            if isNew { try? discard(joined, in: collecting) }
            throw error
        }
        drops.recordClaim(in: directory)
        joined.count += 1
        joined.octets += max(facts.size, 0)
        return joined
    }

    private func begin(
        _ name: FileName,
        _ directory: DropDirectory,
        _ collecting: Folder
    ) throws(SpoolError) -> CollectedBundle {
        let bundle = CollectedBundle(
            name: SpoolName(id: makeID(), original: name),
            folder: directory.relative
        )
        if let state = stateToKeep(of: bundle.name, name, directory.relative) {
            try states.save(state)
        }
        // Its name is durable before a file moves into it.
        let opener = FolderOpener(options: options, hooks: hooks)
        _ = try opener.folder(bundle.name.octets, in: collecting, .movable)
        return bundle
    }

    private func move(
        _ name: FileName,
        from drop: Folder,
        to bundle: Folder,
        _ facts: FileFacts
    ) throws(SpoolError) {
        try drop.move(name.octets, to: bundle, as: name.octets)
        if try bundle.facts(name.octets)?.isSameFile(as: facts) == true { return }
        // The name was another file's by then, which nobody has found ready.
        try bundle.move(name.octets, to: drop, as: name.octets)
        throw SpoolError(.changed("identity"), "claim", path: drop.path(of: name.octets))
    }

    /// Puts a bundle into the queue: state B to Q, one rename.
    ///
    /// Its name there is that of its first page, which need not be the file that came first.
    ///
    /// - Returns: The name in the queue; `nil` when all its files were taken away.
    package func commit(_ bundle: CollectedBundle) throws(SpoolError) -> SpoolName? {
        try waitForRecovery(of: bundle.name.original)
        guard let collecting = try collectingFolder(),
            try collecting.facts(bundle.name.octets) != nil
        else { return nil }
        let folder = try collecting.subfolder(bundle.name.octets)
        guard let first = try firstPage(of: folder) else {
            try discard(bundle, in: collecting)
            return nil
        }
        let name = SpoolName(id: bundle.name.id, original: first)
        if let state = stateToKeep(of: name, first, bundle.folder) { try states.save(state) }
        try collecting.move(bundle.name.octets, to: folders.queue, as: name.octets)
        return name
    }

    /// What is no file is for the inspection to refuse, and must not keep a bundle from it.
    private func firstPage(of folder: Folder) throws(SpoolError) -> FileName? {
        do throws(SpoolError) {
            return try BundleFiles(folder, limit: Self.maximumBundleMembers).members.first?.name
        } catch {
            guard case .notPlain = error.kind else { throw error }
            return try folder.bundleNames(limit: 1).first
        }
    }

    /// Puts a bundle back into the queue that a person has put into the drop folder; `nil` for a folder
    /// that is no bundle of ours.
    ///
    /// Nobody else can make a folder that belongs to us. Under its id it rejoins its history; without
    /// that it is a new message.
    package func reclaim(
        bundle name: FileName,
        in directory: DropDirectory,
        facts: FileFacts
    ) throws(SpoolError) -> SpoolName? {
        guard let known = SpoolName(octets: name.octets), facts.user == geteuid(),
            facts.permissions & 0o007 == 0
        else { return nil }
        let folder = try directory.folder.subfolder(name.octets)
        let opened = try folder.facts()
        guard opened.isSameFile(as: facts) else { return nil }
        let candidate = Candidate(name, in: directory.folder, folder.descriptor, opened)
        let claimed = try take(candidate, original: known.original)
        drops.recordClaim(in: directory)
        return claimed
    }

    private func discard(_ bundle: CollectedBundle, in collecting: Folder) throws(SpoolError) {
        try collecting.removeFolder(bundle.name.octets)
        try states.remove(bundle.name.id)
    }

    /// The bundles that an earlier process left waiting for further files.
    package func collectedBundles() throws(SpoolError) -> [CollectedBundle] {
        guard let collecting = try collectingFolder() else { return [] }
        var names: [SpoolName] = []
        try collecting.forEachName { octets, _ in
            if let name = SpoolName(octets: octets) { names.append(name) }
            return true
        }
        var bundles: [CollectedBundle] = []
        for name in names.sorted() {
            let folder = try collecting.subfolder(name.octets)
            var bundle = CollectedBundle(
                name: name,
                folder: try readableState(of: name.id)?.folder ?? []
            )
            for file in try folder.bundleNames(limit: Self.maximumBundleMembers) {
                bundle.count += 1
                bundle.octets += max(try folder.facts(file.octets)?.size ?? 0, 0)
            }
            bundle.lastArrival = try folder.facts().modified
            bundles.append(bundle)
        }
        return bundles
    }

    /// The folder of state B, if there is one.
    func collectingFolder() throws(SpoolError) -> Folder? {
        if let open = collecting.locked({ $0 }) { return open }
        let name = Array(SpoolFolder.collectingName.utf8)
        return try folders.queue.facts(name) == nil ? nil : makeCollectingFolder()
    }

    private func makeCollectingFolder() throws(SpoolError) -> Folder {
        if let open = collecting.locked({ $0 }) { return open }
        let opener = FolderOpener(options: options, hooks: hooks)
        let opened = try opener.folder(SpoolFolder.collectingName, in: folders.queue, .secret)
        return collecting.locked { known in
            if let known { return known }
            known = opened
            return opened
        }
    }
}
