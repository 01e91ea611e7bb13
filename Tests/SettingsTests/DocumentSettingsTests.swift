import Documents
import MailMessage
import Settings
import Submission
import Testing

@Suite("Settings of documents")
struct DocumentSettingsTests {
    private func pickup(_ lines: String) throws -> PickupSettings {
        let settings = try parse(
            """
            [pickup.scans]
            path = "/srv/drop/scans"
            route = "lab"
            \(lines)
            [route.lab]
            service = "smtp"
            host = "mail.example.com"
            """
        )
        return try #require(settings.pickups.first)
    }

    @Test func `the least there is makes a message of each file, named like it`() throws {
        let pickup = try pickup(
            """
            kind = "documents"
            from = "scanner@example.com"
            to = "office@example.com"
            """
        )
        let documents = try #require(pickup.documents)
        #expect(documents.from == (try MailboxTemplate("scanner@example.com")))
        #expect(documents.to == [try MailboxTemplate("office@example.com")])
        #expect(documents.cc.isEmpty)
        #expect(documents.subject.text == "{name}")
        #expect(documents.body == nil)
        #expect(documents.types == DocumentType.standard)
        #expect(documents.bundle == nil)
        #expect(documents.zoneFile == "/etc/localtime")
        #expect(pickup.messages.envelope.allowTo.isEmpty)
    }

    @Test func `every setting of documents is read`() throws {
        let pickup = try pickup(
            """
            kind = "documents"
            recursive = true
            from = "Scanner <scanner@example.com>"
            to = ["{subfolder}", "office@example.com"]
            cc = ["archive@example.com"]
            subject = "Scan {stem}"
            body = "One line\\nand another"
            types = ["pdf", "tif", "jpeg", "jpg"]
            bundle = "10 s"
            timezone = "Europe/Berlin"
            allow_to = ["example.com", "*.example.com", "bob@example.org"]
            """
        )
        let documents = try #require(pickup.documents)
        #expect(documents.to.count == 2)
        #expect(documents.cc == [try MailboxTemplate("archive@example.com")])
        #expect(documents.body?.text == "One line\nand another")
        #expect(documents.types.map(\.name) == ["pdf", "tiff", "jpeg"])
        #expect(documents.bundle == .seconds(10))
        #expect(documents.zoneFile == "/usr/share/zoneinfo/Europe/Berlin")
        #expect(
            pickup.messages.envelope.allowTo.map(\.text)
                == ["example.com", "*.example.com", "bob@example.org"]
        )
    }

    @Test func `messages are what files are without a kind`() throws {
        #expect(try pickup("").documents == nil)
        #expect(try pickup("kind = \"messages\"").documents == nil)
    }
}
