import MailMessage
import Submission
import Testing

@Suite("Envelope from the header")
struct HeaderEnvelopeTests {
    @Test(arguments: [
        ("From: a@example.com", "a@example.com"),
        ("From: A <a@example.com>\nSender: s@example.com", "a@example.com"),
        ("Sender: s@example.com", "s@example.com"),
        ("From:\nSender: s@example.com", "s@example.com"),
        ("From: a@example.com, b@example.com\nSender: s@example.com", "s@example.com"),
        ("From: a@example.com, A <a@EXAMPLE.com>", "a@example.com"),
        ("FROM : a@example.com", "a@example.com"),
        ("From: a@example.com\nSender: not an address", "a@example.com"),
        ("From: authors: a@example.com;", "a@example.com"),
    ])
    func `From sends, Sender where From cannot`(fields: String, sender: String) throws {
        #expect(try inspect("\(fields)\nTo: t@example.net\n\n").envelope.sender?.text == sender)
    }

    @Test(arguments: [
        ("Subject: x", MessageDefect.noSender),
        ("From:\nSender: ", .noSender),
        ("From: undisclosed:;", .noSender),
        ("From: a@b.c, d@e.f", .severalFrom(count: 2)),
        ("From: a@b.c\nFrom: d@e.f", .severalFrom(count: 2)),
        ("From: a@b.c, d@e.f\nSender: g@h.i, j@k.l", .severalSenders(field: "Sender", count: 2)),
        ("Sender: g@h.i\nSender: j@k.l", .severalSenders(field: "Sender", count: 2)),
        ("From: boss", .unreadableSender(field: "From", text: "boss", problem: .noAtSign)),
        (
            "SENDER: <x", .unreadableSender(field: "SENDER", text: "<x", problem: .unclosedAngle)
        ),
    ])
    func `a doubtful sender is a defect`(fields: String, expected: MessageDefect) {
        #expect(defect("\(fields)\nTo: t@example.net\n\n") == expected)
    }

    @Test func `recipients come from To, Cc and Bcc in their order`() throws {
        let message = try inspect(
            """
            From: a@example.com
            Bcc: hidden@example.org
            to: one@example.com,
              two@example.net
            CC: three@example.org, one@example.com
            To: four@example.com
            Resent-To: nobody@example.com
            Reply-To: nobody@example.com

            """
        )
        #expect(
            message.recipients == [
                "hidden@example.org", "one@example.com", "two@example.net", "three@example.org",
                "four@example.com",
            ]
        )
        #expect(message.envelope.returnContent == nil)
        #expect(message.envelope.envelopeID == nil)
    }

    @Test(arguments: ["Subject: x", "To:", "To: undisclosed-recipients:;", "Cc: ,", "Bcc: "])
    func `a message for nobody is a defect`(field: String) {
        #expect(defect("From: a@b.c\n\(field)\n\n") == .noRecipients)
    }

    @Test func `the number of different recipients is limited`() throws {
        var rules = MessageRules()
        rules.maximumRecipients = 2
        let start = "From: a@b.c\nTo: x@b.c, y@b.c, x@b.c"
        #expect(try inspect("\(start)\n\n", rules: rules).recipients.count == 2)
        #expect(defect("\(start), z@b.c\n\n", rules: rules) == .tooManyRecipients(limit: 2))
    }

    @Test func `an address outside ASCII asks for SMTPUTF8`() throws {
        #expect(try inspect("From: a@b.c\nTo: ü@b.c\n\n").envelope.needsSMTPUTF8)
        #expect(try inspect("From: ü <a@b.c>\nTo: a@b.c\n\n").envelope.needsSMTPUTF8 == false)
    }
}

@Suite("Envelope from X-Sender and X-Receiver")
struct ReplayEnvelopeTests {
    private let rest = "From: author@example.com\nTo: shown@example.com\n\nx"

    @Test(arguments: [
        "X-Sender: s@example.com\nX-Receiver: r@example.net\n",
        "X-Receiver: r@example.net\nX-Sender: s@example.com\n",
        "x-sender: <s@example.com>\nX-RECEIVER: <r@example.net>\n",
        "X-Sender:\n \"Smith, S\"\n <s@example.com>\nX-Receiver: Mr. R <r@example.net>\n",
        "X-Sender: =?utf-8?B?w7w=?=<s@example.com>\nX-Receiver : r@example.net\n",
        "X-Sender: <s@example.com> BODY=8bitmime AUTH=<> SIZE=9\nX-Receiver: r@example.net\n",
        "X-Sender: s@example.com AUTH=<x@y.z>\nX-Receiver: r@example.net ORcpt=r@example.net\n",
        "X-CreatedBy: Unspecified\nX-HeloDomain: h\nX-Source: s\nX-Receiver: r@example.net\n"
            + "X-Sender: s@example.com\nX-EndOfInjectedXHeaders: 211\n",
    ])
    func `the lines at the top are the envelope`(lines: String) throws {
        let message = try inspect(lines + rest)
        #expect(message.envelope.sender?.text == "s@example.com")
        #expect(message.recipients == ["r@example.net"])
        #expect(message.header.hasPrefix("From: author@example.com\r\nTo: shown@example.com\r\n"))
    }

    @Test(arguments: ["<>", "< >"])
    func `an empty X-Sender is the null sender`(sender: String) throws {
        let message = try inspect("X-Sender: \(sender)\nX-Receiver: r@example.net\n\(rest)")
        #expect(message.envelope.sender == nil)
        #expect(message.messageID.hasSuffix("@example.com>"))
    }

    @Test func `a null sender without author takes a domain that cannot exist`() throws {
        let message = try inspect("X-Sender: <>\nX-Receiver: r@example.net\nSubject: x\n\n")
        #expect(message.messageID.hasSuffix("@postchute.invalid>"))
    }

    @Test func `parameters become the wishes for notifications`() throws {
        let message = try inspect(
            "X-Sender: <s@b.c> BODY=7bit RET=hdrs ENVID=QQ314159+2B\n"
                + "X-Receiver: <one@b.c> NOTIFY=NEVER ORcpt=b@example.com\n"
                + "X-Receiver: <two@b.c> notify=success,DELAY ORCPT=rfc822;b+2Bc@example.com\n"
                + "X-Receiver: <three@b.c> ORCPT=x400;whatever\n\(rest)"
        )
        #expect(message.envelope.returnContent == .headers)
        #expect(message.envelope.envelopeID == "QQ314159+")
        let recipients = message.envelope.recipients
        #expect(recipients.map(\.notify) == [[], [.success, .delay], nil])
        #expect(
            recipients.map(\.originalRecipient) == ["b@example.com", "b+c@example.com", nil]
        )
    }

    @Test(arguments: [
        (
            "X-Sender: <s@b.c> RET=SOME",
            MessageDefect.badParameter(field: "X-Sender", text: "RET=SOME")
        ),
        ("X-Sender: <s@b.c> ENVID=", .badParameter(field: "X-Sender", text: "ENVID=")),
        (
            "X-Sender: <s@b.c> ENVID=a+0D+0Ab",
            .badParameter(field: "X-Sender", text: "ENVID=a+0D+0Ab")
        ),
        ("X-Sender: <s@b.c> RET=FULL RET=HDRS", .badParameter(field: "X-Sender", text: "RET=HDRS")),
        ("X-Sender: s@b.c t@b.c", .badParameter(field: "X-Sender", text: "t@b.c")),
        (
            "X-Sender: s@b.c\nX-Receiver: <x@b.c> NOTIFY=NEVER,DELAY",
            .badParameter(field: "X-Receiver", text: "NOTIFY=NEVER,DELAY")
        ),
        (
            "X-Sender: s@b.c\nX-Receiver: <x@b.c> NOTIFY",
            .badParameter(field: "X-Receiver", text: "NOTIFY=")
        ),
        (
            "X-Sender: s@b.c\nX-Receiver: <x@b.c> ORCPT=rfc822;ü",
            .badParameter(field: "X-Receiver", text: "ORCPT=rfc822;ü")
        ),
        ("X-Sender: s@b.c\nX-Sender: t@b.c", .severalSenders(field: "X-Sender", count: 2)),
        ("X-Sender: boss", .unreadableSender(field: "X-Sender", text: "boss", problem: .noAtSign)),
        ("X-Sender:", .unreadableSender(field: "X-Sender", text: "", problem: .notJoined)),
        (
            "X-Sender: s@b.c\nX-Receiver: <>",
            .unreadableRecipient(field: "X-Receiver", text: "<>", problem: .missingPart)
        ),
        (
            "X-Sender: s@b.c\nX-Receiver: bob",
            .unreadableRecipient(field: "X-Receiver", text: "bob", problem: .noAtSign)
        ),
        (
            "X-Sender: s@b.c\nX-Receiver: a@b.c,d@e.f",
            .unreadableRecipient(field: "X-Receiver", text: "a@b.c,d@e.f", problem: .notJoined)
        ),
    ])
    func `a doubtful line is a defect`(lines: String, expected: MessageDefect) {
        #expect(defect("\(lines)\nX-Receiver: r@example.net\n\(rest)") == expected)
    }

    @Test func `X-Receiver without X-Sender leaves the sender to the header`() throws {
        let message = try inspect("X-Receiver: r@example.net\n\(rest)")
        #expect(message.envelope.sender?.text == "author@example.com")
        #expect(message.recipients == ["r@example.net"])
    }

    @Test func `X-Sender without X-Receiver is a field like any other`() throws {
        let message = try inspect("X-Sender: s@example.com\n\(rest)")
        #expect(message.envelope.sender?.text == "author@example.com")
        #expect(message.recipients == ["shown@example.com"])
        #expect(message.header.hasPrefix("X-Sender: s@example.com\r\n"))
    }

    @Test func `further down the lines do not drive the envelope and X-Receiver is removed`() throws
    {
        let message = try inspect(
            "Subject: x\nX-Sender: s@example.com\nX-Receiver: secret@example.net\n\(rest)"
        )
        #expect(message.envelope.sender?.text == "author@example.com")
        #expect(message.recipients == ["shown@example.com"])
        #expect(message.header.contains("X-Sender: s@example.com\r\n"))
        #expect(!message.header.contains("secret"))
    }

    @Test func `a later X-Receiver adds nobody to those at the top`() throws {
        let message = try inspect(
            "X-Sender: s@b.c\nX-Receiver: r@b.c\nSubject: x\nX-Receiver: late@b.c\n\(rest)"
        )
        #expect(message.recipients == ["r@b.c"])
        #expect(!message.header.contains("late"))
    }

    @Test func `To, Cc and Bcc name nobody then`() throws {
        let message = try inspect(
            "X-Sender: s@b.c\nX-Receiver: r@b.c\nBcc: broken address\nCc: c@b.c\n\(rest)"
        )
        #expect(message.recipients == ["r@b.c"])
    }

    @Test func `the same receiver twice is one recipient`() throws {
        let message = try inspect("X-Receiver: r@b.c\nX-Receiver: <r@B.C>\n\(rest)")
        #expect(message.recipients == ["r@b.c"])
    }
}
