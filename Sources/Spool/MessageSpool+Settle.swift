internal import CLinux
internal import Glibc

/// Where a settled message went.
package enum MoveResult: Hashable, Sendable {
    /// It was moved as asked.
    case moved(SpoolName)
    /// A person had taken it out of its folder; it stays where they put it.
    case elsewhere(MessageLocation)
    /// A person had taken it out of its folder, it was accepted, and it is in `sent/` now.
    case fetched(SpoolName, from: MessageLocation)
}

/// A place a message was found at.
package struct MessageLocation: Hashable, Sendable {
    /// The folder; `nil` is the drop folder.
    package var place: SpoolFolder?
    package var name: FileName
}

extension MessageSpool {
    /// The first half of barrier B1, before a message is inspected: its content is on disk when this
    /// returns.
    ///
    /// Returns the same file, or another when the disk failed: the content was then copied, synced
    /// and put in the message's place, and must be inspected again. With a sick folder nothing is
    /// begun that would have to end there.
    package func makeContentDurable(
        _ file: MessageFile,
        named name: SpoolName
    ) throws(SpoolError) -> MessageFile {
        if let sickness { throw SpoolError(.sick, "sync", path: sickness.path) }
        let result = hooks.syncData(file.descriptor)
        // EINVAL: a file system without sync, where there is nothing to wait for.
        return result == 0 || result == -EINVAL ? file : try rewrite(name, after: result)
    }

    /// The second half of barrier B1, before `MAIL`: calls back when every claim made before the call
    /// is on disk.
    package func whenClaimsAreDurable(
        then completion: @escaping @Sendable (SpoolError?) -> Void
    ) {
        folders.queue.sync.whenDurable(.arrivals) { error in
            if let error { return completion(error) }
            self.drops.whenDurable(completion)
        }
    }

    /// A failed sync has marked the pages clean: only new pages can be trusted to reach the disk.
    private func rewrite(
        _ name: SpoolName,
        after result: Int32
    ) throws(SpoolError) -> MessageFile {
        let temporary = TemporaryName.copy(name.id)
        let queue = folders.queue
        try FileCopy.copy(name.octets, from: queue, to: queue, as: temporary, mode: copyMode)
        try queue.replace(name.octets, with: temporary)
        let path = queue.path(of: name.octets)
        let failure = SpoolError(number: -result, "sync", path: path)
        return try MessageFile(
            descriptor: try queue.open(name.octets, O_RDONLY),
            path: path,
            // The cure of a failed disk is a restart, but here the copy is the cure.
            failedSync: failure.kind == .io
                ? SpoolError(.other, "sync", path: path, number: -result) : failure
        )
    }

    /// State Q or W to S with barrier B2: calls back when the last octets may be sent, or with the
    /// error that keeps the message in the queue.
    ///
    /// The open message is compared before and after, since the move changes its change time:
    /// ``MessageFile/checkUnchanged()`` keeps its meaning.
    package func beginSending(
        _ name: SpoolName,
        file: (any ClaimedContent)?,
        then completion: @escaping @Sendable (SpoolError?) -> Void
    ) {
        do throws(SpoolError) {
            try file?.checkUnchanged()
            try folders.queue.move(name.octets, to: folders.sending, as: name.octets)
        } catch {
            return completion(error)
        }
        do throws(SpoolError) {
            try file?.acceptMove()
        } catch {
            takeBack(name)
            return completion(error)
        }
        folders.sending.sync.whenDurable(.arrivals) { error in
            if error != nil { self.takeBack(name) }
            completion(error)
        }
    }

    /// Moves a message back that could not be made ready.
    ///
    /// The dot will not be sent, so the message is not uncertain. Should this fail too, it will be
    /// called uncertain, which is only too careful.
    private func takeBack(_ name: SpoolName) {
        try? folders.sending.move(name.octets, to: folders.queue, as: name.octets)
    }

    /// State S to A with barrier B3: accepted, and durable when it calls back.
    ///
    /// The state is removed with it; `hasHistory` says whether there may be one.
    package func settleSent(
        _ name: SpoolName,
        hasHistory: Bool,
        then completion: @escaping @Sendable (Result<MoveResult, SpoolError>) -> Void
    ) {
        let day = SpoolFolder.sent(day: folders.today)
        let (settlement, folder): (MoveResult, Folder)
        do throws(SpoolError) {
            settlement = try settleSent(name, day)
            folder = try folders.folder(day)
        } catch {
            return completion(.failure(error))
        }
        // Nobody's message waits for it: under load one sync in some milliseconds serves all.
        folder.sync.whenDurable(.arrivals, .leisurely) { error in
            completion(
                Result { () throws(SpoolError) in
                    if let error { throw error }
                    if hasHistory { try self.states.remove(name.id) }
                    return settlement
                }
            )
        }
    }

    private func settleSent(
        _ name: SpoolName,
        _ day: SpoolFolder
    ) throws(SpoolError) -> MoveResult {
        do throws(SpoolError) {
            return .moved(try moveToDay(name, day))
        } catch {
            guard error.kind == .vanished, let found = try locate(name.id) else { throw error }
            return try fetch(name, found, day)
        }
    }

    /// A day's folder that somebody removed meanwhile is made again, once.
    private func moveToDay(_ name: SpoolName, _ day: SpoolFolder) throws(SpoolError) -> SpoolName {
        do throws(SpoolError) {
            return try move(name, from: folders.sending, to: folders.folder(day))
        } catch {
            guard error.kind == .vanished, try folders.sending.facts(name.octets) != nil else {
                throw error
            }
            folders.forget(day: folders.today)
            return try move(name, from: folders.sending, to: folders.folder(day))
        }
    }

    private func fetch(
        _ name: SpoolName,
        _ found: MessageLocation,
        _ day: SpoolFolder
    ) throws(SpoolError) -> MoveResult {
        if case .sent = found.place { return .moved(name) }
        let source = try found.place.map { (place) throws(SpoolError) in
            try folders.folder(place)
        }
        let foundName = SpoolName(octets: found.name.octets) ?? name
        let moved = try move(foundName, from: source ?? folders.drop, to: folders.folder(day))
        return .fetched(moved, from: found)
    }

    /// State S to W, or a deferral of a message that never left `queue/`: its state is durable
    /// first.
    package func returnToQueue(
        _ name: SpoolName,
        from place: SpoolFolder,
        state: DeliveryState
    ) throws(SpoolError) -> MoveResult {
        let source = try folders.folder(place)
        try states.save(try identified(state, name, in: source))
        if place == .queue { return .moved(name) }
        return try settle(name, from: source, to: folders.queue)
    }

    /// State Q, W or S to F: reason and history are durable before the move.
    ///
    /// The reason is the whole content of the `.txt` beside the message, with its line ends.
    package func fail(
        _ name: SpoolName,
        from place: SpoolFolder,
        reason: [UInt8],
        state: DeliveryState?
    ) throws(SpoolError) -> MoveResult {
        try setAside(name, from: place, to: folders.failed, reason, state)
    }

    /// State Q, W or S to H; a reason, where there is one, lies beside the message as in `failed/`.
    package func hold(
        _ name: SpoolName,
        from place: SpoolFolder,
        reason: [UInt8]? = nil,
        state: DeliveryState? = nil
    ) throws(SpoolError) -> MoveResult {
        try setAside(name, from: place, to: folders.held, reason, state)
    }

    private func setAside(
        _ name: SpoolName,
        from place: SpoolFolder,
        to target: Folder,
        _ reason: [UInt8]?,
        _ state: DeliveryState?
    ) throws(SpoolError) -> MoveResult {
        let source = try folders.folder(place)
        if var state {
            // Due at once when a person moves it back.
            state.nextAttempt = 0
            try states.save(try identified(state, name, in: source))
        } else {
            try identifyKept(name, in: source)
        }
        if place == .queue { try makeContentDurable(name) }
        let goal = try freeName(for: name.legalOnWindows, in: target)
        if let reason {
            try target.write(
                reason,
                as: goal.reasonOctets,
                through: TemporaryName.reason(goal.id),
                mode: copyMode
            )
            try target.sync.wait()
        }
        let settlement = try settle(name, from: source, to: target, as: goal)
        if case .elsewhere = settlement, reason != nil { try target.remove(goal.reasonOctets) }
        return settlement
    }

    /// What the claim had to keep, as the writer's name of a message that has another among people, is
    /// recognised when the message comes back, by its inode alone: to be
    /// set aside a file is not read, which may be of any size.
    private func identifyKept(_ name: SpoolName, in source: Folder) throws(SpoolError) {
        let isRenamed = name.legalOnWindows != name
        let known = try readableState(of: name.id) ?? (isRenamed ? DeliveryState(name) : nil)
        guard var kept = known, kept.identity == nil,
            let facts = try source.facts(name.octets)
        else { return }
        kept.identity = FileIdentity(facts, digest: [])
        kept.nextAttempt = 0
        try states.save(kept)
    }

    /// A message that is set aside before B1 may be content that nobody has synced yet: what lies in
    /// `failed/` or `held/` must not be empty after a power cut.
    private func makeContentDurable(_ name: SpoolName) throws(SpoolError) {
        // What cannot be opened, such as a link, must be possible to set aside nevertheless.
        guard let descriptor = try? folders.queue.open(name.octets, O_RDONLY) else { return }
        defer { _ = linux_close(descriptor) }
        if try FileFacts(descriptor: descriptor).isFolder {
            return try makeMembersDurable(of: name, in: folders.queue, toSetAside: true)
        }
        let result = hooks.syncData(descriptor)
        // EINVAL: no file, or a file system without sync.
        if result != 0 && result != -EINVAL { _ = try rewrite(name, after: result) }
    }

    private func settle(
        _ name: SpoolName,
        from source: Folder,
        to target: Folder,
        as goal: SpoolName? = nil
    ) throws(SpoolError) -> MoveResult {
        do throws(SpoolError) {
            let moved = try move(name, from: source, to: target, as: goal)
            try target.sync.wait()
            return .moved(moved)
        } catch {
            guard error.kind == .vanished, let found = try locate(name.id) else { throw error }
            return .elsewhere(found)
        }
    }

    /// Moves a message; where its name is taken, as by a copy somebody made, it gets a variant.
    private func move(
        _ name: SpoolName,
        from source: Folder,
        to target: Folder,
        as goal: SpoolName? = nil
    ) throws(SpoolError) -> SpoolName {
        var goal = goal ?? name
        for _ in 0..<3 {
            do throws(SpoolError) {
                try source.move(name.octets, to: target, as: goal.octets)
                return goal
            } catch {
                switch error.kind {
                case .exists: goal = try freeName(for: goal, in: target)
                case .vanished:
                    // rename(2), BUGS: on NFS a rename that failed may still have happened.
                    guard try target.facts(goal.octets) != nil else { throw error }
                    return goal
                default: throw error
                }
            }
        }
        throw SpoolError(.exists, "move", path: target.path(of: goal.octets), number: EEXIST)
    }

    private func freeName(for name: SpoolName, in target: Folder) throws(SpoolError) -> SpoolName {
        if try target.facts(name.octets) == nil { return name }
        for number in 2..<100 {
            let original = Array("\(number).".utf8) + name.original.octets
            let variant = SpoolName(
                id: name.id,
                original: FileName(unchecked: Array(original.prefix(FileName.maximumOctets)))
            )
            if try target.facts(variant.octets) == nil { return variant }
        }
        throw SpoolError(.exists, "move", path: target.path(of: name.octets), number: EEXIST)
    }
}
