/// Header text for people: encoded words decoded, bounded; never used to address anybody.
package enum DisplayText {
    /// The longest text in characters; the rest becomes `…`.
    package static let maximumCharacters = 200
    /// No header text a person wants to read is longer; bounds the work on hostile ones.
    private static let maximumOctets = 4096

    /// Decodes the value of an unstructured or address field (RFC 2047 §6.1).
    ///
    /// Words in character sets other than UTF-8, ISO-8859-1, windows-1252 and US-ASCII stay as they
    /// are. Control characters stay too: whoever shows the text neutralises them.
    package static func decode(_ octets: some Sequence<UInt8>) -> String {
        cut(decodeWhole(octets))
    }

    /// The same, not cut.
    static func decodeWhole(_ octets: some Sequence<UInt8>) -> String {
        var rest = ArraySlice(octets.prefix(maximumOctets))
        var result = Pieces()
        while let start = encodedWordStart(rest) {
            if let word = EncodedWord(rest[start...]) {
                result.add(plain: rest[..<start], beforeWord: true)
                result.add(word)
                rest = rest[word.end...]
            } else {
                result.add(plain: rest[..<(start + 2)], beforeWord: false)
                rest = rest[(start + 2)...]
            }
        }
        result.add(plain: rest, beforeWord: false)
        return result.finished()
    }

    private static func encodedWordStart(_ octets: ArraySlice<UInt8>) -> Int? {
        var from = octets.startIndex
        while let equals = octets[from...].firstIndex(of: UInt8(ascii: "=")) {
            from = equals + 1
            if from < octets.endIndex, octets[from] == UInt8(ascii: "?") { return equals }
        }
        return nil
    }

    private static func cut(_ text: String) -> String {
        // A character has at least one octet, and counting characters is slow.
        if text.utf8.count <= maximumCharacters { return text }
        let short = text.prefix(maximumCharacters)
        return short.endIndex == text.endIndex ? text : short + "…"
    }
}

/// Text under construction; octets of one character set wait together, since writers split
/// characters across encoded words (which RFC 2047 §5 forbids).
private struct Pieces {
    private var text = ""
    private var waiting: (charset: Charset, octets: [UInt8])?

    mutating func add(plain octets: ArraySlice<UInt8>, beforeWord: Bool) {
        // White space between two encoded words is not part of the text (RFC 2047 §6.2).
        if beforeWord, waiting != nil, octets.allSatisfy(isSpace) { return }
        guard !octets.isEmpty else { return }
        flush()
        text += Charset.guessed(octets)
    }

    mutating func add(_ word: EncodedWord) {
        if let current = waiting, current.charset == word.charset {
            waiting = (current.charset, current.octets + word.content)
        } else {
            flush()
            waiting = (word.charset, word.content)
        }
    }

    mutating func finished() -> String {
        flush()
        return text
    }

    private mutating func flush() {
        if let waiting { text += waiting.charset.decode(waiting.octets) }
        waiting = nil
    }
}
