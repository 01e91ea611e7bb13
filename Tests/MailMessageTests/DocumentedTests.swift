import FoundationEssentials
import MailMessage
import Submission
import Testing

/// The tables of the documentation are what the code does.
@Suite("Documented messages")
struct DocumentedTests {
    private static let root = #filePath.split(separator: "/").dropLast(3)
        .reduce("") { "\($0)/\($1)" }

    private static func text(_ path: String) throws -> String {
        try String(contentsOfFile: "\(root)/\(path)", encoding: .utf8)
    }

    private static let examples = try? FileManager.default
        .contentsOfDirectory(atPath: "\(root)/examples/messages")
        .filter { $0.hasSuffix(".eml") }.sorted()

    @Test(arguments: examples ?? [])
    func `an example is what its row says`(name: String) throws {
        let file = [UInt8](
            try Data(contentsOf: URL(filePath: "\(Self.root)/examples/messages/\(name)"))
        )
        let rows = try Self.text("examples/messages/README.md").split(separator: "\n")
        let row = try #require(rows.first { $0.hasPrefix("| `\(name)` |") })
        let cells = row.split(separator: "|").map { $0.trimmed }
        #expect(Array(cells[2...]).starts(with: Self.cells(file)), "\(Self.cells(file))")
    }

    @Test func `there are examples, and every row has its file`() throws {
        let rows = try Self.text("examples/messages/README.md").split(separator: "\n")
            .filter { $0.hasPrefix("| `") }
        #expect(rows.count == Self.examples?.count)
        #expect(rows.count >= 10)
    }

    @Test func `the lists of changes and refusals are complete`() throws {
        let page = try Self.text("docs/messages.md")
        let repairs = Repair.allCases.map { "| `\($0.rawValue)` | \($0.sentence) |" }
        let defects = MessageDefectTests.wordings.map { "| \($0.sentence) | \($0.advice) |" }
        for row in repairs + defects { #expect(page.contains("\(row)\n"), "\(row)") }
        let rows = page.split(separator: "\n").filter { $0.hasPrefix("| ") && $0.hasSuffix(" |") }
        // Each table has a line of headings.
        #expect(rows.count == repairs.count + defects.count + 2)
    }

    @Test func `the limits are those of the rules`() throws {
        let rules = MessageRules()
        let sentence =
            "at most \(rules.maximumHeaderOctets) octets of header, "
            + "\(rules.maximumFields) fields, \(rules.maximumFieldOctets) octets in one field "
            + "and \(rules.maximumRecipients) recipients"
        let page = try Self.text("docs/messages.md").split(whereSeparator: \.isWhitespace)
        #expect(page.joined(separator: " ").contains(sentence))
    }

    /// Envelope, changes and, for a refused message, its sentence.
    private static func cells(_ file: [UInt8]) -> [String] {
        do throws(MessageDefect) {
            let message = try inspect(file)
            let survey = surveyed([Array(file[message.bodyOffset...])])
            var repairs = message.repairs
            if survey.hasForeignLineEnds, !repairs.contains(.lineEnds) {
                repairs.insert(.lineEnds, at: 0)
            }
            let sender = message.envelope.sender.map { "`\($0.text)`" } ?? "`<>`"
            let recipients = message.recipients.map { "`\($0)`" }.joined(separator: ", ")
            let words = repairs.map { "`\($0.rawValue)`" }.joined(separator: ", ")
            return ["\(sender) → \(recipients)", words.isEmpty ? "none" : words]
        } catch {
            return ["none", "none", "failed: \(error.sentence)"]
        }
    }
}

extension Substring {
    /// Without the spaces of a table cell.
    fileprivate var trimmed: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
