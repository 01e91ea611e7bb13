import Submission
import Testing

@testable import Delivery

@Suite("Reason text")
struct ReasonTextTests {
    private func text(_ reason: ReasonText) -> String {
        String(decoding: reason.octets().dropFirst(3), as: UTF8.self)
    }

    @Test func `says what happened, what to do, and quotes the server word for word`() throws {
        var reason = ReasonText(happened: "The server refused it.", advice: "Check the address.")
        reason.summary = "Nobody got it."
        reason.retry = "Try again."
        reason.recipients = [("b@example.org", "refused")]
        let code = try #require(ReplyCode(550))
        reason.replies = [
            ("to RCPT TO:<b@example.org>", Reply(code, lines: ["5.1.1 a", "5.1.1 b"]).verbatim)
        ]
        reason.facts = [("File", "invoice.eml")]
        reason.attempts = [("today", "refused:\n550 no"), ("tomorrow", "")]
        let expected = [
            "Nobody got it.", "The server refused it.", "", "What to do", "  Check the address.",
            "  Try again.", "", "Recipients", "  b@example.org: refused", "",
            "The server's reply to RCPT TO:<b@example.org>", "  550-5.1.1 a", "  550 5.1.1 b", "",
            "Facts", "  File: invoice.eml", "", "Attempts", "  today", "    refused:",
            "    550 no", "  tomorrow", "",
        ].joined(separator: "\r\n")
        #expect(text(reason) == expected)
    }

    @Test func `a mailbox that may not sign in is named with the reply`() throws {
        let code = try #require(ReplyCode(535))
        let reply = Reply(code, lines: ["5.7.3 Authentication unsuccessful"])
        let failure = Failure.mailboxRefused(mailbox: "a@example.com", reply, claims: "")
        #expect(
            failure.sentence
                == "The server refused to let us sign in as a@example.com: "
                + "535 5.7.3 Authentication unsuccessful"
        )
        #expect(
            Judgement.of(failure).advice
                == "Let the application send as this mailbox, and see that SMTP AUTH is enabled for "
                + "it; messages of other senders go on."
        )
        #expect(failure.reply == reply)
    }

    @Test func `begins with a byte order mark, for Notepad`() {
        let octets = ReasonText(happened: "a", advice: "b").octets()
        #expect(Array(octets.prefix(3)) == [0xEF, 0xBB, 0xBF])
    }

    @Test func `a reply or a name cannot forge lines or hide text`() {
        var reason = ReasonText(
            happened: "a\r\nWhat to do\r\n  pay \u{202E}me",
            advice: "b\u{1B}[2J"
        )
        reason.attempts = [("c\r\nd", "What to do\nFacts\r\nAttempts")]
        let lines = text(reason).split(separator: "\r\n", omittingEmptySubsequences: false)
        #expect(lines.count == 10)
        #expect(lines.count { !$0.isEmpty && !$0.hasPrefix(" ") } == 3)
        #expect(!text(reason).unicodeScalars.contains("\u{202E}"))
        #expect(!text(reason).unicodeScalars.contains("\u{1B}"))
    }
}
