internal import CLinux
internal import Glibc

/// The drop folder or one of its subfolders, open and checked.
package final class DropDirectory: Sendable {
    let folder: Folder
    /// The path below the drop folder, empty for the drop folder itself.
    package let relative: [UInt8]
    private let reserved: Set<[UInt8]>

    init(folder: Folder, relative: [UInt8], reserved: Set<[UInt8]>) {
        self.folder = folder
        self.relative = relative
        self.reserved = reserved
    }

    /// The open folder, for scans and for opening candidates.
    package var descriptor: Int32 { folder.descriptor }

    /// The full path, for messages.
    package var path: [UInt8] { folder.path }

    /// Whether a name belongs to the spool and is never a message.
    package func isReserved(_ name: FileName) -> Bool { reserved.contains(name.octets) }

    /// What an entry is, links not followed, or `nil` when it is gone.
    package func facts(_ name: FileName) throws(SpoolError) -> FileFacts? {
        try folder.facts(name.octets)
    }

    /// Opens an entry for reading, never waiting and never following a link.
    package func open(_ name: FileName) throws(SpoolError) -> Int32 {
        try folder.open(name.octets, O_RDONLY)
    }

    /// Removes an entry, such as the marker of a claimed file; `false` when it was gone.
    @discardableResult
    package func remove(_ name: FileName) throws(SpoolError) -> Bool {
        try folder.remove(name.octets)
    }
}

/// Hands out one ``DropDirectory`` for each subfolder, and knows which have claims to sync.
final class DropDirectories: Sendable {
    private struct Known {
        var open: [[UInt8]: DropDirectory] = [:]
        var dirty: [DropDirectory] = []
    }

    private let known = Monitor(Known())
    private let root: DropDirectory
    private let opener: FolderOpener

    init(root: Folder, opener: FolderOpener) {
        self.opener = opener
        let own = opener.options.isInDrop ? SpoolFolder.namesInDrop : [SpoolFolder.claimName]
        self.root = DropDirectory(
            folder: root,
            relative: [],
            reserved: Set(own.map { Array($0.utf8) })
        )
    }

    /// The drop folder, or the subfolder at a path below it, each step without following links.
    ///
    /// A subfolder that was replaced since it was first opened is opened anew.
    func directory(_ relative: [UInt8]) throws(SpoolError) -> DropDirectory {
        let steps = relative.split(separator: UInt8(ascii: "/"))
        guard !steps.isEmpty else { return root }
        var folder = root.folder
        for step in steps {
            guard let name = FileName(octets: step) else {
                throw SpoolError(.notPlain("not a folder name"), "open folder", path: relative)
            }
            folder = try folder.subfolder(name.octets)
        }
        try opener.check(folder, .sharedParent)
        let facts = try folder.facts()
        let known = self.known.locked { $0.open[relative] }
        if let known, let old = try? known.folder.facts(), old.isSameFile(as: facts) {
            return known
        }
        let directory = DropDirectory(folder: folder, relative: relative, reserved: [])
        self.known.locked { $0.open[relative] = directory }
        return directory
    }

    /// Forgets a subfolder that is gone.
    func forget(_ directory: DropDirectory) {
        known.locked { known in
            if known.open[directory.relative] === directory {
                known.open[directory.relative] = nil
            }
        }
    }

    /// Records a claim, which the next barrier makes durable.
    func recordClaim(in directory: DropDirectory) {
        known.locked { known in
            if !known.dirty.contains(where: { $0 === directory }) { known.dirty.append(directory) }
        }
    }

    /// Calls back once every claim recorded before the call is durable in the folder it left.
    func whenDurable(_ completion: @escaping FolderSync.Completion) {
        let dirty = known.locked { $0.dirty }
        if dirty.isEmpty { return completion(nil) }
        let rest = Monitor((count: dirty.count, error: SpoolError?.none))
        for directory in dirty {
            directory.folder.sync.whenDurable(.all) { error in
                let (isLast, error) = rest.locked { rest in
                    rest.count -= 1
                    rest.error = rest.error ?? error
                    return (rest.count == 0, rest.error)
                }
                guard isLast else { return }
                self.known.locked { $0.dirty.removeAll { !$0.folder.sync.isDirty } }
                completion(error)
            }
        }
    }
}
