/// The little the sandbox wants to know of a header.
enum HeaderPeek {
    /// How many octets of a message are looked at.
    static let limit = 65_536

    /// The octets of the header, or all of them when no empty line is among them.
    static func header(of octets: [UInt8]) -> ArraySlice<UInt8> {
        var lineStart = 0
        while let end = octets[lineStart...].firstIndex(of: UInt8(ascii: "\n")) {
            let line = octets[lineStart..<end]
            if line.isEmpty || line.elementsEqual([UInt8(ascii: "\r")]) {
                return octets[..<lineStart]
            }
            lineStart = end + 1
        }
        return octets[...]
    }

    /// The Message-ID with its angle brackets, without anything a reply could not carry.
    static func messageID(in header: ArraySlice<UInt8>) -> String? {
        let name = Array("message-id:".utf8)
        var lineStart = header.startIndex
        while lineStart < header.endIndex {
            let lineEnd = header[lineStart...].firstIndex(of: UInt8(ascii: "\n")) ?? header.endIndex
            if header[lineStart..<lineEnd].prefix(name.count).elementsEqual(name, by: isSameLetter)
            {
                return identifier(in: header[(lineStart + name.count)...])
            }
            lineStart = lineEnd < header.endIndex ? lineEnd + 1 : lineEnd
        }
        return nil
    }

    /// The first `<…>` of a field, which may stand on a continuation line.
    private static func identifier(in rest: ArraySlice<UInt8>) -> String? {
        guard let start = rest.firstIndex(of: UInt8(ascii: "<")),
            rest[..<start].allSatisfy({ " \t\r\n".utf8.contains($0) }),
            // RFC 5322 §2.1.1: no line, and so no identifier, is longer than 998 octets.
            let end = rest[start...].prefix(998).firstIndex(of: UInt8(ascii: ">")),
            rest[start...end].allSatisfy({ (0x21...0x7E).contains($0) })
        else { return nil }
        return String(decoding: rest[start...end], as: UTF8.self)
    }

    private static func isSameLetter(_ octet: UInt8, _ lowercase: UInt8) -> Bool {
        octet == lowercase || (0x41...0x5A).contains(octet) && octet + 0x20 == lowercase
    }
}
