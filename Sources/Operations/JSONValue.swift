internal import SafeText

/// A JSON document that keeps the order of its keys (RFC 8259).
///
/// Written by hand because its lines also pass the terminal's encoder: what that would escape must
/// be escaped in JSON's own way already.
enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    case string(String)
    case array([JSONValue])
    case object([Member])

    /// One member of an object.
    struct Member: Hashable, Sendable {
        var key: String
        var value: JSONValue
    }

    /// An object with its members in this order.
    static func members(_ members: KeyValuePairs<String, JSONValue>) -> JSONValue {
        .object(members.map { Member(key: $0.key, value: $0.value) })
    }

    /// A string, or `null`.
    static func optional(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }

    /// A file name or path: exact where it is UTF-8, else with visible escapes.
    static func name(_ octets: [UInt8]) -> JSONValue {
        .string(String(validating: octets, as: UTF8.self) ?? SafeText.line(octets: octets))
    }

    /// A number, or `null`.
    static func optional(_ number: (some BinaryInteger)?) -> JSONValue {
        number.map { .integer(Int64(clamping: $0)) } ?? .null
    }

    /// An instant in microseconds since 1970 as `2026-11-23T10:15:30Z` (RFC 3339 §5.6), or `null`.
    static func time(_ microseconds: Int64?) -> JSONValue {
        optional(microseconds.map { Readable.timestamp($0) })
    }

    /// The document in lines, two spaces deeper for each level; an empty one stays on its line.
    var lines: [String] {
        switch self {
        case .null: ["null"]
        case .bool(let value): [value ? "true" : "false"]
        case .integer(let value): [String(value)]
        case .string(let text): [SafeText.jsonString(text)]
        case .array(let values): Self.block("[", values.map(\.lines), "]")
        case .object(let members):
            Self.block(
                "{",
                members.map { member in
                    var lines = member.value.lines
                    lines[0] = "\(SafeText.jsonString(member.key)): \(lines[0])"
                    return lines
                },
                "}"
            )
        }
    }

    private static func block(_ open: String, _ items: [[String]], _ close: String) -> [String] {
        if items.isEmpty { return [open + close] }
        var lines = [open]
        for (index, item) in items.enumerated() {
            lines += item.map { "  " + $0 }
            if index < items.count - 1 { lines[lines.count - 1] += "," }
        }
        return lines + [close]
    }
}
