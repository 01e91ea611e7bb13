/// Reads what happened out of the text beside a failed or held message.
package enum ReasonFile {
    /// The heading above what happened in texts of earlier versions.
    private static let heading = "What happened"
    /// The heading below it in all of ours.
    private static let next = "What to do"

    /// The text in lines, without byte order mark and carriage returns.
    static func lines(_ octets: [UInt8]) -> [String] {
        let text = octets.starts(with: [0xEF, 0xBB, 0xBF]) ? octets[3...] : octets[...]
        var lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { line in
                String(
                    decoding: line.last == UInt8(ascii: "\r") ? line.dropLast() : line,
                    as: UTF8.self
                )
            }
        while lines.last?.isEmpty == true { lines.removeLast() }
        return lines
    }

    /// The sentence that says what happened, with the server's words where it spoke; of a text somebody
    /// else wrote, its first line.
    package static func happened(_ octets: [UInt8]) -> String? {
        let lines = lines(octets)
        // One line for anybody, perhaps one for those who run mail, and the next heading.
        if let blank = lines.firstIndex(of: ""), (1...2).contains(blank),
            blank + 1 < lines.count, lines[blank + 1] == next, !lines[0].hasPrefix(heading)
        {
            return lines[blank - 1]
        }
        for (index, line) in lines.enumerated() where line.hasPrefix(heading) {
            let rest = line.dropFirst(heading.count).drop { $0 == ":" || $0 == " " }
            if !rest.isEmpty { return String(rest) }
            if index + 1 < lines.count { return String(lines[index + 1].drop { $0 == " " }) }
        }
        return lines.first { !$0.isEmpty }
    }
}

extension ReasonFile {
    /// The lines in which servers can have spoken: neither advice nor what the writer chose.
    static func replies(_ lines: [String]) -> [String] {
        var section = ""
        return lines.filter { line in
            if line.first.map({ $0 != " " }) ?? false { section = line }
            return section != next && section != "Facts"
        }
    }

    /// The route of the last attempt, where a text of ours names it.
    static func route(_ lines: [String]) -> String? {
        guard let facts = lines.lastIndex(of: "Facts") else { return nil }
        let label = "  Route: "
        return lines[facts...].first { $0.hasPrefix(label) }.map {
            String($0.dropFirst(label.count))
        }
    }
}
