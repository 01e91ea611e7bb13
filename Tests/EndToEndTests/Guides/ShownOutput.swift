/// What a document shows as output, to be held against what really came.
///
/// Times, ids, ages and widths of columns differ each time. `…` stands for the rest of a line, and
/// on a line of its own for any number of lines.
struct ShownOutput: Sendable {
    private let lines: [String]

    /// Takes over the text of a block.
    init(_ text: String) {
        lines = Self.normalised(text)
    }

    /// Whether this is what came.
    func matches(_ output: String) -> Bool {
        Self.matches(lines[...], Self.normalised(output)[...])
    }

    private static func matches(_ shown: ArraySlice<String>, _ real: ArraySlice<String>) -> Bool {
        guard let line = shown.first else { return real.isEmpty }
        if line == "…" {
            return (real.startIndex...real.endIndex).contains {
                matches(shown.dropFirst(), real[$0...])
            }
        }
        guard let first = real.first else { return false }
        let isEqual = line.hasSuffix("…") ? first.hasPrefix(line.dropLast()) : first == line
        return isEqual && matches(shown.dropFirst(), real.dropFirst())
    }

    private static func normalised(_ text: String) -> [String] {
        text.replacing("\u{FEFF}", with: "")
            .replacing("\r\n", with: "\n")
            .replacing(/\d{8}T\d{12}-[0-9a-z]{13}/, with: "ID")
            .replacing(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?( UTC|Z)/, with: "TIME")
            .replacing(/process \d+/, with: "process N")
            .replacing(/\d+ (ms|s)\b/, with: "N s")
            .replacing(/postchute_[A-Za-z0-9_-]{43}|postchute_\w+…/, with: "TOKEN")
            .replacing(/Postchute \d+\.\d+\.\d+/, with: "Postchute VERSION")
            .split(separator: "\n", omittingEmptySubsequences: false)
            .map { line in line.split(separator: " ").joined(separator: " ") }
            .trimmed()
    }
}

extension [String] {
    /// The lines without the empty ones at the end.
    fileprivate func trimmed() -> [String] {
        guard let last = lastIndex(where: { !$0.isEmpty }) else { return [] }
        return Array(self[...last])
    }
}
