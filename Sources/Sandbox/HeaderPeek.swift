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

extension HeaderPeek {
    /// How many addresses of a From field are looked at.
    static let senderLimit = 100

    /// The addresses of the first From field, in lowercase; empty when there is none.
    static func senders(in header: ArraySlice<UInt8>) -> [String] {
        guard let field = field("from:", in: header) else { return [] }
        return mailboxes(in: field).prefix(senderLimit).compactMap { octets in
            let text = String(decoding: octets, as: UTF8.self)
            return SandboxAddress(text)?.text.lowercased()
        }
    }

    /// The body of the first field of a name, with its continuation lines.
    private static func field(_ name: String, in header: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        let name = Array(name.utf8)
        var lines = header.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)[
            ...
        ]
        while let line = lines.popFirst() {
            guard line.prefix(name.count).elementsEqual(name, by: isSameLetter) else { continue }
            var end = line.endIndex
            while let next = lines.popFirst(), next.first.map(isBlank) ?? false {
                end = next.endIndex
            }
            return header[line.startIndex..<end].dropFirst(name.count)
        }
        return nil
    }

    /// What stands in angle brackets, or alone, between the commas of a list (RFC 5322 §3.4).
    ///
    /// Comments and names in quotes are skipped: a comma or bracket inside them separates nothing.
    private static func mailboxes(in field: ArraySlice<UInt8>) -> [[UInt8]] {
        var found: [[UInt8]] = []
        var current = MailboxOctets()
        var isQuoted = false
        var commentDepth = 0
        var octets = field
        while let octet = octets.popFirst() {
            switch octet {
            case UInt8(ascii: "\\") where isQuoted || commentDepth > 0:
                let escaped = octets.popFirst()
                if isQuoted, commentDepth == 0 {
                    current.take([octet] + (escaped.map { [$0] } ?? []))
                }
            case UInt8(ascii: "\"") where commentDepth == 0:
                isQuoted.toggle()
                current.take([octet])
            case UInt8(ascii: "(") where !isQuoted: commentDepth += 1
            case UInt8(ascii: ")") where commentDepth > 0: commentDepth -= 1
            case _ where commentDepth > 0: continue
            case UInt8(ascii: ",") where !isQuoted, UInt8(ascii: ";") where !isQuoted:
                found.append(current.address)
                current = MailboxOctets()
            case UInt8(ascii: ":") where !isQuoted && !current.isBracketed:
                // The name of a group.
                current = MailboxOctets()
            case UInt8(ascii: "<") where !isQuoted: current.open()
            case UInt8(ascii: ">") where !isQuoted: current.close()
            case _ where isBlank(octet) && !isQuoted: continue
            default: current.take([octet])
            }
        }
        return found + [current.address]
    }

    private static func isBlank(_ octet: UInt8) -> Bool { " \t\r\n".utf8.contains(octet) }
}

/// The octets of one mailbox: those in angle brackets if there are any.
private struct MailboxOctets {
    private var bare: [UInt8] = []
    private var bracketed: [UInt8]?
    private var isOpen = false

    var isBracketed: Bool { bracketed != nil }
    var address: [UInt8] { bracketed ?? bare }

    mutating func open() {
        bracketed = []
        isOpen = true
    }

    mutating func close() { isOpen = false }

    mutating func take(_ octets: [UInt8]) {
        if isOpen { bracketed?.append(contentsOf: octets) } else { bare.append(contentsOf: octets) }
    }
}
