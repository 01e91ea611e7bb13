internal import CLinux
internal import Glibc

extension MessageSpool {
    /// Moves a file from the drop folder into the queue: state D to Q, or to W for one that comes
    /// back.
    ///
    /// The move is not durable yet; ``makeClaimDurable(_:named:)`` makes it so before the message
    /// is sent. With `keepingFolder` a state keeps which subfolder it lay in. The descriptor is read
    /// only where the name looks like ours; the facts say what the file was when it was found ready.
    /// Throws ``SpoolError/Kind/changed(_:)`` when the name meanwhile belonged to another file, which
    /// is back in the drop folder then.
    package func claim(
        _ name: FileName,
        in directory: DropDirectory,
        descriptor: Int32,
        facts: FileFacts,
        keepingFolder: Bool = false
    ) throws(SpoolError) -> SpoolName {
        var candidate = Candidate(name, in: directory.folder, descriptor, facts)
        if keepingFolder { candidate.keptFolder = directory.relative }
        let claimed = try take(candidate)
        drops.recordClaim(in: directory)
        return claimed
    }

    /// Gives an id to a file that somebody put into `queue/` by hand.
    package func adopt(
        stray name: FileName,
        descriptor: Int32,
        facts: FileFacts
    ) throws(SpoolError) -> SpoolName {
        try take(Candidate(name, in: folders.queue, descriptor, facts))
    }

    /// Opens a file that lies in `queue/` without an id, to find out whether it is ready.
    package func open(stray name: FileName) throws(SpoolError) -> Int32 {
        try folders.queue.open(name.octets, O_RDONLY)
    }

    func take(
        _ candidate: Candidate,
        original known: FileName? = nil
    ) throws(SpoolError) -> SpoolName {
        try waitForRecovery(of: candidate.name)
        if let state = try returning(candidate) {
            try move(candidate, to: state.name)
            try rejoin(state)
            return state.name
        }
        let original =
            givenBack.locked { $0.takeOriginal(of: candidate.name) } ?? known ?? candidate.name
        let name = SpoolName(id: makeID(), original: original)
        guard let state = stateToKeep(of: name, original, candidate.keptFolder) else {
            try move(candidate, to: name)
            return name
        }
        try states.save(state)
        do throws(SpoolError) {
            try move(candidate, to: name)
        } catch {
            try? states.remove(name.id)
            throw error
        }
        return name
    }

    /// What would be lost by the claim: a name too long to keep, and the folder where it counts.
    func stateToKeep(
        of name: SpoolName,
        _ original: FileName,
        _ folder: [UInt8]
    ) -> DeliveryState? {
        if name.original == original && folder.isEmpty { return nil }
        var state = DeliveryState(id: name.id, originalName: original)
        state.folder = folder
        return state
    }

    private func move(_ candidate: Candidate, to name: SpoolName) throws(SpoolError) {
        do throws(SpoolError) {
            try candidate.folder.move(candidate.name.octets, to: folders.queue, as: name.octets)
        } catch {
            if error.kind == .crossDevice {
                return try moveAcross(candidate, to: folders.queue, as: name)
            }
            // rename(2), BUGS: on NFS a rename that failed may still have happened.
            guard error.kind == .vanished,
                try folders.queue.facts(name.octets)?.isSameFile(as: candidate.facts) == true
            else { throw error }
            candidate.folder.sync.touch()
            folders.queue.sync.touch()
        }
        try checkArrival(of: candidate, as: name, in: folders.queue)
    }

    /// A writer can give the name to another file between our look and our rename: that file was
    /// never found ready.
    func checkArrival(
        of candidate: Candidate,
        as name: SpoolName,
        in folder: Folder
    ) throws(SpoolError) {
        guard let arrived = try folder.facts(name.octets) else {
            let path = folder.path(of: name.octets)
            throw SpoolError(number: ENOENT, "find the claimed file", path: path)
        }
        if arrived.isSameFile(as: candidate.facts) { return }
        try putBack(name, from: folder, candidate)
        let path = candidate.folder.path(of: candidate.name.octets)
        throw SpoolError(.changed("identity"), "claim", path: path)
    }

    /// Gives a file back to its writer, under our name for it when the old one is taken again.
    func putBack(
        _ name: SpoolName,
        from folder: Folder,
        _ candidate: Candidate
    ) throws(SpoolError) {
        do throws(SpoolError) {
            try folder.move(name.octets, to: candidate.folder, as: candidate.name.octets)
        } catch {
            guard error.kind == .exists else { throw error }
            givenBack.locked { $0.add(name.id, candidate.name) }
            try folder.move(name.octets, to: candidate.folder, as: name.octets)
        }
    }

    /// The state that a file named like one of ours may rejoin.
    ///
    /// The name proves nothing, writers choose names: inode or content must match too.
    private func returning(_ candidate: Candidate) throws(SpoolError) -> DeliveryState? {
        guard let name = SpoolName(octets: candidate.name.octets),
            let state = try readableState(of: name.id),
            try matches(state, candidate.descriptor, candidate.facts)
        else { return nil }
        // A copy of a message that is still on its way is a message of its own.
        let places: [SpoolFolder] =
            candidate.folder === folders.queue ? [.sending] : [.queue, .sending]
        let isUnderWay = try location(of: state.name, among: places) != nil
        return isUnderWay ? nil : state
    }

    /// A state that makes no sense says nothing: the file is then a new message.
    ///
    /// One that cannot be read now may name recipients who have the message.
    func readableState(of id: SpoolID) throws(SpoolError) -> DeliveryState? {
        do throws(SpoolError) {
            return try states.load(id)
        } catch  where error.kind.isDamage {
            return nil
        }
    }

    /// Whether a file is the one its state belongs to: the same inode or the same content.
    func matches(
        _ state: DeliveryState,
        _ descriptor: Int32,
        _ facts: FileFacts
    ) throws(SpoolError) -> Bool {
        guard let identity = state.identity else { return false }
        if identity.isFile(facts) { return true }
        // A forged id must not have us read a file that is as large as its writer likes.
        guard !identity.digest.isEmpty, identity.size == facts.size else { return false }
        let path = folders.queue.path(of: state.name.octets)
        let digest = try FileDigest.sha256(descriptor: descriptor, size: facts.size, path: path)
        return digest == identity.digest
    }

    private func rejoin(_ state: DeliveryState) throws(SpoolError) {
        try removeReasons(of: state.name)
        // Moved back along with its message, it is litter.
        try folders.drop.remove(state.name.legalOnWindows.reasonOctets)
        var state = state
        if let facts = try folders.queue.facts(state.name.octets) {
            state.identity = FileIdentity(facts, digest: state.identity?.digest ?? [])
        }
        state.nextAttempt = hooks.now()
        try states.save(state)
    }

    /// Removes the reasons of a message that is no longer where they say.
    func removeReasons(of name: SpoolName) throws(SpoolError) {
        let name = name.legalOnWindows
        for folder in [folders.failed, folders.held] where try folder.facts(name.octets) == nil {
            try folder.remove(name.reasonOctets)
        }
    }
}

/// The names writers gave to files that lie in the drop folder under a name of ours.
///
/// Forgotten with the process: then our name is part of the file's, which costs nothing but looks.
struct GivenBack {
    private var originals: [SpoolID: FileName] = [:]
    /// Each was claimed at the moment its writer replaced it, and waits for its next look.
    private static let limit = 1000

    /// Remembers a name.
    mutating func add(_ id: SpoolID, _ original: FileName) {
        if originals.count < Self.limit { originals[id] = original }
    }

    /// The writer's name for a file, once; `nil` when it has it.
    mutating func takeOriginal(of name: FileName) -> FileName? {
        SpoolName(octets: name.octets).flatMap { originals.removeValue(forKey: $0.id) }
    }
}

/// A file that is to be claimed.
struct Candidate {
    let name: FileName
    let folder: Folder
    let descriptor: Int32
    let facts: FileFacts
    /// The folder below the drop folder, where a state is to keep it.
    var keptFolder: [UInt8] = []

    init(_ name: FileName, in folder: Folder, _ descriptor: Int32, _ facts: FileFacts) {
        self.name = name
        self.folder = folder
        self.descriptor = descriptor
        self.facts = facts
    }
}
