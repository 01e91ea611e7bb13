/// One header field by its place in ``Header/octets``.
struct HeaderField {
    /// The name as written, such as `Message-ID`.
    let name: String
    /// The name in lower case.
    let key: String
    /// The whole field with its folds and final CRLF.
    let octets: Range<Int>
    /// What follows the colon, with folds and final CRLF.
    let body: Range<Int>
}

/// The fields of a message in their order, over a header with CRLF line ends.
struct Header {
    let octets: [UInt8]
    private(set) var fields: [HeaderField] = []

    /// Splits the header into fields.
    init(_ text: HeaderText, rules: MessageRules) throws(MessageDefect) {
        octets = text.octets
        var start = 0
        var number = 1 + text.skippedLines
        while start < octets.count {
            let end = endOfLine(from: start)
            if isSpace(octets[start]), let last = fields.last {
                try extend(last, to: end, rules)
            } else {
                try add(start..<end, number, rules)
            }
            start = end
            number += 1
        }
    }

    /// The fields with this lower-case name, in order.
    func all(_ key: String) -> [HeaderField] { fields.filter { $0.key == key } }

    /// What a field says, without folds and without white space around it (RFC 5322 §2.2.3).
    func value(of field: HeaderField) -> [UInt8] { unfolded(octets[field.body]) }

    /// What a field says, each octet in its place, folds as spaces: an index into it is one into
    /// ``octets`` less the lower bound of the field's body.
    func spaced(_ field: HeaderField) -> [UInt8] {
        octets[field.body].map { $0 == LineEnd.cr || $0 == LineEnd.lf ? 0x20 : $0 }
    }

    /// Whether a field carries nothing but white space.
    func isBlank(_ field: HeaderField) -> Bool {
        octets[field.body].allSatisfy { isSpace($0) || $0 == LineEnd.cr || $0 == LineEnd.lf }
    }

    /// Whether a field with this lower-case name says anything.
    func says(_ key: String) -> Bool { fields.contains { $0.key == key && !isBlank($0) } }

    // Lines hold neither CR nor LF of their own, so the CR alone marks the end.
    private func endOfLine(from start: Int) -> Int {
        (octets[start...].firstIndex(of: LineEnd.cr) ?? octets.count - 2) + 2
    }

    private mutating func extend(
        _ field: HeaderField,
        to end: Int,
        _ rules: MessageRules
    ) throws(MessageDefect) {
        guard end - field.octets.lowerBound <= rules.maximumFieldOctets else {
            throw .fieldTooLarge(name: quotable(field.name), limit: rules.maximumFieldOctets)
        }
        fields[fields.count - 1] = HeaderField(
            name: field.name,
            key: field.key,
            octets: field.octets.lowerBound..<end,
            body: field.body.lowerBound..<end
        )
    }

    private mutating func add(
        _ line: Range<Int>,
        _ number: Int,
        _ rules: MessageRules
    ) throws(MessageDefect) {
        guard let (name, colon) = fieldName(line) else {
            let text = String(decoding: octets[line].dropLast(2), as: UTF8.self)
            throw .notAField(line: number, text: quotable(text))
        }
        guard fields.count < rules.maximumFields else {
            throw .tooManyFields(limit: rules.maximumFields)
        }
        guard line.count <= rules.maximumFieldOctets else {
            throw .fieldTooLarge(name: quotable(name), limit: rules.maximumFieldOctets)
        }
        fields.append(
            HeaderField(
                name: name,
                key: name.lowercased(),
                octets: line,
                body: colon + 1..<line.upperBound
            )
        )
    }

    private func fieldName(_ line: Range<Int>) -> (String, colon: Int)? {
        let text = octets[line]
        guard let (end, colon) = fieldNameEnd(text) else { return nil }
        return (String(decoding: text[..<end], as: UTF8.self), colon)
    }
}

/// The body of a field without folds and without white space around it (RFC 5322 §2.2.3).
func unfolded(_ body: ArraySlice<UInt8>) -> [UInt8] {
    Array(trimmed(body.filter { $0 != LineEnd.cr && $0 != LineEnd.lf }[...]))
}

/// Where the name ends with which a line begins, and where its colon stands.
///
/// `field-name = 1*ftext`; white space before the colon is obsolete but read (RFC 5322 §4.5).
func fieldNameEnd<Line: RandomAccessCollection>(
    _ line: Line
) -> (end: Line.Index, colon: Line.Index)? where Line.Element == UInt8 {
    guard let end = line.firstIndex(where: { !(0x21...0x7E).contains($0) || $0 == colon }),
        end > line.startIndex,
        let mark = line[end...].firstIndex(where: { !isSpace($0) }), line[mark] == colon
    else { return nil }
    return (end, mark)
}

private let colon = UInt8(ascii: ":")

/// Space or tab, the white space of RFC 5322 §2.2.
func isSpace(_ octet: UInt8) -> Bool { octet == 0x20 || octet == 0x09 }

/// A text of the message, short enough to stand in a sentence, and without the mark that ends a
/// quotation there.
func quotable(_ text: some StringProtocol) -> String {
    // Not characters: one of them holds any number of combining marks.
    let short = text.unicodeScalars.prefix(80)
    let quoted = String.UnicodeScalarView(short.map { $0 == "”" ? "’" : $0 })
    return String(quoted) + (short.endIndex == text.endIndex ? "" : "…")
}
