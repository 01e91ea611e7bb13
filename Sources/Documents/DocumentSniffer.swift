/// What the first octets of a type's files are.
enum Signature: Hashable, Sendable {
    /// One of these.
    case starts([[UInt8]])
    /// `%PDF-` within the first kilobyte, where readers look for it (ISO 32000-1, Annex H.3.4.1).
    case pdf
    /// `BM`, a size and four reserved octets that are zero.
    case bitmap
    /// A ZIP file, empty ones included. It is never unpacked.
    case zip
    /// A ZIP file whose first member is the media type, not compressed (OpenDocument 1.2, part 3 §3.3).
    case openDocument(String)
    /// No octet that text does not have.
    case text
    /// Text that begins with `<`.
    case xml

    /// Whether a file that begins so is one.
    func matches(_ head: UnsafeRawBufferPointer) -> Bool {
        switch self {
        case .starts(let starts): starts.contains { head.starts(with: $0) }
        case .pdf: UnsafeRawBufferPointer(rebasing: head.prefix(1024)).contains(Array("%PDF-".utf8))
        case .bitmap:
            head.starts(with: "BM".utf8) && head.count >= 26
                && head[6..<10].allSatisfy { $0 == 0 }
        case .zip: head.starts(with: [0x50, 0x4B, 3, 4]) || head.starts(with: [0x50, 0x4B, 5, 6])
        case .openDocument(let mediaType):
            head.starts(with: [0x50, 0x4B, 3, 4]) && head.count >= 38
                && head[30...].starts(with: "mimetype\(mediaType)".utf8)
        case .text: Self.isText(head)
        case .xml: Self.isText(head) && Self.beginsWithAngle(head)
        }
    }

    private static func isText(_ head: UnsafeRawBufferPointer) -> Bool {
        if isUTF16(head) { return true }
        return head.allSatisfy { $0 >= 0x20 || (0x09...0x0D).contains($0) || $0 == 0x1B }
    }

    private static func isUTF16(_ head: UnsafeRawBufferPointer) -> Bool {
        head.starts(with: [0xFF, 0xFE]) || head.starts(with: [0xFE, 0xFF])
    }

    private static func beginsWithAngle(_ head: UnsafeRawBufferPointer) -> Bool {
        let skipped: Set<UInt8> = [0xEF, 0xBB, 0xBF, 0xFF, 0xFE, 0, 0x20, 0x09, 0x0A, 0x0D]
        return head.first { !skipped.contains($0) } == UInt8(ascii: "<")
    }
}

/// What the last octets of a type's files are, to notice one that was cut off.
enum Ending: Hashable, Sendable {
    /// Nothing can be said.
    case any
    /// These octets among so many of the last; NULs behind them are padding.
    case last([UInt8], within: Int)
    /// The directory whose place the header names.
    case tiff
    /// As many octets as the header says.
    case bitmap
    /// The end of the central directory.
    case zip
    /// No NUL: space that was reserved and never written.
    case text

    /// Whether the end of a file looks as it should.
    ///
    /// `tail` are the last octets of a file of `size` octets, `head` the first.
    func isThere(
        head: UnsafeRawBufferPointer,
        tail: UnsafeRawBufferPointer,
        size: Int64
    ) -> Bool {
        switch self {
        case .any: true
        case .last(let octets, let limit): tail.withoutPadding(limit).contains(octets)
        case .zip: tail.contains([0x50, 0x4B, 5, 6])
        case .text: tail.last != 0 || head.starts(with: [0xFF, 0xFE])
        case .bitmap: head.count < 6 || Int64(head.word(at: 2, bigEndian: false, octets: 4)) <= size
        case .tiff: Self.hasDirectory(head, tail, size)
        }
    }

    /// Reads where the first directory of a TIFF file is (TIFF 6.0, section 2), and how many entries
    /// it has, if that place is among what was read.
    private static func hasDirectory(
        _ head: UnsafeRawBufferPointer,
        _ tail: UnsafeRawBufferPointer,
        _ size: Int64
    ) -> Bool {
        guard head.count >= 16 else { return false }
        let isBigEndian = head[0] == 0x4D
        // BigTIFF has places of eight octets.
        let isBig = head.word(at: 2, bigEndian: isBigEndian, octets: 2) == 43
        let place =
            isBig
            ? head.word(at: 8, bigEndian: isBigEndian, octets: 8)
            : head.word(at: 4, bigEndian: isBigEndian, octets: 4)
        guard place >= 8, place < UInt64(size) else { return false }
        let inTail = Int64(place) - (size - Int64(tail.count))
        guard inTail >= 0, inTail + 2 <= Int64(tail.count) else { return true }
        return tail.word(at: Int(inTail), bigEndian: isBigEndian, octets: 2) != 0
            || isBig
    }
}

extension DocumentType {
    /// Whether a file that begins so is of this type.
    package func matches(head: UnsafeRawBufferPointer) -> Bool { signature.matches(head) }

    /// The type a file is by what it begins with, or `nil`; text is not guessed.
    package static func found(in head: UnsafeRawBufferPointer) -> DocumentType? {
        // The plain archive last of all that are ZIP files: nothing tells them apart.
        let zip = all.first { $0.name == "zip" }
        return all.first {
            $0.isStandard && $0.signature != .zip && $0.signature.matches(head)
        } ?? zip.flatMap { $0.signature.matches(head) ? $0 : nil }
    }

    /// Whether the end of a file of this type is there, as far as that can be seen.
    package func hasEnd(
        head: UnsafeRawBufferPointer,
        tail: UnsafeRawBufferPointer,
        size: Int64
    ) -> Bool {
        ending.isThere(head: head, tail: tail, size: size)
    }
}

extension UnsafeRawBufferPointer {
    /// The last octets before what is only padding.
    fileprivate func withoutPadding(_ limit: Int) -> UnsafeRawBufferPointer {
        let end = (lastIndex { $0 != 0 } ?? -1) + 1
        return UnsafeRawBufferPointer(rebasing: self[Swift.max(0, end - limit)..<end])
    }

    fileprivate func contains(_ pattern: [UInt8]) -> Bool {
        guard let first = pattern.first, count >= pattern.count else { return false }
        return (0...(count - pattern.count)).contains {
            self[$0] == first && self[$0...].starts(with: pattern)
        }
    }

    /// A number of some octets.
    fileprivate func word(at offset: Int, bigEndian: Bool, octets: Int) -> UInt64 {
        let range = self[offset..<(offset + octets)]
        return bigEndian
            ? range.reduce(0) { $0 << 8 | UInt64($1) }
            : range.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
