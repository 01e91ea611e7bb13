internal import CLinux
internal import Glibc

/// One message as a person sees it in a folder.
package struct SpoolEntry: Hashable, Sendable {
    package var place: SpoolFolder
    package var fileName: FileName
    /// The id, or `nil` for a file that was put there by hand and not adopted yet.
    package var id: SpoolID?
    /// The writer's name for the file, as far as the file name has it.
    package var original: FileName
}

/// The folders of one spool for a command: no lock, no checks, beside a daemon or without one.
///
/// Every verb is one rename, which the daemon notices. What the caller may not touch, the system
/// refuses.
package struct OperatorSpool: Sendable {
    let root: Folder
    let drop: Folder

    /// Opens a spool that a daemon has set up.
    package init(opening options: SpoolOptions) throws(SpoolError) {
        let hooks = SpoolHooks()
        drop = try Folder.open(path: options.dropPath, hooks: hooks)
        root = options.isInDrop ? drop : try Folder.open(path: options.spoolPath, hooks: hooks)
    }

    /// Whether a daemon has the spool, and its process if that can be read.
    package func daemon() throws(SpoolError) -> (isRunning: Bool, process: Int32?) {
        try SpoolLock.holder(state: try folder(.state))
    }

    func folder(_ place: SpoolFolder) throws(SpoolError) -> Folder {
        var folder = root
        for step in place.path.split(separator: "/") {
            folder = try folder.subfolder(Array(step.utf8))
        }
        return folder
    }

    /// Calls `body` with each message of a folder, in no order, until it returns `false`; a folder
    /// that does not exist yet has none.
    package func list(
        _ place: SpoolFolder,
        _ body: (SpoolEntry) -> Bool
    ) throws(SpoolError) {
        let folder: Folder
        do throws(SpoolError) {
            folder = try self.folder(place)
        } catch {
            if error.kind == .vanished { return }
            throw error
        }
        try folder.forEachName { octets, kind in
            Self.entry(octets, kind, place).map(body) ?? true
        }
    }

    private static func entry(
        _ octets: UnsafeRawBufferPointer,
        _ kind: FolderReader.Kind,
        _ place: SpoolFolder
    ) -> SpoolEntry? {
        let isOurs =
            octets.elementsEqual(SpoolFolder.pausedName.utf8) && place == .queue
            || MessageSpool.isReason(octets) && SpoolName.leadingID(octets) != nil
        let name = SpoolName(octets: octets)
        // A folder with an id is a bundle.
        guard kind != .folder || name != nil, octets.first != UInt8(ascii: "."), !isOurs,
            let fileName = FileName(octets: octets)
        else { return nil }
        return SpoolEntry(
            place: place,
            fileName: fileName,
            id: name?.id,
            original: name?.original ?? fileName
        )
    }

    /// The days that have a folder in `sent/`, the latest first.
    package func days() throws(SpoolError) -> [String] {
        var days: [String] = []
        let sent: Folder
        do throws(SpoolError) {
            sent = try root.subfolder(Array(SpoolFolder.sentRoot.utf8))
        } catch {
            if error.kind == .vanished { return [] }
            throw error
        }
        try sent.forEachName { name, _ in
            if name.count == 10, name.first != UInt8(ascii: ".") {
                days.append(String(decoding: name, as: UTF8.self))
            }
            return true
        }
        return days.sorted(by: >)
    }

    /// What a message's file is, or `nil` when it is gone.
    package func facts(_ entry: SpoolEntry) throws(SpoolError) -> FileFacts? {
        try folder(entry.place).facts(entry.fileName.octets)
    }

    /// Finds messages by the beginning of their id, their file name or the writer's name for them,
    /// in every folder.
    ///
    /// Returns at most `limit` of them; more than one means that the words are ambiguous.
    package func find(_ words: [UInt8], limit: Int = 20) throws(SpoolError) -> [SpoolEntry] {
        let days = try days().map { SpoolFolder.sent(day: $0) }
        return try find(words, among: [.sending, .failed, .held, .queue] + days, limit: limit)
    }

    /// The history of a message, or `nil` when it has none.
    package func state(of id: SpoolID) throws(SpoolError) -> DeliveryState? {
        try StateStore(folder: try folder(.state), mustBeOurs: false).load(id)
    }

    /// The reason beside a message, at most `limit` octets of it, or `nil` when there is none.
    package func reason(
        of entry: SpoolEntry,
        limit: Int = 65_536
    ) throws(SpoolError) -> [UInt8]? {
        guard let name = SpoolName(octets: entry.fileName.octets) else { return nil }
        let folder = try folder(entry.place)
        guard try folder.facts(name.reasonOctets) != nil else { return nil }
        let descriptor = try folder.open(name.reasonOctets, O_RDONLY)
        let path = folder.path(of: name.reasonOctets)
        return try MessageFile(descriptor: descriptor, path: path).readHead(limit)
    }

    /// Whether the pickup is paused.
    package func isPaused() throws(SpoolError) -> Bool {
        try folder(.queue).facts(Array(SpoolFolder.pausedName.utf8)) != nil
    }
}
