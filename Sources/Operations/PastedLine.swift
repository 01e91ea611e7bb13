internal import Submission

/// One line of pasted text, searched for codes by octets: offsets count from its beginning.
struct PastedLine: Hashable, Sendable {
    private let octets: [UInt8]
    /// The phase our own log gave by the name of the value.
    private let known: SessionPhase?

    /// Creates a line.
    init(_ text: String, phase: SessionPhase? = nil) {
        octets = Array(text.utf8.prefix(8192))
        known = phase
    }

    /// The values of one of our log lines that can quote a server; any other line as it is.
    static func lines(of text: String) -> [PastedLine] {
        guard text.contains("event=") else { return [PastedLine(text)] }
        let values = LogValues(text)
        let keys: [(String, SessionPhase?)] = [
            ("reason", nil), ("refused_reply", .recipient), ("reply", .endOfData), ("detail", nil),
            ("line", nil),
        ]
        let lines = keys.compactMap { key, phase in
            values[key].map { PastedLine($0, phase: phase) }
        }
        return lines.isEmpty ? [PastedLine(text)] : lines
    }

    /// Where a code begins that an enhanced code of the same class follows: `550 5.7.60`.
    func paired() -> Int? {
        octets.indices.first { start in
            guard let code = code(at: start), isBoundary(before: start),
                start + 4 < octets.count, isSeparator(octets[start + 3]),
                let status = status(at: start + 4)
            else { return false }
            return status.statusClass == code / 100
        }
    }

    /// Where a code begins that stands where a reply may: at the start of the line, behind a date,
    /// or behind a colon, a bracket or a quotation mark.
    func introduced() -> Int? {
        octets.indices.first { start in
            guard code(at: start) != nil, isBoundary(before: start) else { return false }
            let next = start + 3
            guard next == octets.count || isSeparator(octets[next]) else { return false }
            // A fault address of the sandbox looks like the first of several lines.
            if octets[next...].prefix(while: { $0 != UInt8(ascii: " ") }).contains(
                UInt8(ascii: "@")
            ) {
                return false
            }
            // A code alone is one only if nothing else stands on the line.
            let isAlone = octets[next...].allSatisfy(Self.isNoise)
            let before = octets[..<start]
            if before.allSatisfy(Self.isNoise) { return true }
            if isAlone { return false }
            if let last = before.last, Self.opening.contains(last) { return true }
            let trimmed = before.reversed().drop { $0 == UInt8(ascii: " ") }
            if trimmed.count < before.count, trimmed.first == UInt8(ascii: ":") { return true }
            // No date is longer.
            return before.count <= 60 && Self.isDate(before)
        }
    }

    /// Codes that stand for themselves: `5.7.60`, `#5.7.60`.
    func codes() -> PastedReply.Content? {
        for start in octets.indices {
            guard isBoundary(before: start), let status = status(at: start),
                status.statusClass != 2
            else { continue }
            return .codes(nil, status)
        }
        return nil
    }

    /// The reply that begins at an offset: its code, its text, and whether a next line follows.
    func reply(at start: Int) -> (code: Int, text: String, goesOn: Bool) {
        var end = octets.count
        if start > 0, let closing = Self.closing[octets[start - 1]],
            let last = octets.lastIndex(of: closing), last > start
        {
            end = last
        }
        let text = octets[min(start + 4, end)..<end]
        return (
            code(at: start) ?? 0, Self.trim(text),
            start + 3 < end && octets[start + 3] == UInt8(ascii: "-")
        )
    }

    /// The line without spaces, quotation marks and quoting around it.
    var trimmed: String { Self.trim(octets[...]) }

    /// Whether nothing but noise stands before a reply, so that the next line may belong to it.
    func isWhollyReply(at start: Int) -> Bool { octets[..<start].allSatisfy(Self.isNoise) }

    /// Whether the line can be the rest of one that was wrapped.
    var canContinue: Bool {
        if trimmed.isEmpty || introduced() != nil || paired() != nil { return false }
        let start = trimmed.prefix { $0 != " " }
        return !["C:", "S:"].contains(start)
    }

    /// The phase that our own words before an offset name.
    func phase(before end: Int? = nil) -> SessionPhase? {
        if let known { return known }
        let text = String(decoding: octets[..<(end ?? octets.count)], as: UTF8.self)
        if text.contains("to RCPT TO:<") { return .recipient }
        if let phase = SessionPhase.allCases.first(where: { text.contains("while \($0.phrase)") }) {
            return phase
        }
        if text.contains("after the final dot") { return .endOfData }
        // "The server refused a@example.com: 550 …" and "a@example.com: refused (550 …".
        let words = text.split(separator: " ")
        let namesRecipient = words.contains { $0.contains("@") && $0.hasSuffix(":") }
        return namesRecipient && text.contains("refused") ? .recipient : nil
    }
}

extension PastedLine {
    private static let opening = Set("('\"<>;*#".utf8)
    private static let closing: [UInt8: UInt8] = [
        UInt8(ascii: "("): UInt8(ascii: ")"), UInt8(ascii: "'"): UInt8(ascii: "'"),
        UInt8(ascii: "\""): UInt8(ascii: "\""),
    ]

    private func code(at start: Int) -> Int? {
        guard start + 3 <= octets.count else { return nil }
        let digits = octets[start..<start + 3]
        guard digits.allSatisfy(Self.isDigit) else { return nil }
        let value = digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        return (200...599).contains(value) ? value : nil
    }

    private func status(at start: Int) -> EnhancedStatus? {
        let word = octets[start...].prefix { Self.isDigit($0) || $0 == UInt8(ascii: ".") }
        var end = word.endIndex
        // The full stop of a sentence.
        if word.last == UInt8(ascii: ".") { end -= 1 }
        if end < octets.count, Self.isWord(octets[end]) || octets[end] == UInt8(ascii: "@") {
            return nil
        }
        let text = String(decoding: octets[start..<end], as: UTF8.self)
        guard let leading = EnhancedStatus.leading(text), leading.octets == text.utf8.count else {
            return nil
        }
        return leading.status
    }

    /// Whether no word, number or address goes on at an offset.
    private func isBoundary(before start: Int) -> Bool {
        guard start > 0 else { return true }
        let before = octets[start - 1]
        return !Self.isWord(before) && !".:-/@+=_".utf8.contains(before)
    }

    private func isSeparator(_ octet: UInt8) -> Bool {
        octet == UInt8(ascii: " ") || octet == UInt8(ascii: "-")
    }

    /// What may stand around a reply without being part of it: quoting, marks of transcripts.
    private static func isNoise(_ octet: UInt8) -> Bool {
        !isWord(octet) && octet != UInt8(ascii: "[") && octet != UInt8(ascii: "]")
    }

    private static func isDigit(_ octet: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(octet)
    }

    /// A letter, a digit, or part of a character outside ASCII.
    private static func isWord(_ octet: UInt8) -> Bool {
        isDigit(octet) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(octet | 0x20)
    }

    /// Whether every word is a number, a day or a month, as in `Nov 27 04:32:26` or
    /// `2026-11-27T04:32:26.001Z`.
    private static func isDate(_ octets: ArraySlice<UInt8>) -> Bool {
        let names =
            "jan feb mar apr may jun jul aug sep oct nov dec mon tue wed thu fri sat sun utc gmt"
            .split(separator: " ")
        let words = String(decoding: octets, as: UTF8.self).lowercased().split(separator: " ")
        return words.allSatisfy { word in
            let letters = word.filter(\.isLetter)
            return letters.count <= 2 && word.contains(where: \.isNumber)
                || !word.contains(where: { $0.isLetter || $0.isNumber })
                || names.contains { $0 == letters }
        }
    }

    /// Removes spaces and quotation marks around a text.
    private static func trim(_ octets: ArraySlice<UInt8>) -> String {
        var text = octets
        while let first = text.first, first == UInt8(ascii: " ") || first == UInt8(ascii: "\t") {
            text.removeFirst()
        }
        while let last = text.last, " \t\"'".utf8.contains(last) { text.removeLast() }
        return String(decoding: text, as: UTF8.self)
    }
}

/// The values of one log line in the form `key=value key="a value"`, as the log writes them.
struct LogValues: Hashable, Sendable {
    private var values: [String: String] = [:]

    /// Reads a line; what has not the form is passed over.
    init(_ line: String) {
        var rest = Substring(line)
        while let equals = rest.firstIndex(of: "=") {
            let key = rest[..<equals].split(separator: " ").last ?? ""
            rest = rest[rest.index(after: equals)...]
            values[String(key)] = Self.readValue(&rest)
        }
    }

    /// The value of a key.
    subscript(key: String) -> String? { values[key] }

    private static func readValue(_ rest: inout Substring) -> String {
        guard rest.first == "\"" else {
            let value = rest.prefix { $0 != " " }
            rest = rest[value.endIndex...]
            return String(value)
        }
        rest.removeFirst()
        var value = ""
        while let character = rest.popFirst(), character != "\"" {
            if character == "\\", let escaped = rest.popFirst() {
                value.append(escaped == "n" ? "\n" : escaped)
            } else {
                value.append(character)
            }
        }
        return value
    }
}
