import Submission
import Testing

@testable import SMTPProtocol

@Suite("Commands")
struct CommandTests {
    private static let everything: Capabilities = {
        let lines = ["mx", "SIZE", "8BITMIME", "SMTPUTF8", "DSN"]
        return ReplyCode(250).map { Capabilities(Reply($0, lines: lines)) } ?? Capabilities()
    }()

    private func text(_ command: Command) -> String {
        var octets: [UInt8] = []
        command.encode(into: &octets)
        return String(decoding: octets, as: UTF8.self)
    }

    private func mail(
        _ envelope: Envelope,
        _ capabilities: Capabilities = Self.everything
    ) -> String {
        let request = TransactionRequest(
            envelope: envelope,
            contentOctets: 10,
            has8BitContent: false
        )
        return text(.mail(MailParameters(request, capabilities)))
    }

    private func address(_ local: String) throws -> MailAddress {
        try #require(MailAddress(localPart: local, domain: "example.org"))
    }

    @Test func `MAIL carries only what the server understands`() throws {
        let envelope = Envelope(
            sender: try address("a"),
            recipients: [],
            returnContent: .full,
            envelopeID: "id"
        )
        #expect(mail(envelope) == "MAIL FROM:<a@example.org> SIZE=10 RET=FULL ENVID=id")
        #expect(mail(envelope, Capabilities()) == "MAIL FROM:<a@example.org>")
    }

    @Test func `an envelope identifier over the limit is left out, not cut`() throws {
        let fits = Envelope(
            sender: nil,
            recipients: [],
            envelopeID: String(repeating: "x", count: 100)
        )
        let exceeds = Envelope(
            sender: nil,
            recipients: [],
            envelopeID: String(repeating: "x", count: 98) + "="
        )
        #expect(mail(fits).hasSuffix("ENVID=" + String(repeating: "x", count: 100)))
        #expect(mail(exceeds) == "MAIL FROM:<> SIZE=10")
    }

    @Test(arguments: [
        "x\r\nRCPT TO:<evil@example.org>", "a b", "a>b", "tab\t", "nul\0", "\u{2028}",
    ])
    func `free text cannot end its parameter`(_ text: String) throws {
        let envelope = Envelope(sender: nil, recipients: [], envelopeID: text)
        let recipient = EnvelopeRecipient(try address("b"), originalRecipient: text)
        let parameters = RecipientParameters(Self.everything)
        let lines = [mail(envelope): 3, self.text(.recipient(recipient, parameters)): 2]
        for (line, spaces) in lines {
            let octets = Array(line.utf8)
            #expect(octets.allSatisfy { (0x20...0x7E).contains($0) })
            #expect(octets.count { $0 == 0x20 } == spaces)
        }
    }

    @Test(
        arguments: [
            (nil, ""), ([], " NOTIFY=NEVER"), ([.success], " NOTIFY=SUCCESS"),
            ([.success, .failure, .delay], " NOTIFY=SUCCESS,FAILURE,DELAY"),
        ] as [(NotifyConditions?, String)]
    )
    func `RCPT carries the notifications asked for`(
        _ notify: NotifyConditions?,
        _ expected: String
    ) throws {
        let recipient = EnvelopeRecipient(try address("b"), notify: notify)
        let line = text(.recipient(recipient, RecipientParameters(Self.everything)))
        #expect(line == "RCPT TO:<b@example.org>\(expected)")
        let without = text(.recipient(recipient, RecipientParameters(Capabilities())))
        #expect(without == "RCPT TO:<b@example.org>")
    }

    @Test func `an original recipient beyond ASCII has a type of its own (RFC 6533)`() throws {
        let recipient = EnvelopeRecipient(try address("b"), originalRecipient: "jörg+x@a=b")
        let line = text(.recipient(recipient, RecipientParameters(Self.everything)))
        #expect(
            line == #"RCPT TO:<b@example.org> ORCPT=utf-8;j\x{F6}rg\x{2B}x@a\x{3D}b"#
        )
        let reply = Reply(try #require(ReplyCode(250)), lines: ["mx", "DSN"])
        let ascii = RecipientParameters(Capabilities(reply))
        #expect(text(.recipient(recipient, ascii)) == "RCPT TO:<b@example.org>")
    }

    @Test func `an original recipient over the limit is left out`() throws {
        let long = String(repeating: "=", count: 165)
        let recipient = EnvelopeRecipient(try address("b"), originalRecipient: long)
        let line = text(.recipient(recipient, RecipientParameters(Self.everything)))
        #expect(line == "RCPT TO:<b@example.org>")
    }

    @Test func `quoted local parts go out as they are`() throws {
        let recipient = EnvelopeRecipient(try address("a b\"c"))
        let line = text(.recipient(recipient, RecipientParameters(Capabilities())))
        #expect(line == #"RCPT TO:<"a b\"c"@example.org>"#)
    }

    @Test(arguments: [
        ("client.example.com", "client.example.com"), ("my_host", "my-host"),
        ("a b\r\nMAIL", "a-b--MAIL"), ("", "localhost.localdomain"),
        ("[192.0.2.1]", "[192.0.2.1]"), ("[IPv6:2001:db8::1]", "[IPv6:2001:db8::1]"),
        ("[a]b]", "-a-b-"), ("höst", "h--st"),
    ])
    func `EHLO names the client in a form every server reads`(_ name: String, _ expected: String) {
        #expect(text(.ehlo(HelloName(name))) == "EHLO \(expected)")
        #expect(HelloName(String(repeating: "x", count: 300)).description.utf8.count == 255)
    }

    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
        ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"), ("\u{FFFF}~", "77+/fg=="),
    ])
    func `base64 is that of RFC 4648`(_ text: String, _ expected: String) {
        #expect(String(decoding: Base64.encode(Array(text.utf8)), as: UTF8.self) == expected)
    }
}
