internal import CLinux
internal import Glibc

extension OperatorSpool {
    /// Finds messages by the beginning of their id, their file name or the writer's name for them,
    /// in some folders.
    ///
    /// Returns at most `limit` of them; more than one means that the words are ambiguous.
    package func find(
        _ words: [UInt8],
        among places: [SpoolFolder],
        limit: Int = 20
    ) throws(SpoolError) -> [SpoolEntry] {
        try find(each: [words], among: places, limit: limit)[0]
    }

    /// The same for many words, with one reading of each folder for all of them.
    ///
    /// Returns for each word, in their order, what it may mean: at most `limit` messages.
    package func find(
        each words: [[UInt8]],
        among places: [SpoolFolder],
        limit: Int = 20
    ) throws(SpoolError) -> [[SpoolEntry]] {
        let wanted = MessageWords(words)
        var found = [[SpoolEntry]](repeating: [], count: words.count)
        var unsettled = words.count { !$0.isEmpty }
        for place in places where unsettled > 0 {
            do throws(SpoolError) {
                try list(place) { entry in
                    for position in wanted.positions(of: entry) where found[position].count < limit
                    {
                        found[position].append(entry)
                        if found[position].count == limit { unsettled -= 1 }
                    }
                    return unsettled > 0
                }
            } catch {
                // `sending/` is the daemon's alone: an operator looks without it.
                guard error.kind == .denied, place == .sending else { throw error }
            }
        }
        return found
    }

    /// Opens a message to read it; the daemon may move it meanwhile.
    package func open(_ entry: SpoolEntry) throws(SpoolError) -> MessageFile {
        let folder = try folder(entry.place)
        let descriptor = try folder.open(entry.fileName.octets, O_RDONLY)
        return try MessageFile(descriptor: descriptor, path: path(of: entry))
    }

    /// The files of a message that is a folder; `nil` for one that is a file.
    package func bundle(_ entry: SpoolEntry) throws(SpoolError) -> BundleFiles? {
        let folder = try folder(entry.place)
        guard try folder.facts(entry.fileName.octets)?.isFolder == true else { return nil }
        return try BundleFiles(
            try folder.subfolder(entry.fileName.octets),
            limit: MessageSpool.maximumBundleMembers
        )
    }

    /// The path of a message, as octets.
    package func path(of entry: SpoolEntry) -> [UInt8] {
        root.path + Array("/\(entry.place.path)/".utf8) + entry.fileName.octets
    }

    /// The ids that have a history, in order; names only, no file is looked at.
    package func histories() throws(SpoolError) -> [SpoolID] {
        do throws(SpoolError) {
            return try StateStore(folder: try folder(.state), mustBeOurs: false).ids()
        } catch {
            if error.kind == .vanished { return [] }
            throw error
        }
    }

    /// When a message is due, in microseconds since 1970, or `nil` when it has no history.
    package func nextAttempt(of id: SpoolID) throws(SpoolError) -> Int64? {
        do throws(SpoolError) {
            return try StateStore(folder: try folder(.state), mustBeOurs: false).nextAttempt(of: id)
        } catch {
            if error.kind == .vanished { return nil }
            throw error
        }
    }

    /// Asks a running daemon to look at its folders now.
    ///
    /// Best effort: it looks every 30 seconds anyway.
    package func wake() {
        let name = Array(SpoolFolder.wakeName.utf8)
        guard let descriptor = try? drop.open(name, O_WRONLY | O_CREAT, mode: 0o600) else { return }
        _ = linux_close(descriptor)
        _ = try? drop.remove(name)
    }
}

extension OperatorSpool {
    /// When a message got the text beside it, or was claimed where it has none; in microseconds since
    /// 1970, or `nil` when it is gone.
    ///
    /// Of a text, not of the message: only we write one, and a move leaves its time alone.
    package func setAsideAt(_ entry: SpoolEntry) throws(SpoolError) -> Int64? {
        let folder = try folder(entry.place)
        if let name = SpoolName(octets: entry.fileName.octets),
            let reason = try folder.facts(name.reasonOctets)
        {
            return reason.modified / 1000
        }
        if let id = entry.id { return id.microseconds }
        return try folder.facts(entry.fileName.octets).map { $0.modified / 1000 }
    }
}
