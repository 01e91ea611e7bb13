import TestSupport
import Testing

/// What a server can answer at each command, and where the message is then.
@Suite("Refusals", .serialized)
struct RefusalTests {
    /// A message that is refused for good, and what an operator reads about it.
    struct Refusal: Sendable {
        let name: String
        var from = "a@example.com"
        var to = "b@example.org"
        /// Why nobody received it, in the first line of the text.
        var summary = "the mail server refused it"
        /// What happened, in the log and in the text.
        let happened: String
        /// How the advice begins.
        let advice: String
    }

    static let refusals: [Refusal] = [
        Refusal(
            name: "recipient.eml",
            to: "550-5.1.10@fault.test",
            summary: "the mail server refused the recipient 550-5.1.10@fault.test",
            happened: "The server refused 550-5.1.10@fault.test: 550 5.1.10"
                + " RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
            advice: "Correct the recipient's address: the organisation has no such mailbox."
        ),
        Refusal(
            name: "recipients.eml",
            to: "550-5.1.10@fault.test, 550-5.4.1@fault.test",
            summary: "the mail server refused all 2 recipients",
            happened: "The server refused every recipient.",
            advice: "Correct the recipient's address: the organisation has no such mailbox."
        ),
        Refusal(
            name: "sender.eml",
            from: "mail.550-5.1.7@fault.test",
            summary: "the mail server refused its sender mail.550-5.1.7@fault.test",
            happened: "The server refused while sending MAIL FROM: 550 5.1.7 Invalid address",
            advice: "Correct the sender's address in From, or give the pickup one (from)."
        ),
        Refusal(
            name: "data.eml",
            to: "data.554-5.6.0@fault.test",
            happened: "The server refused while sending DATA: 554 5.6.0 Corrupt message content",
            advice: "Open the message with a mail program and have the writer correct it: the"
                + " server cannot read its structure."
        ),
        Refusal(
            name: "content.eml",
            to: "dot.554-5.6.0@fault.test",
            happened:
                "The server refused while waiting for the reply after the final dot: 554 5.6.0"
                + " Corrupt message content",
            advice: "Open the message with a mail program and have the writer correct it: the"
                + " server cannot read its structure."
        ),
        Refusal(
            name: "size.eml",
            to: "dot.552-5.3.4@fault.test",
            summary: "it is too large for the mail server",
            happened:
                "The server refused while waiting for the reply after the final dot: 552 5.3.4"
                + " Message size exceeds fixed maximum message size",
            advice: "Make the message smaller, or have the server's limit raised."
        ),
        Refusal(
            name: "size-at-mail.eml",
            from: "mail.552-5.3.4@fault.test",
            summary: "it is too large for the mail server",
            happened: "The server refused while sending MAIL FROM: 552 5.3.4 Message size exceeds"
                + " fixed maximum message size",
            advice: "Make the message smaller, or have the server's limit raised."
        ),
        Refusal(
            name: "utf8.eml",
            to: "grün@example.org",
            summary: "no route can carry it as it is",
            happened: "The server does not offer SMTPUTF8: an address of the"
                + " envelope holds characters outside ASCII.",
            advice: "Use addresses without letters beyond ASCII, or a route whose server offers"
                + " SMTPUTF8."
        ),
    ]

    @Test func `what is refused for good is in failed, beside the reason and the advice`()
        async throws
    {
        var plan = RelayPlan()
        plan.script = "at EHLO hide SMTPUTF8"
        try await withRelay("refusals", plan) { relay in
            for refusal in Self.refusals {
                try relay.drop(refusal.name, Self.message(refusal))
            }
            for refusal in Self.refusals {
                try await relay.waitFor(.failed, refusal.name)
                #expect(relay.places(refusal.name) == [.failed])
                let line = try await relay.waitForLine("failed") { $0["file"] == refusal.name }
                #expect(line["reason"] == refusal.happened)
                #expect(line["level"] == "warning")
                let reason = try relay.reason(refusal.name)
                #expect(
                    reason.hasPrefix(
                        "\u{FEFF}Nobody received this message: \(refusal.summary).\n"
                            + "\(refusal.happened)\n\nWhat to do\n"
                            + "  \(refusal.advice)\n  To try again, move the message file"
                    ),
                    "\(reason)"
                )
            }
            #expect(try relay.received().isEmpty)
            #expect(relay.lines("route-suspended").isEmpty)
        }
    }

    private static func message(_ refusal: Refusal) -> String {
        "From: \(refusal.from)\nTo: \(refusal.to)\nSubject: \(refusal.name)\n\nHello.\n"
    }

    @Test func `a message over the server's announced size fails before it is sent`() async throws {
        var plan = RelayPlan()
        plan.script = #"at EHLO reply "250 small.example" "SIZE 300""#
        try await withRelay("size", plan) { relay in
            let body = String(repeating: "0123456789\n", count: 30)
            try relay.drop("big.eml", RelayHarness.message("big", body: body))
            try relay.drop("small.eml", RelayHarness.message("small"))
            try await relay.waitFor(.failed, "big.eml")
            try await relay.waitFor(.sent, "small.eml")
            let reason = try relay.reason("big.eml")
            #expect(reason.contains(" octets; the server takes at most 300.\n"))
            #expect(try relay.received().count == 1)
        }
    }

    @Test func `whoever has the message does not get it again when the others are retried`()
        async throws
    {
        try await withRelay("partial") { relay in
            let refused = "once.rcpt.550-5.1.10@fault.test"
            let text = RelayHarness.message("x", to: "b@example.org, \(refused), c@example.org")
            try relay.drop("x.eml", text)
            try await relay.waitFor(.failed, "x.eml")
            #expect(try relay.receivedOnce("x").recipients == ["b@example.org", "c@example.org"])
            let reason = try relay.reason("x.eml")
            #expect(
                reason.contains(
                    "The server accepted this message for 2 of 3 recipients. The server refused "
                        + "\(refused): 550 5.1.10 "
                )
            )
            #expect(reason.contains("A retry goes only to those who did not get it."))
            #expect(reason.contains("b@example.org: accepted, has the message"))
            #expect(reason.contains("\(refused): refused (550 5.1.10 "))
            let retry = try await relay.command("retry", "x.eml")
            #expect(retry.code == 0, "\(retry)")
            try await relay.waitFor(.sent, "x.eml")
            #expect(relay.places("x.eml") == [.sent])
            #expect(
                try relay.received("x").map(\.recipients) == [
                    ["b@example.org", "c@example.org"], [refused],
                ]
            )
        }
    }

    @Test func `recipients beyond the limit of a transaction go at once in the next`()
        async throws
    {
        var plan = RelayPlan()
        plan.route = ["retry_first = '1h'", "retry_maximum = '1h'"]
        plan.script = #"at RCPT reply "452 4.5.3 Too many recipients" after 2 times 1"#
        try await withRelay("split", plan) { relay in
            let all = (1...5).map { "r\($0)@example.org" }
            try relay.drop("x.eml", RelayHarness.message("x", to: all.joined(separator: ", ")))
            try await relay.waitFor(.sent, "x.eml")
            let parts = try relay.received("x")
            #expect(parts.map(\.recipients) == [Array(all[..<2]), Array(all[2...])])
            #expect(parts.first?.octets == parts.last?.octets)
            #expect(relay.lines("part-sent").first?["pending"] == "3")
            #expect(relay.lines("sent").count == 1)
            #expect(relay.lines("deferred").isEmpty)
        }
    }

    @Test func `a refusal for now waits in the queue with its history until it is due`()
        async throws
    {
        var plan = RelayPlan()
        plan.route = ["retry_first = '1h'", "retry_maximum = '1h'"]
        let cases = [
            ("rcpt.eml", "a@example.com", "once.rcpt.451-4.7.0@fault.test", "none of the recip"),
            ("mail.eml", "once.mail.451-4.7.0@fault.test", "b@example.org", "sending MAIL FROM:"),
            ("data.eml", "a@example.com", "once.data.451-4.7.0@fault.test", "sending DATA:"),
            ("dot.eml", "a@example.com", "once.451-4.7.0@fault.test", "after the final dot:"),
        ]
        try await withRelay("deferred", plan) { relay in
            for (name, from, to, _) in cases {
                try relay.drop(name, "From: \(from)\nTo: \(to)\nSubject: \(name)\n\nHello.\n")
            }
            for (name, _, _, phase) in cases {
                let line = try await relay.waitForLine("deferred") { $0["file"] == name }
                #expect(line["reason"]?.contains(phase) == true, "\(line)")
                #expect(line.description.contains("451 4.7.0 Temporary server error."))
                let pause = line["retry_in_s"].flatMap { Int($0) } ?? 0
                #expect((3240...3960).contains(pause), "90 to 110 % of an hour")
                let path = try await relay.waitFor(.queue, name)
                let id = path.split(separator: "/").last?.prefix(35) ?? ""
                try await waitUntil("the history of \(name)") {
                    folderNames("\(relay.drop)/state").contains(String(id))
                }
            }
            let retry = try await relay.command("retry", "rcpt.eml", "mail.eml", "data.eml")
            #expect(retry.output.contains("is due at once."), "\(retry)")
            for name in ["rcpt.eml", "mail.eml", "data.eml"] {
                try await relay.waitFor(.sent, name)
            }
            // The one nobody asked for keeps its time.
            #expect(relay.places("dot.eml") == [.queue])
            #expect(try relay.received().count == 3)
        }
    }
}
