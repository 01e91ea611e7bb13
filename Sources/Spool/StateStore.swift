internal import CLinux
internal import Glibc

/// The state files: `state/<id>`.
struct StateStore: Sendable {
    let folder: Folder
    /// Whether a state file of another owner is an error.
    let mustBeOurs: Bool

    /// Reads a state, or returns `nil` when the message has none.
    func load(_ id: SpoolID) throws(SpoolError) -> DeliveryState? {
        let path = folder.path(of: id.octets)
        let descriptor: Int32
        do throws(SpoolError) {
            descriptor = try folder.open(id.octets, O_RDONLY)
        } catch {
            // Nothing else means that there is no history: a message sent without it could reach
            // recipients who have it.
            if error.number == ENOENT { return nil }
            throw error
        }
        let file = try MessageFile(descriptor: descriptor, path: path)
        let facts = file.facts
        guard !mustBeOurs || facts.user == geteuid() else {
            throw corrupt(path, "it belongs to somebody else")
        }
        guard facts.size <= Int64(StateFormat.maximumOctets) else {
            throw corrupt(path, "it is larger than any state")
        }
        let octets = try file.readHead(StateFormat.maximumOctets)
        let state: DeliveryState
        do throws(StateDefect) {
            state = try StateFormat.decode(octets, nextAttempt: max(facts.modified, 0) / 1000)
        } catch {
            throw corrupt(path, error.reason)
        }
        guard state.id == id else { throw corrupt(path, "it is the state of another message") }
        return state
    }

    private func corrupt(_ path: [UInt8], _ reason: String) -> SpoolError {
        SpoolError(.corrupt(reason), "read", path: path)
    }

    /// Writes a state; durable when it returns.
    func save(_ state: DeliveryState) throws(SpoolError) {
        try folder.write(
            StateFormat.encode(state),
            as: state.id.octets,
            through: TemporaryName.state(state.id),
            modified: state.nextAttempt
        )
        try folder.sync.wait()
    }

    /// Removes a state; a crash may bring it back, which recovery repairs.
    func remove(_ id: SpoolID) throws(SpoolError) { try folder.remove(id.octets) }

    /// When the message is due, in microseconds since 1970, or `nil` when it has no state.
    func nextAttempt(of id: SpoolID) throws(SpoolError) -> Int64? {
        try folder.facts(id.octets).map { max($0.modified, 0) / 1000 }
    }

    /// Makes a message due at a time in microseconds since 1970.
    func setNextAttempt(of id: SpoolID, to time: Int64) throws(SpoolError) {
        let result = id.octets.withName {
            linux_set_modified_at(
                folder.descriptor,
                $0,
                max(time, 0) / 1_000_000,
                max(time, 0) % 1_000_000 * 1000
            )
        }
        guard result == 0 || result == -ENOENT else {
            throw SpoolError(number: -result, "change", path: folder.path(of: id.octets))
        }
    }

    /// Every id that has a state, in order; names only, no file is looked at.
    func ids() throws(SpoolError) -> [SpoolID] {
        var ids: [SpoolID] = []
        try folder.forEachName { name, _ in
            if let id = SpoolID(octets: name) { ids.append(id) }
            return true
        }
        ids.sort()
        return ids
    }
}

/// The names of files that are not yet what they will be; recovery removes them.
enum TemporaryName {
    /// A state before its rename.
    static func state(_ id: SpoolID) -> [UInt8] { hidden(id, ".tmp") }
    /// A copied message before its rename.
    static func copy(_ id: SpoolID) -> [UInt8] { hidden(id, ".copy") }
    /// A reason before its rename.
    static func reason(_ id: SpoolID) -> [UInt8] { hidden(id, ".txt") }
    /// A bundle whose files are being removed.
    static func removed(_ id: SpoolID) -> [UInt8] { hidden(id, ".gone") }

    /// Whether a name is one of these.
    static func isTemporary(_ name: UnsafeRawBufferPointer) -> Bool {
        guard name.first == UInt8(ascii: "."), name.count > SpoolID.octetCount + 1,
            SpoolID(octets: name[1...SpoolID.octetCount]) != nil
        else { return false }
        let ending = name[(SpoolID.octetCount + 1)...]
        return [".tmp", ".copy", ".txt", ".gone"].contains { ending.elementsEqual($0.utf8) }
    }

    private static func hidden(_ id: SpoolID, _ ending: String) -> [UInt8] {
        [UInt8(ascii: ".")] + id.octets + Array(ending.utf8)
    }
}
