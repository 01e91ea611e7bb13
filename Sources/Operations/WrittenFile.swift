internal import CLinux
internal import Glibc
internal import Settings

/// A file that `init` writes: complete or not at all, for root and the group of its folder.
package struct WrittenFile: Sendable {
    private let path: String

    /// Names the file; nothing is looked at yet.
    package init(_ path: String) { self.path = path }

    /// Writes settings where there are none: a file that holds comments alone has none.
    ///
    /// - Throws: When there are some, which are never overwritten, or the system refuses.
    package func writeSettings(_ text: String) throws(CommandRefusal) {
        try refuseSettings()
        try write(text, mode: 0o640)
    }

    /// Refuses a file that already holds settings, before anybody is asked anything.
    package func refuseSettings() throws(CommandRefusal) {
        guard let octets = contents() else { return }
        if let entries = try? TomlDocument.parse(octets), entries.isEmpty { return }
        throw CommandRefusal(
            "\(path) already holds settings, which are never overwritten. Edit them, move them away, "
                + "or name another file with --config.",
            .settings
        )
    }

    /// Writes the file anew, with the folders above it.
    ///
    /// - Throws: When the system refuses.
    package func write(_ text: String, mode: UInt32) throws(CommandRefusal) {
        try makeFolders()
        let temporary = "\(path).new"
        unlink(temporary)
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW
        let file = linux_open(AT_FDCWD, temporary, flags, 0o600)
        guard file >= 0 else { throw refusal(-file) }
        defer { _ = linux_close(file) }
        // Only root may give it to a group it is not in; for others it stays their own.
        if let group = folderGroup { _ = linux_set_group(file, group) }
        let octets = Array(text.utf8)
        var result = linux_set_mode(file, mode)
        if result == 0 {
            result = octets.withUnsafeBytes { linux_write_all(file, $0.baseAddress, $0.count) }
        }
        if result == 0, fsync(file) != 0 { result = -errno }
        if result == 0 { result = linux_rename(AT_FDCWD, temporary, AT_FDCWD, path) }
        guard result == 0 else {
            unlink(temporary)
            throw refusal(-result)
        }
    }

    private func makeFolders() throws(CommandRefusal) {
        var folder = ""
        for step in path.split(separator: "/").dropLast() {
            folder += "/\(step)"
            if mkdir(folder, 0o755) != 0, errno != EEXIST { throw refusal(errno) }
        }
    }

    private var folderGroup: UInt32? {
        var facts = stat()
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        return stat(folder.isEmpty ? "/" : folder, &facts) == 0 ? facts.st_gid : nil
    }

    /// The beginning of the file; enough to tell settings from comments.
    private func contents() -> [UInt8]? {
        let file = linux_open(AT_FDCWD, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0)
        guard file >= 0 else { return nil }
        defer { _ = linux_close(file) }
        var octets = [UInt8](repeating: 0, count: TomlDocument.maximumOctets)
        let count = octets.withUnsafeMutableBytes { linux_read(file, $0.baseAddress, $0.count) }
        return count < 0 ? nil : Array(octets.prefix(Int(count)))
    }

    private func refusal(_ number: Int32) -> CommandRefusal {
        CommandRefusal("Cannot write \(path): \(systemText(number)).", .unavailable)
    }
}
