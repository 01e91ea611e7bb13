/// Three letters in a row: what the index knows of a text.
enum Trigrams {
    /// How many are asked for: each is a list to walk through, and few are as good as all.
    private static let count = 6

    /// Those of the texts that are likely to be rare; none for texts too short to have one.
    ///
    /// Digits and uncommon letters are worth more than the words that every mail has, and those that
    /// do not overlap more than those that do.
    static func rarest(of texts: [String]) -> [String] {
        var found: [(text: String, worth: Int)] = []
        for text in texts {
            let scalars = Array(text.unicodeScalars)
            guard scalars.count >= 3 else { continue }
            for index in 0...scalars.count - 3 {
                let part = scalars[index..<index + 3]
                // The index was given a space for it.
                if part.contains("\0") { continue }
                var text = String.UnicodeScalarView()
                text.append(contentsOf: part)
                found.append((String(text), part.reduce(0) { $0 + worth($1) }))
            }
        }
        var kept: [String] = []
        for entry in found.enumerated().sorted(by: {
            ($1.element.worth, $0.offset) < ($0.element.worth, $1.offset)
        })
        where !kept.contains(entry.element.text) {
            kept.append(entry.element.text)
            if kept.count == count { break }
        }
        return kept
    }

    private static func worth(_ scalar: Unicode.Scalar) -> Int {
        switch scalar {
        case "0"..."9": 3
        case "a", "e", "i", "n", "o", "r", "s", "t", "c", "m", "@", ".", " ": 1
        case "q", "x", "z", "j", "k", "w", "v", "y": 3
        default: scalar.isASCII ? 2 : 4
        }
    }
}
