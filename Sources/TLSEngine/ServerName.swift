internal import Glibc

/// The name a client expects in a server's certificate: a host name or an IP address.
enum ServerName: Hashable {
    case host(String)
    case address(String)

    /// Reads a name as settings and DNS answers write it.
    ///
    /// Accepts a final dot, and brackets around an address.
    init(_ text: String) throws(TLSError) {
        let bare = Self.unwrapped(text)
        if Self.isAddress(bare) {
            self = .address(bare)
        } else if Self.isHostName(bare) {
            self = .host(bare.lowercased())
        } else {
            throw .setup(.serverName(text))
        }
    }

    /// The name without brackets and final dot.
    var text: String {
        switch self {
        case .host(let name), .address(let name): name
        }
    }

    private static func unwrapped(_ text: String) -> String {
        if text.utf8.first == UInt8(ascii: "["), text.utf8.last == UInt8(ascii: "]") {
            return String(text.dropFirst().dropLast())
        }
        return text.utf8.last == UInt8(ascii: ".") ? String(text.dropLast()) : text
    }

    private static func isAddress(_ text: String) -> Bool {
        var storage = in6_addr()
        // inet_pton reads a C string and would stop at a NUL.
        guard !text.utf8.contains(0) else { return false }
        return inet_pton(AF_INET, text, &storage) == 1 || inet_pton(AF_INET6, text, &storage) == 1
    }

    /// Labels of RFC 1035 §2.3.1, and the underscore, which Windows host names carry.
    private static func isHostName(_ text: String) -> Bool {
        guard (1...253).contains(text.utf8.count) else { return false }
        return text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
            .allSatisfy { (1...63).contains($0.count) && $0.allSatisfy(isLabelOctet) }
    }

    private static func isLabelOctet(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default:
            false
        }
    }
}
