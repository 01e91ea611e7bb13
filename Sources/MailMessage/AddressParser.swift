import Submission

/// Reads the mailboxes of an address field (RFC 5322 §3.4, with the obsolete forms of §4.4).
///
/// Lenient where the intended mailbox is beyond doubt: empty list elements, `;` between addresses
/// as Outlook writes it, anything at all as a display name before `<`. Strict everywhere else.
struct AddressParser {
    private let octets: [UInt8]
    private let tokens: [AddressToken]
    private var position = 0
    /// The first token of the group that is open.
    private var group: Int?
    private let defaultDomain: String?
    /// Where names without a domain end in the value.
    private var bareNames: [Int] = []
    /// The last element, if it was a name without a domain outside angle brackets.
    private var lastBare: Range<Int>?

    /// All mailboxes of a field's unfolded value, those inside groups included.
    ///
    /// A name without a domain gets `defaultDomain` if there is one; the places are then where the
    /// domain belongs in the value.
    static func list(
        _ octets: [UInt8],
        defaultDomain: String? = nil
    ) throws(AddressError) -> (addresses: [MailAddress], bareNames: [Int]) {
        var parser = try AddressParser(octets, defaultDomain)
        var addresses: [MailAddress] = []
        while parser.position < parser.tokens.count {
            if let address = try parser.element() { addresses.append(address) }
        }
        if let group = parser.group {
            throw parser.error(.unclosedGroup, group..<parser.tokens.count)
        }
        return (addresses, parser.bareNames)
    }

    /// The one mailbox of a value; `nil` is `<>` (RFC 5321 §4.5.5).
    static func path(
        _ octets: [UInt8],
        defaultDomain: String? = nil
    ) throws(AddressError) -> MailAddress? {
        var parser = try AddressParser(octets, defaultDomain)
        let tokens = parser.tokens
        if tokens.count == 2, tokens[0].isSpecial("<"), tokens[1].isSpecial(">") { return nil }
        let address = try parser.element()
        guard let address, parser.position == tokens.count, parser.group == nil else {
            throw parser.error(.notJoined, 0..<tokens.count)
        }
        return address
    }

    private init(_ octets: [UInt8], _ defaultDomain: String?) throws(AddressError) {
        self.octets = octets
        self.defaultDomain = defaultDomain
        tokens = try AddressLexer.tokens(of: octets)
    }

    /// Reads up to and with the next separator; `nil` for an empty element or a group's name.
    private mutating func element() throws(AddressError) -> MailAddress? {
        let start = position
        while position < tokens.count {
            guard case .special(let mark) = tokens[position].kind else {
                position += 1
                continue
            }
            switch mark {
            case UInt8(ascii: "<"): return try angleAddress(elementStart: start)
            case UInt8(ascii: ":"): return try beginGroup(start)
            case UInt8(ascii: ","), UInt8(ascii: ";"):
                let address = try bareAddress(start..<position)
                separator()
                return address
            default: position += 1
            }
        }
        return try bareAddress(start..<position)
    }

    /// Passes `,` or `;`; outside a group a semicolon separates as a comma does.
    private mutating func separator() {
        if tokens[position].isSpecial(";") { group = nil }
        position += 1
    }

    /// `group = display-name ":" [group-list] ";"`.
    private mutating func beginGroup(_ start: Int) throws(AddressError) -> MailAddress? {
        guard group == nil else { throw error(.nestedGroup, start..<position + 1) }
        let name = tokens[start..<position]
        guard !name.isEmpty, !name.contains(where: { $0.isSpecial("@") }) else {
            throw error(.strayCharacter(":"), start..<position + 1)
        }
        group = start
        position += 1
        return nil
    }

    /// `angle-addr`, with everything before it taken for a display name.
    private mutating func angleAddress(elementStart: Int) throws(AddressError) -> MailAddress {
        let open = position
        // `Doe, Bob <bob@example.com>` is one person, not Doe and Bob.
        if let bare = lastBare, open > elementStart, !tokens[elementStart].isQuoted {
            throw error(.noAtSign, bare)
        }
        lastBare = nil
        guard let close = tokens[open...].firstIndex(where: { $0.isSpecial(">") }) else {
            throw error(.unclosedAngle, elementStart..<tokens.count)
        }
        position = close + 1
        let inside = afterRoute(open + 1..<close)
        let spec = try address(inside, quoting: elementStart..<position)
        guard position < tokens.count else { return spec }
        guard tokens[position].isSpecial(",") || tokens[position].isSpecial(";") else {
            throw error(.notJoined, elementStart..<position + 1)
        }
        separator()
        return spec
    }

    /// `obs-route = obs-domain-list ":"` says how to get there and is ignored (RFC 5321 §3.6.1).
    private func afterRoute(_ range: Range<Int>) -> Range<Int> {
        guard let first = range.first, tokens[first].isSpecial("@"),
            let colon = tokens[range].firstIndex(where: { $0.isSpecial(":") })
        else { return range }
        return colon + 1..<range.upperBound
    }

    private mutating func bareAddress(_ range: Range<Int>) throws(AddressError) -> MailAddress? {
        lastBare = nil
        guard !range.isEmpty else { return nil }
        let count = bareNames.count
        let address = try address(range, quoting: range)
        if bareNames.count > count { lastBare = range }
        return address
    }

    /// `addr-spec = local-part "@" domain`; `quoting` is what an error shows.
    private mutating func address(
        _ range: Range<Int>,
        quoting: Range<Int>
    ) throws(AddressError) -> MailAddress {
        guard !range.isEmpty else { throw error(.missingPart, quoting) }
        guard let at = tokens[range].firstIndex(where: { $0.isSpecial("@") }) else {
            if let completed = completed(range) { return completed }
            throw error(problemWithoutAt(range), quoting)
        }
        do throws(AddressProblem) {
            return try MailAddress.checked(
                localPart: dotted(range.lowerBound..<at),
                domain: domain(at + 1..<range.upperBound)
            )
        } catch {
            throw self.error(error, quoting)
        }
    }

    /// The address of a single name without a domain.
    private mutating func completed(_ range: Range<Int>) -> MailAddress? {
        guard let defaultDomain, let last = tokens[range].last,
            let name = try? dotted(range),
            let address = try? MailAddress.checked(
                localPart: name,
                domain: Array(defaultDomain.utf8)
            )
        else { return nil }
        bareNames.append(last.range.upperBound)
        return address
    }

    private func problemWithoutAt(_ range: Range<Int>) -> AddressProblem {
        for token in tokens[range] {
            if case .special(let mark) = token.kind, mark != UInt8(ascii: ".") {
                return .strayCharacter(String(UnicodeScalar(mark)))
            }
        }
        return .noAtSign
    }

    /// `domain = dot-atom / domain-literal` (RFC 5322 §3.4.1).
    private func domain(_ range: Range<Int>) throws(AddressProblem) -> [UInt8] {
        if range.count == 1, case .literal(let content) = tokens[range.lowerBound].kind {
            return content
        }
        if tokens[range].contains(where: \.isQuoted) { throw .strayCharacter("\"") }
        return try dotted(range)
    }

    /// `word *("." word)`, white space and comments around the dots allowed (RFC 5322 §4.4).
    private func dotted(_ range: Range<Int>) throws(AddressProblem) -> [UInt8] {
        var result: [UInt8] = []
        var wantsWord = true
        for token in tokens[range] {
            let word: [UInt8]
            switch token.kind {
            case .atom: word = Array(octets[token.range])
            case .quoted(let content): word = content
            case .literal: throw .strayCharacter("[")
            case .special(UInt8(ascii: ".")):
                guard !wantsWord else { throw .missingPart }
                wantsWord = true
                result.append(UInt8(ascii: "."))
                continue
            case .special(UInt8(ascii: "@")): throw .notJoined
            case .special(let mark): throw .strayCharacter(String(UnicodeScalar(mark)))
            }
            guard wantsWord else { throw .notJoined }
            wantsWord = false
            result += word
        }
        guard !wantsWord else { throw .missingPart }
        return result
    }

    private func error(_ problem: AddressProblem, _ range: Range<Int>) -> AddressError {
        guard let first = tokens[range].first, let last = tokens[range].last else {
            return AddressError(problem: problem, range: octets.indices)
        }
        return AddressError(problem: problem, range: first.range.lowerBound..<last.range.upperBound)
    }
}

extension AddressProblem: Error {}

extension MailAddress {
    /// The address of two parts in octets, or what is wrong with them.
    fileprivate static func checked(
        localPart: [UInt8],
        domain: [UInt8]
    ) throws(AddressProblem) -> MailAddress {
        guard let local = String(validating: localPart, as: UTF8.self),
            let domain = String(validating: domain, as: UTF8.self)
        else { throw .notUTF8 }
        for part in [local, domain] {
            if let scalar = part.unicodeScalars.first(where: \.isInvisible) {
                throw .invisible(scalarNumber(scalar.value))
            }
        }
        guard let address = MailAddress(localPart: local, domain: domain) else { throw .notAllowed }
        return address
    }
}

extension Unicode.Scalar {
    /// Whether a person could not see the character in an address.
    ///
    /// The space of a quoted local part is visible enough; joiners are letters' business in Persian
    /// and Indic scripts.
    fileprivate var isInvisible: Bool {
        // Nearly every address is ASCII, and the Unicode tables are slow to ask.
        if isASCII { return value < 0x20 || value == 0x7F }
        switch properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .spaceSeparator: return true
        case .format: return !(0x200C...0x200D).contains(value)
        default: return false
        }
    }
}
