import Submission

/// One lexical token of an address field (RFC 5322 §3.2).
struct AddressToken {
    enum Kind: Equatable {
        /// `1*atext`, with the non-ASCII octets of RFC 6532 §3.2.
        case atom
        /// The content of a quoted string, its quotes and backslashes undone.
        case quoted([UInt8])
        /// A domain literal with its brackets, white space removed.
        case literal([UInt8])
        /// Any other visible octet, whether it belongs there or not.
        case special(UInt8)
    }

    let kind: Kind
    /// Where the token stands in the field's value.
    let range: Range<Int>

    var isQuoted: Bool { if case .quoted = kind { true } else { false } }

    func isSpecial(_ character: Unicode.Scalar) -> Bool {
        kind == .special(UInt8(ascii: character))
    }
}

/// What stopped the reading of an address, with the part of the value to quote.
struct AddressError: Error {
    let problem: AddressProblem
    let range: Range<Int>
}

/// Splits the unfolded value of an address field into tokens; comments and white space are dropped.
struct AddressLexer {
    /// How many comments may stand inside each other.
    static let maximumCommentDepth = 50

    private let octets: [UInt8]
    private var index = 0

    /// The tokens of a value.
    static func tokens(of octets: [UInt8]) throws(AddressError) -> [AddressToken] {
        var lexer = AddressLexer(octets: octets)
        var tokens: [AddressToken] = []
        while let token = try lexer.next() { tokens.append(token) }
        return tokens
    }

    private init(octets: [UInt8]) {
        self.octets = octets
    }

    private mutating func next() throws(AddressError) -> AddressToken? {
        try skipSpaceAndComments()
        guard index < octets.count else { return nil }
        let start = index
        let kind: AddressToken.Kind
        switch octets[index] {
        case UInt8(ascii: "\""): kind = .quoted(try quotedString())
        case UInt8(ascii: "["): kind = literal() ?? special()
        case let octet where MailAddress.isAtomOctet(octet):
            index = octets[index...].firstIndex { !MailAddress.isAtomOctet($0) } ?? octets.count
            kind = .atom
        case let octet where isControl(octet):
            throw AddressError(
                problem: .invisible(scalarNumber(UInt32(octet))),
                range: start..<start + 1
            )
        default: kind = special()
        }
        return AddressToken(kind: kind, range: start..<index)
    }

    private mutating func special() -> AddressToken.Kind {
        defer { index += 1 }
        return .special(octets[index])
    }

    /// `CFWS` with comments inside comments (RFC 5322 §3.2.2).
    private mutating func skipSpaceAndComments() throws(AddressError) {
        var opened: [Int] = []
        while index < octets.count {
            switch octets[index] {
            case UInt8(ascii: "("):
                guard opened.count < Self.maximumCommentDepth else {
                    throw AddressError(problem: .deepComment, range: opened[0]..<index)
                }
                opened.append(index)
            case UInt8(ascii: ")") where !opened.isEmpty: opened.removeLast()
            case UInt8(ascii: "\\") where !opened.isEmpty: index += 1
            case let octet where isSpace(octet) || !opened.isEmpty: break
            default: return
            }
            index += 1
        }
        if let first = opened.first {
            throw AddressError(problem: .unclosedComment, range: first..<octets.count)
        }
    }

    /// `quoted-string` (RFC 5322 §3.2.4).
    private mutating func quotedString() throws(AddressError) -> [UInt8] {
        let start = index
        var content: [UInt8] = []
        index += 1
        while index < octets.count {
            if octets[index] == UInt8(ascii: "\"") {
                index += 1
                return content
            }
            if octets[index] == UInt8(ascii: "\\"), index + 1 < octets.count { index += 1 }
            content.append(octets[index])
            index += 1
        }
        throw AddressError(problem: .unclosedQuote, range: start..<octets.count)
    }

    /// `domain-literal` (RFC 5322 §3.4.1), or `nil` where the bracket is one of a display name.
    private mutating func literal() -> AddressToken.Kind? {
        let inside = octets[(index + 1)...]
        guard let end = inside.firstIndex(where: { !isLiteralText($0) }),
            octets[end] == UInt8(ascii: "]")
        else { return nil }
        defer { index = end + 1 }
        return .literal(octets[index...end].filter { !isSpace($0) })
    }
}

private func isLiteralText(_ octet: UInt8) -> Bool {
    isSpace(octet) || (0x21...0x7E).contains(octet) && !"[]\\<>\",;@()".utf8.contains(octet)
}

private func isControl(_ octet: UInt8) -> Bool { octet < 0x20 && !isSpace(octet) || octet == 0x7F }

/// A code point as people write it, such as `U+00A0`.
func scalarNumber(_ value: UInt32) -> String {
    let digits = String(value, radix: 16, uppercase: true)
    return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
}
