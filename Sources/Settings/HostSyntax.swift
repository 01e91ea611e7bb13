internal import Glibc

extension ValueSyntax {
    /// A host name (RFC 1123 §2.1), or an IP address without brackets.
    static func host(_ content: TomlContent) throws(Objection) -> String {
        let text = try text(content)
        if isHostName(text) || addressFamily(of: text) != nil { return text }
        throw Objection("\(quoted(text)) is not a host name.", hostAdvice(text))
    }

    /// The argument of EHLO: a domain or an address literal (RFC 5321 §4.1.3).
    static func ehloName(_ content: TomlContent) throws(Objection) -> String {
        let text = try text(content)
        if isHostName(text), addressFamily(of: text) == nil { return text }
        if isAddressLiteral(text) { return text }
        throw Objection(
            "\(quoted(text)) is not a name for EHLO.",
            addressFamily(of: text).map { "Did you mean \"\($0.literal(text))\"?" }
                ?? #"Write a full domain name, or an address in brackets such as "[192.0.2.1]"."#
        )
    }

    static func ipAddress(_ content: TomlContent) throws(Objection) -> String {
        let text = try text(content)
        guard addressFamily(of: text) != nil else {
            throw Objection(
                "\(quoted(text)) is not an IP address.",
                #"Write an address of this host, such as "192.0.2.10" or "2001:db8::10"."#
            )
        }
        return text
    }

    /// The family of an IP address, or `nil` when the text is none.
    static func addressFamily(of text: String) -> AddressFamily? {
        var octets = in6_addr()
        if inet_pton(AF_INET, text, &octets) == 1 { return .ipv4 }
        return inet_pton(AF_INET6, text, &octets) == 1 ? .ipv6 : nil
    }

    /// Whether a host can only be this one.
    static func isLoopback(_ host: String) -> Bool {
        switch addressFamily(of: host) {
        case .ipv4: return host.hasPrefix("127.")
        case .ipv6:
            var address = in6_addr()
            guard inet_pton(AF_INET6, host, &address) == 1 else { return false }
            return withUnsafeBytes(of: address) { octets in
                octets.last == 1 && octets.dropLast().allSatisfy { $0 == 0 }
            }
        case .any, nil: return host.lowercased() == "localhost"
        }
    }

    private static func isHostName(_ text: String) -> Bool {
        text.utf8.count <= 253
            && text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
                .allSatisfy { label in
                    (1...63).contains(label.count) && label.first != UInt8(ascii: "-")
                        && label.last != UInt8(ascii: "-")
                        && label.allSatisfy {
                            isLetterOrDigit($0) || $0 == UInt8(ascii: "-")
                                || $0 == UInt8(ascii: "_")
                        }
                }
    }

    private static func isAddressLiteral(_ text: String) -> Bool {
        guard text.hasPrefix("["), text.hasSuffix("]") else { return false }
        let inner = String(text.dropFirst().dropLast())
        if inner.hasPrefix("IPv6:") {
            return addressFamily(of: String(inner.dropFirst("IPv6:".count))) == .ipv6
        }
        return addressFamily(of: inner) == .ipv4
    }

    private static func hostAdvice(_ text: String) -> String {
        if text.contains("://") { return "Write the name alone, without what stands before it." }
        if text.hasPrefix("[") { return "Write an IPv6 address without brackets." }
        let parts = text.split(separator: ":")
        if parts.count == 2, let port = UInt16(parts[1]) {
            return "Write host = \(quoted(String(parts[0]))) and port = \(port)."
        }
        if text.contains("@") { return "Write only what stands after the @." }
        if !text.utf8.allSatisfy({ $0 < 0x80 }) {
            return "Write an international name in its ASCII form, xn--…"
        }
        return "It has letters, digits, hyphens and dots."
    }
}

extension AddressFamily {
    /// An address of this family as RFC 5321 §4.1.3 writes it.
    fileprivate func literal(_ address: String) -> String {
        switch self {
        case .any, .ipv4: "[\(address)]"
        case .ipv6: "[IPv6:\(address)]"
        }
    }
}
