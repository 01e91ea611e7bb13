import FoundationEssentials
import MailMessage
import Submission
import TestSupport
import Testing

/// The tables of the documentation are what the code does.
@Suite("Documented messages")
struct DocumentedTests {
    private static let root = #filePath.split(separator: "/").dropLast(3)
        .reduce("") { "\($0)/\($1)" }

    private static func text(_ path: String) throws -> String {
        try String(contentsOfFile: "\(root)/\(path)", encoding: .utf8)
    }

    /// `POSTCHUTE_WRITE_DOCS=1` writes the tables instead of comparing: read the difference then.
    @Test func `the lists of changes and refusals are complete`() throws {
        let page = try Self.text("docs/messages.md")
        let repairs = Repair.allCases.map { "| `\($0.rawValue)` | \($0.sentence) |" }
        let defects = MessageDefectTests.wordings.map { "| \($0.sentence) | \($0.advice) |" }
        var written = MarkdownTable.replaced(
            in: page,
            after: "| Word | What was done |",
            by: repairs
        )
        written = MarkdownTable.replaced(
            in: written,
            after: "| What happened | What to do |",
            by: defects
        )
        if ProcessInfo.processInfo.environment["POSTCHUTE_WRITE_DOCS"] != nil {
            try written.write(
                toFile: "\(Self.root)/docs/messages.md",
                atomically: true,
                encoding: .utf8
            )
        }
        #expect(written == page, "renew it: POSTCHUTE_WRITE_DOCS=1 scripts/test DocumentedTests")
    }

    @Test func `the limits are those of the rules`() throws {
        let rules = MessageRules()
        let sentence =
            "at most \(rules.maximumHeaderOctets) octets of header, "
            + "\(rules.maximumFields) fields, \(rules.maximumFieldOctets) octets in one field "
            + "and \(rules.maximumRecipients) recipients, \(rules.maximumParts) parts, "
            + "\(rules.maximumDepth) of them inside each other"
        let page = try Self.text("docs/messages.md").split(whereSeparator: \.isWhitespace)
        #expect(page.joined(separator: " ").contains(sentence))
    }
}
