import Glibc
import TestSupport
import Testing

/// Single files that become messages.
@Suite("Documents", .serialized)
struct DocumentTests {
    @Test func `a PDF document is sent as a file of a message and kept in sent`() async throws {
        let plan = RelayPlan.documents(
            "subject = 'Scan {stem} ({count}) of {pickup}'",
            "body = 'Gescannt für Sie.'",
            "cc = 'archive@example.org'"
        )
        try await withRelay("pdf", plan) { relay in
            let pdf = ScannedFile.pdf(octets: 300_000)
            try relay.scan("Übersicht 7.pdf", pdf)
            let message = try #require(try await relay.waitForMessages().first)
            let path = try await relay.waitFor(.sent, "Übersicht 7.pdf")
            #expect(try readFile(path) == pdf, "the document itself moves")
            #expect(message.envelope.sender == "scanner@example.com")
            #expect(message.recipients == ["office@example.org", "archive@example.org"])
            #expect(
                try message.attachments == [
                    .init(name: "filename*=UTF-8''%C3%9Cbersicht%207.pdf", octets: pdf)
                ]
            )
            #expect(message.field("Subject")?.hasPrefix("=?utf-8?B?") == true)
            #expect(message.text.contains("Gescannt f=C3=BCr Sie."))
            let id = try #require(path.split(separator: "/").last?.prefix(35))
            #expect(message.envelope.messageID == "<\(id)@example.com>")
            #expect(folderNames("\(relay.drop)/state") == ["lock"], "no state on the happy path")
            #expect(message.envelope.notes.isEmpty, "\(message.envelope.notes)")
        }
    }

    @Test func `every attempt sends the same octets`() async throws {
        var plan = RelayPlan.documents("body = '{date} {time}'")
        plan.script = #"at dot reply "451 4.3.0 later" times 1"#
        try await withRelay("again", plan) { relay in
            try relay.scan("a.pdf", ScannedFile.pdf())
            let first = try #require(try await relay.waitForMessages().first)
            try await relay.waitFor(.sent, "a.pdf")
            #expect(relay.lines("deferred").count == 1)
            #expect(try first.attachments.map(\.octets) == [ScannedFile.pdf()])
        }
    }

    @Test func `a folder named like a recipient sends to that recipient`() async throws {
        try await withRelay("folders", .folders()) { relay in
            try relay.makeDropFolder("anna@example.org")
            try relay.makeDropFolder("bob@example.org")
            try relay.makeDropFolder("bob@example.org/today")
            try relay.scan("anna@example.org/a.pdf", ScannedFile.pdf("a"))
            try relay.scan("bob@example.org/today/b.pdf", ScannedFile.pdf("b"))
            let messages = try await relay.waitForMessages(2)
            let pairs = messages.map { "\($0.recipients) \($0.field("Subject") ?? "")" }
            #expect(
                pairs.sorted() == ["[\"anna@example.org\"] a.pdf", "[\"bob@example.org\"] b.pdf"]
            )
            try await relay.waitFor(.sent, "a.pdf")
            try await relay.waitFor(.sent, "b.pdf")
            try await waitUntil { folderNames("\(relay.drop)/state") == ["lock"] }
        }
    }

    @Test func `the folder of a document survives a restart and a failure`() async throws {
        var plan = RelayPlan.folders()
        plan.script = """
            at RCPT reply "451 4.3.0 later" times 2
            at RCPT reply "550 5.1.1 unknown" times 1
            """
        try await withRelay("survives", plan) { relay in
            try relay.makeDropFolder("anna@example.org")
            try relay.scan("anna@example.org/a.pdf", ScannedFile.pdf())
            try await relay.waitForLine("deferred")
            try await relay.killDaemon()
            try await relay.startDaemon()
            let path = try await relay.waitFor(.failed, "a.pdf")
            let id = try #require(path.split(separator: "/").last?.prefix(35))
            let run = try await relay.command("retry", String(id))
            #expect(run.code == 0, "\(run)")
            let message = try #require(try await relay.waitForMessages().first)
            #expect(message.recipients == ["anna@example.org"])
        }
    }

    /// Folders whose files are refused, with the reason.
    static let refusedFolders = [
        (
            "eve@elsewhere.example",
            "eve@elsewhere.example is not among the recipients this pickup allows. Nobody was sent "
                + "the message."
        ),
        ("anna", "The to of this document is not an address: “anna” has no @."),
        (
            "anna@example.org, eve@example.org",
            "The to of this document is not an address: “anna@example.org, eve@example.org” holds "
                + "words that do not belong to one address."
        ),
    ]

    @Test(arguments: refusedFolders)
    func `a folder that is no allowed recipient is refused`(
        _ folder: String,
        _ reason: String
    ) async throws {
        try await withRelay("refused", .folders()) { relay in
            try relay.makeDropFolder(folder)
            try relay.scan("\(folder)/a.pdf", ScannedFile.pdf())
            try await relay.waitFor(.failed, "a.pdf")
            #expect(try relay.reason("a.pdf").hasPrefix("\u{FEFF}\(reason)\n"))
            #expect(try relay.received().isEmpty)
        }
    }

    @Test func `a document beside the folders has no recipient`() async throws {
        try await withRelay("beside", .folders()) { relay in
            try relay.scan("a.pdf", ScannedFile.pdf())
            try await relay.waitFor(.failed, "a.pdf")
            let reason = try relay.reason("a.pdf")
            #expect(
                reason.contains(
                    "The file lay in no subfolder, but to of this pickup is made from its name."
                ),
                "\(reason)"
            )
        }
    }

    /// Files that are not what their names say, with the reason.
    static let disguised: [(name: String, octets: [UInt8], reason: String)] = [
        (
            "a.pdf", Array("MZ\u{90}\u{0}This program cannot be run in DOS mode".utf8),
            "The file is named .pdf but is not a PDF document."
        ),
        (
            "a.pdf", ScannedFile.jpeg(page: 1),
            "The file is named .pdf but is not a PDF document: its content is that of a JPEG image."
        ),
        (
            "a.jpg", ScannedFile.pdf(),
            "The file is named .jpg but is not a JPEG image: its content is that of a PDF document."
        ),
        (
            "a.exe", ScannedFile.pdf(),
            "The ending .exe is not one this pickup sends: pdf, jpeg, jpg, jpe."
        ),
        (
            "pdf", ScannedFile.pdf(),
            "The file has no ending, and this pickup sends only: pdf, jpeg, jpg, jpe."
        ),
    ]

    @Test(arguments: disguised)
    func `what is not one of the types is refused and never left lying`(
        _ name: String,
        _ octets: [UInt8],
        _ reason: String
    ) async throws {
        try await withRelay("disguised", .documents("types = ['pdf', 'jpeg']")) { relay in
            try relay.scan(name, octets)
            try await relay.waitFor(.failed, name)
            let text = try relay.reason(name)
            #expect(text.hasPrefix("\u{FEFF}\(reason)\n"), "\(text)")
            #expect(try relay.received().isEmpty)
        }
    }

    @Test func `unfinished files and what Windows leaves are let alone`() async throws {
        try await withRelay("alone", .documents()) { relay in
            let names = [".a.pdf", "a.pdf.tmp", "a.pdf.part", "~a.pdf", "Thumbs.db", "desktop.ini"]
            for name in names { try relay.scan(name, ScannedFile.pdf()) }
            try relay.scan("b.pdf", ScannedFile.pdf())
            try await relay.waitFor(.sent, "b.pdf")
            for name in names { #expect(relay.places(name) == [.drop], "\(name)") }
            // It is finished once it has its name.
            #expect(rename("\(relay.drop)/a.pdf.part", "\(relay.drop)/a.pdf") == 0)
            try await relay.waitFor(.sent, "a.pdf")
        }
    }

    @Test func `a document that was cut off is held`() async throws {
        try await withRelay("cut", .documents()) { relay in
            try relay.scan("a.pdf", ScannedFile.pdf(octets: 70_000).dropLast(10))
            try await relay.waitFor(.held, "a.pdf")
            let text = try relay.reason("a.pdf")
            #expect(text.contains("The file is a PDF document, and its end is missing."), "\(text)")
            #expect(try relay.received().isEmpty)
        }
    }

    /// Names that would do harm where they are shown or sent, with the reason of a refusal.
    static let hostileNames: [(name: [UInt8], reason: String?)] = [
        (
            Array("a\nBcc: eve@example.org\n.pdf".utf8),
            "The name of the file contains the invisible character U+000A."
        ),
        (
            Array("invoice\u{202E}fdp.pdf".utf8),
            "The name of the file contains the invisible character U+202E."
        ),
        ([0x61, 0xE4, 0x2E, 0x70, 0x64, 0x66], "The name of the file is not UTF-8."),
        (Array("...pdf".utf8), nil),
        (Array("a\"; filename=b.exe; x=\".pdf".utf8), nil),
        (Array((String(repeating: "ä", count: 125) + "x.pdf").utf8), nil),
    ]

    @Test(arguments: hostileNames)
    func `a hostile name is refused or carried, and does no harm`(
        _ name: [UInt8],
        _ reason: String?
    ) async throws {
        try await withRelay("hostile", .documents("subject = 'Scan'")) { relay in
            // A leading dot would hide it.
            let name = name.first == 0x2E ? [0x61] + name : name
            try relay.drop(name, ScannedFile.pdf())
            guard let reason else {
                let message = try #require(try await relay.waitForMessages().first)
                #expect(message.recipients == ["office@example.org"])
                #expect(try message.attachments.count == 1)
                #expect(!message.text.contains("b.exe;"))
                return
            }
            try await relay.waitForLine("failed") { $0["reason"] == reason }
            #expect(relay.log.split(separator: "\n").allSatisfy { $0.contains("event=") })
            #expect(try relay.received().isEmpty)
        }
    }

    @Test func `commands show what would be sent of a document`() async throws {
        try await withRelay("show", .folders()) { relay in
            #expect(try await relay.command("pause", "erp").code == 0)
            try await relay.waitForLine("paused")
            try relay.makeDropFolder("anna@example.org")
            try relay.scan("anna@example.org/a.pdf", ScannedFile.pdf())
            try await relay.waitFor(.queue, "a.pdf")
            let show = try await relay.command("show", "a.pdf")
            #expect(show.code == 0, "\(show)")
            #expect(show.output.contains("Scanner <scanner@example.com>"), "\(show.output)")
            #expect(show.output.contains("anna@example.org"), "\(show.output)")
        }
    }
}
