/// Writes text outside ASCII as encoded words (RFC 2047).
struct EncodedText {
    /// Where the words stand, which decides what they may contain (RFC 2047 §5).
    enum Place {
        case unstructured
        /// A display name or a comment.
        case phrase
    }

    private let charset: String
    private let place: Place
    private(set) var octets: [UInt8] = []
    private var column: Int

    /// The longest encoded word, and the longest line with one in it (RFC 2047 §2).
    private static let maximumWord = 75
    private static let maximumLine = 76
    /// Octets besides the label for which beginning a word at the end of a line is worth it.
    private static let shortestWord = 20

    /// Begins after `column` octets of a line; `charset` is what text that is no UTF-8 is written in.
    init(after column: Int, in place: Place, charset: String) {
        self.column = column
        self.place = place
        self.charset = charset
    }

    /// Appends the text of an unfolded value; words in ASCII stay as they are.
    mutating func append(_ text: ArraySlice<UInt8>) {
        var rest = text
        var wasEncoded = false
        while !rest.isEmpty {
            let space = rest.prefix(while: isSpace)
            rest = rest[space.endIndex...]
            let run = Self.run(rest)
            if run.isEmpty {
                let word = rest.prefix { !isSpace($0) }
                appendPlain(space)
                appendPlain(word)
                wasEncoded = Self.isEncodedWord(word)
                rest = rest[word.endIndex...]
            } else {
                // White space between two encoded words is none of the text, so it goes inside.
                encode(wasEncoded ? Array(space) + run : Array(run), afterSpace: space)
                wasEncoded = true
                rest = rest[run.endIndex...]
            }
        }
    }

    /// Appends encoded words for the whole text.
    mutating func encode(_ text: [UInt8], afterSpace space: ArraySlice<UInt8> = []) {
        let isUTF8 = String(validating: text, as: UTF8.self) != nil
        let label = isUTF8 ? "utf-8" : charset
        var rest = text[...]
        var space = Array(space)
        while !rest.isEmpty {
            var room = Self.maximumLine - column - space.count
            if room < label.utf8.count + Self.shortestWord, column > 1 {
                octets += "\r\n ".utf8
                (column, space) = (1, [])
                room = Self.maximumLine - column
            }
            let (word, count) = Self.word(rest, label, isUTF8: isUTF8, place, limit: room)
            appendPlain(space[...])
            appendPlain(word[...])
            space = [0x20]
            rest = rest.dropFirst(count)
        }
    }

    private mutating func appendPlain(_ text: ArraySlice<UInt8>) {
        octets += text
        column += text.count
    }

    /// The words outside ASCII at the start, with the white space between them.
    private static func run(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var end = text.startIndex
        var rest = text
        while true {
            let space = rest.prefix(while: isSpace)
            let word = rest[space.endIndex...].prefix { !isSpace($0) }
            guard word.contains(where: { $0 > 0x7F }) else { return text[..<end] }
            end = word.endIndex
            rest = text[end...]
        }
    }

    private static func isEncodedWord(_ word: ArraySlice<UInt8>) -> Bool {
        word.starts(with: "=?".utf8) && word.suffix(2).elementsEqual("?=".utf8) && word.count > 6
    }

    /// One encoded word and how much of the text it holds.
    private static func word(
        _ text: ArraySlice<UInt8>,
        _ label: String,
        isUTF8: Bool,
        _ place: Place,
        limit: Int
    ) -> (octets: [UInt8], count: Int) {
        var word = Array("=?\(label)?Q?".utf8)
        var count = 0
        while count < text.count {
            let octets = isUTF8 ? characterLength(text[text.startIndex + count]) : 1
            let character = text.dropFirst(count).prefix(octets)
            let digits = character.flatMap { encoded($0, place) }
            let length = word.count + digits.count + 2
            guard length <= min(limit, maximumWord) || count == 0 else { break }
            word += digits
            count += character.count
        }
        return (word + "?=".utf8, count)
    }

    /// The octets of a UTF-8 character by its first one; characters are never split.
    private static func characterLength(_ first: UInt8) -> Int {
        switch first {
        case 0xF0...: 4
        case 0xE0...: 3
        case 0xC0...: 2
        default: 1
        }
    }

    /// One octet in the Q encoding (RFC 2047 §4.2, §5).
    private static func encoded(_ octet: UInt8, _ place: Place) -> [UInt8] {
        if octet == 0x20 { return [UInt8(ascii: "_")] }
        let isPlain =
            switch octet {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default:
                switch place {
                case .phrase: "!*+-/".utf8.contains(octet)
                case .unstructured:
                    (0x21...0x7E).contains(octet) && !"=?_\"(),.:;<>@[\\]".utf8.contains(octet)
                }
            }
        return isPlain ? [octet] : [UInt8(ascii: "=")] + hexadecimal(octet)
    }
}

/// Two upper-case digits.
func hexadecimal(_ octet: UInt8) -> [UInt8] {
    [upperHexDigit(octet >> 4), upperHexDigit(octet & 15)]
}

/// The upper-case digit of a number below 16.
func upperHexDigit(_ number: UInt8) -> UInt8 {
    number < 10 ? UInt8(ascii: "0") + number : UInt8(ascii: "A") + number - 10
}
