import Submission
import Testing

@testable import Delivery

@Suite("Settlement")
struct SettlementTests {
    /// One attempt to a@, b@ and c@ and what follows from it.
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let outcomes: [RecipientOutcome]
        let end: AttemptReport.End
        let settlement: Settlement
        var statuses = "ppp"
        var effect = "none"

        init(
            _ name: String,
            _ outcomes: [RecipientOutcome],
            _ end: AttemptReport.End,
            _ settlement: Settlement,
            statuses: String = "ppp",
            effect: String = "none"
        ) {
            testDescription = name
            self.outcomes = outcomes
            self.end = end
            self.settlement = settlement
            self.statuses = statuses
            self.effect = effect
        }
    }

    static func reply(_ code: Int, _ text: String) -> Reply {
        .answer(code, text)
    }

    static let ok = reply(250, "2.1.5 OK")
    static let unknownUser = reply(550, "5.1.1 User unknown")
    static let busy = reply(450, "4.2.1 Busy")
    static let tooMany = reply(452, "4.5.3 Too many recipients")
    static let fullHour = reply(
        554,
        "5.2.122 The recipient has exceeded their limit for the number of messages they can"
            + " receive per hour"
    )
    static let accepted = AttemptReport.End.accepted(reply(250, "2.0.0 OK"))
    static let pause = Settlement.retry(after: .seconds(60))

    static let cases: [Case] = [
        Case(
            "accepted by all",
            [.accepted(ok), .accepted(ok), .accepted(ok)],
            accepted,
            .sent,
            statuses: "aaa"
        ),
        Case(
            "one whose mailbox receives too much this hour: after an hour",
            [.accepted(ok), .refused(fullHour), .accepted(ok)],
            accepted,
            .retry(after: .seconds(3600)),
            statuses: "apa"
        ),
        Case(
            "one refused for good: the others have it, the message names the one",
            [.accepted(ok), .refused(unknownUser), .accepted(ok)],
            accepted,
            .fail(.recipientsRefused),
            statuses: "ara"
        ),
        Case(
            "one refused for now: only that one is tried again",
            [.accepted(ok), .refused(busy), .accepted(ok)],
            accepted,
            pause,
            statuses: "apa"
        ),
        Case(
            "one for now, one for good: the one for now is tried before the message fails",
            [.accepted(ok), .refused(busy), .refused(unknownUser)],
            accepted,
            pause,
            statuses: "apr"
        ),
        Case(
            "the rest was not offered: it goes at once",
            [.accepted(ok), .untried, .untried],
            accepted,
            .nextPart,
            statuses: "app"
        ),
        Case(
            "too many recipients in one transaction: the rest goes at once",
            [.accepted(ok), .accepted(ok), .refused(tooMany)],
            accepted,
            .nextPart,
            statuses: "aap"
        ),
        Case(
            "too many at the first recipient: no loop, but the schedule",
            [.refused(tooMany), .untried, .untried],
            .failed(.noRecipientAccepted),
            pause
        ),
        Case(
            "all refused for good",
            [.refused(unknownUser), .refused(unknownUser), .refused(unknownUser)],
            .failed(.noRecipientAccepted),
            .fail(.recipientsRefused),
            statuses: "rrr"
        ),
        Case(
            "RCPT accepted, content refused: nobody has it",
            [.accepted(ok), .refused(unknownUser), .accepted(ok)],
            .failed(.refused(reply(554, "5.6.0 Corrupt message content"), .endOfData)),
            .fail(.rejected(.refused(reply(554, "5.6.0 Corrupt message content"), .endOfData))),
            statuses: "prp"
        ),
        Case(
            "content refused for now",
            [.accepted(ok), .accepted(ok), .accepted(ok)],
            .failed(.refused(reply(451, "4.3.0 Try later"), .endOfData)),
            pause
        ),
        Case(
            "one session too many: fewer run, the message loses no attempt",
            [.accepted(ok), .accepted(ok), .accepted(ok)],
            .failed(
                .refused(reply(432, "4.3.2 Concurrent connections limit exceeded."), .endOfData)
            ),
            .again,
            effect: "sessions"
        ),
        Case(
            "no connection",
            [.untried, .untried, .untried],
            .failed(.connect(attempts: ["127.0.0.1:25: connection refused"])),
            .again,
            effect: "route connection"
        ),
        Case(
            "the session broke while the content was on its way: the message lets others go first",
            [.accepted(ok), .accepted(ok), .accepted(ok)],
            .failed(.connectionLost(.content, detail: "reset by peer")),
            pause,
            effect: "route connection"
        ),
        Case(
            "the server went while it heard of a recipient: likewise",
            [.accepted(ok), .untried, .untried],
            .failed(.refused(reply(421, "4.3.2 Service not available"), .recipient)),
            pause,
            effect: "route connection"
        ),
        Case(
            "the server went before it heard of the message",
            [.untried, .untried, .untried],
            .failed(.refused(reply(421, "4.3.2 Service not available"), .greeting)),
            .again,
            effect: "route connection"
        ),
        Case(
            "sign-in refused",
            [.untried, .untried, .untried],
            .failed(
                .refused(
                    reply(
                        535,
                        "5.7.139 Authentication unsuccessful, basic authentication is disabled."
                    ),
                    .authentication
                )
            ),
            .again,
            effect: "route configuration"
        ),
        Case(
            "not allowed to send as this sender: the sender waits",
            [.untried, .untried, .untried],
            .failed(
                .refused(
                    reply(
                        550,
                        "5.7.60 SMTP; Client does not have permissions to send as this sender"
                    ),
                    .mail
                )
            ),
            .waitForSender,
            effect: "sender"
        ),
        Case(
            "connection lost after the dot",
            [.accepted(ok), .accepted(ok), .accepted(ok)],
            .uncertain(.connectionLost(.endOfData, detail: "")),
            .retry(after: .seconds(900))
        ),
        Case(
            "an operator took the file",
            [.accepted(ok), .accepted(ok), .accepted(ok)],
            .failed(.content(.missing)),
            .leave
        ),
        Case(
            "the daemon stops",
            [.untried, .untried, .untried],
            .failed(.stopped),
            .again
        ),
        Case(
            "the disk refuses",
            [.accepted(ok), .accepted(ok), .accepted(ok)],
            .failed(.content(.spool("Cannot sync: I/O error."))),
            .again
        ),
    ]

    @Test("settles one attempt", arguments: cases)
    func settles(_ test: Case) {
        let context = AttemptContext(
            table: RecipientTable(["a@example.com", "b@example.com", "c@example.com"]),
            offered: [0, 1, 2]
        )
        let report = AttemptReport(end: test.end, recipients: test.outcomes, peer: "")
        let consequence = SettlementPolicy().settle(report, context)
        #expect(consequence.settlement == test.settlement)
        #expect(statuses(consequence.table) == test.statuses)
        #expect(name(consequence.effect) == test.effect)
    }

    @Test func `a second uncertain outcome waits for a person`() {
        let uncertain = AttemptReport(
            end: .uncertain(.timeout(.endOfData, after: .seconds(600))),
            recipients: [.accepted(Self.ok)],
            peer: ""
        )
        let context = AttemptContext(
            table: RecipientTable(["a@example.com"]),
            offered: [0],
            earlierUncertain: 1
        )
        #expect(SettlementPolicy().settle(uncertain, context).settlement == .hold)
        var first = context
        first.earlierUncertain = 0
        let policy = SettlementPolicy(whenUncertain: .hold)
        #expect(policy.settle(uncertain, first).settlement == .hold)
    }

    @Test func `a message that has waited long enough is given up, and not a second earlier`() {
        let failure = Failure.refused(Self.reply(451, "4.3.0 Try later"), .endOfData)
        let report = AttemptReport(
            end: .failed(failure),
            recipients: [.accepted(Self.ok)],
            peer: ""
        )
        var context = AttemptContext(
            table: RecipientTable(["a@example.com"]),
            offered: [0],
            earlierAttempts: 3,
            age: .seconds(2 * 86_400)
        )
        #expect(
            SettlementPolicy().settle(report, context).settlement
                == .fail(.gaveUp(after: .seconds(172_800), last: failure))
        )
        context.age = .seconds(172_799)
        #expect(
            SettlementPolicy().settle(report, context).settlement == .retry(after: .seconds(480))
        )
    }

    private func statuses(_ table: RecipientTable) -> String {
        table.entries.map { entry in
            switch entry.status {
            case .pending: "p"
            case .accepted: "a"
            case .refused: "r"
            }
        }.joined()
    }

    private func name(_ effect: AccountEffect) -> String {
        switch effect {
        case .none: "none"
        case .suspendRoute(let cause, _, _, _, _): "route \(cause.rawValue)"
        case .suspendSender: "sender"
        case .lowerSessions: "sessions"
        case .closeDay(let day, _, _): "\(day)"
        }
    }
}
