import Submission
import Testing

/// Replies of servers that are not Microsoft's, some with codes Exchange Online uses otherwise.
@Suite("Replies of other servers")
struct ForeignRepliesTests {
    /// A reply with the row it belongs to; `nil` where the first digit decides.
    struct Foreign: Sendable, CustomTestStringConvertible {
        let known: Known
        let row: String?

        init(_ known: Known, row: String? = nil) {
            self.known = known
            self.row = row
        }

        var testDescription: String { known.testDescription }
    }

    @Test(arguments: postfix + others)
    func `another server's reply is not taken for one of Exchange Online`(foreign: Foreign) throws {
        let reply = try foreign.known.checked
        let phase = foreign.known.phase
        #expect(ReplyCatalogue.row(for: reply, at: phase)?.name == foreign.row)
        let judgement = Judgement.of(reply: reply, at: phase)
        #expect(judgement.category == foreign.known.category)
        #expect(judgement.scope == foreign.known.scope)
        #expect(!judgement.advice.contains("Exchange"))
        #expect(!judgement.advice.contains("Microsoft"))
    }

    private static func temporary(_ text: String) -> Foreign {
        Foreign(Known(text, .recipient, .temporary, .recipient))
    }

    private static func permanent(_ text: String, row: String? = nil) -> Foreign {
        Foreign(Known(text, .recipient, .permanent, .recipient), row: row)
    }

    static let postfix = [
        permanent(
            "550 5.1.1 <a@example.com>: Recipient address rejected: User unknown in local table",
            row: "550-5.1.1-other"
        ),
        permanent("554 5.7.1 <a@example.org>: Relay access denied"),
        permanent("553 5.7.1 <a@example.org>: Sender address rejected: not owned by user b"),
        permanent("550 5.1.8 <a@example.org>: Sender address rejected: Domain not found"),
        permanent("556 5.1.10 Recipient address has null MX"),
        temporary("454 4.7.1 <a@example.org>: Relay access denied"),
        temporary("450 4.2.0 <a@example.org>: Recipient address rejected: Greylisted"),
        temporary("451 4.3.0 <a@example.org>: Temporary lookup failure"),
        Foreign(Known("452 4.3.1 Insufficient system storage", .mail, .temporary, .message)),
        Foreign(
            Known("452 4.5.3 Error: too many recipients", .recipient, .rate, .recipient),
            row: "452-4.5.3"
        ),
        Foreign(
            Known("530 5.7.0 Must issue a STARTTLS command first", .mail, .configuration, .route),
            row: "530-5.7.57"
        ),
        Foreign(
            Known("421 4.7.0 mx.example Error: too many connections", .mail, .temporary, .route),
            row: "421-4.3.2"
        ),
        Foreign(Known("501 5.5.4 Syntax: MAIL FROM:<address>", .mail, .permanent, .message)),
    ]

    static let others = [
        Foreign(
            Known("535 5.7.8 Authentication failed.", .authentication, .authentication, .route),
            row: "535-5.7.8"
        ),
        permanent("550 relay not permitted"),
        permanent("550 Unable to relay for a@example.org"),
        permanent("550 Access denied"),
        permanent("550 5.4.1 No answer from host"),
        permanent("525 5.7.13 User account disabled"),
        permanent("550 5.7.12 A password transition is needed"),
        Foreign(
            Known("550 5.7.30 REQUIRETLS support required", .mail, .permanent, .message)
        ),
        Foreign(
            Known("550 5.7.26 This mail is unauthenticated", .endOfData, .permanent, .message)
        ),
        Foreign(Known("550 5.6.0 Lone CR or LF in body", .endOfData, .permanent, .message)),
        Foreign(Known("550 5.7.1 Blocked by policy", .endOfData, .permanent, .message)),
        Foreign(Known("451 4.7.0 Try again in 5 minutes", .endOfData, .temporary, .message)),
        Foreign(
            Known("552 5.2.2 Over quota", .recipient, .permanent, .recipient),
            row: "552-5.2.2"
        ),
    ]
}
