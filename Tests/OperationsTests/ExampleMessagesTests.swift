import FoundationEssentials
import Glibc
import MailMessage
import Settings
import Spool
import Submission
import TestSupport
import Testing

@testable import Delivery
@testable import Operations

/// The table of `examples/messages/` is what the code makes of the files, and stands in
/// `docs/messages.md` as well.
@Suite("Example messages")
struct ExampleMessagesTests {
    private static let root =
        "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    private static let folder = "\(root)/examples/messages"
    private static let table = "\(folder)/README.md"

    static let files =
        folderNames(folder).filter { $0.hasSuffix(".eml") }
        + folderNames("\(folder)/with-settings").filter { $0.hasSuffix(".eml") }
        .map { "with-settings/\($0)" }

    private static func rows(_ path: String) throws -> [Substring] {
        String(decoding: try readFile(path), as: UTF8.self).split(separator: "\n")
            .filter { $0.hasPrefix("| `") && $0.contains(".eml` |") }
    }

    @Test(arguments: files)
    func `an example is what its row says`(file: String) throws {
        let rows = try Self.rows(Self.table)
        let row = try #require(rows.first { $0.hasPrefix("| `\(file)` |") }, "\(file)")
        let cells = row.split(separator: "|").map { $0.trimmed }
        let expected = try Self.cells(file)
        #expect(Array(cells[2...]).starts(with: expected), "\(expected.joined(separator: " | "))")
    }

    @Test func `there are examples, and every row has its file`() throws {
        #expect(try Self.rows(Self.table).count == Self.files.count)
        #expect(Self.files.count >= 40)
    }

    @Test func `every repair has an example`() throws {
        let rows = try Self.rows(Self.table).joined()
        // What a server without 8BITMIME gets only the server decides, and no folder of examples.
        for repair in Repair.allCases where repair != .eightBit && repair != .emptyLine {
            #expect(rows.contains("`\(repair.rawValue)`"), "\(repair)")
        }
    }

    @Test func `the documentation has the same table`() throws {
        #expect(try Self.rows("\(Self.root)/docs/messages.md") == Self.rows(Self.table))
    }

    /// Envelope, changes and, for a refused message, its sentence.
    private static func cells(_ file: String) throws -> [String] {
        switch try prepare(file) {
        case .success(let prepared):
            let envelope = prepared.inspected.envelope
            let sender = "`\(envelope.sender?.text ?? "<>")`"
            let shown = envelope.recipients.prefix(5).map { "`\($0.address.text)`" }
            let more =
                envelope.recipients.count > 5 ? ", and \(envelope.recipients.count - 5) more" : ""
            let words = prepared.outgoing.repairs.map { "`\($0.rawValue)`" }
            return [
                "\(sender) → \(shown.joined(separator: ", "))\(more)",
                words.isEmpty ? "none" : words.joined(separator: ", "),
            ]
        case .failure(let defect):
            return ["none", "none", "failed: \(defect.sentence)"]
        }
    }

    private static func prepare(_ file: String) throws -> Result<PreparedMessage, MessageDefect> {
        let path = "\(folder)/\(file)"
        let settings = try settings(for: path)
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        let message = try MessageFile(descriptor: descriptor, path: Array(path.utf8))
        return try MessagePreparation(rules: settings.rules(of: settings.pickups[0])).prepare(
            message,
            identity: MessageIdentity(id: "example", claimedAt: 0)
        )
    }

    /// A pickup with the lines beside the example, if there are any.
    private static func settings(for path: String) throws -> RelaySettings {
        let lines = try? readFile(path.dropLast(".eml".count) + ".toml")
        let text = """
            [pickup.example]
            path = "/srv/drop/example"
            route = "lab"
            \(String(decoding: lines ?? [], as: UTF8.self))

            [route.lab]
            service = "smtp"
            host = "mail.example.com"
            """
        return try RelaySettings.parse(
            Array(text.utf8),
            file: "postchute.toml",
            credentialsDirectory: nil
        )
    }
}

extension Substring {
    /// Without the spaces of a table cell.
    fileprivate var trimmed: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
