internal import Glibc
internal import Settings

/// The forms of values that only a tenant file has; each function states its rule in its objection.
enum TenantSyntax {
    /// A GUID, in lowercase.
    static func guid(_ content: TomlContent) throws(Objection) -> String {
        let text = try ValueSyntax.text(content)
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        let isHexadecimal = parts.joined().utf8.allSatisfy(isHexadecimalDigit)
        guard parts.map(\.utf8.count) == [8, 4, 4, 4, 12], isHexadecimal else {
            throw Objection(
                "\(quoted(text)) is not a GUID.",
                "It looks like \"5a4db0c5-0000-4000-8000-000000000001\"."
            )
        }
        return text.lowercased()
    }

    /// An address, in lowercase.
    static func address(_ content: TomlContent) throws(Objection) -> String {
        let text = try ValueSyntax.text(content)
        guard let address = SandboxAddress(text), !address.domain.hasPrefix("[") else {
            throw Objection("\(quoted(text)) is not an address.")
        }
        return address.text.lowercased()
    }

    /// A domain, in lowercase.
    static func domain(_ content: TomlContent) throws(Objection) -> String {
        let text = try ValueSyntax.text(content)
        guard SandboxAddress("a@\(text)") != nil, !text.hasPrefix("[") else {
            throw Objection("\(quoted(text)) is not a domain.")
        }
        return text.lowercased()
    }

    /// A domain, or `*.` and a domain.
    static func certificateName(_ content: TomlContent) throws(Objection) -> String {
        let text = try ValueSyntax.text(content)
        guard text.hasPrefix("*.") else { return try domain(content) }
        return "*." + (try domain(.text(String(text.dropFirst(2)))))
    }

    /// An IP address in its usual spelling.
    static func ipAddress(_ content: TomlContent) throws(Objection) -> String {
        let text = try ValueSyntax.text(content)
        guard let spelling = Self.spelling(text, AF_INET) ?? Self.spelling(text, AF_INET6) else {
            throw Objection("\(quoted(text)) is not an IP address.")
        }
        return spelling
    }

    /// A SHA-256 digest, 64 digits in lowercase.
    static func digest(_ content: TomlContent) throws(Objection) -> String {
        let text = try ValueSyntax.text(content)
        let digits = text.filter { $0 != ":" }.lowercased()
        guard digits.utf8.count == 64, digits.utf8.allSatisfy(isHexadecimalDigit) else {
            throw Objection("\(quoted(text)) is not a SHA-256 digest of 64 hexadecimal digits.")
        }
        return digits
    }

    /// A count, or `nil` for "unlimited".
    static func limit(_ content: TomlContent) throws(Objection) -> Int? {
        if content == .text("unlimited") { return nil }
        if case .integer(let number) = content, (1...1_000_000_000).contains(number) {
            return Int(number)
        }
        throw Objection(
            "must be a whole number from 1 to 1000000000, or \"unlimited\", not \(content.phrase)."
        )
    }

    /// A size up to the 150 MB of the service.
    static func size(_ content: TomlContent) throws(Objection) -> Int {
        try ValueSyntax.size(content, in: 1024...157_286_400)
    }

    /// A time up to 30 days.
    static func time(_ content: TomlContent) throws(Objection) -> Duration {
        try ValueSyntax.duration(content, in: .seconds(1)...(.seconds(2_592_000)))
    }

    /// One of the words of an enumeration.
    static func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ content: TomlContent
    ) throws(Objection) -> Choice {
        let words = Choice.allCases.map(\.rawValue)
        let word = try ValueSyntax.choice(content, of: words, later: [])
        guard let choice = Choice(rawValue: word) else {
            throw Objection("must be one of \(listed(words)).")
        }
        return choice
    }

    private static func spelling(_ text: String, _ family: Int32) -> String? {
        var octets = [UInt8](repeating: 0, count: 16)
        var spelling = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard inet_pton(family, text, &octets) == 1,
            inet_ntop(family, octets, &spelling, socklen_t(spelling.count)) != nil
        else { return nil }
        return String(
            decoding: spelling.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)),
            as: UTF8.self
        )
    }

    private static func isHexadecimalDigit(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"):
            true
        default: false
        }
    }
}
