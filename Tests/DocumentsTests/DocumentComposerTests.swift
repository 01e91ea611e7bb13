import Documents
import MailMessage
import Submission
import Testing

@Suite("Messages of documents")
struct DocumentComposerTests {
    private static let identity = MessageIdentity(
        id: "20261123T101530123456-7h3k9q2mzx4wp",
        claimedAt: 1_795_428_930
    )

    private static func rules(
        from: String = "scanner@example.com",
        to: [String] = ["office@example.com"],
        cc: [String] = [],
        subject: String = "Scan {name}",
        body: String? = nil,
        types: [DocumentType] = DocumentType.standard
    ) throws -> DocumentRules {
        DocumentRules(
            pickup: "scans",
            from: try MailboxTemplate(from),
            to: try to.map { (text) throws in try MailboxTemplate(text) },
            cc: try cc.map { (text) throws in try MailboxTemplate(text) },
            subject: try DocumentTemplate(subject),
            body: try body.map { (text) throws in try DocumentTemplate(text) },
            types: types
        )
    }

    private static let jpeg: [UInt8] =
        [0xFF, 0xD8, 0xFF, 0xE0] + Array("pixels".utf8) + [0xFF, 0xD9]

    private static func member(_ name: String, _ rules: DocumentRules) throws -> DocumentMember {
        try jpeg.withUnsafeBytes {
            try rules.member(name: name.utf8, head: $0, size: Int64(jpeg.count))
        }
    }

    /// The content as it goes over the wire.
    private static func wire(_ message: DocumentMessage, file: [UInt8] = jpeg) -> String {
        var writer = ContentWriter(message.outgoing.segments)
        var output: [UInt8] = []
        while let need = writer.advance(into: &output) {
            let range = need.range.clamped(to: 0..<file.count)
            file[range].withUnsafeBytes { writer.write($0, isEnd: true, into: &output) }
        }
        return String(decoding: output, as: UTF8.self)
    }

    private static func message(
        _ rules: DocumentRules,
        _ names: [String] = ["invoice.jpg"],
        folder: String = ""
    ) throws -> DocumentMessage {
        try rules.message(
            of: try names.map { try member($0, rules) },
            folder: Array(folder.utf8),
            identity: identity
        )
    }

    @Test func `one document becomes one message, octet by octet`() throws {
        let rules = try Self.rules(body: "From the scanner, {date}.")
        let message = try Self.message(rules)
        let expected = """
            From: scanner@example.com
            To: office@example.com
            Subject: Scan invoice.jpg
            Date: Mon, 23 Nov 2026 10:15:30 +0000
            Message-ID: <20261123T101530123456-7h3k9q2mzx4wp@example.com>
            Auto-Submitted: auto-generated
            MIME-Version: 1.0
            Content-Type: multipart/mixed;
             boundary="=_20261123T101530123456-7h3k9q2mzx4wp"

            --=_20261123T101530123456-7h3k9q2mzx4wp
            Content-Type: text/plain; charset=us-ascii

            From the scanner, 2026-11-23.
            --=_20261123T101530123456-7h3k9q2mzx4wp
            Content-Type: image/jpeg
            Content-Transfer-Encoding: base64
            Content-Disposition: attachment;
             filename="invoice.jpg"

            /9j/4HBpeGVsc//Z
            --=_20261123T101530123456-7h3k9q2mzx4wp--
            .

            """
        #expect(Self.wire(message) == expected.replacing("\n", with: "\r\n"))
        #expect(message.outgoing.octets == Self.wire(message).utf8.count - 3)
        #expect(message.summary.messageID == "<20261123T101530123456-7h3k9q2mzx4wp@example.com>")
        #expect(message.summary.subject == "Scan invoice.jpg")
        #expect(message.summary.envelope.sender?.text == "scanner@example.com")
        #expect(!message.outgoing.has8Bit)
    }

    @Test func `the same claim makes the same octets`() throws {
        let rules = try Self.rules(body: "Grüße, {time}\n")
        let (first, second) = (try Self.message(rules), try Self.message(rules))
        #expect(first.outgoing.segments == second.outgoing.segments)
        #expect(first.summary == second.summary)
    }

    @Test func `pages become parts in their order`() throws {
        let rules = try Self.rules(subject: "{stem}: {count} pages")
        let message = try Self.message(rules, ["page1.jpg", "page2.jpg", "page3.jpg"])
        #expect(message.summary.subject == "page1: 3 pages")
        let wire = Self.wire(message)
        let names = wire.split(separator: "\r\n").filter { $0.hasPrefix(" filename=") }
        #expect(names == [1, 2, 3].map { " filename=\"page\($0).jpg\"" })
        #expect(message.outgoing.octets == wire.utf8.count - 3)
    }

    @Test func `every recipient stands in the envelope once`() throws {
        let rules = try Self.rules(
            to: ["office@example.com", "Anna <anna@example.com>"],
            cc: ["anna@example.com", "bob@example.com"]
        )
        let message = try Self.message(rules)
        #expect(
            message.summary.envelope.recipients.map(\.address.text)
                == ["office@example.com", "anna@example.com", "bob@example.com"]
        )
        #expect(Self.wire(message).contains("Cc: anna@example.com,\r\n bob@example.com\r\n"))
    }

    /// Display names, and how the From field says them.
    static let displayNames = [
        ("Scanner <s@example.com>", "From: \"Scanner\"\r\n <s@example.com>\r\n"),
        (
            "\"Scans, 2nd floor\" <s@example.com>",
            "From: \"Scans, 2nd floor\"\r\n <s@example.com>\r\n"
        ),
        (
            "Empfang Süd <s@example.com>",
            "From: =?utf-8?B?RW1wZmFuZyBTw7xk?=\r\n <s@example.com>\r\n"
        ),
        ("{pickup} <{pickup}@example.com>", "From: \"scans\"\r\n <scans@example.com>\r\n"),
    ]

    @Test(arguments: displayNames)
    func `an address may have a name before it`(_ from: String, _ field: String) throws {
        #expect(Self.wire(try Self.message(try Self.rules(from: from))).hasPrefix(field))
    }

    @Test func `the recipient is made from the subfolder`() throws {
        let rules = try Self.rules(to: ["{subfolder}@example.com"])
        let message = try Self.message(rules, folder: "anna/today")
        #expect(message.summary.envelope.recipients.map(\.address.text) == ["anna@example.com"])
    }

    /// Folders that are no addresses, with the clause that says why.
    static let badFolders = [
        ("anna", "has no @"),
        ("anna@example.com, eve@example.com", "holds words that do not belong to one address"),
        ("<eve@example.com>", "has characters or a length that no mail address can have"),
        ("Eve <eve@example.com>", "has characters or a length that no mail address can have"),
        ("eve(a)@example.com", "has characters or a length that no mail address can have"),
        ("eve@", "lacks a part before or after the @ or between two dots"),
        ("..", "has no @"),
        ("a b@example.com", "holds words that do not belong to one address"),
        ("eve\u{A0}@example.com", "contains the invisible character U+00A0"),
    ]

    @Test(arguments: badFolders)
    func `a subfolder that is no address is refused, never guessed`(
        _ folder: String,
        _ clause: String
    ) throws {
        let rules = try Self.rules(to: ["{subfolder}"])
        let defect = #expect(throws: DocumentDefect.self) {
            try Self.message(rules, folder: folder)
        }
        #expect(
            defect?.sentence == "The to of this document is not an address: “\(folder)” \(clause)."
        )
    }

    /// Names of files, and the parameter that carries them.
    static let fileNames = [
        ("scan 1.jpg", " filename=\"scan 1.jpg\""),
        ("50%.jpg", " filename*=UTF-8''50%25.jpg"),
        ("a\"b.jpg", " filename*=UTF-8''a%22b.jpg"),
        ("a\\b.jpg", " filename*=UTF-8''a%5Cb.jpg"),
        ("Übersicht.jpg", " filename*=UTF-8''%C3%9Cbersicht.jpg"),
        ("=?utf-8?B?ZXhl?=.jpg", " filename*=UTF-8''%3D%3Futf-8%3FB%3FZXhl%3F%3D.jpg"),
        ("..jpg", " filename=\"..jpg\""),
        (
            "Überweisungsbeleg für die Baustelle Südallee.jpg",
            " filename*0*=UTF-8''%C3%9Cberweisungsbeleg%20f%C3%BCr%20die%20Baustelle%20S;"
                + "\r\n filename*1*=%C3%BCdallee.jpg"
        ),
    ]

    @Test(arguments: fileNames)
    func `a file keeps its name`(_ name: String, _ parameter: String) throws {
        let wire = Self.wire(try Self.message(try Self.rules(subject: "Scan"), [name]))
        #expect(wire.contains("attachment;\r\n\(parameter)\r\n"), "\(wire)")
    }

    @Test func `no line is longer than a header's may be`() throws {
        let name = String(repeating: "ä", count: 120) + ".jpg"
        let rules = try Self.rules(
            subject: "{name} {name} {name}",
            body: String(repeating: "Grüße ", count: 100) + "\nund =20\n"
        )
        for line in Self.wire(try Self.message(rules, [name])).split(separator: "\r\n") {
            #expect(line.utf8.count <= 78, "\(line)")
        }
    }

    @Test func `a subject is read back as it was written`() throws {
        for subject in [
            "Scan für Zoë 📎 {name}", "=?utf-8?Q?x?=", String(repeating: "long ", count: 40),
        ] {
            let message = try Self.message(try Self.rules(subject: subject))
            let subject = try #require(message.summary.subject)
            let wire = Self.wire(message)
            let start = try #require(wire.firstRange(of: "Subject: "))
            let end = try #require(wire.firstRange(of: "\r\nDate:"))
            let value = wire[start.upperBound..<end.lowerBound].replacing("\r\n", with: "")
            let read = DisplayText.decode(value.utf8)
            #expect(read.hasPrefix(subject.prefix(DisplayText.maximumCharacters)))
        }
    }

    @Test func `a text that is not ASCII is quoted-printable`() throws {
        let wire = Self.wire(try Self.message(try Self.rules(body: "Grüße\nvom Scanner")))
        #expect(
            wire.contains(
                "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable"
                    + "\r\n\r\nGr=C3=BC=C3=9Fe\r\nvom Scanner\r\n--=_"
            )
        )
    }

    @Test func `an address that is not ASCII needs eight bits, a name does not`() throws {
        #expect(try Self.message(try Self.rules(to: ["müller@example.com"])).outgoing.has8Bit)
        #expect(
            !(try Self.message(try Self.rules(to: ["Müller <m@example.com>"])).outgoing.has8Bit)
        )
    }

    @Test func `an address with nothing to fill in is judged when settings are read`() throws {
        let problem = #expect(throws: DocumentTemplate.Problem.self) {
            try MailboxTemplate("scanner@@example.com")
        }
        #expect(
            problem?.sentence
                == "\"scanner@@example.com\" is not an address: it holds words that do not belong to one address."
        )
        #expect(problem?.advice == "Write it as name@example.com.")
    }

    @Test func `a document is judged by its name and its content`() throws {
        let rules = try Self.rules(types: DocumentType.standard.filter { $0.name == "pdf" })
        func judge(_ name: String, _ octets: [UInt8]) throws -> DocumentMember {
            try octets.withUnsafeBytes {
                try rules.member(name: name.utf8, head: $0, size: Int64(octets.count))
            }
        }
        let pdf = Array("%PDF-1.4".utf8)
        #expect(try judge("a.PDF", pdf).type.mediaType == "application/pdf")
        #expect(throws: DocumentDefect.unlistedType(ending: "jpg", types: ["pdf"])) {
            try judge("a.jpg", Self.jpeg)
        }
        #expect(throws: DocumentDefect.unlistedType(ending: "", types: ["pdf"])) {
            try judge("pdf", pdf)
        }
        #expect(throws: DocumentDefect.empty) { try judge("a.pdf", []) }
        #expect(
            throws: DocumentDefect.otherContent(
                ending: "pdf",
                expected: "a PDF document",
                found: "a JPEG image"
            )
        ) {
            try judge("a.pdf", Self.jpeg)
        }
    }

    @Test func `only allowed senders and recipients pass`() throws {
        var rules = try Self.rules(to: ["{subfolder}"])
        rules.envelope.allowTo = [try #require(AddressPattern("example.com"))]
        let message = try Self.message(rules, folder: "anna@example.com")
        #expect(message.summary.envelope.recipients.map(\.address.text) == ["anna@example.com"])
        #expect(
            throws: DocumentDefect.message(.recipientNotAllowed(address: "eve@example.org"))
        ) {
            try Self.message(rules, folder: "eve@example.org")
        }
        rules.envelope.allowFrom = [try #require(AddressPattern("example.org"))]
        #expect(
            throws: DocumentDefect.message(
                .senderNotAllowed(field: "from", address: "scanner@example.com")
            )
        ) {
            try Self.message(rules, folder: "anna@example.com")
        }
    }

    @Test func `copies and rehearsals are made of documents as of messages`() throws {
        var rules = try Self.rules(cc: ["bob@example.com"])
        rules.envelope.alwaysBcc = [try MailAddress(exactly: "archive@example.com")]
        var message = try Self.message(rules)
        #expect(
            message.summary.envelope.recipients.map(\.address.text)
                == ["office@example.com", "bob@example.com", "archive@example.com"]
        )
        rules.envelope.redirectTo = try MailAddress(exactly: "tester@example.com")
        message = try Self.message(rules)
        #expect(message.summary.envelope.recipients.map(\.address.text) == ["tester@example.com"])
        #expect(message.outgoing.repairs == [.redirect])
        #expect(
            Self.wire(message).contains(
                "X-Postchute-Envelope: from <scanner@example.com> to\r\n <office@example.com>,\r\n"
                    + " <bob@example.com>\r\n"
            )
        )
    }

    @Test func `what is too large as it goes out is refused`() throws {
        var rules = try Self.rules()
        rules.maximumOctets = 800
        #expect(throws: Never.self) { try Self.message(rules) }
        rules.maximumOctets = 500
        #expect(throws: DocumentDefect.self) { try Self.message(rules) }
    }

    @Test func `a message has at most 250 files`() throws {
        let rules = try Self.rules()
        let names = (0...250).map { "\($0).jpg" }
        #expect(throws: DocumentDefect.tooManyMembers(limit: 250)) {
            try Self.message(rules, names)
        }
        #expect(throws: DocumentDefect.noMembers) { try Self.message(rules, []) }
    }
}
