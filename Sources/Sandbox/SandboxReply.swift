/// One reply of the sandbox, complete with its code.
///
/// Unlike a reply that a client may believe, this one may carry any code and text: a fault script
/// is free to send nonsense.
package struct SandboxReply: Hashable, Sendable {
    /// The three digits in front of every line.
    package let code: Int
    /// The text of each line, without code and separator; never empty.
    package let lines: [String]

    /// Creates a reply; no line at all becomes one empty line.
    package init(_ code: Int, _ lines: [String]) {
        self.code = code
        self.lines = lines.isEmpty ? [""] : lines
    }

    /// Creates a reply of one line.
    package init(_ code: Int, _ line: String) {
        self.init(code, [line])
    }

    /// Whether the client may go on: 2yz or 3yz.
    package var isPositive: Bool { (200...399).contains(code) }

    /// The octets of the reply, every line with its code (RFC 5321 §4.2.1).
    package var octets: [UInt8] {
        var result: [UInt8] = []
        for (index, line) in lines.enumerated() {
            let separator = index == lines.count - 1 ? " " : "-"
            result.append(contentsOf: "\(code)\(separator)\(line)\r\n".utf8)
        }
        return result
    }

    /// The first half of the reply: what a client sees when the server dies while it answers.
    package var firstHalf: [UInt8] {
        let whole = octets
        return Array(whole.prefix(max(1, whole.count / 2)))
    }

    /// A continuation line of the reply, of which an endless reply sends one after the other.
    package var continuationLine: [UInt8] {
        Array("\(code)-\(lines[0])\r\n".utf8)
    }
}
