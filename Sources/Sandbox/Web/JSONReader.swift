/// Reads JSON text strictly, with a bound on how deeply it nests (RFC 8259).
struct JSONReader {
    /// How deeply arrays and objects may nest, so that a request cannot exhaust the stack.
    static let deepest = 64

    private var rest: ArraySlice<UInt8>
    private var depth = 0

    /// The value that some octets spell, or `nil` when they spell none or more than one.
    static func value(of octets: [UInt8]) -> JSONValue? {
        guard String(validating: octets, as: UTF8.self) != nil else { return nil }
        var reader = JSONReader(rest: octets[...])
        guard let value = reader.readValue() else { return nil }
        reader.skipSpace()
        return reader.rest.isEmpty ? value : nil
    }

    private init(rest: ArraySlice<UInt8>) { self.rest = rest }

    private mutating func readValue() -> JSONValue? {
        skipSpace()
        switch rest.first {
        case UInt8(ascii: "{"): return nested { $0.readObject() }
        case UInt8(ascii: "["): return nested { $0.readArray() }
        case UInt8(ascii: "\""): return readString().map { .string($0) }
        case UInt8(ascii: "t"): return take("true") ? .bool(true) : nil
        case UInt8(ascii: "f"): return take("false") ? .bool(false) : nil
        case UInt8(ascii: "n"): return take("null") ? .null : nil
        default: return readNumber()
        }
    }

    private mutating func nested(_ read: (inout JSONReader) -> JSONValue?) -> JSONValue? {
        guard depth < Self.deepest else { return nil }
        depth += 1
        defer { depth -= 1 }
        rest.removeFirst()
        return read(&self)
    }

    private mutating func readObject() -> JSONValue? {
        var members: [JSONValue.Member] = []
        if takeAfterSpace("}") { return .object([]) }
        repeat {
            skipSpace()
            guard let name = readString(), takeAfterSpace(":"), let value = readValue() else {
                return nil
            }
            members.append(JSONValue.Member(name: name, value: value))
        } while takeAfterSpace(",")
        return takeAfterSpace("}") ? .object(members) : nil
    }

    private mutating func readArray() -> JSONValue? {
        var elements: [JSONValue] = []
        if takeAfterSpace("]") { return .array([]) }
        repeat {
            guard let value = readValue() else { return nil }
            elements.append(value)
        } while takeAfterSpace(",")
        return takeAfterSpace("]") ? .array(elements) : nil
    }

    private mutating func readNumber() -> JSONValue? {
        let octets = rest.prefix { "+-.0123456789eE".utf8.contains($0) }
        guard let first = octets.first, first != UInt8(ascii: "+"), first != UInt8(ascii: "."),
            octets.count <= 64
        else { return nil }
        rest = rest.dropFirst(octets.count)
        let text = String(decoding: octets, as: UTF8.self)
        if let number = Int(text) { return .integer(number) }
        return Double(text).map { .fraction($0) }
    }

    private mutating func readString() -> String? {
        guard take("\"") else { return nil }
        var result: [UInt8] = []
        while let octet = rest.popFirst() {
            switch octet {
            case UInt8(ascii: "\""): return String(decoding: result, as: UTF8.self)
            case UInt8(ascii: "\\"):
                guard let scalar = readEscape() else { return nil }
                result += UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
            case 0..<0x20: return nil
            default: result.append(octet)
            }
        }
        return nil
    }

    private mutating func readEscape() -> Unicode.Scalar? {
        switch rest.popFirst() {
        case UInt8(ascii: "\""): "\""
        case UInt8(ascii: "\\"): "\\"
        case UInt8(ascii: "/"): "/"
        case UInt8(ascii: "b"): "\u{8}"
        case UInt8(ascii: "f"): "\u{C}"
        case UInt8(ascii: "n"): "\n"
        case UInt8(ascii: "r"): "\r"
        case UInt8(ascii: "t"): "\t"
        case UInt8(ascii: "u"): readUnits()
        default: nil
        }
    }

    /// One or, for a surrogate pair, two escapes of UTF-16.
    private mutating func readUnits() -> Unicode.Scalar? {
        guard let first = readUnit() else { return nil }
        guard (0xD800...0xDBFF).contains(first) else { return Unicode.Scalar(first) }
        guard take("\\u"), let second = readUnit(), (0xDC00...0xDFFF).contains(second) else {
            return nil
        }
        return Unicode.Scalar(0x10000 + ((first & 0x3FF) << 10 | second & 0x3FF))
    }

    private mutating func readUnit() -> UInt32? {
        let digits = rest.prefix(4)
        guard digits.count == 4, digits.allSatisfy({ PercentText.hexadecimal($0) != nil }) else {
            return nil
        }
        rest = rest.dropFirst(4)
        return UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
    }

    private mutating func take(_ word: StaticString) -> Bool {
        word.withUTF8Buffer { word in
            guard rest.starts(with: word) else { return false }
            rest = rest.dropFirst(word.count)
            return true
        }
    }

    private mutating func takeAfterSpace(_ word: StaticString) -> Bool {
        skipSpace()
        return take(word)
    }

    private mutating func skipSpace() {
        rest = rest.drop { " \t\r\n".utf8.contains($0) }
    }
}
