import TestSupport

/// A block of code in a document, with what the document shows as its output.
///
/// The words behind the language are for tests; readers do not see them.
struct FencedBlock: Sendable, CustomStringConvertible {
    /// The first word behind the fence.
    let language: String
    /// The other words; one without `=` has an empty value.
    let words: [String: String]
    /// The lines between the fences, each with its end.
    let text: String
    /// The number of its first line.
    let line: Int
    /// The `text` block that follows with nothing but empty lines between.
    var output: String?

    var description: String { "line \(line): \(text)" }

    /// The blocks of a document in `docs/`, in order.
    static func all(of document: String) throws -> [FencedBlock] {
        let root = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
        return all(in: String(decoding: try readFile("/\(root)/docs/\(document)"), as: UTF8.self))
    }

    /// The blocks of a text, in order.
    static func all(in document: String) -> [FencedBlock] {
        var blocks: [FencedBlock] = []
        var isNext = false
        var rest = document.split(separator: "\n", omittingEmptySubsequences: false)[...]
        while let line = rest.popFirst() {
            guard line.hasPrefix("```") else {
                isNext = isNext && line.isEmpty
                continue
            }
            let start = rest.startIndex
            let body = rest.prefix { $0 != "```" }
            rest = rest.dropFirst(body.count + 1)
            let block = FencedBlock(line, body.map { "\($0)\n" }.joined(), at: start + 1)
            if isNext, block.language == "text", let last = blocks.indices.last {
                blocks[last].output = block.text
            } else {
                blocks.append(block)
            }
            isNext = block.language != "text"
        }
        return blocks
    }

    private init(_ fence: Substring, _ text: String, at line: Int) {
        let all = fence.dropFirst(3).split(separator: " ")
        language = all.first.map(String.init) ?? ""
        let pairs = all.dropFirst().map { word in
            let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
            return (parts[0], parts.count > 1 ? parts[1] : "")
        }
        words = Dictionary(pairs) { $1 }
        self.text = text
        self.line = line
    }
}
