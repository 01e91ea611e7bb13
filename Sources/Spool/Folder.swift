internal import CLinux
internal import Glibc

/// One open folder: every call goes through its descriptor, so a folder swapped underneath changes
/// nothing.
final class Folder: Sendable {
    let descriptor: Int32
    /// For error messages only.
    let path: [UInt8]
    let sync: FolderSync
    let hooks: SpoolHooks

    /// Takes over an open descriptor.
    init(descriptor: Int32, path: [UInt8], hooks: SpoolHooks) {
        self.descriptor = descriptor
        self.path = path
        self.hooks = hooks
        sync = FolderSync(descriptor: descriptor, path: path, hooks: hooks)
    }

    deinit { _ = linux_close(descriptor) }

    private static let flags = O_RDONLY | O_DIRECTORY

    /// Opens a folder named in the settings; links above it are the administrator's business, the
    /// folder itself must not be one.
    static func open(path: String, hooks: SpoolHooks) throws(SpoolError) -> Folder {
        let descriptor = linux_open(AT_FDCWD, path, flags, 0)
        let octets = Array(path.utf8)
        guard descriptor >= 0 else { throw folderError(-descriptor, path: octets) }
        return Folder(descriptor: descriptor, path: octets, hooks: hooks)
    }

    /// Opens a folder inside this one without following links.
    func subfolder(_ name: [UInt8]) throws(SpoolError) -> Folder {
        let descriptor = name.withName { linux_open(self.descriptor, $0, Self.flags, 0) }
        guard descriptor >= 0 else { throw Self.folderError(-descriptor, path: path(of: name)) }
        return Folder(descriptor: descriptor, path: path(of: name), hooks: hooks)
    }

    // With O_DIRECTORY the kernel answers ENOTDIR to a link as well.
    private static func folderError(_ number: Int32, path: [UInt8]) -> SpoolError {
        number == ENOTDIR || number == ELOOP
            ? SpoolError(.notPlain("not a folder"), "open folder", path: path, number: number)
            : SpoolError(number: number, "open folder", path: path)
    }

    /// The path of an entry, for error messages.
    func path(of name: [UInt8]) -> [UInt8] { path + [UInt8(ascii: "/")] + name }

    /// What the folder itself is.
    func facts() throws(SpoolError) -> FileFacts {
        try FileFacts(descriptor: descriptor, path: path)
    }

    /// What an entry is, links not followed, or `nil` when there is none.
    func facts(_ name: [UInt8]) throws(SpoolError) -> FileFacts? {
        var facts = linux_facts()
        let result = name.withName { linux_look(descriptor, $0, &facts) }
        if result == -ENOENT { return nil }
        guard result == 0 else {
            throw SpoolError(number: -result, "look at", path: path(of: name))
        }
        return FileFacts(facts)
    }

    /// Whether we may create and remove entries, those of other users included.
    var mayBeEmptiedByUs: Bool {
        guard faccessat(descriptor, ".", W_OK | X_OK, AT_EACCESS) == 0,
            let facts = try? facts()
        else { return false }
        let isSticky = facts.permissions & UInt32(S_ISVTX) != 0
        return !isSticky || facts.user == geteuid() || geteuid() == 0
    }

    /// Opens an entry without following a link and without waiting for a pipe's other end.
    func open(_ name: [UInt8], _ flags: Int32, mode: UInt32 = 0o600) throws(SpoolError) -> Int32 {
        let result = name.withName { linux_open(descriptor, $0, flags | O_NONBLOCK, mode) }
        guard result >= 0 else { throw SpoolError(number: -result, "open", path: path(of: name)) }
        return result
    }

    /// Creates a folder only we can enter; `false` when the name is taken.
    func makeFolder(_ name: [UInt8]) throws(SpoolError) -> Bool {
        let result = name.withName { linux_make_directory(descriptor, $0, 0o700) }
        if result == -EEXIST { return false }
        guard result == 0 else {
            throw SpoolError(number: -result, "create folder", path: path(of: name))
        }
        sync.touch()
        return true
    }

    /// Moves an entry to a name that is free; this call is the transition of a message.
    func move(_ name: [UInt8], to target: Folder, as newName: [UInt8]) throws(SpoolError) {
        let result = name.withName { old in
            newName.withName { linux_rename_new(descriptor, old, target.descriptor, $0) }
        }
        guard result == 0 else {
            let destination = target.path(of: newName)
            throw SpoolError(number: -result, "move", path: path(of: name), to: destination)
        }
        sync.touchDeparture()
        target.sync.touch()
    }

    /// Renames an entry inside the folder, replacing what has the new name.
    func replace(_ newName: [UInt8], with name: [UInt8]) throws(SpoolError) {
        let result = name.withName { old in
            newName.withName { linux_rename(descriptor, old, descriptor, $0) }
        }
        guard result == 0 else {
            throw SpoolError(number: -result, "replace", path: path(of: newName))
        }
        sync.touch()
    }

    /// Removes an entry; `false` when there was none.
    @discardableResult
    func remove(_ name: [UInt8]) throws(SpoolError) -> Bool {
        let result = name.withName { linux_unlink(descriptor, $0) }
        if result == -ENOENT { return false }
        guard result == 0 else { throw SpoolError(number: -result, "remove", path: path(of: name)) }
        sync.touch()
        return true
    }

    /// Writes a file that is complete and on disk before it has its name.
    ///
    /// Temporary name in the same folder → write → fsync → rename, which is atomic within a file
    /// system. The caller waits for ``sync`` when the name itself must survive. The modification
    /// time is in microseconds since 1970; `nil` is now.
    func write(
        _ content: [UInt8],
        as name: [UInt8],
        through temporary: [UInt8],
        mode: UInt32 = 0o600,
        modified: Int64? = nil
    ) throws(SpoolError) {
        try remove(temporary)
        let file = try open(temporary, O_WRONLY | O_CREAT | O_EXCL, mode: mode)
        defer { _ = linux_close(file) }
        var result = content.withUnsafeBytes { linux_write_all(file, $0.baseAddress, $0.count) }
        if result == 0, let modified { result = Self.setModified(file, modified) }
        if result == 0 { result = hooks.sync(file) }
        guard result == 0 else {
            // Best effort: recovery removes what stays.
            _ = temporary.withName { linux_unlink(descriptor, $0) }
            throw SpoolError(number: -result, "write", path: path(of: name))
        }
        try replace(name, with: temporary)
    }

    private static func setModified(_ file: Int32, _ microseconds: Int64) -> Int32 {
        let clamped = max(microseconds, 0)
        return linux_set_modified(file, clamped / 1_000_000, clamped % 1_000_000 * 1000)
    }
}

extension [UInt8] {
    /// Calls `body` with the octets as a C string; they contain no NUL by ``FileName``'s rule.
    func withName<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: count + 1) { buffer in
            _ = buffer.initialize(from: self)
            buffer.initializeElement(at: count, to: 0)
            return buffer.withMemoryRebound(to: CChar.self) { characters in
                // unsafe because a buffer of at least one octet always has a base address.
                body(UnsafePointer(characters.baseAddress.unsafelyUnwrapped))
            }
        }
    }
}
