internal import SafeText

/// The longest value a complaint quotes, in characters.
private let maximumQuotedCharacters = 60

/// Returns a value in quotes, harmless for a terminal and not too long for a line.
package func quoted(_ text: String) -> String {
    let isLong = text.count > maximumQuotedCharacters
    let shown = isLong ? text.prefix(maximumQuotedCharacters) + "…" : text[...]
    return "\"\(SafeText.line(shown))\""
}

/// Returns values in quotes, separated by commas.
package func listed(_ texts: some Sequence<String>) -> String {
    texts.map(quoted).joined(separator: ", ")
}

/// Returns a path as one word of a shell command.
package func shellWord(_ path: String) -> String {
    let isPlain = path.utf8.allSatisfy { octet in
        switch octet {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "/._-+@:,".utf8.contains(octet)
        }
    }
    if isPlain { return path }
    return "'"
        + path.split(separator: "'", omittingEmptySubsequences: false)
        .joined(separator: "'\\''") + "'"
}

/// Finds what somebody may have meant.
package enum Suggestion {
    /// Returns "Did you mean …?" with the candidate closest to a word, or `nil` when none is close.
    package static func sentence(
        for word: String,
        among candidates: some Sequence<String>
    ) -> String? {
        closest(to: word, among: candidates).map { "Did you mean \(quoted($0))?" }
    }

    /// Returns the candidate at the least distance, at most a third of the word, or the one that
    /// the word begins.
    static func closest(to word: String, among candidates: some Sequence<String>) -> String? {
        let lowered = Array(word.lowercased().utf8.prefix(64))
        let limit = max(1, lowered.count / 3)
        var best: (candidate: String, distance: Int)?
        for candidate in candidates {
            let distance = distance(lowered, Array(candidate.lowercased().utf8))
            if distance <= limit, distance < best?.distance ?? .max {
                best = (candidate, distance)
            }
        }
        return best?.candidate ?? completion(of: lowered, among: candidates)
    }

    private static func completion(
        of word: [UInt8],
        among candidates: some Sequence<String>
    ) -> String? {
        candidates.first { word.count >= 3 && $0.utf8.starts(with: word) }
    }

    /// Counts insertions, deletions, replacements and swaps of neighbours between two words.
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for (row, octet) in left.enumerated() {
            var current = [row + 1]
            for (column, other) in right.enumerated() {
                var cost = min(
                    last[column] + (octet == other ? 0 : 1),
                    last[column + 1] + 1,
                    current[column] + 1
                )
                if row > 0, column > 0, octet == right[column - 1], left[row - 1] == other {
                    cost = min(cost, beforeLast[column - 1] + 1)
                }
                current.append(cost)
            }
            (beforeLast, last) = (last, current)
        }
        return last[right.count]
    }
}
