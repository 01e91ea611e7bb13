internal import CToml

/// A place in a settings file.
package struct TomlPosition: Hashable, Sendable, Comparable {
    package var line: Int
    package var column: Int

    /// Compares lines first.
    package static func < (left: Self, right: Self) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }
}

/// A value with the place where it starts.
package struct TomlValue: Hashable, Sendable {
    package var content: TomlContent
    package var position: TomlPosition
}

/// What a value holds.
package enum TomlContent: Hashable, Sendable {
    case table([TomlEntry])
    case array([TomlValue])
    case text(String)
    case integer(Int64)
    case float(Double)
    case flag(Bool)
    /// A date or time as text.
    case time(String)

    /// The value in an operator's words, to follow "not".
    package var phrase: String {
        switch self {
        case .table: "a table"
        case .array: "a list"
        case .text(let text): "the text \(quoted(text))"
        case .integer(let number): "the number \(number)"
        case .float(let number): "the number \(number)"
        case .flag(let flag): "\(flag)"
        case .time(let text): "the date or time \(quoted(text))"
        }
    }
}

/// A key with its value.
package struct TomlEntry: Hashable, Sendable {
    package var key: String
    package var keyPosition: TomlPosition
    package var value: TomlValue
}

/// Why a text is not TOML.
package struct TomlFault: Error, Hashable, Sendable {
    /// The parser's words.
    package var message: String
    /// Where, unless it concerns the text as a whole.
    package var position: TomlPosition?
}

/// Reads TOML into a tree whose depth and size CToml bounds.
package enum TomlDocument {
    /// Returns the entries of the root table in the order of the text.
    package static func parse(_ octets: [UInt8]) throws(TomlFault) -> [TomlEntry] {
        var fault = ctoml_error()
        let document = octets.withUnsafeBytes { bytes in
            ctoml_parse(
                bytes.baseAddress?.assumingMemoryBound(to: CChar.self),
                bytes.count,
                &fault
            )
        }
        guard let document else { throw TomlFault(fault) }
        defer { ctoml_free(document) }
        let nodes = UnsafeBufferPointer(start: ctoml_nodes(document), count: ctoml_count(document))
        return TomlTree(nodes).root()
    }

    /// The longest text that is read.
    package static let maximumOctets = Int(CTOML_MAXIMUM_OCTETS)
}

extension TomlFault {
    /// The fault in an operator's words; the parser's own begin with "Error while parsing …:".
    package var objection: Objection {
        let words = message.split(separator: ": ", maxSplits: 1)
        let opening = "Error while parsing "
        guard words.count == 2, words[0].hasPrefix(opening) else {
            return Objection("this is not TOML: \(message).")
        }
        let place = words[0].dropFirst(opening.count)
        if words[1].hasPrefix("exceeded maximum nested value depth") {
            return Objection("this is not TOML: values are nested too deeply.")
        }
        let sentence = "this is not TOML, in a \(place): \(words[1])."
        if words[1].hasPrefix("could not determine value type") {
            return Objection(sentence, "Text stands in quotes.")
        }
        if words[1].hasPrefix("unescaped control characters") {
            return Objection(sentence, "Is a closing quote missing?")
        }
        return Objection(sentence)
    }

    fileprivate init(_ error: ctoml_error) {
        message = withUnsafeBytes(of: error.message) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        position =
            error.line > 0
            ? TomlPosition(line: Int(error.line), column: Int(error.column)) : nil
    }
}

/// Rebuilds the tree from CToml's flat list.
private struct TomlTree {
    private let nodes: UnsafeBufferPointer<ctoml_node>
    private let children: [[Int]]

    init(_ nodes: UnsafeBufferPointer<ctoml_node>) {
        self.nodes = nodes
        var children = [[Int]](repeating: [], count: nodes.count)
        for (index, node) in nodes.enumerated() where node.parent >= 0 {
            children[Int(node.parent)].append(index)
        }
        self.children = children
    }

    func root() -> [TomlEntry] { entries(of: 0) }

    private func entries(of index: Int) -> [TomlEntry] {
        children[index].map { child in
            let node = nodes[child]
            return TomlEntry(
                key: text(node.key, node.key_length),
                keyPosition: TomlPosition(
                    line: Int(node.key_line),
                    column: Int(node.key_column)
                ),
                value: value(at: child)
            )
        }
    }

    private func value(at index: Int) -> TomlValue {
        let node = nodes[index]
        return TomlValue(
            content: content(at: index),
            position: TomlPosition(line: Int(node.line), column: Int(node.column))
        )
    }

    private func content(at index: Int) -> TomlContent {
        let node = nodes[index]
        return switch ctoml_type(rawValue: UInt32(node.type)) {
        case CTOML_TABLE: .table(entries(of: index))
        case CTOML_ARRAY: .array(children[index].map(value(at:)))
        case CTOML_STRING: .text(text(node.text, node.text_length))
        case CTOML_INTEGER: .integer(node.integer)
        case CTOML_FLOAT: .float(node.floating)
        case CTOML_BOOLEAN: .flag(node.boolean)
        default: .time(text(node.text, node.text_length))
        }
    }

    private func text(_ start: UnsafePointer<CChar>?, _ length: Int) -> String {
        String(decoding: UnsafeRawBufferPointer(start: start, count: length), as: UTF8.self)
    }
}
