internal import Glibc

/// Small files that others write, with a bound on what is read.
enum SmallFile {
    /// A call of the system that failed, as the end of a sentence that names the file.
    struct Defect: Error {
        let phrase: String
        var isMissing = false
    }

    /// Reads a regular file.
    ///
    /// `followsLinks` is for files that platforms put behind links, as Kubernetes does.
    static func read(
        _ path: String,
        limit: Int,
        followsLinks: Bool = true
    ) throws(Defect) -> [UInt8] {
        // O_NONBLOCK: a FIFO in the file's place must not hold up the reader.
        let flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | (followsLinks ? 0 : O_NOFOLLOW)
        let descriptor = open(path, flags)
        guard descriptor >= 0 else { throw defect("cannot be opened") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw defect("cannot be examined") }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw Defect(phrase: "is not a regular file")
        }
        var octets = [UInt8](repeating: 0, count: limit + 1)
        var count = 0
        while count < octets.count {
            let step = octets.withUnsafeMutableBytes {
                Glibc.read(descriptor, $0.baseAddress?.advanced(by: count), $0.count - count)
            }
            if step == 0 { break }
            if step > 0 {
                count += step
            } else if errno != EINTR {
                throw defect("cannot be read")
            }
        }
        guard count <= limit else { throw Defect(phrase: "is larger than \(limit) octets") }
        return Array(octets.prefix(count))
    }

    /// Writes a file whole or not at all, durably, with mode 0600 (rename(2), fsync(2)).
    static func replace(_ path: String, with octets: [UInt8]) throws(Defect) {
        let temporary = path + ".tmp"
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw defect("cannot be written") }
        do throws(Defect) {
            defer { close(descriptor) }
            try write(octets, to: descriptor)
            guard fsync(descriptor) == 0 else { throw defect("cannot be synced") }
        } catch {
            unlink(temporary)
            throw error
        }
        guard rename(temporary, path) == 0 else {
            let failure = defect("cannot be replaced")
            unlink(temporary)
            throw failure
        }
        try syncFolder(of: path)
    }

    private static func write(_ octets: [UInt8], to descriptor: Int32) throws(Defect) {
        var written = 0
        while written < octets.count {
            let step = octets.withUnsafeBytes {
                Glibc.write(
                    descriptor,
                    $0.baseAddress?.advanced(by: written),
                    $0.count - written
                )
            }
            if step > 0 {
                written += step
            } else if errno != EINTR {
                throw defect("cannot be written")
            }
        }
    }

    private static func syncFolder(of path: String) throws(Defect) {
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        let descriptor = open(folder.isEmpty ? "/" : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw defect("has a folder that cannot be opened") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw defect("has a folder that cannot be synced") }
    }

    private static func defect(_ what: String) -> Defect {
        let code = errno
        return Defect(
            phrase: "\(what): \(String(cString: strerror(code)))",
            isMissing: code == ENOENT
        )
    }
}
