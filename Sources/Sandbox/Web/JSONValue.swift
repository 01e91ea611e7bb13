internal import SafeText

/// A JSON value, as requests bring it and answers carry it (RFC 8259).
enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    case integer(Int)
    case fraction(Double)
    case string(String)
    case array([JSONValue])
    /// Members in the order they are written.
    case object([Member])

    /// One member of an object.
    struct Member: Hashable, Sendable {
        let name: String
        let value: JSONValue
    }

    /// An object from pairs; those without a value are left out.
    static func members(_ pairs: [(String, JSONValue?)]) -> JSONValue {
        .object(pairs.compactMap { name, value in value.map { Member(name: name, value: $0) } })
    }

    /// The member of an object with this name, whatever its case: services differ in it.
    subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    /// The text of a string.
    var text: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The number of an integer, also one that is written as a string.
    var number: Int? {
        switch self {
        case .integer(let number): number
        case .string(let text): Int(text)
        case .null, .bool, .fraction, .array, .object: nil
        }
    }

    /// The elements of an array.
    var elements: [JSONValue]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    /// Whether the value is this truth value.
    func isBool(_ value: Bool) -> Bool { self == .bool(value) }

    /// The value as JSON text on one line.
    var json: String {
        switch self {
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .integer(let number): "\(number)"
        case .fraction(let number): number.isFinite ? "\(number)" : "null"
        case .string(let text): SafeText.jsonString(text)
        case .array(let elements): "[\(elements.map(\.json).joined(separator: ","))]"
        case .object(let members):
            "{\(members.map { "\(SafeText.jsonString($0.name)):\($0.value.json)" }.joined(separator: ","))}"
        }
    }
}

extension JSONValue: ExpressibleByStringLiteral {
    /// A string.
    init(stringLiteral value: String) { self = .string(value) }
}

extension JSONValue: ExpressibleByIntegerLiteral {
    /// An integer.
    init(integerLiteral value: Int) { self = .integer(value) }
}

extension JSONValue: ExpressibleByArrayLiteral {
    /// An array.
    init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
}
