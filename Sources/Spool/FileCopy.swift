internal import CLinux
internal import Glibc

/// Copies a message to a new file whose content is on disk before the file has its name.
enum FileCopy {
    private static let pieceOctets = 256 * 1024

    /// Copies `name` of `source` to `temporary` of `target` and syncs the copy.
    ///
    /// The copy keeps the modification time; it belongs to us and has `mode`. Throws
    /// ``SpoolError/Kind/busy`` or ``SpoolError/Kind/changed(_:)`` when somebody wrote to the
    /// original meanwhile, or still may: what comes after the copy would be lost with the original.
    /// On failure nothing stays behind.
    static func copy(
        _ name: [UInt8],
        from source: Folder,
        to target: Folder,
        as temporary: [UInt8],
        mode: UInt32
    ) throws(SpoolError) {
        let input = try source.open(name, O_RDONLY)
        defer { _ = linux_close(input) }
        let facts = try FileFacts(descriptor: input, path: source.path(of: name))
        if let obstacle = facts.obstacle {
            throw SpoolError(.notPlain(obstacle), "copy", path: source.path(of: name))
        }
        let hasLease = try takeLease(input, source.path(of: name))
        try target.remove(temporary)
        let output = try target.open(temporary, O_WRONLY | O_CREAT | O_EXCL, mode: mode)
        defer { _ = linux_close(output) }
        do throws(SpoolError) {
            try copyContent(input, source.path(of: name), output, target.path(of: temporary))
            try finish(output, facts, mode, target, temporary)
            try checkUntouched(input, facts, hasLease, source.path(of: name))
        } catch {
            _ = temporary.withName { linux_unlink(target.descriptor, $0) }
            throw error
        }
    }

    /// Whether there is a lease, which ends with the descriptor; refused while somebody writes.
    private static func takeLease(_ input: Int32, _ path: [UInt8]) throws(SpoolError) -> Bool {
        let result = linux_take_read_lease(input)
        if result == -EAGAIN { throw SpoolError(.busy, "copy", path: path) }
        return result == 0
    }

    private static func checkUntouched(
        _ input: Int32,
        _ before: FileFacts,
        _ hasLease: Bool,
        _ path: [UInt8]
    ) throws(SpoolError) {
        // A writer that waits in open() for the lease to end would write to what is removed next.
        if hasLease && linux_lease(input) != F_RDLCK { throw SpoolError(.busy, "copy", path: path) }
        let now = try FileFacts(descriptor: input, path: path)
        if let difference = before.difference(from: now, ignoringChangeTime: false) {
            throw SpoolError(.changed(difference), "copy", path: path)
        }
    }

    private static func copyContent(
        _ input: Int32,
        _ inputPath: [UInt8],
        _ output: Int32,
        _ outputPath: [UInt8]
    ) throws(SpoolError) {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: pieceOctets, alignment: 4096)
        defer { buffer.deallocate() }
        while true {
            let count = linux_read(input, buffer.baseAddress, buffer.count)
            guard count >= 0 else {
                throw SpoolError(number: Int32(truncatingIfNeeded: -count), "read", path: inputPath)
            }
            if count == 0 { return }
            let result = linux_write_all(output, buffer.baseAddress, Int(count))
            guard result == 0 else { throw SpoolError(number: -result, "write", path: outputPath) }
        }
    }

    private static func finish(
        _ output: Int32,
        _ facts: FileFacts,
        _ mode: UInt32,
        _ target: Folder,
        _ name: [UInt8]
    ) throws(SpoolError) {
        let modified = max(facts.modified, 0)
        // Only for people who look at the folder: a file system may refuse.
        _ = linux_set_modified(output, modified / 1_000_000_000, modified % 1_000_000_000)
        _ = linux_set_mode(output, mode)
        let result = target.hooks.sync(output)
        guard result == 0 else {
            throw SpoolError(number: -result, "sync", path: target.path(of: name))
        }
    }
}
