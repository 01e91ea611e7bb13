/// The parts of an absolute `http` or `https` address that say whom a request goes to.
package struct WebAddress: Hashable, Sendable {
    package let isSecure: Bool
    /// In lower case, without brackets and without a final dot.
    package let host: String
    package let port: Int

    /// Reads an address; `nil` where it has another scheme, no host, a user or an odd port.
    package init?(_ text: some StringProtocol) {
        guard let colon = text.firstIndex(of: ":") else { return nil }
        switch text[..<colon].lowercased() {
        case "https": isSecure = true
        case "http": isSecure = false
        default: return nil
        }
        let rest = text[text.index(after: colon)...]
        guard rest.hasPrefix("//") else { return nil }
        let authority = rest.dropFirst(2).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard let place = HostAndPort(authority), !place.host.isEmpty else { return nil }
        host = place.host
        port = place.port ?? (isSecure ? 443 : 80)
    }

    /// Whether the host is this machine, by name or address.
    package var isLoopback: Bool {
        host == "localhost" || host.hasSuffix(".localhost")
            || NetworkBlock.loopback.contains { $0.contains(host) }
    }
}

/// `host`, `host:port` or `[address]:port`.
struct HostAndPort: Hashable {
    /// In lower case, without brackets and without a final dot.
    let host: String
    let port: Int?

    /// Reads a host with or without a port; `nil` where octets cannot stand in either.
    init?(_ text: some StringProtocol) {
        var name = text[...]
        var number: Substring?
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return nil }
            name = Self.cut(text, text.index(after: text.startIndex), end)
            let rest = text[text.index(after: end)...]
            guard rest.isEmpty || rest.hasPrefix(":") else { return nil }
            if !rest.isEmpty { number = Substring(rest.dropFirst()) }
        } else if text.filter({ $0 == ":" }).count == 1, let colon = text.firstIndex(of: ":") {
            name = Self.cut(text, text.startIndex, colon)
            number = Substring(text[text.index(after: colon)...])
        }
        guard name.utf8.allSatisfy(Self.isHostOctet) else { return nil }
        if let number {
            guard let value = UInt16(number), value > 0 else { return nil }
            port = Int(value)
        } else {
            port = nil
        }
        let lower = name.lowercased()
        host = lower.hasSuffix(".") ? String(lower.dropLast()) : lower
    }

    private static func cut<Text: StringProtocol>(
        _ text: Text,
        _ start: Text.Index,
        _ end: Text.Index
    ) -> Text.SubSequence { text[start..<end] }

    private static func isHostOctet(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "_"), UInt8(ascii: ":"):
            true
        default: false
        }
    }
}
