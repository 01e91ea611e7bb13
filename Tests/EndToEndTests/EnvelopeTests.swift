import Glibc
import TestSupport
import Testing

/// What a message says about sender and recipients, and what the server is told.
@Suite("Envelope", .serialized)
struct EnvelopeTests {
    @Test func `X-Sender and X-Receiver decide and leave no trace`() async throws {
        try await withRelay("x-sender") { relay in
            try relay.drop(
                "x.eml",
                """
                X-Sender: <bounces@example.com> RET=HDRS ENVID=order-7
                X-Receiver: <one@example.org> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;first@example.org
                X-Receiver: two@example.org
                From: Ann <ann@example.com>
                To: everybody@example.org
                Bcc: hidden@example.org
                Date: Mon, 23 Nov 2026 10:15:30 +0000
                Message-ID: <x@example.com>
                Subject: Order 7

                .
                .a line that begins with a dot
                ..two
                last line
                """
            )
            try await relay.waitFor(.sent, "x.eml")
            let message = try relay.receivedOnce("x")
            let envelope = message.envelope
            #expect(envelope.sender == "bounces@example.com")
            #expect(message.recipients == ["one@example.org", "two@example.org"])
            #expect(envelope.senderParameters.contains("RET=HDRS"))
            #expect(envelope.envelopeID == "order-7")
            #expect(
                envelope.recipients[0].parameters == [
                    "NOTIFY=SUCCESS,FAILURE", "ORCPT=rfc822;first@example.org",
                ]
            )
            #expect(envelope.recipients[0].originalRecipient == "rfc822;first@example.org")
            #expect(envelope.recipients[1].parameters == [])
            let lines = [
                "From: Ann <ann@example.com>", "To: everybody@example.org",
                "Date: Mon, 23 Nov 2026 10:15:30 +0000", "Message-ID: <x@example.com>",
                "Subject: Order 7", "", ".", ".a line that begins with a dot", "..two",
                "last line", "",
            ]
            #expect(message.text == lines.joined(separator: "\r\n"))
            #expect(envelope.notes == [])
        }
    }

    @Test func `To, Cc and Bcc name the recipients, and Bcc goes to nobody's eyes`() async throws {
        try await withRelay("header") { relay in
            try relay.drop(
                "x.eml",
                """
                From: a@example.com
                To: Team: one@example.org, "T. Wo" <two@example.org>;
                Cc: three@example.org (the third), ONE@example.org
                Bcc: four@example.org,
                 five@example.org
                Message-ID: <x@example.com>
                Date: Mon, 23 Nov 2026 10:15:30 +0000

                Hello.

                """.replacing("\n", with: "\r\n")
            )
            try await relay.waitFor(.sent, "x.eml")
            let message = try relay.receivedOnce("x")
            #expect(message.envelope.sender == "a@example.com")
            let local = message.recipients.map { $0.prefix { $0 != "@" } }
            #expect(local == ["one", "two", "three", "ONE", "four", "five"])
            #expect(!message.text.contains("Bcc") && !message.text.contains("four"))
            #expect(try relay.waitForSent("x.eml")["changes"] == nil)
        }
    }

    @Test func `with Bcc alone the recipients are undisclosed`() async throws {
        try await withRelay("bcc") { relay in
            try relay.drop(
                "x.eml",
                """
                From: a@example.com
                Bcc: one@example.org, two@example.org
                Message-ID: <x@example.com>
                Date: Mon, 23 Nov 2026 10:15:30 +0000

                Hello.

                """
            )
            try await relay.waitFor(.sent, "x.eml")
            let message = try relay.receivedOnce("x")
            #expect(message.recipients == ["one@example.org", "two@example.org"])
            #expect(
                message.text
                    == """
                    From: a@example.com
                    Message-ID: <x@example.com>
                    Date: Mon, 23 Nov 2026 10:15:30 +0000
                    To: undisclosed-recipients:;

                    Hello.

                    """.replacing("\n", with: "\r\n")
            )
            #expect(try relay.waitForSent("x.eml")["changes"] == "line-ends,undisclosed")
        }
    }

    @Test func `the null sender stays null`() async throws {
        try await withRelay("null") { relay in
            try relay.drop(
                "x.eml",
                "X-Sender: <>\nX-Receiver: b@example.org\n" + RelayHarness.message("x")
            )
            try await relay.waitFor(.sent, "x.eml")
            #expect(try relay.receivedOnce("x").envelope.sender == "")
        }
    }

    @Test func `each message is sent as the mailbox of its own From`() async throws {
        var plan = RelayPlan.signedIn
        plan.route = [
            "tls = 'starttls'", "ca_file = '{root}/sandbox/ca.pem'", "mailbox = '{from}'",
            "token_file = '{root}/token'",
        ]
        plan.pickup = ["allow_from = 'example.com'"]
        try await withIdleRelay("authors", plan) { relay in
            try relay.scratch.write("sandbox-token", to: "token")
            chmod(relay.scratch.path("token"), 0o600)
            try await relay.startDaemon()
            for name in ["ann", "bob"] {
                let text = "From: \(name) <\(name)@example.com>\nTo: c@example.org\n"
                try relay.drop("\(name).eml", "\(text)Message-ID: <\(name)@example.com>\n\nx\n")
                try await relay.waitFor(.sent, "\(name).eml")
                let envelope = try relay.receivedOnce(name).envelope
                #expect(envelope.mailbox == "\(name)@example.com")
                #expect(envelope.sender == "\(name)@example.com")
            }
            try relay.drop("x.eml", "From: x@example.net\nTo: c@example.org\n\nx\n")
            try await relay.waitFor(.failed, "x.eml")
        }
    }

    @Test(arguments: [10, 40_000])
    func `UTF-16 with doubled dots arrives as the UTF-8 it stands for`(lines: Int) async throws {
        var plan = RelayPlan()
        plan.pickup = ["dot_stuffed = true"]
        try await withRelay("utf-16", plan) { relay in
            let header =
                "From: a@example.com\r\nTo: b@example.org\r\nMessage-ID: <x@example.com>\r\n"
                + "Date: Mon, 23 Nov 2026 10:15:30 +0000\r\nMIME-Version: 1.0\r\n"
                + "Content-Type: text/plain; charset=utf-8\r\n\r\n"
            let body = (1...lines).map { ".Größe \($0) 😀\r\n" }.joined()
            let file = "\(header)\(body.replacing(".Gr", with: "..Gr"))"
            let octets = ([0xFEFF] + Array(file.utf16)).flatMap {
                [UInt8($0 & 0xFF), UInt8($0 >> 8)]
            }
            try relay.drop(Array("x.eml".utf8), octets)
            try await relay.waitFor(.sent, "x.eml")
            let message = try relay.receivedOnce("x")
            #expect(message.octets == Array("\(header)\(body)".utf8))
            let size = message.octets.count
            #expect(message.envelope.senderParameters == ["SIZE=\(size)", "BODY=8BITMIME"])
            #expect(relay.log.contains("changes=utf-16,dot-stuffing "))
        }
    }

    @Test func `every line end arrives as CRLF and nothing else changes`() async throws {
        try await withRelay("octets") { relay in
            let header =
                "From: a@example.com\nTo: b@example.org\rSubject: x\r\n"
                + "Message-ID: <x@example.com>\nDate: Mon, 23 Nov 2026 10:15:30 +0000\n"
                + "MIME-Version: 1.0\nContent-Type: text/plain; charset=iso-8859-1\n\n"
            // A dot at every place where it could end the message, on both sides of a buffer.
            var body = Array("\n.\n.\r\n\r.\r.\n".utf8)
            while body.count < 200_000 { body += Array("line \(body.count)\n.\r\n..\r".utf8) }
            body += [0xE9, 0x80, 0x0A] + Array(".".utf8)
            try relay.drop(Array("x.eml".utf8), Array(header.utf8) + body)
            try await relay.waitFor(.sent, "x.eml")
            let wire = Self.normalised(Array(header.utf8) + body) + [13, 10]
            let message = try relay.receivedOnce("x")
            #expect(message.octets == wire)
            #expect(message.envelope.senderParameters.contains("BODY=8BITMIME"))
            #expect(message.envelope.senderParameters.contains("SIZE=\(wire.count)"))
        }
    }

    private static func normalised(_ octets: [UInt8]) -> [UInt8] {
        var wire: [UInt8] = []
        for (index, octet) in octets.enumerated() {
            switch octet {
            case 10 where index > 0 && octets[index - 1] == 13: continue
            case 10, 13: wire += [13, 10]
            default: wire.append(octet)
            }
        }
        return wire
    }

    // The fault is committed once for each Message-ID: only with the same one is the second attempt
    // accepted.
    @Test func `a message without Message-ID and Date has the same ones in every attempt`()
        async throws
    {
        try await withRelay("retry") { relay in
            let text = "From: a@example.com\nTo: once.451-4.7.0@fault.test\n\nHello.\n"
            try relay.drop("x.eml", text)
            let path = try await relay.waitFor(.sent, "x.eml")
            let id = try #require(path.split(separator: "/").last?.prefix(35))
            let all = try relay.received()
            #expect(all.map(\.envelope.messageID) == ["<\(id)@example.com>"])
            // The Date is the time of the claim, which the id begins with.
            let time = Array(id)
            let clock = "\(String(time[9...10])):\(String(time[11...12])):\(String(time[13...14]))"
            #expect(all[0].text.contains("\r\nDate: "))
            #expect(all[0].text.contains(" \(clock) +0000\r\n"))
            let line = try relay.waitForSent("x.eml")
            #expect(line["message_id"] == "<\(id)@example.com>")
        }
    }

    @Test(arguments: [
        ("From: a@example.com\n\nHello.\n", "No recipient is named in To, Cc, Bcc or X-Receiver."),
        (
            "From: a@example.com\nTo: b@example.org, nonsense\n\nHello.\n",
            "A recipient in To cannot be read: “nonsense” has no @. Nobody was sent the message."
        ),
        ("To: b@example.org\n\nHello.\n", "Neither From nor Sender names an address."),
    ])
    func `a message without a usable envelope fails and says why`(
        text: String,
        sentence: String
    ) async throws {
        try await withRelay("no-envelope") { relay in
            try relay.drop("x.eml", text)
            try await relay.waitFor(.failed, "x.eml")
            #expect(try relay.reason("x.eml").contains(sentence))
            #expect(try relay.received().isEmpty)
        }
    }
}

extension RelayHarness {
    /// The line of a message that was sent.
    fileprivate func waitForSent(_ name: String) throws -> LoggedLine {
        guard let line = lines("sent").first(where: { $0["file"] == name }) else {
            throw WaitError("no line says that \(name) was sent:\n\(log)")
        }
        return line
    }
}
