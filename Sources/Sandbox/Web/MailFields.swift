/// The fields of a message's header, for a server that goes by them.
struct MailFields: Sendable {
    /// One field with its lines.
    struct Field: Sendable {
        /// In lowercase.
        let name: String
        /// All its octets, line ends included.
        let octets: ArraySlice<UInt8>
        /// What follows the colon, unfolded.
        let value: [UInt8]

        /// The value as text, without space around it.
        var text: String {
            let text = String(decoding: value, as: UTF8.self)
            return String(text.drop { $0 == " " || $0 == "\t" })
        }
    }

    let fields: [Field]
    /// The empty line and the body.
    let rest: ArraySlice<UInt8>

    /// Reads the header of a message; a line that is no field belongs to nothing.
    init(_ message: [UInt8]) {
        var fields: [Field] = []
        var position = message.startIndex
        while position < message.endIndex {
            let start = position
            let end = Self.lineEnd(message, position)
            if Self.isEmptyLine(message[start..<end]) { break }
            position = end
            while position < message.endIndex, Self.isSpace(message[position]) {
                position = Self.lineEnd(message, position)
            }
            let octets = message[start..<position]
            if let field = Self.field(octets) { fields.append(field) }
        }
        self.fields = fields
        rest = message[position...]
    }

    /// The texts of every field with this lowercase name.
    func texts(_ name: String) -> [String] { fields.filter { $0.name == name }.map(\.text) }

    /// The addresses of every field with one of these lowercase names; `nil` when one is malformed.
    func addresses(_ names: String...) -> [SandboxAddress]? {
        var result: [SandboxAddress] = []
        for field in fields where names.contains(field.name) {
            guard let addresses = AddressList.read(field.value) else { return nil }
            result += addresses
        }
        return result
    }

    /// The message without its fields of these lowercase names.
    func message(without names: String...) -> [UInt8] {
        fields.filter { !names.contains($0.name) }.flatMap(\.octets) + rest
    }

    private static func lineEnd(_ message: [UInt8], _ position: Int) -> Int {
        message[position...].firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? message.endIndex
    }

    private static func isEmptyLine(_ line: ArraySlice<UInt8>) -> Bool {
        line.elementsEqual("\r\n".utf8) || line.elementsEqual("\n".utf8)
    }

    private static func isSpace(_ octet: UInt8) -> Bool { octet == 0x20 || octet == 0x09 }

    private static func field(_ octets: ArraySlice<UInt8>) -> Field? {
        guard let colon = octets.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        let name = octets[..<colon].filter { !isSpace($0) }
        guard !name.isEmpty, name.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
        return Field(
            name: String(decoding: name, as: UTF8.self).lowercased(),
            octets: octets,
            value: octets[(colon + 1)...].filter { $0 != 0x0D && $0 != 0x0A }
        )
    }
}

/// A list of addresses in a field (RFC 5322 §3.4).
enum AddressList {
    /// Every address of a list, those of groups included; `nil` when something is none.
    static func read(_ octets: some Sequence<UInt8>) -> [SandboxAddress]? {
        var reader = Reader()
        for octet in octets { reader.take(octet) }
        reader.endElement()
        return reader.isMalformed ? nil : reader.addresses
    }

    private struct Reader {
        var addresses: [SandboxAddress] = []
        var isMalformed = false
        private var plain: [UInt8] = []
        private var inBrackets: [UInt8]?
        private var isBracketOpen = false
        private var isQuoted = false
        private var isEscaped = false
        private var comments = 0

        mutating func take(_ octet: UInt8) {
            if isEscaped {
                isEscaped = false
                return keep(octet)
            }
            if octet == UInt8(ascii: "\\"), isQuoted || comments > 0 {
                isEscaped = true
                return keep(octet)
            }
            if comments > 0 { return takeComment(octet) }
            if octet == UInt8(ascii: "\"") { isQuoted.toggle() }
            guard !isQuoted else { return keep(octet) }
            switch octet {
            case UInt8(ascii: "("): comments = 1
            case UInt8(ascii: "<"):
                isBracketOpen = true
                inBrackets = []
            case UInt8(ascii: ">"): isBracketOpen = false
            case UInt8(ascii: ","), UInt8(ascii: ";"): endElement()
            // The name of a group.
            case UInt8(ascii: ":") where !isBracketOpen: plain = []
            default: keep(octet)
            }
        }

        private mutating func takeComment(_ octet: UInt8) {
            if octet == UInt8(ascii: "(") { comments += 1 }
            if octet == UInt8(ascii: ")") { comments -= 1 }
        }

        private mutating func keep(_ octet: UInt8) {
            guard comments == 0 else { return }
            if isBracketOpen { inBrackets?.append(octet) } else { plain.append(octet) }
        }

        /// Ends an address; an empty element is allowed (RFC 5322 §4.4).
        mutating func endElement() {
            defer {
                plain = []
                inBrackets = nil
                isBracketOpen = false
            }
            let text = inBrackets ?? plain
            let isBlank = text.allSatisfy { $0 == 0x20 || $0 == 0x09 }
            if isBlank, inBrackets == nil { return }
            let address = String(validating: text, as: UTF8.self).flatMap { text in
                SandboxAddress(text.filter { $0 != " " && $0 != "\t" })
            }
            if let address { addresses.append(address) } else { isMalformed = true }
        }
    }
}
