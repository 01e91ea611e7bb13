internal import CLinux
internal import Glibc

extension OperatorSpool {
    /// Puts a failed, held or waiting message back into the queue, due at once.
    ///
    /// Durable when it returns, or else after ``sync(_:)``.
    package func retry(_ entry: SpoolEntry, isDurable: Bool = true) throws(SpoolError) {
        if let id = entry.id { try makeDue(id) }
        guard entry.place != .queue else { return }
        try move(entry, to: try folder(.queue), isDurable: isDurable)
    }

    /// Gives a message back to the drop folder, where the daemon claims it like any file.
    package func returnToDrop(_ entry: SpoolEntry) throws(SpoolError) {
        try move(entry, to: drop)
    }

    /// Sets a waiting or failed message aside.
    ///
    /// Durable when it returns, or else after ``sync(_:)``.
    package func hold(_ entry: SpoolEntry, isDurable: Bool = true) throws(SpoolError) {
        guard entry.place != .held else { return }
        let octets = entry.fileName.octets
        let goal = SpoolName(octets: octets)?.legalOnWindows.octets ?? octets
        try move(entry, to: try folder(.held), as: goal, isDurable: isDurable)
    }

    /// Deletes a message with its reason and its history.
    package func remove(_ entry: SpoolEntry) throws(SpoolError) {
        let source = try source(of: entry)
        let octets = entry.fileName.octets
        let isBundle = try source.facts(octets)?.isFolder == true
        guard try isBundle ? source.removeBundle(octets) : source.remove(octets) else {
            throw gone(entry, source)
        }
        try removeReason(of: entry, in: source)
        if let id = entry.id { try removeState(of: id) }
        try source.sync.wait()
    }

    /// Deletes a message whose people are to be forgotten: its reason and its history go first, so that what
    /// a crash leaves of it is found again.
    ///
    /// Durable after ``sync(_:)``. A message that is gone is passed over; returns whether it was there.
    package func erase(_ entry: SpoolEntry) throws(SpoolError) -> Bool {
        let source = try source(of: entry)
        try removeReason(of: entry, in: source)
        if let id = entry.id { try removeState(of: id) }
        let octets = entry.fileName.octets
        let isBundle = try source.facts(octets)?.isFolder == true
        return try isBundle ? source.removeBundle(octets) : source.remove(octets)
    }

    /// Removes what a crash left of messages of several files that were being removed.
    package func removeHalfRemoved(in place: SpoolFolder) throws(SpoolError) {
        let folder: Folder
        do throws(SpoolError) {
            folder = try self.folder(place)
        } catch {
            if error.kind == .vanished { return }
            throw error
        }
        var bundles: [[UInt8]] = []
        try folder.forEachName { octets, kind in
            if kind == .folder, TemporaryName.isTemporary(octets) { bundles.append(Array(octets)) }
            return true
        }
        for bundle in bundles { _ = try folder.removeBundle(bundle) }
    }

    /// Stops the pickup until ``resume()``; `false` when it was paused already.
    package func pause() throws(SpoolError) -> Bool {
        let queue = try folder(.queue)
        let descriptor: Int32
        do throws(SpoolError) {
            let name = Array(SpoolFolder.pausedName.utf8)
            descriptor = try queue.open(name, O_WRONLY | O_CREAT | O_EXCL, mode: 0o644)
        } catch {
            if error.kind == .exists { return false }
            throw error
        }
        _ = linux_close(descriptor)
        try queue.sync.wait()
        return true
    }

    /// Lets the pickup go on; `false` when it was not paused.
    package func resume() throws(SpoolError) -> Bool {
        let queue = try folder(.queue)
        guard try queue.remove(Array(SpoolFolder.pausedName.utf8)) else { return false }
        try queue.sync.wait()
        return true
    }

    private func move(
        _ entry: SpoolEntry,
        to target: Folder,
        as goal: [UInt8]? = nil,
        isDurable: Bool = true
    ) throws(SpoolError) {
        let source = try source(of: entry)
        let octets = entry.fileName.octets
        try source.move(octets, to: target, as: goal ?? octets)
        try removeReason(of: entry, in: source)
        if isDurable { try target.sync.wait() }
    }

    /// Makes every move into a folder durable, whoever made it.
    package func sync(_ place: SpoolFolder) throws(SpoolError) {
        let folder = try folder(place)
        folder.sync.touch()
        try folder.sync.wait()
    }

    /// The folder of an entry, refused while the daemon has the message on the wire.
    private func source(of entry: SpoolEntry) throws(SpoolError) -> Folder {
        let source = try folder(entry.place)
        if entry.place == .sending, try daemon().isRunning {
            throw SpoolError(.onTheWire, "move", path: source.path(of: entry.fileName.octets))
        }
        return source
    }

    private func gone(_ entry: SpoolEntry, _ source: Folder) -> SpoolError {
        SpoolError(number: ENOENT, "remove", path: source.path(of: entry.fileName.octets))
    }

    private func removeReason(of entry: SpoolEntry, in source: Folder) throws(SpoolError) {
        guard let name = SpoolName(octets: entry.fileName.octets) else { return }
        try source.remove(name.reasonOctets)
    }

    /// Operators may not enter `state/`: a failed message is due as soon as it is back anyway, and
    /// the daemon removes states without message.
    private func makeDue(_ id: SpoolID) throws(SpoolError) {
        try unlessDenied { () throws(SpoolError) in
            let store = StateStore(folder: try folder(.state), mustBeOurs: false)
            try store.setNextAttempt(of: id, to: 0)
        }
    }

    private func removeState(of id: SpoolID) throws(SpoolError) {
        try unlessDenied { () throws(SpoolError) in
            try StateStore(folder: try folder(.state), mustBeOurs: false).remove(id)
        }
    }

    private func unlessDenied(_ body: () throws(SpoolError) -> Void) throws(SpoolError) {
        do throws(SpoolError) {
            try body()
        } catch {
            if error.kind != .denied { throw error }
        }
    }
}
