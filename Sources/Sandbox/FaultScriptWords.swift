/// Splits the lines of a fault script into words.
enum FaultScriptWords {
    /// A word, and whether it stood in quotes.
    enum Word: Hashable {
        case bare(String)
        case quoted(String)

        var text: String {
            switch self {
            case .bare(let text), .quoted(let text): text
            }
        }
    }

    /// The words of a line up to a `#` that begins one.
    static func split(
        _ line: some StringProtocol,
        _ number: Int
    ) throws(FaultScriptError) -> [Word] {
        // RFC 5321 §4.2 forbids controls in replies; here they would only hide what a rule says.
        guard line.unicodeScalars.allSatisfy({ $0 == "\t" || $0.value >= 0x20 && $0 != "\u{7F}" })
        else { throw FaultScriptError(line: number, "A line must not contain control characters.") }
        var words: [Word] = []
        var rest = Substring(line)
        while true {
            rest = rest.drop { $0 == " " || $0 == "\t" }
            guard let first = rest.first, first != "#" else { return words }
            if first == "\"" {
                words.append(.quoted(try quoted(&rest, number)))
            } else {
                let word = rest.prefix { $0 != " " && $0 != "\t" }
                words.append(.bare(String(word)))
                rest = rest.dropFirst(word.count)
            }
        }
    }

    /// Takes a text in quotes, in which `\"` and `\\` stand for the characters themselves.
    private static func quoted(
        _ rest: inout Substring,
        _ number: Int
    ) throws(FaultScriptError) -> String {
        var text = ""
        rest.removeFirst()
        while let character = rest.popFirst() {
            if character == "\"" { return text }
            if character == "\\", let escaped = rest.popFirst() {
                text.append(escaped)
            } else {
                text.append(character)
            }
        }
        throw FaultScriptError(line: number, "A quoted text has no closing quote.")
    }
}

extension FaultScript {
    /// A time since the sandbox's start, such as `90s`, `10m`, `2h` or `1d`, up to 30 days; `nil` when
    /// it is none.
    static func time(_ text: some StringProtocol) -> Duration? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard (1...7).contains(digits.utf8.count), let number = Int(digits) else { return nil }
        let units = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        guard let unit = units[String(text.dropFirst(digits.count))],
            number <= 30 * 86_400 / unit
        else { return nil }
        return .seconds(number * unit)
    }
}
