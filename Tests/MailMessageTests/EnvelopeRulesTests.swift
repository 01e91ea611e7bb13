import MailMessage
import Submission
import Testing

@Suite("Envelope by a pickup's rules")
struct EnvelopeRulesTests {
    private let replay = "X-Sender: s@b.c\nX-Receiver: r@b.c\n"
    private let header = "From: a@b.c\nTo: d@e.f\nDate: x\nMessage-ID: <1@b>\n"

    private func rules(_ change: (inout EnvelopeRules) -> Void) -> MessageRules {
        var rules = MessageRules()
        change(&rules.envelope)
        return rules
    }

    private func address(_ text: String) -> MailAddress? {
        let parts = text.split(separator: "@").map(String.init)
        return MailAddress(localPart: parts[0], domain: parts[1])
    }

    private func addresses(_ texts: String...) -> [MailAddress] { texts.compactMap(address) }

    @Test func `the lines at the top count, never count, or must be there`() throws {
        let file = "\(replay)\(header)\n"
        #expect(try inspect(file, rules: rules { $0.origin = .auto }).recipients == ["r@b.c"])
        let headers = try inspect(file, rules: rules { $0.origin = .headers })
        #expect(headers.recipients == ["d@e.f"])
        #expect(!headers.header.contains("X-Receiver"))
        let strict = rules { $0.origin = .replay }
        #expect(try inspect(file, rules: strict).recipients == ["r@b.c"])
        #expect(defect("\(header)\n", rules: strict) == .noReplayLines)
        #expect(defect("X-Sender: s@b.c\n\(header)\n", rules: strict) == .noReplayLines)
    }

    @Test func `the topmost block of Resent fields counts where the pickup says so`() throws {
        let file =
            "Received: x\nResent-From: again@b.c\nResent-To: new@e.f\nResent-Bcc: hidden@e.f\n"
            + "Received: y\nResent-From: old@b.c\nResent-To: old@e.f\n\(header)\n"
        #expect(try inspect(file).recipients == ["d@e.f"])
        let use = rules { $0.resent = .use }
        let message = try inspect(file, rules: use)
        #expect(message.envelope.sender?.text == "again@b.c")
        #expect(message.recipients == ["new@e.f", "hidden@e.f"])
        #expect(!message.header.contains("hidden"))
        #expect(try inspect("Resent-From: x@b.c\n\(header)\n", rules: use).recipients == ["d@e.f"])
        let several =
            "Resent-From: x@b.c, y@b.c\nResent-Sender: z@b.c\nResent-Cc: w@e.f\n\(header)\n"
        #expect(try inspect(several, rules: use).envelope.sender?.text == "z@b.c")
    }

    @Test func `a message without sender gets the pickup's, in the header too`() throws {
        let with = rules { $0.defaultFrom = address("erp@b.c") }
        let message = try outgoing(Array("To: d@e.f\nFrom: \n\nx".utf8), rules: with)
        #expect(message.inspected.envelope.sender?.text == "erp@b.c")
        #expect(message.text.contains("To: d@e.f\r\nFrom: erp@b.c\r\nDate:"))
        #expect(message.words == ["line-ends", "date", "message-id", "from"])
        #expect(try outgoing(Array("\(header)\nx".utf8), rules: with).words == ["line-ends"])
        #expect(defect("From: a@b.c, b@b.c\nTo: d@e.f\n\n", rules: with) == .severalFrom(count: 2))
    }

    @Test func `From is replaced and becomes Reply-To`() throws {
        let replacing = rules {
            $0.defaultFrom = address("erp@b.c")
            $0.from = .replace
        }
        let message = try outgoing(
            Array("\(replay)From: Boss <a@b.c>,\n x@b.c\nSender: s@b.c\nTo: d@e.f\n\nx".utf8),
            rules: replacing
        )
        #expect(message.inspected.envelope.sender?.text == "erp@b.c")
        #expect(
            message.text.hasPrefix(
                "Reply-To: Boss <a@b.c>,\r\n x@b.c\r\nTo: d@e.f\r\nFrom: erp@b.c\r\nDate"
            )
        )
        let kept = try outgoing(Array("Reply-To: z@b.c\n\(header)\n".utf8), rules: replacing)
        #expect(kept.text.hasPrefix("Reply-To: z@b.c\r\nTo: d@e.f\r\n"))
    }

    @Test func `a message without recipients gets the pickup's`() throws {
        let with = rules { $0.defaultTo = addresses("one@b.c", "two@b.c") }
        #expect(try inspect("From: a@b.c\n\n", rules: with).recipients == ["one@b.c", "two@b.c"])
        #expect(
            try inspect("From: a@b.c\nTo: undisclosed:;\n\n", rules: with).recipients.count == 2
        )
        #expect(try inspect("\(header)\n", rules: with).recipients == ["d@e.f"])
    }

    @Test(arguments: [
        ("To: bob", "To: bob@x.y", ["bob@x.y"]),
        ("To: bob, alice@b.c", "To: bob@x.y, alice@b.c", ["bob@x.y", "alice@b.c"]),
        ("To: Bob <bob>,\r\n  carl", "To: Bob <bob@x.y>,\r\n  carl@x.y", ["bob@x.y", "carl@x.y"]),
        ("To: b.o.b (Bob)", "To: b.o.b@x.y (Bob)", ["b.o.b@x.y"]),
        ("To: group: bob, carl;", "To: group: bob@x.y, carl@x.y;", ["bob@x.y", "carl@x.y"]),
        ("X-Receiver: bob\r\nTo: x", "To: x", ["bob@x.y"]),
    ])
    func `a name without domain gets the pickup's, in the header too`(
        field: String,
        expected: String,
        recipients: [String]
    ) throws {
        let message = try outgoing(
            Array("\(field)\r\nFrom: a@b.c\r\n\r\n".utf8),
            rules: rules { $0.defaultDomain = "x.y" }
        )
        #expect(message.inspected.recipients == recipients)
        #expect(message.text.hasPrefix("\(expected)\r\n"))
        #expect(message.words.contains("domain") == (field != expected && field.hasPrefix("To")))
    }

    @Test(arguments: ["Doe, Bob <bob@b.c>", "Doe, Bob <bob>", "Doe, bob@", "a b", "bob;carl:x"])
    func `a default domain makes no two people of one, and mends nothing else`(value: String) {
        let completing = rules { $0.defaultDomain = "x.y" }
        #expect(defect("From: a@b.c\nTo: \(value)\n\n", rules: completing) != nil)
    }

    @Test func `everything also goes to always_bcc, once and unseen`() throws {
        let copying = rules { $0.alwaysBcc = addresses("archive@b.c", "d@e.f") }
        let message = try inspect("\(header)\n", rules: copying)
        #expect(message.recipients == ["d@e.f", "archive@b.c"])
        #expect(!message.header.contains("archive"))
    }

    @Test func `a rehearsal goes to one address and tells who would have got it`() throws {
        let rehearsing = rules {
            $0.redirectTo = address("tester@b.c")
            $0.alwaysBcc = addresses("archive@b.c")
        }
        let message = try outgoing(
            Array("\(replay)X-Receiver: t@b.c\n\(header)\nx".utf8),
            rules: rehearsing
        )
        #expect(message.inspected.recipients == ["tester@b.c"])
        #expect(
            message.text.contains(
                "\r\nX-Postchute-Envelope: from <s@b.c> to <r@b.c>, <t@b.c>, <archive@b.c>\r\n\r\nx"
            )
        )
        #expect(message.words == ["line-ends", "redirect"])
    }

    @Test(
        arguments: [
            ("From: a@b.c\n", nil),
            ("From: A <a@B.C>\nSender: s@shop.b.c\n", nil),
            ("From: x@y.z\n", ("the envelope", "x@y.z")),
            ("From: a@b.c\nSender: x@y.z\n", ("Sender", "x@y.z")),
            ("From: a@b.c\nResent-From: x@y.z\n", ("Resent-From", "x@y.z")),
            ("From: a@b.c\nResent-Sender: x@y.z\n", ("Resent-Sender", "x@y.z")),
            ("X-Sender: x@y.z\nX-Receiver: r@b.c\nFrom: a@b.c\n", ("X-Sender", "x@y.z")),
            ("X-Sender: a@b.c\nX-Receiver: r@b.c\nFrom: x@y.z\n", ("From", "x@y.z")),
        ] as [(String, (String, String)?)]
    )
    func `only those who are allowed send, in the envelope and in the header`(
        fields: String,
        expected: (field: String, address: String)?
    ) {
        let allowing = rules { $0.allowFrom = ["a@b.c", "*.b.c"].compactMap(AddressPattern.init) }
        let found = defect("\(fields)To: d@e.f\n\n", rules: allowing)
        #expect(
            found
                == expected.map {
                    MessageDefect.senderNotAllowed(field: $0.field, address: $0.address)
                }
        )
    }

    @Test func `a sender that cannot be read is not allowed`() {
        let allowing = rules { $0.allowFrom = ["b.c"].compactMap(AddressPattern.init) }
        #expect(
            defect("X-Sender: s@b.c\nX-Receiver: r@b.c\nFrom: boss\n\n", rules: allowing)
                == .unreadableSender(field: "From", text: "boss", problem: .noAtSign)
        )
    }

    @Test func `only those who are allowed receive, or nobody does`() {
        let allowing = rules { $0.allowTo = ["e.f"].compactMap(AddressPattern.init) }
        #expect(defect("\(header)\n", rules: allowing) == nil)
        #expect(
            defect("Bcc: x@y.z\n\(header)\n", rules: allowing)
                == .recipientNotAllowed(address: "x@y.z")
        )
    }

    @Test func `the null sender is refused where no route takes it`() throws {
        let file = "X-Sender: <>\nX-Receiver: r@b.c\n\(header)\n"
        #expect(try inspect(file).envelope.sender == nil)
        #expect(defect(file, rules: rules { $0.allowsNullSender = false }) == .nullSender)
    }
}

@Suite("Author of a message")
struct AuthorTests {
    @Test(arguments: [
        ("From: Ann <ann@b.c>\nSender: s@b.c", "ann@b.c"), ("From: ann", "ann@x.y"),
        ("X-Sender: s@b.c\nX-Receiver: r@b.c\nFrom: ann@b.c", "ann@b.c"),
        ("X-Sender: s@b.c\nX-Receiver: r@b.c\nFrom: a@b.c, d@b.c", "s@b.c"),
        ("X-Sender: s@b.c\nX-Receiver: r@b.c\nSubject: x", "s@b.c"),
    ])
    func `is the one address of From, else the sender`(fields: String, author: String) throws {
        var rules = MessageRules()
        rules.envelope.defaultDomain = "x.y"
        #expect(try inspect("\(fields)\nTo: d@e.f\n\n", rules: rules).author?.text == author)
        rules.envelope.defaultFrom = MailAddress(localPart: "erp", domain: "b.c")
        rules.envelope.from = .replace
        #expect(try inspect("\(fields)\nTo: d@e.f\n\n", rules: rules).author?.text == "erp@b.c")
    }

    @Test(.timeLimit(.minutes(1)))
    func `thousands of names without domain take no time`() throws {
        var rules = MessageRules()
        rules.envelope.defaultDomain = "x.y"
        let names = String(repeating: "a,", count: 4000)
        #expect(try inspect("From: a@b.c\nTo: \(names)\n\n", rules: rules).recipients == ["a@x.y"])
    }
}
