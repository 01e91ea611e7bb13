import MailMessage
import Spool
import Submission
import Testing

@testable import Delivery

@Suite("Feedback text")
struct FeedbackTextTests {

    private func text(_ cause: FailureCause) -> FeedbackText {
        var table = RecipientTable(["a@example.org", "b@example.org"])
        table.restore([
            RecipientRecord(address: "a@example.org", outcome: .accepted(reply: "250 2.1.5 ok")),
            RecipientRecord(
                address: "b@example.org",
                outcome: .refused(reply: "550 5.1.1 <b@example.org> no")
            ),
        ])
        return FeedbackText(cause, table)
    }

    private func refused(_ text: String) throws -> Failure {
        .refused(Reply(try #require(ReplyCode(554)), lines: [text]), .endOfData)
    }

    @Test func `a refusal is told by its codes, and nothing the server quoted`() throws {
        #expect(
            text(.rejected(try refused("5.6.0 <x@example.com> secret"))).happened
                == "The server refused the message while waiting for the reply after the final dot "
                + "(554 5.6.0)."
        )
        #expect(
            text(.rejected(try refused("secret"))).happened.hasSuffix("the final dot (554).")
        )
        #expect(
            text(.recipientsRefused).happened
                == "The server refused 1 of 2 recipients (550 5.1.1)."
        )
        #expect(
            text(.gaveUp(after: .seconds(172_800), last: nil)).happened
                == "Postchute tried for 48 h and gave up."
        )
        #expect(
            text(.rejected(.missingExtension("SMTPUTF8", reason: "grün@example.org"))).happened
                == "The server does not offer SMTPUTF8, which the message needs."
        )
        let reply = Reply(try #require(ReplyCode(535)), lines: ["5.7.3 secret"])
        #expect(
            text(.rejected(.mailboxRefused(mailbox: "secret@example.com", reply, claims: "")))
                .happened
                == "The server does not let us send as this sender (535 5.7.3)."
        )
        #expect(
            text(.rejected(.tooLarge(octets: 5, limit: 4))).happened
                == "The message has 5 octets; the server takes at most 4."
        )
        #expect(
            text(.rejected(.protocolViolation(.data, detail: "secret"))).happened
                == "The message could not be handed over."
        )
    }

    @Test func `the text has its file, when, why and what to do`() throws {
        let id = try #require(SpoolID(octets: Array("20261123T101530123456-7h3k9q2mzx4wp".utf8)))
        let name = SpoolName(id: id, original: try #require(FileName("invoice.eml")))
        let octets = FeedbackText(.noSender).octets(name, at: 1_795_428_930_000_000)
        let expected = [
            "\u{FEFF}Neither From nor Sender names an address.", "",
            "What to do",
            "  Add a line such as “From: erp@example.com” to the header. Whoever looks after "
                + "Postchute here has the message and the full reason.",
            "", "Facts", "  File: invoice.eml", "  Refused: 2026-11-23 10:15:30 UTC",
            "  Message: 20261123T101530123456-7h3k9q2mzx4wp", "",
        ].joined(separator: "\r\n")
        #expect(String(decoding: octets, as: UTF8.self) == expected)
    }

    @Test func `every other reason has its sentences`() {
        #expect(
            FeedbackText(truncated: .missingClosingBoundary("secret"))
                == FeedbackText(
                    happened: "The file ends before the line that ends its parts.",
                    advice:
                        "Find out why the writing program stopped, and let it write the message "
                        + "again."
                )
        )
        #expect(
            FeedbackText.lost
                == FeedbackText(
                    happened: "The message was refused. Why is known only beside it, in failed/.",
                    advice: "Ask whoever looks after Postchute here."
                )
        )
        #expect(
            FeedbackText.unusable
                == FeedbackText(
                    happened: "This is not an ordinary file that can be read.",
                    advice: "Let the writing program save an ordinary file."
                )
        )
    }
}
