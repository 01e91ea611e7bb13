/// Three letters in a row: what the index knows of a text.
enum Trigrams {
    /// How many are asked for: each is a list to walk through, and few are as good as all.
    private static let count = 4

    /// The shortest run of letters, digits and hyphens that is taken for a machine's number, in scalars.
    private static let numberLength = 16
    /// What a place in the last third of such a run is worth: more than any letters.
    private static let tailWorth = 20

    /// Those of the texts that are likely to be rare; none for texts too short to have one.
    ///
    /// Digits and uncommon letters are worth more than the words that every mail has. Numbers that
    /// machines give, ids of the spool among them, begin with the time more often than not: their
    /// beginning is that of a million others, and only their end tells them apart.
    static func rarest(of texts: [String]) -> [String] {
        var found: [(text: String, worth: Int)] = []
        for text in texts {
            let scalars = Array(text.unicodeScalars)
            guard scalars.count >= 3 else { continue }
            let tails = Self.tails(of: scalars)
            for index in 0...scalars.count - 3 {
                let part = scalars[index..<index + 3]
                // The index was given a space for it.
                if part.contains("\0") { continue }
                var text = String.UnicodeScalarView()
                text.append(contentsOf: part)
                let bonus = tails.contains { $0.contains(index) } ? tailWorth : 0
                found.append((String(text), part.reduce(bonus) { $0 + worth($1) }))
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

    /// Where three letters begin that lie in the last third of a machine's number.
    private static func tails(of scalars: [Unicode.Scalar]) -> [Range<Int>] {
        var tails: [Range<Int>] = []
        var start = 0
        for index in 0...scalars.count {
            let isInside = index < scalars.count && isWordlike(scalars[index])
            if isInside { continue }
            if index - start >= numberLength { tails.append((start + 2 * index) / 3..<index - 2) }
            start = index + 1
        }
        return tails
    }

    private static func isWordlike(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "0"..."9", "a"..."z", "A"..."Z", "-": true
        default: false
        }
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
