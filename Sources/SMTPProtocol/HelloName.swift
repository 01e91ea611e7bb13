/// The name the client gives itself in EHLO (RFC 5321 §4.1.1.1).
package struct HelloName: Hashable, Sendable, CustomStringConvertible {
    /// The name as sent: letters, digits, hyphens and dots, or an address literal.
    package let description: String

    /// The longest name in octets (RFC 5321 §4.5.3.1.2).
    package static let maximumOctets = 255

    /// Creates a name that every server can read, whatever a host calls itself.
    ///
    /// Exchange Online refuses an underscore with `501 5.5.4 Invalid domain name`, and hosts are
    /// named that way: an octet that no domain may hold becomes a hyphen. An empty name becomes
    /// `localhost.localdomain`.
    package init(_ text: String) {
        let octets = text.utf8.prefix(Self.maximumOctets)
        guard !octets.isEmpty else {
            description = "localhost.localdomain"
            return
        }
        let isLiteral =
            octets.count > 2 && octets.first == UInt8(ascii: "[")
            && octets.last == UInt8(ascii: "]")
            && octets.dropFirst().dropLast().allSatisfy(Self.isLiteralOctet)
        description =
            isLiteral
            ? String(decoding: octets, as: UTF8.self)
            : String(
                decoding: octets.map { Self.isDomainOctet($0) ? $0 : UInt8(ascii: "-") },
                as: UTF8.self
            )
    }

    private static func isDomainOctet(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."):
            true
        default:
            false
        }
    }

    /// Octets of `IPv4-address-literal` and `IPv6-address-literal` (RFC 5321 §4.1.3).
    private static func isLiteralOctet(_ octet: UInt8) -> Bool {
        isDomainOctet(octet) || octet == UInt8(ascii: ":")
    }
}
