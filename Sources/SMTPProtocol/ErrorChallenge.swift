import Submission

/// The error by which a server explains in a challenge why it does not take an XOAUTH2 token:
/// Base64 of a flat JSON object such as `{"status":"400","schemes":"Bearer","scope":"…"}`.
///
/// What it quotes comes from the server and is short and printable, or not read at all.
struct ErrorChallenge: Hashable, Sendable {
    /// Such as `400` or `invalid_token`.
    let status: String
    /// The scope the server would take; empty where it names none.
    let scope: String

    /// The longest value that is quoted.
    private static let maximumOctets = 200

    /// Reads the challenge in a 334 reply; `nil` for anything else than such an object.
    init?(_ reply: Reply) {
        let text = reply.lines.count == 1 ? reply.lines[0] : ""
        guard let octets = Base64.decode(text.utf8),
            let members = FlatObject.members(of: octets),
            let status = members["status"].flatMap(Self.quotable), !status.isEmpty
        else { return nil }
        self.status = status
        scope = members["scope"].flatMap(Self.quotable) ?? ""
    }

    /// What the server said, to follow a semicolon.
    var phrase: String {
        scope.isEmpty
            ? "the server's challenge names the status \(status)"
            : "the server's challenge names the status \(status) and the scope \(scope)"
    }

    private static func quotable(_ text: String) -> String? {
        let isShort = text.utf8.count <= maximumOctets
        return isShort && text.utf8.allSatisfy { (0x20...0x7E).contains($0) } ? text : nil
    }
}

/// Reads a JSON object whose members are strings or numbers (RFC 8259 §4), which is all that an
/// error challenge is.
private struct FlatObject {
    private var rest: ArraySlice<UInt8>

    /// The members, of which the last counts where a name is used twice; `nil` for other JSON.
    static func members(of octets: [UInt8]) -> [String: String]? {
        var reader = FlatObject(rest: octets[...])
        return reader.readObject()
    }

    private mutating func readObject() -> [String: String]? {
        guard take("{") else { return nil }
        var members: [String: String] = [:]
        if take("}") { return rest.isEmpty ? members : nil }
        while true {
            guard let name = readString(), take(":"), let value = readValue() else { return nil }
            members[name] = value
            if take(",") { continue }
            return take("}") && rest.isEmpty ? members : nil
        }
    }

    private mutating func readValue() -> String? {
        if let text = readString() { return text }
        let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard !digits.isEmpty else { return nil }
        rest = rest.dropFirst(digits.count)
        return String(decoding: digits, as: UTF8.self)
    }

    /// A string without escapes other than those of one character.
    private mutating func readString() -> String? {
        guard take("\"", skipsBlanksAfter: false) else { return nil }
        var text: [UInt8] = []
        while let octet = rest.popFirst() {
            switch octet {
            case UInt8(ascii: "\""):
                skipBlanks()
                return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                guard let escaped = rest.popFirst(), "\"\\/".utf8.contains(escaped) else {
                    return nil
                }
                text.append(escaped)
            default: text.append(octet)
            }
        }
        return nil
    }

    private mutating func take(_ mark: Unicode.Scalar, skipsBlanksAfter: Bool = true) -> Bool {
        skipBlanks()
        guard rest.first == UInt8(ascii: mark) else { return false }
        rest.removeFirst()
        if skipsBlanksAfter { skipBlanks() }
        return true
    }

    private mutating func skipBlanks() {
        rest = rest.drop { $0 == 0x20 || (0x09...0x0D).contains($0) }
    }
}
