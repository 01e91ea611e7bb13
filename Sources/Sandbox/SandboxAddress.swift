/// A mail address as a client wrote it between angle brackets (RFC 5321 §4.1.2).
package struct SandboxAddress: Hashable, Sendable {
    /// The local part as written, quotes included.
    package let localPart: String
    /// The domain or address literal as written.
    package let domain: String

    /// The address as `local@domain`.
    package var text: String { "\(localPart)@\(domain)" }

    /// Whether the address can do without SMTPUTF8 (RFC 6531 §3.2).
    package var isASCII: Bool { text.utf8.allSatisfy { $0 < 0x80 } }

    /// Reads an address, or returns `nil` when it is none.
    package init?(_ text: some StringProtocol) {
        let octets = Array(text.utf8)
        guard let at = Self.separator(in: octets) else { return nil }
        let local = octets[..<at]
        let domain = octets[(at + 1)...]
        // RFC 5321 §4.5.3.1.1 and §4.5.3.1.2.
        guard (1...64).contains(local.count), (1...255).contains(domain.count),
            Self.isLocalPart(local), Self.isDomain(domain)
        else { return nil }
        localPart = String(decoding: local, as: UTF8.self)
        self.domain = String(decoding: domain, as: UTF8.self)
    }

    /// The `@` between the parts: the first one outside quotes.
    private static func separator(in octets: [UInt8]) -> Int? {
        var isQuoted = false
        var isEscaped = false
        for (index, octet) in octets.enumerated() {
            if isEscaped {
                isEscaped = false
            } else if isQuoted && octet == UInt8(ascii: "\\") {
                isEscaped = true
            } else if octet == UInt8(ascii: "\"") {
                isQuoted.toggle()
            } else if octet == UInt8(ascii: "@") && !isQuoted {
                return index
            }
        }
        return nil
    }

    /// `Local-part = Dot-string / Quoted-string`.
    private static func isLocalPart(_ octets: ArraySlice<UInt8>) -> Bool {
        if octets.first == UInt8(ascii: "\"") {
            return octets.count >= 3 && octets.last == UInt8(ascii: "\"")
                && octets.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
        }
        return octets.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
            .allSatisfy { !$0.isEmpty && $0.allSatisfy(isAtomOctet) }
    }

    private static func isAtomOctet(_ octet: UInt8) -> Bool {
        isLetterOrDigit(octet) || octet >= 0x80 || "!#$%&'*+-/=?^_`{|}~".utf8.contains(octet)
    }

    private static func isDomain(_ octets: ArraySlice<UInt8>) -> Bool {
        if octets.first == UInt8(ascii: "[") {
            return octets.count > 2 && octets.last == UInt8(ascii: "]")
                && octets.dropFirst().dropLast().allSatisfy {
                    (0x21...0x7E).contains($0) && !"[]\\<>".utf8.contains($0)
                }
        }
        return octets.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
            .allSatisfy { label in
                !label.isEmpty
                    && label.allSatisfy {
                        isLetterOrDigit($0) || $0 >= 0x80 || "-_".utf8.contains($0)
                    }
            }
    }

    private static func isLetterOrDigit(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default:
            false
        }
    }
}
