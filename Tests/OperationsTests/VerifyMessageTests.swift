import MailMessage
import Submission
import Testing

@testable import Operations

@Suite("Message of verify")
struct VerifyMessageTests {
    private func message() throws -> VerifyMessage {
        VerifyMessage(
            from: try MailAddress(exactly: "erp@contoso.com"),
            to: try MailAddress(exactly: "you@example.com"),
            by: "m365",
            identity: MessageIdentity(id: "20261123T101530123456-x", claimedAt: 1_795_428_930)
        )
    }

    private func reply(_ code: Int, _ text: String) throws -> Reply {
        Reply(try #require(ReplyCode(code)), lines: [text])
    }

    @Test func `the message is small and says what it is`() throws {
        let text = try message().text
        #expect(
            text
                == [
                    "From: <erp@contoso.com>", "To: <you@example.com>",
                    "Subject: Postchute: test message by route m365",
                    "Date: Mon, 23 Nov 2026 10:15:30 +0000",
                    "Message-ID: <20261123T101530123456-x@contoso.com>", "MIME-Version: 1.0",
                    "Content-Type: text/plain; charset=us-ascii", "Content-Transfer-Encoding: 7bit",
                    "Auto-Submitted: auto-generated", "",
                    "This message was sent by \"postchute verify --send-to\" to see whether the route",
                    "m365 works. It needs no answer.", "",
                ].joined(separator: "\r\n")
        )
    }

    private func step(
        _ end: AttemptReport.End,
        _ outcomes: [RecipientOutcome] = []
    ) throws -> VerifyStep {
        VerifyStep(AttemptReport(end: end, recipients: outcomes, peer: ""), of: try message())
    }

    @Test func `its reply is shown`() throws {
        let accepted = try step(.accepted(try reply(250, "2.0.0 OK")))
        #expect(accepted.outcome == .passed)
        #expect(
            accepted.sentence == "The message <20261123T101530123456-x@contoso.com> to"
                + " you@example.com was accepted: 250 2.0.0 OK."
        )
        let refused = try step(
            .failed(.noRecipientAccepted),
            [.refused(try reply(550, "5.1.10 Recipient not found"))]
        )
        #expect(
            refused.sentence
                == "The server refused while sending RCPT TO: 550 5.1.10 Recipient not found."
        )
        #expect(refused.isFailure)
        let lost = try step(.uncertain(.connectionLost(.endOfData, detail: "")))
        #expect(
            lost.sentence == "The connection was lost while waiting for the reply after the final"
                + " dot. The server may have the message all the same."
        )
        #expect(try step(.failed(.stopped)).isFailure)
    }
}
