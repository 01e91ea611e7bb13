import Submission
import Testing

@testable import Delivery

@Suite("Waits that replies imply")
struct ImpliedWaitTests {
    private static let failure = Failure.refused(.answer(550, "5.2.252 no"), .endOfData)

    private func settle(
        _ judgement: Judgement,
        _ failure: Failure = ImpliedWaitTests.failure,
        wasOnceMore: Bool = false
    ) -> AttemptConsequence {
        let context = AttemptContext(
            table: RecipientTable(["b@example.org"]),
            offered: [0],
            wasOnceMore: wasOnceMore
        )
        var consequence = AttemptConsequence(
            settlement: .again,
            table: context.table,
            effect: .none
        )
        SettlementPolicy().settle(failure, judgement, context, &consequence)
        return consequence
    }

    @Test func `what may pass by itself is tried once more before its sender waits`() {
        let judgement = Judgement(
            .configuration,
            .retryLater,
            .sender,
            advice: "Give it the right.",
            pace: .onceMore
        )
        let first = settle(judgement)
        #expect(first.settlement == .retry(after: .seconds(900)))
        #expect(first.effect == .none)
        #expect(first.isOnceMore)
        let second = settle(judgement, wasOnceMore: true)
        #expect(second.settlement == .waitForSender)
        #expect(
            second.effect
                == .suspendSender(reason: Self.failure.sentence, advice: "Give it the right.")
        )
        #expect(!second.isOnceMore)
    }

    @Test(arguments: [Scope.message, .recipient, .sender, .route])
    func `a day that is used up closes the account, whomever the phase would blame`(scope: Scope) {
        for (wait, day) in [
            (ImpliedWait.recipientsOfDay, DayLimit.recipients),
            (.externalRecipientsOfDay, .externalRecipients),
        ] {
            let consequence = settle(
                Judgement(.rate, .retryLater, scope, advice: "Wait.", wait: wait)
            )
            #expect(consequence.settlement == .again)
            #expect(
                consequence.effect
                    == .closeDay(day, reason: Self.failure.sentence, advice: "Wait.")
            )
        }
    }

    @Test func `a time to wait goes with the suspension`() {
        let refusal = ServiceRefusal(status: 429, retryAfter: .seconds(700))
        let failure = Failure.serviceRefused(refusal)
        let consequence = settle(Judgement.of(failure), failure)
        guard case .suspendRoute(.rate, _, _, false, let wait) = consequence.effect else {
            Issue.record("\(consequence.effect)")
            return
        }
        #expect(wait == .seconds(700))
        #expect(consequence.settlement == .again)
    }

    @Test(
        arguments: [
            (.rate, nil, .time(until: .seconds(15))),
            (.rate, .seconds(5), .time(until: .seconds(15))),
            (.rate, .seconds(700), .time(until: .seconds(700))),
            (.rate, .seconds(Int64.max / 4), .time(until: .seconds(86_400))),
            (.blocked, .seconds(7200), .time(until: .seconds(7200))),
            (.connection, .seconds(60), .probe(at: .seconds(60))),
        ] as [(RouteCondition.Cause, Duration?, RouteCondition.Wait)]
    )
    func `a route waits as long as its server asks, and not longer than a day`(
        cause: RouteCondition.Cause,
        atLeast: Duration?,
        wait: RouteCondition.Wait
    ) {
        var condition = RouteCondition()
        condition.suspend(
            cause,
            reason: "r",
            advice: "a",
            needsPerson: false,
            atLeast: atLeast,
            at: .zero
        )
        #expect(condition.suspension?.wait == wait)
    }

    @Test func `a refused session lowers the account, another 432 does not`() {
        func effect(_ text: String, _ scope: Scope) -> AccountEffect {
            let failure = Failure.refused(.answer(432, text), .endOfData)
            return settle(Judgement(.rate, .retryLater, scope, advice: "a"), failure).effect
        }
        guard case .lowerSessions = effect("4.3.2 limit exceeded", .route) else {
            Issue.record("not lowered")
            return
        }
        #expect(effect("4.3.2 STOREDRV.Deliver; recipient thread limit", .recipient) == .none)
        guard case .suspendRoute(.rate, _, _, _, _) = effect("4.7.1 slow down", .route) else {
            Issue.record("not suspended")
            return
        }
    }
}
