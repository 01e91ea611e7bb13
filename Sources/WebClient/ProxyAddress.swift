/// An HTTP proxy, asked by `CONNECT` for `https` (RFC 9110 §9.3.6).
package struct ProxyAddress: Hashable, Sendable {
    package let host: String
    package let port: Int
    let credentials: Credentials?

    /// What the proxy wants to know of us; never shown.
    struct Credentials: Hashable {
        let user: String
        let password: String
    }

    /// Reads `http://user:password@host:port`; all but the host may be missing.
    ///
    /// Octets that would have a meaning in user or password stand as `%40`.
    ///
    /// - Throws: ``ProxyDefect``, which never quotes the text: it may hold a password.
    package init(_ text: String) throws(ProxyDefect) {
        var rest = text[...]
        if let scheme = text.firstRange(of: "://") {
            guard text[..<scheme.lowerBound].lowercased() == "http" else {
                throw .scheme(String(text[..<scheme.lowerBound].prefix(20)))
            }
            rest = text[scheme.upperBound...]
        }
        rest = rest.prefix { $0 != "/" }
        var found: Credentials?
        if let at = rest.lastIndex(of: "@") {
            found = try Self.credentials(rest[..<at])
            rest = rest[rest.index(after: at)...]
        }
        guard let place = HostAndPort(rest), !place.host.isEmpty else { throw .address }
        host = place.host
        port = place.port ?? 80
        credentials = found
    }

    private static func credentials(_ text: Substring) throws(ProxyDefect) -> Credentials {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let user = PercentText.decode(parts[0]),
            let password = PercentText.decode(parts.count == 2 ? parts[1] : "")
        else { throw .credentials }
        return Credentials(user: user, password: password)
    }
}

extension ProxyAddress: CustomStringConvertible, CustomReflectable {
    /// Host and port alone.
    package var description: String { "\(host):\(port)" }

    /// A mirror without the password.
    package var customMirror: Mirror { Mirror(self, children: ["host": host, "port": port]) }
}

/// What is wrong with the address of a proxy.
package enum ProxyDefect: Error, Hashable, Sendable {
    /// Another scheme than `http`.
    case scheme(String)
    /// No host, or an odd port.
    case address
    /// A `%` without two hexadecimal digits in user or password.
    case credentials

    /// The defect as the end of a sentence that begins with where the address stands.
    package var phrase: String {
        switch self {
        case .scheme(let scheme): "has the scheme '\(scheme)'; only http:// proxies can be used"
        case .address: "is not of the form http://host:port"
        case .credentials: "has a user or password with a '%' that is not followed by two digits"
        }
    }
}

/// Percent-encoding of URLs (RFC 3986 §2.1).
enum PercentText {
    /// The text behind `%40` and the like; `nil` where it is broken or not UTF-8.
    static func decode(_ text: some StringProtocol) -> String? {
        var octets: [UInt8] = []
        var iterator = text.utf8.makeIterator()
        while let octet = iterator.next() {
            guard octet == UInt8(ascii: "%") else {
                octets.append(octet)
                continue
            }
            guard let high = iterator.next().flatMap(digit),
                let low = iterator.next().flatMap(digit)
            else { return nil }
            octets.append(high << 4 | low)
        }
        return String(validating: octets, as: UTF8.self)
    }

    private static func digit(_ octet: UInt8) -> UInt8? {
        switch octet {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): octet - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): octet - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): octet - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
