internal import CLinux
internal import Glibc

// What a bundle in the queue is to the engine.
extension MessageSpool {
    /// Whether a queued message is a bundle: a folder instead of a file.
    package func isBundle(queued name: SpoolName) throws(SpoolError) -> Bool {
        try folders.queue.facts(name.octets)?.isFolder == true
    }

    /// What a queued message is, or `nil` when it is gone.
    package func facts(queued name: SpoolName) throws(SpoolError) -> FileFacts? {
        try folders.queue.facts(name.octets)
    }

    /// Opens a queued bundle and its history; the bundle's counterpart of ``open(queued:)``.
    ///
    /// Its content is on disk when this returns: the first half of barrier B1.
    package func open(bundle name: SpoolName) throws(SpoolError) -> QueuedBundle {
        if let sickness { throw SpoolError(.sick, "sync", path: sickness.path) }
        try makeMembersDurable(of: name, in: folders.queue)
        let files = try bundleFiles(name, in: folders.queue)
        guard let state = try states.load(name.id) else {
            return QueuedBundle(name: name, files: files, state: nil)
        }
        if state.identity == nil && state.name == name {
            return QueuedBundle(name: name, files: files, state: state)
        }
        let facts = try files.container.facts()
        if state.identity?.isFile(facts) == true {
            try removeReasons(of: name)
            return QueuedBundle(name: name, files: files, state: state)
        }
        let original = FileName(unchecked: name.octets)
        let adopted = try adopt(
            stray: original,
            descriptor: files.container.descriptor,
            facts: facts
        )
        return QueuedBundle(name: adopted, files: files, state: try states.load(adopted.id))
    }

    /// The files of a bundle anywhere in the spool.
    package func bundle(
        _ name: SpoolName,
        in place: SpoolFolder
    ) throws(SpoolError) -> BundleFiles {
        try bundleFiles(name, in: try folders.folder(place))
    }

    private func bundleFiles(_ name: SpoolName, in folder: Folder) throws(SpoolError) -> BundleFiles
    {
        try BundleFiles(try folder.subfolder(name.octets), limit: Self.maximumBundleMembers)
    }

    /// Puts the content of every file and the names of all on disk.
    ///
    /// A file whose sync fails is copied and the copy put in its place, since nothing can be believed
    /// of it; the error says that the bundle is to be looked at again then. A bundle that is only set
    /// aside may hold what cannot be opened, or is being written to.
    func makeMembersDurable(
        of name: SpoolName,
        in folder: Folder,
        toSetAside: Bool = false
    ) throws(SpoolError) {
        let bundle = try folder.subfolder(name.octets)
        for member in try bundle.bundleNames(limit: Self.maximumBundleMembers) {
            do throws(SpoolError) {
                let file = try openMember(member, of: bundle)
                if !toSetAside { try checkNobodyWrites(file, name) }
                try sync(member, file, of: bundle, name)
            } catch {
                if !toSetAside { throw error }
            }
        }
        try bundle.sync.wait()
    }

    /// A file in a bundle still belongs to its writer, as a claimed one does.
    private func openMember(
        _ member: FileName,
        of bundle: Folder
    ) throws(SpoolError) -> MessageFile {
        let path = bundle.path(of: member.octets)
        do throws(SpoolError) {
            let descriptor = try bundle.open(member.octets, O_RDONLY)
            return try MessageFile(descriptor: descriptor, path: path)
        } catch {
            if error.number == EAGAIN { throw SpoolError(.busy, "open", path: path) }
            guard error.kind == .denied else { throw error }
            let obstacle = "a file whose owner lets nobody else read it"
            throw SpoolError(.notPlain(obstacle), "read", path: path)
        }
    }

    private func sync(
        _ member: FileName,
        _ file: MessageFile,
        of bundle: Folder,
        _ name: SpoolName
    ) throws(SpoolError) {
        let result = hooks.syncData(file.descriptor)
        // EINVAL: a file system without sync, where there is nothing to wait for.
        if result == 0 || result == -EINVAL { return }
        let temporary = TemporaryName.copy(name.id)
        try FileCopy.copy(member.octets, from: bundle, to: bundle, as: temporary, mode: copyMode)
        try bundle.replace(member.octets, with: temporary)
        let path = bundle.path(of: member.octets)
        let failure = SpoolError(number: -result, "sync", path: path)
        // The cure of a failed disk is a restart, but here the copy is the cure.
        throw failure.kind == .io
            ? SpoolError(.other, "sync", path: path, number: -result) : failure
    }
}
