internal import CLinux
internal import Glibc

/// What was inspected, to be compared with what is there before the final dot.
package protocol ClaimedContent: Sendable {
    /// Throws ``SpoolError/Kind/changed(_:)`` when anything differs from what was inspected.
    func checkUnchanged() throws(SpoolError)
    /// Takes note of our own rename, which must have changed nothing else.
    func acceptMove() throws(SpoolError)
}

extension MessageFile: ClaimedContent {}

/// A claimed file that is open for reading, and what it was when it was opened.
///
/// Inspection and submission use one of these, so that what was inspected is what is sent.
package final class MessageFile: Sendable {
    /// The open file; closed when the last reference goes.
    package let descriptor: Int32
    /// The refusal for which the content was copied to this file.
    package let failedSync: SpoolError?
    private let path: [UInt8]
    private let known: Monitor<FileFacts>

    /// Takes over a descriptor.
    ///
    /// - Throws: ``SpoolError/Kind/notPlain(_:)`` for anything but a regular file with one name. The
    ///   descriptor is closed then.
    package init(
        descriptor: Int32,
        path: [UInt8],
        failedSync: SpoolError? = nil
    ) throws(SpoolError) {
        self.descriptor = descriptor
        self.failedSync = failedSync
        self.path = path
        let facts: FileFacts
        do throws(SpoolError) {
            facts = try FileFacts(descriptor: descriptor, path: path)
            if let obstacle = facts.obstacle {
                throw SpoolError(.notPlain(obstacle), "read", path: path)
            }
        } catch {
            known = Monitor(FileFacts(linux_facts()))
            throw error
        }
        known = Monitor(facts)
    }

    deinit { _ = linux_close(descriptor) }

    /// What the file was when it was opened or last moved by us.
    package var facts: FileFacts { known.locked { $0 } }

    /// Reads into `buffer` from an offset until it is full or the file ends; returns octets read.
    package func read(
        at offset: Int64,
        into buffer: UnsafeMutableRawBufferPointer
    ) throws(SpoolError) -> Int {
        try read(at: offset, into: buffer, enough: buffer.count)
    }

    /// The same, content with less than the buffer holds: a read less than asking for the end.
    private func read(
        at offset: Int64,
        into buffer: UnsafeMutableRawBufferPointer,
        enough: Int
    ) throws(SpoolError) -> Int {
        var filled = 0
        while filled < min(enough, buffer.count) {
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
            let position = offset + Int64(filled)
            let count = linux_read_at(descriptor, rest.baseAddress, rest.count, position)
            guard count >= 0 else {
                throw SpoolError(number: Int32(truncatingIfNeeded: -count), "read", path: path)
            }
            if count == 0 { break }
            filled += Int(count)
        }
        return filled
    }

    /// The first `limit` octets of the file, or all of it.
    package func readHead(_ limit: Int) throws(SpoolError) -> [UInt8] {
        // Two octets more than expected show a file that is growing; `limit` bounds the buffer.
        let size = max(facts.size, 0)
        let room = Int(clamping: min(Int64(clamping: limit), size + 2))
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: max(room, 1), alignment: 1)
        defer { buffer.deallocate() }
        let count = try read(
            at: 0,
            into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<room]),
            enough: Int(clamping: max(size, 1))
        )
        return Array(buffer[..<count])
    }

    /// Throws ``SpoolError/Kind/changed(_:)`` when anything differs from ``facts``.
    ///
    /// A writer that was blocked in open() while we held a lease gets its descriptor afterwards and
    /// can overwrite the claimed file; to be called before the final dot.
    package func checkUnchanged() throws(SpoolError) {
        try compare(ignoringChangeTime: false, keeping: false)
    }

    /// Takes note of our own rename, which changed the change time and must have changed nothing
    /// else.
    package func acceptMove() throws(SpoolError) {
        try compare(ignoringChangeTime: true, keeping: true)
    }

    private func compare(ignoringChangeTime: Bool, keeping: Bool) throws(SpoolError) {
        let now = try FileFacts(descriptor: descriptor, path: path)
        let difference = known.locked { known in
            let difference = known.difference(from: now, ignoringChangeTime: ignoringChangeTime)
            if keeping && difference == nil { known = now }
            return difference
        }
        if let difference { throw SpoolError(.changed(difference), "send", path: path) }
    }
}
