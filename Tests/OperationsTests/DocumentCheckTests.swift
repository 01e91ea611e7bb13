import Settings
import TestSupport
import Testing

@testable import Operations

@Suite("Check of a document")
struct DocumentCheckTests {
    /// A relay whose pickup is for documents, one folder for each recipient.
    private func relay() throws -> TestRelay {
        let relay = try TestRelay()
        let drop = relay.settings.pickups[0].path
        let settings = try RelaySettings.parse(
            Array(
                """
                [pickup.erp]
                path = "\(drop)"
                route = "m365"
                kind = "documents"
                from = "scanner@example.com"
                to = "{subfolder}"
                recursive = true
                allow_to = "example.org"

                [route.m365]
                service = "smtp"
                host = "smtp.example.com"
                """.utf8
            ),
            file: "postchute.toml"
        )
        relay.settings.pickups = settings.pickups
        try relay.scratch.makeFolder("drop/anna@example.org", mode: 0o700)
        return relay
    }

    private func lines(_ path: String, _ content: String) throws -> [String] {
        let relay = try relay()
        let file = try relay.scratch.write(content, to: path)
        return try FileCheck(relay.settings, file).text.output
            .map { $0.replacing(relay.scratch.path, with: "") }
    }

    private static let pdf = "%PDF-1.4\nHello.\n%%EOF\n"

    @Test func `a good document would be sent to whom its folder names`() throws {
        let lines = try lines("drop/anna@example.org/a.pdf", Self.pdf)
        #expect(lines[0] == "/drop/anna@example.org/a.pdf: would be sent.")
        #expect(lines.contains("  Sender:    scanner@example.com"))
        #expect(lines.contains("  Recipient: anna@example.org"))
    }

    @Test func `what would be refused is, with the reason`() throws {
        #expect(
            try lines("drop/a.pdf", Self.pdf) == [
                "/drop/a.pdf: would go to failed/: The file lay in no subfolder, but to of this "
                    + "pickup is made from its name.",
                "  What to do: Put the file into the folder of its recipient, below the drop folder.",
            ]
        )
    }

    @Test func `what was cut off would be held`() throws {
        #expect(
            try lines("drop/anna@example.org/a.pdf", "%PDF-1.4\nHel") == [
                "/drop/anna@example.org/a.pdf: would be held as cut off: The file is a PDF document, "
                    + "and its end is missing."
            ]
        )
    }
}
