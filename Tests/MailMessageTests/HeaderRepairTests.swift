import MailMessage
import Submission
import Testing

@Suite("Repairs of the header")
struct HeaderRepairTests {
    private let rest = "From: a@b.c\r\nTo: d@e.f\r\nDate: x\r\nMessage-ID: <1@b>\r\n"

    private func field(
        _ octets: [UInt8],
        rules: MessageRules = MessageRules()
    ) throws -> (field: String, message: Outgoing) {
        let message = try outgoing(octets + "\r\n\(rest)\r\n".utf8, rules: rules)
        let end = try #require(message.text.firstRange(of: "\r\n\(rest)"))
        return (String(message.text[..<end.lowerBound]), message)
    }

    @Test(arguments: [
        ("Subject: Rechnung für Müller", "Subject: Rechnung =?utf-8?Q?f=C3=BCr_M=C3=BCller?="),
        ("Subject: für", "Subject: =?utf-8?Q?f=C3=BCr?="),
        ("SUBJECT:für  dich", "SUBJECT: =?utf-8?Q?f=C3=BCr?=  dich"),
        (
            "Subject: =?utf-8?Q?a?= für dich",
            "Subject: =?utf-8?Q?a?= =?utf-8?Q?_f=C3=BCr?= dich"
        ),
        ("X-Note: 1=2? ü_x", "X-Note: 1=2? =?utf-8?Q?=C3=BC=5Fx?="),
        ("Reply-To: Müller <m@x.y>", "Reply-To: =?utf-8?Q?M=C3=BCller?= <m@x.y>"),
        (
            "Reply-To: \"Müller, \\\"Hans\\\"\" <m@x.y>, n@x.y",
            "Reply-To: =?utf-8?Q?M=C3=BCller=2C_=22Hans=22?= <m@x.y>, n@x.y"
        ),
        (
            "Reply-To: Büro: a@x.y, Jörg <j@x.y>;",
            "Reply-To: =?utf-8?Q?B=C3=BCro?=: a@x.y, =?utf-8?Q?J=C3=B6rg?= <j@x.y>;"
        ),
        ("Reply-To: m@x.y (für Müller)", "Reply-To: m@x.y (=?utf-8?Q?f=C3=BCr_M=C3=BCller?=)"),
        (
            "Content-Type: text/plain; name=\"Müller.txt\"; x=y",
            "Content-Type: text/plain;\r\n name*=utf-8''M%C3%BCller.txt; x=y"
        ),
    ])
    func `text outside ASCII becomes encoded words`(field: String, expected: String) throws {
        let result = try self.field(Array(field.utf8))
        #expect(result.field == expected)
        #expect(result.message.words.contains("header-text"))
        #expect(!result.message.message.has8Bit)
        #expect(!result.message.inspected.envelope.needsSMTPUTF8)
    }

    @Test func `text that is no UTF-8 is labelled with the pickup's character set`() throws {
        let octets = Array("Subject: M".utf8) + [0xFC] + "ller".utf8
        #expect(try field(octets).field == "Subject: =?windows-1252?Q?M=FCller?=")
        var rules = MessageRules()
        rules.charset = "ibm850"
        #expect(try field(octets, rules: rules).field == "Subject: =?ibm850?Q?M=FCller?=")
        let name = Array("Content-Disposition: attachment; filename=\"".utf8) + [0xFC, 0x22]
        #expect(
            try field(name).field
                == "Content-Disposition: attachment;\r\n filename*=windows-1252''%FC"
        )
    }

    @Test func `no encoded word is longer than 75 octets, no character is cut`() throws {
        let text = String(repeating: "größe😀", count: 60)
        let result = try field(Array("Subject: \(text)".utf8))
        for line in result.field.split(separator: "\r\n") { #expect(line.utf8.count <= 76) }
        let words = result.field.split { $0.isWhitespace }.filter { $0.hasPrefix("=?") }
        #expect(words.count > 5)
        for word in words { #expect(!DisplayText.decode(word.utf8).contains("\u{FFFD}")) }
        let unfolded = result.field.replacing("\r\n", with: "")
        #expect(DisplayText.decode(unfolded.utf8).hasPrefix("Subject: größe😀größe😀"))
    }

    @Test func `a long name of a file is written in sections`() throws {
        let name = String(repeating: "ü", count: 40)
        let result = try field(Array("Content-Type: text/plain; name=\"\(name)\"".utf8))
        #expect(result.field.hasPrefix("Content-Type: text/plain;\r\n name*0*=utf-8''%C3%BC"))
        #expect(result.field.contains(";\r\n name*1*=%"))
        let decoded = result.field.split(separator: "%").count - 1
        #expect(decoded == 80)
    }

    @Test(arguments: ["To: ü@x.y", "Cc: Ü <ü@x.y>"])
    func `an address outside ASCII stays, and asks for SMTPUTF8`(field: String) throws {
        let message = try outgoing(Array("\(field)\r\n\(rest)\r\n".utf8))
        #expect(message.text.contains("ü@x.y"))
        #expect(message.inspected.envelope.needsSMTPUTF8)
        #expect(message.message.has8Bit)
        #expect(message.sevenBitText == nil)
    }

    @Test func `a field that keeps octets outside ASCII is changed once and not again`() throws {
        let name = String(repeating: "Größe ", count: 20)
        let message = try outgoing(Array("Cc: \(name)<ü@x.y>\r\n\(rest)\r\n".utf8))
        var again = MessageRules()
        again.isDotStuffed = true
        #expect(try outgoing(message.wire, rules: again).wire == message.wire)
    }

    @Test(arguments: ["Message-ID: <ü@x>", "References: <ü@x>", "List-Id: ü"])
    func `identifiers stay as they are`(field: String) throws {
        let message = try outgoing(
            Array("\(field)\r\nFrom: a@b.c\r\nTo: d@e.f\r\nDate: x\r\n\r\n".utf8)
        )
        #expect(message.text.hasPrefix("\(field)\r\n"))
    }

    @Test func `a boundary outside ASCII stays what stands between the parts`() throws {
        let type = "Content-Type: multipart/mixed; Boundary=\"ü\"; name=\"ö\"\r\n"
        let body = "--ü\r\n\r\nx\r\n--ü--\r\n"
        let message = try outgoing(Array("MIME-Version: 1.0\r\n\(type)\(rest)\r\n\(body)".utf8))
        #expect(
            message.text.contains("multipart/mixed; Boundary=\"ü\";\r\n name*=utf-8''%C3%B6\r\n")
        )
        #expect(message.text.hasSuffix("\r\n\r\n\(body)"))
        var again = MessageRules()
        again.isDotStuffed = true
        #expect(try outgoing(message.wire, rules: again).wire == message.wire)
    }

    @Test func `a field that a signature covers stays as it is`() throws {
        let signature = "DKIM-Signature: v=1; a=x; h=From : Subject:Date:\r\n MIME-Version; b=y\r\n"
        let file =
            "\(signature)From: a@b.c\r\nTo: d@e.f\r\nMessage-ID: <1@b>\r\n"
            + "Content-Type: text/plain\r\nSubject: für\r\nComments: für\r\n\r\n"
        let message = try outgoing(Array(file.utf8))
        #expect(message.text.hasPrefix(file.replacing("Comments: für\r\n\r\n", with: "")))
        #expect(message.words == ["header-text"])
    }

    @Test func `a header line that is too long is folded at its spaces`() throws {
        let text = String(repeating: "word ", count: 300)
        let result = try field(Array("Subject: \(text)end".utf8))
        #expect(result.field.replacing("\r\n", with: "") == "Subject: \(text)end")
        for line in result.field.split(separator: "\r\n") { #expect(line.utf8.count <= 81) }
        #expect(result.message.words == ["header-fold"])
    }

    @Test func `a list of addresses without spaces is folded at its commas`() throws {
        let list = (0..<100).map { "\"a,b\" <user\($0)@example.com>" }.joined(separator: ",")
        let result = try field(Array("Cc: \(list)".utf8))
        #expect(result.field.filter { !$0.isWhitespace } == "Cc:\(list.filter { $0 != " " })")
        for line in result.field.split(separator: "\r\n") { #expect(line.utf8.count <= 81) }
        #expect(!result.field.contains("a,\r\n"))
        #expect(result.message.inspected.recipients.count == 101)
    }

    @Test func `a line of spaces does not come of folding`() throws {
        let text = String(repeating: "word  ", count: 300) + String(repeating: " ", count: 300)
        let result = try field(Array("Subject: \(text)".utf8))
        for line in result.field.split(separator: "\r\n") {
            #expect(line.contains { $0 != " " })
        }
        let list = (0..<60).map { "user\($0)@example.com" }.joined(separator: ",")
        for field in [
            "Cc: \(list), Jürgen <j@e.f>", "Cc: \(list), \r\n x@e.f", "Cc: \(list),\r\n x@e.f",
        ] {
            let result = try self.field(Array(field.utf8))
            for line in result.field.split(separator: "\r\n") {
                #expect(line.contains { $0 != " " } && line.utf8.count <= 81)
            }
            #expect(result.message.inspected.recipients.count == 62)
        }
        // Such a line would end the header for some servers, so the message is refused instead.
        let spaces = String(repeating: " ", count: 1200)
        #expect(
            defect("Subject: x\(spaces)y\r\n\(rest)\r\n") == .longHeaderLine(name: "Subject")
        )
    }

    @Test func `a line that cannot be folded refuses the message`() {
        let word = String(repeating: "x", count: 999)
        #expect(defect("X-Data: \(word)\r\n\(rest)\r\n") == .longHeaderLine(name: "X-Data"))
        #expect(defect("X-Data: \(word.dropLast(20))\r\n\(rest)\r\n") == nil)
    }

    @Test(arguments: [
        ("Content-Type: text/html", true), ("Content-Transfer-Encoding: base64", true),
        ("MIME-Version: 1.0\r\nContent-Type: text/html", false), ("Subject: x", false),
    ])
    func `MIME without its version gets one`(fields: String, isAdded: Bool) throws {
        let message = try outgoing(Array("\(fields)\r\n\(rest)\r\nx\r\n".utf8))
        #expect(message.text.contains("\(rest)MIME-Version: 1.0\r\n\r\n") == isAdded)
        #expect(message.words == (isAdded ? ["mime-version"] : []))
    }

    @Test func `a text outside ASCII without a type gets one`() throws {
        let message = try outgoing(Array("\(rest)\r\nfür\r\n".utf8))
        let added =
            "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
            + "Content-Transfer-Encoding: 8bit\r\n"
        #expect(message.text == "\(rest)\(added)\r\nfür\r\n")
        #expect(message.words == ["content-type"])
        let other = try outgoing(Array("\(rest)\r\nf".utf8) + [0xFC, 0x72])
        #expect(
            String(decoding: other.wire, as: UTF8.self).contains("; charset=windows-1252\r\n")
        )
    }
}
