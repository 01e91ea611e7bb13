import Glibc
import TestSupport

/// File systems that are too small, in one way or another.
enum FullDisk: String, Sendable, CaseIterable {
    /// ext4 of four megabytes.
    case blocks
    /// ext4 with room for a few dozen files.
    case inodes

    /// Runs the body with such a file system in a folder.
    func mounted<Value>(
        at path: String,
        in scratch: ScratchFolder,
        _ body: () async throws -> Value
    ) async throws -> Value {
        let image = try scratch.write([], to: "image")
        guard truncate(image, 4 << 20) == 0 else { throw WaitError("truncate: \(systemError())") }
        let options = ["-q", "-F", "-b", "1024", "-m", "0", "-N", self == .inodes ? "48" : "512"]
        try await Self.run(["mkfs.ext4"] + options + [image])
        try await Self.run(["mount", "-o", "loop", image, path])
        do {
            chmod(path, 0o700)
            let value = try await body()
            try await Self.run(["umount", path])
            return value
        } catch {
            // Whoever still uses it keeps it until the end.
            try? await Self.run(["umount", "--lazy", path])
            throw error
        }
    }

    /// Uses up what there is little of; ``free(_:)`` gives it back.
    func fill(_ folder: String) throws {
        let ballast = "\(folder)/.ballast"
        guard mkdir(ballast, 0o700) == 0 || errno == EEXIST else {
            throw WaitError("mkdir \(ballast): \(systemError())")
        }
        var octets = self == .blocks ? 65_536 : 0
        for number in 0..<10_000 {
            if add(octets, "\(ballast)/\(number)") { continue }
            if octets == 0 { return }
            // The last blocks go one by one; the file that found none has kept what it got.
            octets = octets == 1 ? 0 : 1
        }
        throw WaitError("\(folder) is larger than it should be")
    }

    private func add(_ octets: Int, _ path: String) -> Bool {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        if octets == 0 { return self == .inodes }
        let content = [UInt8](repeating: 0x78, count: octets)
        return write(descriptor, content, octets) == octets && fsync(descriptor) == 0
    }

    /// Gives back what ``fill(_:)`` has taken.
    func free(_ folder: String) {
        for name in folderNames("\(folder)/.ballast") { unlink("\(folder)/.ballast/\(name)") }
    }

    private static func run(_ command: [String]) async throws {
        let run = try await ChildProcess.run(command)
        guard run.exit == .code(0) else { throw WaitError("\(command): \(run.errors)") }
    }
}
