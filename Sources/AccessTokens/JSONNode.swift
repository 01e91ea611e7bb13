internal import FoundationEssentials
internal import SafeText

/// A JSON value of which nothing is expected (RFC 8259 §3).
enum JSONNode: Hashable, Decodable {
    case object([String: JSONNode])
    case array([JSONNode])
    case text(String)
    case number(Double)
    case flag(Bool)
    case null

    /// Reads a document; `nil` where it is not JSON.
    static func read(_ octets: [UInt8]) -> JSONNode? {
        try? JSONDecoder().decode(JSONNode.self, from: Data(octets))
    }

    /// Tries the kinds one after the other, as Decodable wants it.
    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let flag = try? container.decode(Bool.self) {
            self = .flag(flag)
        } else if let number = try? container.decode(Double.self) {
            self = .number(number)
        } else if let text = try? container.decode(String.self) {
            self = .text(text)
        } else if let array = try? container.decode([JSONNode].self) {
            self = .array(array)
        } else {
            self = .object(try container.decode([String: JSONNode].self))
        }
    }

    /// The member of an object.
    subscript(_ name: String) -> JSONNode? {
        guard case .object(let members) = self else { return nil }
        return members[name]
    }

    /// A text that is not empty.
    var text: String? {
        guard case .text(let text) = self, !text.isEmpty else { return nil }
        return text
    }

    /// A whole number that is not negative, also where it stands in quotes, as some services do.
    var count: Int64? {
        switch self {
        case .number(let number):
            Int64(exactly: number.rounded(.down)).flatMap { $0 < 0 ? nil : $0 }
        case .text(let text): Int64(text).flatMap { $0 < 0 ? nil : $0 }
        default: nil
        }
    }

    /// The texts of an array, or the words of a text.
    var words: [String] {
        switch self {
        case .array(let nodes): nodes.compactMap(\.text)
        case .text(let text): text.split(separator: " ").map(String.init)
        default: []
        }
    }
}

/// Writes the few JSON texts we send.
enum JSONText {
    /// A value of a member.
    enum Value {
        case text(String)
        case number(Int64)
    }

    /// An object with its members in order.
    static func object(_ members: [(String, Value)]) -> String {
        let parts = members.map { name, value in
            switch value {
            case .text(let text): "\(SafeText.jsonString(name)):\(SafeText.jsonString(text))"
            case .number(let number): "\(SafeText.jsonString(name)):\(number)"
            }
        }
        return "{" + parts.joined(separator: ",") + "}"
    }
}
