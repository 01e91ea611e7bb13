import Documents
import FoundationEssentials
import TestSupport
import Testing

/// The tables of the documentation are what the code does.
@Suite("Documented documents")
struct DocumentedTests {
    private static let path =
        #filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" }
        + "/docs/documents.md"

    /// `POSTCHUTE_WRITE_DOCS=1` writes the tables instead of comparing: read the difference then.
    @Test func `the lists of types and refusals are complete`() throws {
        let page = try String(contentsOfFile: Self.path, encoding: .utf8)
        let types = DocumentType.all.map { type in
            let endings = type.extensions.map { "`.\($0)`" }.joined(separator: ", ")
            let use = type.isStandard ? "taken" : "refused"
            return "| `\(type.name)` | \(endings) | `\(type.mediaType)` | \(use) |"
        }
        let defects = DocumentDefectTests.wordings.map { "| \($0.sentence) | \($0.advice) |" }
        var written = MarkdownTable.replaced(
            in: page,
            after: "| Type | Endings | Sent as | Without `types` |",
            by: types
        )
        written = MarkdownTable.replaced(
            in: written,
            after: "| What happened | What to do |",
            by: defects
        )
        if ProcessInfo.processInfo.environment["POSTCHUTE_WRITE_DOCS"] != nil {
            try written.write(toFile: Self.path, atomically: true, encoding: .utf8)
        }
        #expect(written == page, "renew it: POSTCHUTE_WRITE_DOCS=1 scripts/test DocumentedTests")
    }
}
