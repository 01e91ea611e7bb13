/// Tables of the documentation that tests compare with the code.
package enum MarkdownTable {
    /// The page with other rows below a table's headings.
    package static func replaced(
        in page: String,
        after headings: String,
        by rows: [String]
    ) -> String {
        var lines = page.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard let top = lines.firstIndex(of: headings) else { return "no table: \(headings)" }
        let end = lines[top...].firstIndex { !$0.hasPrefix("|") } ?? lines.endIndex
        lines.replaceSubrange(top + 2..<end, with: rows)
        return lines.joined(separator: "\n")
    }
}
