internal import Glibc

/// Tells from the head of a message whether it can be to or from an address, without taking it apart.
struct AddressSearch: Sendable {
    /// What a head tells.
    enum Verdict: Hashable, Sendable {
        /// The address stands in the header.
        case named
        /// No reading of the header yields it.
        case absent
        /// Only taking the message apart tells.
        case unclear
    }

    /// The address in small letters.
    private let address: [UInt8]
    private let local: [UInt8]

    /// As much of a message is searched for a header.
    static let headOctets = 262_144
    /// As much is read at first: nearly every header ends within.
    static let firstOctets = 16_384

    /// Prepares to search for an address.
    init(_ address: String) {
        self.address = Array(address.lowercased().utf8)
        let sign = self.address.lastIndex(of: UInt8(ascii: "@")) ?? 0
        local = Array(self.address[..<sign])
    }

    /// Judges the head of a message; `isWhole` where there is no more of it.
    func verdict(on head: [UInt8], isWhole: Bool) -> Verdict {
        let end = Self.headerEnd(head)
        let header = Self.lowered(head[..<(end ?? head.count)])
        if Self.stands(address, in: header) { return .named }
        if end == nil, !isWhole { return .unclear }
        // UTF-16, escapes in quotation marks, letters of another set: the octets tell nothing then.
        let isPlain = local.allSatisfy(Self.isPlain)
        if !isPlain || header.contains(0) || header.contains(UInt8(ascii: "\\")) { return .unclear }
        return Self.range(of: local, in: header, from: 0) == nil ? .absent : .unclear
    }

    /// Whether the header ends within a head.
    static func hasEnd(_ head: [UInt8]) -> Bool { headerEnd(head) != nil }

    /// Whether the address stands anywhere in a text by itself, whatever the case of its letters.
    func stands(in text: [UInt8]) -> Bool { Self.stands(address, in: Self.lowered(text[...])) }

    private static func stands(_ wanted: [UInt8], in text: [UInt8]) -> Bool {
        var start = 0
        while let position = range(of: wanted, in: text, from: start) {
            let end = position + wanted.count
            if position == 0 || !isPart(text[position - 1]), end == text.count || !isPart(text[end])
            {
                return true
            }
            start = position + 1
        }
        return false
    }

    private static func range(of wanted: [UInt8], in text: [UInt8], from start: Int) -> Int? {
        guard let first = wanted.first else { return nil }
        return text.withUnsafeBytes { text in
            guard let base = text.baseAddress else { return nil }
            var position = start
            while position + wanted.count <= text.count,
                let found = memchr(base + position, Int32(first), text.count - position)
            {
                position = UnsafeRawPointer(found) - base
                if position + wanted.count > text.count { return nil }
                if memcmp(found, wanted, wanted.count) == 0 { return position }
                position += 1
            }
            return nil
        }
    }

    private static func lowered(_ octets: ArraySlice<UInt8>) -> [UInt8] {
        octets.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
    }

    /// Where the empty line stands that ends the header.
    private static func headerEnd(_ head: [UInt8]) -> Int? {
        let ends = [Array("\n\n".utf8), Array("\n\r\n".utf8)].compactMap {
            range(of: $0, in: head, from: 0)
        }
        if head.starts(with: "\n".utf8) || head.starts(with: "\r\n".utf8) { return 0 }
        return ends.min()
    }

    private static func isPlain(_ octet: UInt8) -> Bool {
        octet > 0x20 && octet < 0x7F && octet != UInt8(ascii: "\"") && octet != UInt8(ascii: "\\")
    }

    /// Whether an octet in small letters beside an address makes it another one.
    private static func isPart(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "+"), UInt8(ascii: "."), 0x80...:
            true
        default: false
        }
    }
}
