internal import CLinux
internal import Documents
internal import MailMessage
internal import Spool

/// Reads the two ends of a file into buffers of its own.
struct ContentReader: ~Copyable {
    private let head: UnsafeMutableRawBufferPointer
    private let tail: UnsafeMutableRawBufferPointer

    init() {
        head = .allocate(byteCount: MessageInspector().headOctets, alignment: 16)
        tail = .allocate(byteCount: Completeness.tailOctets, alignment: 16)
    }

    deinit {
        head.deallocate()
        tail.deallocate()
    }

    /// What was read: whether the end is there, and a hash to compare with another reading.
    struct Reading {
        var completeness: Completeness
        /// Whether it is a document that may be sent.
        var isFit = false
        var fingerprint: UInt64
    }

    /// Reads an open file of a known size, a document by its name, or fails with the error number
    /// when the disk refuses.
    func read(
        _ descriptor: Int32,
        size: Int64,
        document: (name: FileName, rules: DocumentRules)? = nil
    ) -> Result<Reading, SystemError> {
        let isWhole = size <= Int64(head.count)
        let headCount = read(
            descriptor,
            into: head,
            at: 0,
            upTo: isWhole ? size : Int64(head.count)
        )
        let tailStart = max(0, size - Int64(tail.count))
        let tailCount =
            isWhole ? 0 : read(descriptor, into: tail, at: tailStart, upTo: size - tailStart)
        guard headCount >= 0, tailCount >= 0 else {
            return .failure(
                SystemError(number: Int32(truncatingIfNeeded: -min(headCount, tailCount)))
            )
        }
        let ends = (
            UnsafeRawBufferPointer(rebasing: head[..<Int(headCount)]),
            UnsafeRawBufferPointer(rebasing: tail[..<Int(tailCount)])
        )
        let fingerprint = Self.hash(ends.1, Self.hash(ends.0, 0xCBF2_9CE4_8422_2325))
        if let (name, rules) = document {
            let tail = isWhole ? ends.0 : ends.1
            return .success(
                Self.judge(name, rules, head: ends.0, tail: tail, size: size, fingerprint)
            )
        }
        return .success(
            Reading(
                completeness: .check(head: ends.0, tail: ends.1, isWholeFile: isWhole),
                fingerprint: fingerprint
            )
        )
    }

    /// What is not to be sent is claimed as it is, and refused where everybody can see it.
    private static func judge(
        _ name: FileName,
        _ rules: DocumentRules,
        head: UnsafeRawBufferPointer,
        tail: UnsafeRawBufferPointer,
        size: Int64,
        _ fingerprint: UInt64
    ) -> Reading {
        guard let member = try? rules.member(name: name.octets, head: head, size: size) else {
            return Reading(completeness: .complete, fingerprint: fingerprint)
        }
        let hasEnd = member.type.hasEnd(head: head, tail: tail, size: size)
        return Reading(
            completeness: hasEnd ? .complete : .missingEnd(member.type.title),
            isFit: true,
            fingerprint: fingerprint
        )
    }

    private func read(
        _ descriptor: Int32,
        into buffer: UnsafeMutableRawBufferPointer,
        at offset: Int64,
        upTo limit: Int64
    ) -> Int64 {
        var filled: Int64 = 0
        while filled < min(limit, Int64(buffer.count)) {
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[Int(filled)..<Int(limit)])
            let count = linux_read_at(descriptor, rest.baseAddress, rest.count, offset + filled)
            if count < 0 { return count }
            if count == 0 { break }
            filled += count
        }
        return filled
    }

    /// FNV-1a over words: it only has to notice a writer, not to resist one.
    private static func hash(_ octets: UnsafeRawBufferPointer, _ seed: UInt64) -> UInt64 {
        var hash = seed
        let words = octets.count / 8
        for index in 0..<words {
            hash ^= octets.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self)
            hash &*= 0x100_0000_01B3
        }
        for octet in octets[(words * 8)...] {
            hash ^= UInt64(octet)
            hash &*= 0x100_0000_01B3
        }
        return hash
    }
}

/// An errno.
struct SystemError: Error {
    var number: Int32
}
