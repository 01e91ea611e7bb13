/// One mail address in the form it takes inside `<…>` on the wire.
///
/// The initialiser is the barrier against command injection: no control character, no space outside
/// a quoted string and no angle bracket can be part of a value (RFC 5321 §4.1.2).
package struct MailAddress: Hashable, Sendable {
    /// The local part as written on the wire, with its quotes where it needs them.
    package let localPart: String
    /// The domain or address literal, as the message wrote it.
    package let domain: String

    /// The address as `local@domain`.
    package var text: String { "\(localPart)@\(domain)" }

    /// Whether the address can be sent without SMTPUTF8 (RFC 6531 §3.2).
    package var isASCII: Bool { text.utf8.allSatisfy { $0 < 0x80 } }

    /// The longest local part in octets (RFC 5321 §4.5.3.1.1).
    package static let maximumLocalPartOctets = 64
    /// The longest domain in octets (RFC 5321 §4.5.3.1.2).
    package static let maximumDomainOctets = 255

    /// Creates an address, or returns `nil` when a part is empty, too long or could break out of
    /// its angle brackets.
    ///
    /// The local part comes without quotes and backslashes; they are added where RFC 5321 §4.1.2
    /// asks for them.
    package init?(localPart: String, domain: String) {
        guard !localPart.isEmpty, Self.isAllowed(domain: domain),
            localPart.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
        else { return nil }
        let wire = Self.isDotString(localPart) ? localPart : Self.quoted(localPart)
        guard wire.utf8.count <= Self.maximumLocalPartOctets else { return nil }
        self.localPart = wire
        self.domain = domain
    }

    /// `Dot-string = Atom *("." Atom)`, with the non-ASCII octets of RFC 6531 §3.3.
    private static func isDotString(_ text: String) -> Bool {
        isDotted(text, isAtomOctet)
    }

    /// Whether a text is words of such octets with single dots between them.
    private static func isDotted(_ text: String, _ isWordOctet: (UInt8) -> Bool) -> Bool {
        var wantsWord = true
        for octet in text.utf8 {
            if octet == UInt8(ascii: ".") {
                if wantsWord { return false }
                wantsWord = true
            } else if isWordOctet(octet) {
                wantsWord = false
            } else {
                return false
            }
        }
        return !wantsWord
    }

    /// `atext` (RFC 5322 §3.2.3), with the non-ASCII octets of RFC 6532 §3.2.
    package static func isAtomOctet(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), 0x80...0xFF:
            true
        case UInt8(ascii: "!"), UInt8(ascii: "#")...UInt8(ascii: "'"), UInt8(ascii: "*"),
            UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "/"), UInt8(ascii: "="),
            UInt8(ascii: "?"), UInt8(ascii: "^")...UInt8(ascii: "`"),
            UInt8(ascii: "{")...UInt8(ascii: "~"):
            true
        default:
            false
        }
    }

    /// `Quoted-string = DQUOTE *QcontentSMTP DQUOTE`.
    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            if scalar == "\"" || scalar == "\\" { result.append("\\") }
            result.unicodeScalars.append(scalar)
        }
        return result + "\""
    }

    private static func isAllowed(domain: String) -> Bool {
        guard !domain.isEmpty, domain.utf8.count <= maximumDomainOctets else { return false }
        if domain.utf8.first == UInt8(ascii: "[") {
            return domain.utf8.last == UInt8(ascii: "]") && domain.utf8.count > 2
                && domain.utf8.dropFirst().dropLast().allSatisfy(isLiteralOctet)
        }
        return isDotted(domain, isLabelOctet)
    }

    /// `dtext` of RFC 5321 §4.1.3 without white space.
    private static func isLiteralOctet(_ octet: UInt8) -> Bool {
        (0x21...0x7E).contains(octet) && !"[]\\<>".utf8.contains(octet)
    }

    // The underscore is not in RFC 1035's letters, but Windows host names carry it into addresses.
    private static func isLabelOctet(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
            0x80...0xFF:
            true
        default:
            false
        }
    }
}

extension MailAddress: CustomStringConvertible {
    /// The address as `local@domain`.
    package var description: String { text }
}
