import FoundationEssentials

/// A word that stands for a person, and the forms in which it could be written somewhere.
struct Secret: Sendable, CustomStringConvertible {
    let description: String
    private let forms: [[UInt8]]

    /// Names a word; its forms are those of lower case, in base64 too.
    init(_ word: String) {
        description = word
        let octets = Array(word.utf8)
        // Three octets are four letters: a word can begin at any of the three.
        let encoded = (0..<3).map { shift -> [UInt8] in
            let padded = [UInt8](repeating: 0x20, count: shift) + octets
            let text = Data(padded[..<(padded.count / 3 * 3)]).base64EncodedString()
            return Array(text.dropFirst(shift == 0 ? 0 : 4).utf8)
        }
        forms = encoded + [Array(word.lowercased().utf8)]
    }

    /// Whether a text has it in one of its forms.
    func stands(in text: [UInt8]) -> Bool {
        let lowered = text.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
        return forms.dropLast().contains { Self.contains(text, $0) }
            || forms.last.map { Self.contains(lowered, $0) } ?? false
    }

    private static func contains(_ text: [UInt8], _ word: [UInt8]) -> Bool {
        guard let first = word.first, text.count >= word.count else { return false }
        var position = 0
        while let found = text[position...].firstIndex(of: first) {
            if text[found...].starts(with: word) { return true }
            position = found + 1
        }
        return false
    }
}
