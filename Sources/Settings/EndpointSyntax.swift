// The forms of the settings for tenants, endpoints and proxies.
extension ValueSyntax {
    /// A GUID, returned in lower case.
    static func guid(_ content: TomlContent) throws(Objection) -> String {
        let text = try text(content)
        guard isGUID(text) else {
            throw Objection(
                "\(quoted(text)) is not an id.",
                #"It looks like "0f3c1e6a-7b2d-4c58-9a41-5d6e7f809a1b"; the portal shows it."#
            )
        }
        return text.lowercased()
    }

    /// A directory: its id or one of its domains (RFC 1123 §2.1), in lower case.
    static func tenant(_ content: TomlContent) throws(Objection) -> String {
        let text = try text(content)
        let name = text.lowercased()
        if ["common", "organizations", "consumers"].contains(name) {
            throw Objection(
                "\(quoted(text)) stands for many tenants, and a daemon sends for one.",
                "Write its id, or a domain such as \"contoso.onmicrosoft.com\"."
            )
        }
        guard isGUID(name) || (name.contains(".") && (try? domain(.text(name))) != nil) else {
            throw Objection(
                "\(quoted(text)) is not a tenant.",
                "Write its id, or a domain such as \"contoso.onmicrosoft.com\"."
            )
        }
        return name
    }

    /// The identity of the host, or the id of one of several; `nil` is the host's own.
    static func managedIdentity(_ content: TomlContent) throws(Objection) -> String? {
        let text = try text(content)
        if text == CredentialSettings.system { return nil }
        guard isGUID(text) else {
            throw Objection(
                "\(quoted(text)) is neither \"system\" nor a client id.",
                "Write \"system\", or the client id of a user-assigned identity."
            )
        }
        return text.lowercased()
    }

    static func isGUID(_ text: some StringProtocol) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        return parts.map(\.count) == [8, 4, 4, 4, 12]
            && parts.joined().allSatisfy { Character(UnicodeScalar($0)).isHexDigit }
    }

    /// A day: a date of TOML, or the same in quotes.
    static func date(_ content: TomlContent) throws(Objection) -> CalendarDate {
        switch content {
        case .text(let text), .time(let text):
            if let date = CalendarDate(text) { return date }
            throw Objection("\(quoted(text)) is not a day.", "Write it as 2027-03-31.")
        case .table, .array, .integer, .float, .flag:
            throw Objection("must be a day, not \(content.phrase).", "Write it as 2027-03-31.")
        }
    }

    /// An address of HTTPS, or of HTTP on this very host; without a trailing slash.
    static func serviceURL(_ content: TomlContent) throws(Objection) -> String {
        var text = try text(content)
        while text.hasSuffix("/") { text.removeLast() }
        guard let (scheme, host, _) = urlParts(text) else {
            throw Objection(
                "\(quoted(text)) is not the address of a service.",
                #"Write it as "https://graph.microsoft.com"."#
            )
        }
        guard scheme == "https" || isLoopback(host) else {
            throw Objection(
                "\(quoted(text)) is not protected: a token goes there.",
                "Begin it with https://; http:// is only for this very host."
            )
        }
        return text
    }

    /// The host of an address that ``serviceURL(_:)`` accepted.
    static func host(ofURL text: String) -> String? { urlParts(text)?.host }

    /// A host that issues tokens: a name, or an address of HTTP on this very host.
    static func authority(_ content: TomlContent) throws(Objection) -> String {
        let text = try text(content)
        if text.contains("://") {
            let url = try serviceURL(content)
            return url.hasPrefix("https://") ? String(url.dropFirst("https://".count)) : url
        }
        guard urlParts("https://\(text)") != nil else {
            throw Objection(
                "\(quoted(text)) is not a host name.",
                #"Write it as "login.microsoftonline.com"."#
            )
        }
        return text
    }

    /// The host of an authority that ``authority(_:)`` accepted.
    static func host(ofAuthority text: String) -> String? {
        urlParts(text.contains("://") ? text : "https://\(text)")?.host
    }

    static func proxy(_ content: TomlContent) throws(Objection) -> ProxySettings {
        let text = try text(content)
        if text == "none" { return .none }
        if text.contains("@") {
            throw Objection(
                "holds a user or a password, and secrets do not stand in this file.",
                "Let the proxy know this host by its address, or set HTTPS_PROXY for the unit."
            )
        }
        var address = text
        while address.hasSuffix("/") { address.removeLast() }
        guard let (scheme, host, port) = urlParts(address), scheme == "http", let port else {
            throw Objection(
                "\(quoted(text)) is not the address of a proxy.",
                #"Write it as "http://proxy.example.com:3128", or "none"."#
            )
        }
        return .proxy(host: host, port: port)
    }

    /// Hosts or domains; one, or a list of different ones.
    static func hosts(_ content: TomlContent) throws(Objection) -> [String] {
        try list(content, of: "a host or a domain") { content throws(Objection) in
            let text = try text(content)
            let name = text.hasPrefix("*.") ? String(text.dropFirst(2)) : text
            return try host(.text(name.hasPrefix(".") ? String(name.dropFirst()) : name))
        }
    }

    /// Domains; one, or a list of different ones.
    static func domains(_ content: TomlContent) throws(Objection) -> [String] {
        try list(content, of: "a domain", domain)
    }

    /// Splits an address of HTTP without path, query and user: scheme, host, port.
    private static func urlParts(
        _ text: String
    ) -> (scheme: String, host: String, port: UInt16?)? {
        for scheme in ["https", "http"] where text.lowercased().hasPrefix("\(scheme)://") {
            var host = String(text.dropFirst(scheme.count + 3))
            var port: UInt16?
            if let colon = host.lastIndex(of: ":"), !host.hasSuffix("]") {
                guard let number = UInt16(host[host.index(after: colon)...]), number > 0 else {
                    return nil
                }
                port = number
                host = String(host[..<colon])
            }
            if host.hasPrefix("["), host.hasSuffix("]") {
                host = String(host.dropFirst().dropLast())
                guard addressFamily(of: host) == .ipv6 else { return nil }
            }
            guard (try? Self.host(.text(host))) != nil else { return nil }
            return (scheme, host, port)
        }
        return nil
    }
}
