internal import CLinux
internal import Glibc

/// The folder in which writers read why their messages were refused.
///
/// Opened anew for every file and never through a link, since it may come late as a mount does. It
/// must be ours and closed to other writers: what writers read there, they believe.
package struct FeedbackFolder: Sendable {
    /// How many files are kept; the oldest go first.
    package static let maximumFiles = 1000
    /// How long a file is kept, in microseconds: 30 days.
    package static let maximumAge: Int64 = 30 * 86_400_000_000

    private let path: String
    private let writers: SpoolOptions.Writers
    private let hooks: SpoolHooks

    /// Creates the folder's face; nothing is opened, and the folder itself is not made.
    package init(
        path: String,
        writers: SpoolOptions.Writers = .untrusted,
        hooks: SpoolHooks = SpoolHooks()
    ) {
        (self.path, self.writers, self.hooks) = (path, writers, hooks)
    }

    /// What keeps the folder from being used, with its cure; `nil` when nothing does.
    package func problem() -> SpoolError? {
        do throws(SpoolError) {
            let folder = try open()
            guard faccessat(folder.descriptor, ".", W_OK | X_OK, AT_EACCESS) != 0 else {
                return nil
            }
            return SpoolError(number: errno, "write in", path: folder.path)
        } catch {
            return error
        }
    }

    /// Writes the text about a message, complete and durable before it has its name.
    package func write(_ text: [UInt8], about name: SpoolName) throws(SpoolError) {
        let folder = try open()
        let temporary = Self.temporaryName(name.id)
        try folder.remove(temporary)
        let file = try folder.open(temporary, O_WRONLY | O_CREAT | O_EXCL)
        defer { _ = linux_close(file) }
        var result = text.withUnsafeBytes { linux_write_all(file, $0.baseAddress, $0.count) }
        // Whoever may enter the folder may read it, whatever the umask.
        if result == 0 { result = linux_set_mode(file, 0o644) }
        // EPERM: a network mount that makes its modes up.
        if result == 0 || result == -EPERM { result = hooks.sync(file) }
        guard result == 0 else {
            _ = try? folder.remove(temporary)
            throw SpoolError(number: -result, "write", path: folder.path(of: temporary))
        }
        try folder.replace(Self.fileName(name), with: temporary)
        try folder.sync.wait()
    }

    /// Whether there is a text about a message.
    package func hasText(about name: SpoolName) throws(SpoolError) -> Bool {
        try open().facts(Self.fileName(name)) != nil
    }

    /// Removes what is too old, what is too much, and what a killed daemon had begun.
    package func removeOld() throws(SpoolError) {
        let folder = try open()
        var files: [(modified: Int64, name: [UInt8])] = []
        for name in try Self.ownNames(folder) {
            // Nanoseconds.
            guard let facts = try folder.facts(name) else { continue }
            files.append((facts.modified / 1000, name))
        }
        files.sort { $0.modified < $1.modified }
        let oldest = hooks.now() - Self.maximumAge
        let excess = files.count - Self.maximumFiles
        for (index, file) in files.enumerated() where index < excess || file.modified < oldest {
            try folder.remove(file.name)
        }
    }

    private func open() throws(SpoolError) -> Folder {
        let folder = try Folder.open(path: path, hooks: hooks)
        guard writers == .untrusted else { return folder }
        let facts = try folder.facts()
        if facts.user == geteuid(), facts.permissions & 0o022 == 0 { return folder }
        let word = FolderRule.quoted(folder.path)
        let chown = facts.user == geteuid() ? "" : "chown \(FolderRule.ourName) \(word) && "
        throw SpoolError(
            .unsafe(cure: "\(chown)chmod go-w \(word)"),
            "use folder",
            path: folder.path
        )
    }

    private static func ownNames(_ folder: Folder) throws(SpoolError) -> [[UInt8]] {
        var names: [[UInt8]] = []
        try folder.forEachName { octets, _ in
            let isTemporary = octets.starts(with: temporaryPrefix)
            if isTemporary || id(of: octets) != nil { names.append(Array(octets)) }
            // Somebody else's files are left alone, and so many are not all looked at.
            return names.count < 100_000
        }
        return names
    }
}

// Names.
extension FeedbackFolder {
    private static let temporaryPrefix = Array(".feedback-".utf8)
    private static let ending = Array(".txt".utf8)

    private static func temporaryName(_ id: SpoolID) -> [UInt8] {
        temporaryPrefix + id.octets + ".tmp".utf8
    }

    /// The id in `<name>.<id>.txt`.
    private static func id(of name: UnsafeRawBufferPointer) -> SpoolID? {
        guard name.count > SpoolID.octetCount + ending.count,
            name.suffix(ending.count).elementsEqual(ending)
        else { return nil }
        return SpoolID(octets: name.dropLast(ending.count).suffix(SpoolID.octetCount))
    }

    /// `<name>.<id>.txt`, with the writer's own name as far as Windows has such names.
    static func fileName(_ name: SpoolName) -> [UInt8] {
        let room = FileName.maximumOctets - SpoolID.octetCount - ending.count - 1
        var stem: [UInt8] = []
        for scalar in String(decoding: name.original.octets, as: UTF8.self).unicodeScalars {
            let octets = Array(String(isLegal(scalar) ? scalar : "_").utf8)
            if stem.count + octets.count >= room { break }
            stem += octets
        }
        if isDevice(stem) { stem.insert(UInt8(ascii: "_"), at: 0) }
        return stem + [UInt8(ascii: ".")] + name.id.octets + ending
    }

    private static func isLegal(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        // Format characters could make a name look like another.
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned:
            false
        default: scalar != "\u{FFFD}" && !"<>:\"/\\|?*".unicodeScalars.contains(scalar)
        }
    }

    /// Windows takes `CON.eml.txt` for the console.
    private static func isDevice(_ stem: [UInt8]) -> Bool {
        let word = String(decoding: stem.prefix { $0 != UInt8(ascii: ".") }, as: UTF8.self)
        switch word.uppercased() {
        case "CON", "PRN", "AUX", "NUL": return true
        case let word where word.hasPrefix("COM") || word.hasPrefix("LPT"):
            return word.utf8.count == 4
                && word.utf8.last.map { (0x31...0x39).contains($0) } ?? false
        default: return false
        }
    }
}

extension MessageSpool {
    /// The messages that went to `failed/` within so many microseconds.
    package func failed(within span: Int64) throws(SpoolError) -> [SpoolName] {
        let failed = folders.failed
        var names: [SpoolName] = []
        try failed.forEachName { octets, _ in
            if !octets.suffix(4).elementsEqual(".txt".utf8), let name = SpoolName(octets: octets) {
                names.append(name)
            }
            return true
        }
        let oldest = hooks.now() - span
        var recent: [SpoolName] = []
        for name in names {
            let reason = try failed.facts(name.reasonOctets)
            if let reason, reason.modified / 1000 >= oldest { recent.append(name) }
        }
        return recent
    }
}
