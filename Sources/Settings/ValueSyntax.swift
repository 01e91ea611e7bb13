/// Why a value is not what its setting asks for.
package struct Objection: Error, Hashable, Sendable {
    /// What is wrong, to follow the key.
    package var sentence: String
    /// What would be right; may be empty.
    package var advice: String

    /// Creates an objection.
    package init(_ sentence: String, _ advice: String = "") {
        self.sentence = sentence
        self.advice = advice
    }
}

/// Turns what a file says into values; each function states its rule in its objections.
package enum ValueSyntax {
    /// Text in quotes, not empty and without controls.
    package static func text(_ content: TomlContent) throws(Objection) -> String {
        guard case .text(let text) = content else {
            throw Objection("must be text in quotes, not \(content.phrase).")
        }
        guard !text.isEmpty else { throw Objection("is empty.", "Give it a value, or remove it.") }
        guard text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }) else {
            throw Objection("holds a control character.", "Remove it.")
        }
        return text
    }

    /// `true` or `false`.
    package static func flag(_ content: TomlContent) throws(Objection) -> Bool {
        switch content {
        case .flag(let flag):
            return flag
        case .text("true"), .text("yes"), .text("on"):
            throw Objection(
                "must be true or false, not \(content.phrase).",
                "Write true, without quotes."
            )
        case .text("false"), .text("no"), .text("off"):
            throw Objection(
                "must be true or false, not \(content.phrase).",
                "Write false, without quotes."
            )
        case .table, .array, .text, .integer, .float, .time:
            throw Objection("must be true or false, not \(content.phrase).")
        }
    }

    /// A whole number of a range.
    package static func count(
        _ content: TomlContent,
        in range: ClosedRange<Int>
    ) throws(Objection) -> Int {
        let sentence =
            "must be a whole number from \(range.lowerBound) to \(range.upperBound), "
            + "not \(content.phrase)."
        if case .integer(let number) = content {
            if let count = Int(exactly: number), range.contains(count) { return count }
            throw Objection(sentence)
        }
        if case .text(let text) = content, let count = Int(text), range.contains(count) {
            throw Objection(sentence, "Write \(count), without quotes.")
        }
        throw Objection(sentence)
    }

    /// One of some words; `later` ones are known and refused by name.
    package static func choice(
        _ content: TomlContent,
        of words: [String],
        later: [String]
    ) throws(Objection) -> String {
        guard case .text(let text) = content else {
            throw Objection("must be one of \(listed(words)), not \(content.phrase).")
        }
        if words.contains(text) { return text }
        if later.contains(text) {
            throw Objection(
                "\(quoted(text)) is not in this version yet.",
                "This version has \(listed(words))."
            )
        }
        let verdict =
            words.count == 1
            ? "\(quoted(text)) is not \(listed(words))."
            : "\(quoted(text)) is not one of \(listed(words))."
        throw Objection(verdict, Suggestion.sentence(for: text, among: words) ?? "")
    }

    static func readiness(_ content: TomlContent) throws(Objection) -> Readiness {
        let text = try text(content)
        switch text {
        case "closed": return .closed
        case "renamed": return .renamed
        case let text where text.hasPrefix("marker:"):
            return .marker(suffix: try markerSuffix(String(text.dropFirst("marker:".count))))
        default:
            throw Objection(
                "\(quoted(text)) is not one of \"closed\", \"renamed\", \"marker:SUFFIX\".",
                Suggestion.sentence(for: text, among: ["closed", "renamed", "marker:.ok"]) ?? ""
            )
        }
    }

    private static func markerSuffix(_ suffix: String) throws(Objection) -> String {
        let isPlain = suffix.utf8.allSatisfy { isLetterOrDigit($0) || ".-_".utf8.contains($0) }
        guard suffix.first == ".", suffix.utf8.count > 1, suffix.utf8.count <= 32, isPlain else {
            throw Objection(
                "\(quoted(suffix)) is not the suffix of a marker.",
                #"It begins with a dot and has letters, digits, ".", "-" or "_": "marker:.ok"."#
            )
        }
        guard !suffix.lowercased().hasSuffix(".eml") else {
            throw Objection(
                "\(quoted(suffix)) would make every marker a message.",
                #"Choose another suffix, such as "marker:.ok"."#
            )
        }
        return suffix
    }

    static func routes(_ content: TomlContent) throws(Objection) -> [String] {
        var names: [String] = []
        switch content {
        case .text(let name):
            names = [name]
        case .array(let values):
            for value in values {
                guard case .text(let name) = value.content else {
                    throw Objection("must list names of routes, not \(value.content.phrase).")
                }
                guard !names.contains(name) else {
                    throw Objection("names \(quoted(name)) twice.", "Remove one of them.")
                }
                names.append(name)
            }
        case .table, .integer, .float, .flag, .time:
            throw Objection("must be the name of a route or a list of them, not \(content.phrase).")
        }
        guard !names.isEmpty else { throw Objection("is an empty list.", "Name a route.") }
        return names
    }

    static func fingerprint(_ content: TomlContent) throws(Objection) -> [UInt8] {
        let digits = try text(content).filter { $0 != ":" && $0 != " " }
        let nibbles = digits.compactMap(\.hexDigitValue)
        guard nibbles.count == 64, digits.count == 64 else {
            throw Objection(
                "is not a SHA-256 digest: it needs 64 hexadecimal digits.",
                "This prints it: openssl x509 -noout -fingerprint -sha256 -in server.pem"
            )
        }
        return stride(from: 0, to: 64, by: 2).map { UInt8(nibbles[$0] << 4 | nibbles[$0 + 1]) }
    }

    /// Whether an octet is an ASCII letter or digit.
    static func isLetterOrDigit(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}
