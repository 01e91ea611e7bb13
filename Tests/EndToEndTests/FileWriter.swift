import Glibc
import TestSupport

/// A program that writes a file in pieces.
///
/// Closes its file with its last reference at the latest.
final class FileWriter {
    private var descriptor: Int32

    /// Opens a file for writing, by default a new one.
    init(_ path: String, flags: Int32 = O_CREAT | O_EXCL) throws {
        descriptor = open(path, O_WRONLY | O_CLOEXEC | flags, 0o644)
        guard descriptor >= 0 else { throw WaitError("open \(path): \(systemError())") }
    }

    /// Creates a file in a folder that has no name until ``link(to:)``.
    init(unnamedIn folder: String) throws {
        // O_TMPFILE, which Swift does not see: __O_TMPFILE | O_DIRECTORY.
        descriptor = open(folder, O_WRONLY | O_CLOEXEC | 0o20_000_000 | O_DIRECTORY, 0o644)
        guard descriptor >= 0 else { throw WaitError("open \(folder): \(systemError())") }
    }

    deinit { close() }

    /// Writes a piece.
    func write(_ text: String) throws {
        let octets = Array(text.utf8)
        guard Glibc.write(descriptor, octets, octets.count) == octets.count else {
            throw WaitError("write: \(systemError())")
        }
    }

    /// Gives an unnamed file its name.
    func link(to path: String) throws {
        let own = "/proc/self/fd/\(descriptor)"
        guard linkat(AT_FDCWD, own, AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0 else {
            throw WaitError("linkat \(path): \(systemError())")
        }
    }

    /// Closes the file.
    func close() {
        if descriptor >= 0 { Glibc.close(descriptor) }
        descriptor = -1
    }
}

/// Throws with the name of a system call that failed.
func must(_ call: String, _ result: Int32) throws {
    guard result == 0 else { throw WaitError("\(call): \(systemError())") }
}

extension RelayHarness {
    /// Waits until the daemon has had every reason to claim a file, and has looked since: the file
    /// is older than half a second, and another that came later is sent.
    func passOver(_ path: String) async throws {
        try await waitUntil("\(path) to be older") {
            var facts = stat()
            guard stat(path, &facts) == 0 else { return true }
            var now = timespec()
            clock_gettime(CLOCK_REALTIME, &now)
            let seconds = Double(now.tv_sec - facts.st_mtim.tv_sec)
            return seconds + Double(now.tv_nsec - facts.st_mtim.tv_nsec) / 1e9 > 0.5
        }
        try await settle()
    }

    /// Has the daemon scan, and waits until a file dropped after that is sent.
    func settle() async throws {
        let wake = "\(drop)/.postchute-wake"
        try writeFile([], to: wake)
        unlink(wake)
        let name = "later-\(UInt64.random(in: 0 ... .max))"
        try drop("\(name).eml", Self.message(name))
        try await waitFor(.sent, "\(name).eml")
    }
}
