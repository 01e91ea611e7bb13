internal import CLinux
internal import Glibc

/// A queued message that is open, with its history.
package struct QueuedMessage: Sendable {
    /// Its name; not the one asked for when a stranger turned out to use that.
    package let name: SpoolName
    package let file: MessageFile
    package let state: DeliveryState?
}

/// What a scan of the queue found besides messages.
package struct QueueScan: Hashable, Sendable {
    /// Files somebody put there by hand, which have no id yet; never more than a thousand.
    package var strays: [FileName] = []
    /// Whether every message fitted into the windows.
    package var isComplete = true

    static let maximumStrays = 1000
}

extension MessageSpool {
    /// Fills the windows with what waits in `queue/`, by names alone: nothing is opened or looked
    /// at.
    ///
    /// `fresh` gets the messages that were never tried and `deferred` those with a history, for
    /// which ``nextAttempt(of:)`` says when each is due; both are sorted by claim. Leaves out what
    /// the caller says it has in hand already.
    package func loadQueue(
        fresh: inout QueueWindow,
        deferred: inout QueueWindow,
        excluding: (SpoolID) -> Bool = { _ in false }
    ) throws(SpoolError) -> QueueScan {
        // Names that came by somebody else's hand are as little durable as our own.
        folders.queue.sync.touch()
        let histories = try states.ids()
        var scan = QueueScan()
        try folders.queue.forEachName { octets, kind in
            guard let id = SpoolName.leadingID(octets) else {
                Self.note(octets, kind, &scan)
                return true
            }
            if excluding(id) { return true }
            let fits =
                histories.containsSorted(id)
                ? deferred.append(octets: octets, id: id) : fresh.append(octets: octets, id: id)
            if !fits { scan.isComplete = false }
            return true
        }
        fresh.sort()
        deferred.sort()
        return scan
    }

    private static func note(
        _ octets: UnsafeRawBufferPointer,
        _ kind: FolderReader.Kind,
        _ scan: inout QueueScan
    ) {
        guard kind != .folder, scan.strays.count < QueueScan.maximumStrays,
            octets.first != UInt8(ascii: "."), !octets.elementsEqual(SpoolFolder.pausedName.utf8),
            !octets.elementsEqual(SpoolFolder.sendingName.utf8),
            !octets.elementsEqual(SpoolFolder.collectingName.utf8),
            let name = FileName(octets: octets)
        else { return }
        scan.strays.append(name)
    }

    /// Opens a queued message and its history.
    ///
    /// A file that only uses the id of another message gets an id of its own. A `.txt` that says it
    /// failed is removed. Throws ``SpoolError/Kind/busy`` while somebody writes to it, such as an
    /// operator's `cp` into the queue, and ``SpoolError/Kind/notPlain(_:)`` for a link or device.
    package func open(queued name: SpoolName) throws(SpoolError) -> QueuedMessage {
        let file = try openClaimed(name)
        try checkNobodyWrites(file, name)
        guard let state = try states.load(name.id) else {
            return QueuedMessage(name: name, file: file, state: nil)
        }
        // Without an identity the state is that of a shortened name, written before the claim.
        let isNamed = state.name == name || state.name.legalOnWindows == name
        if state.identity == nil && isNamed {
            return QueuedMessage(name: name, file: file, state: state)
        }
        if try matches(state, file.descriptor, file.facts) {
            try removeReasons(of: name)
            return QueuedMessage(name: name, file: file, state: state)
        }
        let original = FileName(unchecked: name.octets)
        let adopted = try adopt(stray: original, descriptor: file.descriptor, facts: file.facts)
        try file.acceptMove()
        return QueuedMessage(name: adopted, file: file, state: try states.load(adopted.id))
    }

    /// A claimed file still belongs to its writer, who can take away the right to read it or keep a
    /// lease on it: that is the trouble of this message and must not become the pickup's.
    private func openClaimed(_ name: SpoolName) throws(SpoolError) -> MessageFile {
        do throws(SpoolError) {
            return try open(name, in: folders.queue)
        } catch {
            let path = folders.queue.path(of: name.octets)
            // Somebody else's lease: without O_NONBLOCK the open would have waited.
            if error.number == EAGAIN { throw SpoolError(.busy, "open", path: path) }
            guard error.kind == .denied, let facts = try folders.queue.facts(name.octets),
                facts.user != geteuid()
            else { throw error }
            let obstacle = "a file whose owner lets nobody else read it"
            throw SpoolError(.notPlain(obstacle), "read", path: path)
        }
    }

    /// Opens a message in any folder, to show or to send it.
    package func open(
        _ name: SpoolName,
        in place: SpoolFolder
    ) throws(SpoolError) -> MessageFile {
        try open(name, in: try folders.folder(place))
    }

    private func open(_ name: SpoolName, in folder: Folder) throws(SpoolError) -> MessageFile {
        let descriptor = try folder.open(name.octets, O_RDONLY)
        return try MessageFile(descriptor: descriptor, path: folder.path(of: name.octets))
    }

    /// A read lease is refused while the file is open for writing; other refusals say nothing (not
    /// our file, a file system without leases).
    func checkNobodyWrites(_ file: MessageFile, _ name: SpoolName) throws(SpoolError) {
        let result = linux_take_read_lease(file.descriptor)
        if result == 0 { _ = linux_release_lease(file.descriptor) }
        if result == -EAGAIN {
            throw SpoolError(.busy, "send", path: folders.queue.path(of: name.octets))
        }
    }

    /// Writes a message's history without moving the message; durable when it returns.
    ///
    /// For the parts of a split envelope: each part's outcome, before the next part starts.
    package func save(
        _ state: DeliveryState,
        of name: SpoolName,
        in place: SpoolFolder
    ) throws(SpoolError) {
        try states.save(try identified(state, name, in: try folders.folder(place)))
    }

    /// Adds what recognises the file should it come back; computed once.
    ///
    /// A file that cannot be read keeps its history without: it must be possible to set it aside.
    /// What says nothing of the file, such as too many open ones, passes and is waited for.
    func identified(
        _ state: DeliveryState,
        _ name: SpoolName,
        in folder: Folder
    ) throws(SpoolError) -> DeliveryState {
        guard state.identity == nil else { return state }
        var state = state
        do throws(SpoolError) {
            state.identity = try identity(of: name, in: folder)
        } catch {
            if error.kind == .other { throw error }
        }
        return state
    }

    private func identity(of name: SpoolName, in folder: Folder) throws(SpoolError) -> FileIdentity
    {
        // A bundle is recognised by its folder alone.
        if let facts = try folder.facts(name.octets), facts.isFolder {
            return FileIdentity(facts, digest: [])
        }
        let file = try open(name, in: folder)
        let path = folder.path(of: name.octets)
        let (descriptor, facts) = (file.descriptor, file.facts)
        let digest = try FileDigest.sha256(descriptor: descriptor, size: facts.size, path: path)
        return FileIdentity(facts, digest: digest)
    }
}

extension SpoolName {
    /// The id a file name begins with, without taking the rest apart.
    static func leadingID(_ octets: UnsafeRawBufferPointer) -> SpoolID? {
        guard octets.count > SpoolID.octetCount + 1,
            octets[SpoolID.octetCount] == UInt8(ascii: ".")
        else { return nil }
        return SpoolID(octets: octets[..<SpoolID.octetCount])
    }
}

extension [SpoolID] {
    /// Whether the array, which is sorted, contains an id.
    package func containsSorted(_ id: SpoolID) -> Bool {
        var range = startIndex..<endIndex
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            if self[middle] == id { return true }
            range = self[middle] < id ? middle + 1..<range.upperBound : range.lowerBound..<middle
        }
        return false
    }
}
