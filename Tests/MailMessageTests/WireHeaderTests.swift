import MailMessage
import Testing

@Suite("Header that goes out")
struct WireHeaderTests {
    private let added =
        "Date: Mon, 23 Nov 2026 10:15:30 +0000\r\n"
        + "Message-ID: <20261123T101530123456-7h3k9q2mzx4wp@example.com>\r\n"

    @Test func `a complete header goes out octet by octet`() throws {
        let header =
            "Received: from a\r\n\tby b\r\nSubject :  odd   spacing \r\n"
            + "From: a@example.com\r\nTo: b@example.com\r\n"
            + "Date: whenever\r\nMessage-ID: <1@b>\r\nX-Empty:\r\n\r\n"
        let message = try inspect(header + "body")
        #expect(message.header == header)
        #expect(message.repairs == [])
        #expect(message.messageID == "<1@b>")
        #expect(message.bodyOffset == header.utf8.count)
    }

    @Test(arguments: ["\n", "\r", "\r\n", "\r\r\n"])
    func `every kind of line end becomes CRLF`(lineEnd: String) throws {
        let lines = ["From: a@example.com", "To: b@example.com,", " c@example.com", "Date: x"]
        let file = (lines + ["Message-ID: <1@b>", "", "body"]).joined(separator: lineEnd)
        let message = try inspect(file)
        #expect(message.header == lines.joined(separator: "\r\n") + "\r\nMessage-ID: <1@b>\r\n\r\n")
        #expect(message.repairs == (lineEnd == "\r\n" ? [] : [.lineEnds]))
        #expect(message.bodyOffset == file.utf8.count - 4)
        #expect(message.recipients == ["b@example.com", "c@example.com"])
    }

    @Test func `missing Date and Message-ID are added at the end`() throws {
        let message = try inspect("From: a@example.com\r\nTo: b@example.com\r\n\r\n")
        #expect(message.header == "From: a@example.com\r\nTo: b@example.com\r\n\(added)\r\n")
        #expect(message.repairs == [.date, .messageID])
        #expect(message.messageID == "<20261123T101530123456-7h3k9q2mzx4wp@example.com>")
    }

    @Test func `the Message-ID that is told is the one that goes out`() throws {
        let blank = " \r\n\t \r\n"
        let message = try inspect(
            "From: a@b.c\r\nTo: d@e.f\r\nMessage-ID:\r\n\(blank) <1@b>\r\n\(blank) x\r\n\r\n"
        )
        #expect(message.header.contains("\r\nMessage-ID:\r\n <1@b>\r\n x\r\n"))
        #expect(message.messageID == "<1@b> x")
    }

    @Test func `blank Date, Message-ID and To are replaced`() throws {
        let message = try inspect(
            "Date:\r\nMessage-ID: \r\n\t\r\nFrom: a@example.com\r\nTo: \r\nBcc: b@c.d\r\n\r\n"
        )
        #expect(
            message.header
                == "From: a@example.com\r\n\(added)To: undisclosed-recipients:;\r\n\r\n"
        )
        #expect(message.repairs == [.date, .messageID, .undisclosed])
    }

    @Test(arguments: ["Bcc", "bcc", "BCC ", "Resent-Bcc"])
    func `a Bcc is removed with its folds`(name: String) throws {
        let message = try inspect(
            "From: a@example.com\nTo: t@example.com\n\(name): secret@example.com,\n"
                + "\tsecret@example.net,\n \n secret@example.org\nSubject: x\n\nbody"
        )
        #expect(
            message.header
                == "From: a@example.com\r\nTo: t@example.com\r\nSubject: x\r\n\(added)\r\n"
        )
    }

    @Test(arguments: [
        ("To: b@c.d", false), ("Cc: b@c.d", false), ("To: group:;\nBcc: b@c.d", false),
        ("Bcc: b@c.d", true), ("To:\nBcc: b@c.d", true), ("Cc:\nBcc: b@c.d", true),
    ])
    func `only a message without To and Cc gets the undisclosed group`(
        fields: String,
        isAdded: Bool
    ) throws {
        let message = try inspect("From: a@example.com\n\(fields)\n\n")
        #expect(message.header.contains("\r\nTo: undisclosed-recipients:;\r\n") == isAdded)
        #expect(message.repairs.contains(.undisclosed) == isAdded)
    }

    @Test(arguments: [
        "X-MS-Exchange-Organization-SCL", "x-ms-exchange-organization-authas",
        "X-MS-Exchange-CrossPremises-AuthSource",
    ])
    func `fields of Exchange's own are removed`(name: String) throws {
        let message = try inspect("\(name): -1\n folded\nFrom: a@example.com\nTo: b@c.d\n\n")
        #expect(message.header == "From: a@example.com\r\nTo: b@c.d\r\n\(added)\r\n")
        #expect(message.repairs == [.lineEnds, .exchangeFields, .date, .messageID])
    }

    @Test func `a header that ends with the file gets its empty line`() throws {
        let message = try inspect(
            "From: a@example.com\r\nTo: b@c.d\r\nDate: x\r\nMessage-ID: <1@b>"
        )
        #expect(message.header.hasSuffix("Message-ID: <1@b>\r\n\r\n"))
        #expect(message.repairs == [.lineEnds, .emptyLine])
    }

    @Test func `the wire form of the wire form is itself`() throws {
        let once = try inspect("From: a@example.com\nBcc: b@c.d\n\n").wireHeader
        let again = try inspect(Array("X-Receiver: b@c.d\r\n".utf8) + once)
        #expect(again.wireHeader == once)
        #expect(again.repairs == [])
    }
}
