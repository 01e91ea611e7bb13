import Submission
import Testing

@testable import Delivery

@Suite("Session allowance")
struct SessionAllowanceTests {
    @Test func `a refusal lowers it by one, not below one, and a burst counts once`() {
        var sessions = SessionAllowance(maximum: 3)
        #expect(sessions.refused(at: .zero) == true)
        #expect(sessions.refused(at: .seconds(1)) == true)
        #expect(sessions.allowed == 2)
        #expect(sessions.refused(at: .seconds(20)) == true)
        #expect(sessions.allowed == 1)
        #expect(sessions.refused(at: .seconds(40)) == false)
        #expect(sessions.allowed == 1)
    }

    @Test func `five quiet minutes raise it by one, to its maximum`() {
        var sessions = SessionAllowance(maximum: 3)
        _ = sessions.refused(at: .zero)
        _ = sessions.refused(at: .seconds(20))
        sessions.climb(at: .seconds(319))
        #expect(sessions.allowed == 1)
        sessions.climb(at: .seconds(320))
        sessions.climb(at: .seconds(321))
        #expect(sessions.allowed == 2)
        sessions.climb(at: .seconds(620))
        sessions.climb(at: .seconds(9999))
        #expect(sessions.allowed == 3)
    }
}

@Suite("Weighted turns")
struct WeightedTurnsTests {
    private func counts(_ priorities: [DeliveryPriority], turns: Int) -> [Int] {
        var (weighted, counts) = (WeightedTurns(), priorities.map { _ in 0 })
        for _ in 0..<turns {
            let places = priorities.indices.map { weighted.place(of: $0) }
            let next = places.firstIndex(of: places.min() ?? 0) ?? 0
            weighted.reached(weighted.took(next, priorities[next]))
            counts[next] += 1
        }
        return counts
    }

    @Test func `each gets its weight's part`() {
        #expect(counts([.low, .normal, .high], turns: 210) == [10, 40, 160])
    }

    @Test func `equals take turns`() {
        #expect(counts([.normal, .normal], turns: 10) == [5, 5])
    }

    @Test func `who comes back after a pause has saved up nothing`() {
        var turns = WeightedTurns()
        for _ in 0..<1000 { turns.reached(turns.took(1, .normal)) }
        _ = turns.took(2, .normal)
        #expect(turns.place(of: 2) >= turns.place(of: 1))
    }

    @Test func `what is loaded ahead pushes nobody's turn back`() {
        var turns = WeightedTurns()
        for _ in 0..<3 { _ = turns.took(1, .low) }
        #expect(turns.took(2, .normal) == 0)
    }
}

@Suite("Error breaker")
struct ErrorBreakerTests {
    @Test func `the third failure of a kind within an hour stops the sender for its rest`() {
        var breaker = ErrorBreaker()
        #expect(breaker.failed("a", "550 5.1.1", at: .zero) == nil)
        #expect(breaker.failed("a", "550 5.1.1", at: .seconds(600)) == nil)
        #expect(breaker.failed("a", "554 5.2.0", at: .seconds(700)) == nil)
        #expect(breaker.failed("b", "550 5.1.1", at: .seconds(800)) == nil)
        #expect(breaker.failed("a", "550 5.1.1", at: .seconds(900)) == .seconds(3600))
    }

    @Test func `older failures count no more, and a person forgives them`() {
        var breaker = ErrorBreaker()
        for second in [0, 10, 3600, 3605] {
            #expect(breaker.failed("a", "x", at: .seconds(second)) == nil)
            if second == 10 { breaker.forgive("a") }
        }
        #expect(breaker.failed("a", "x", at: .seconds(3700)) == .seconds(7200))
    }

    @Test func `its sentences say why and what to do`() {
        #expect(
            ErrorBreaker.reason("550 5.1.10")
                == "The server refused 3 submissions within an hour with 550 5.1.10; Postchute "
                + "waits for the rest of the hour, before Microsoft blocks the sender."
        )
        #expect(
            ErrorBreaker.advice
                == "Correct what the refusals complain of, then resume the pickup or the route; "
                + "messages stay queued meanwhile."
        )
    }

    @Test func `refusals for good and missing rights are errors, throttling is none`() {
        func kinds(_ end: AttemptReport.End, _ recipients: [RecipientOutcome] = []) -> Set<String> {
            AttemptReport(end: end, recipients: recipients, peer: "").errorKinds
        }
        let unknown = Reply.answer(550, "5.1.10 Recipient not found")
        let denied = Reply.answer(550, "5.7.60 Not allowed for this sender")
        #expect(kinds(.failed(.noRecipientAccepted), [.refused(unknown)]) == ["550 5.1.10"])
        #expect(kinds(.failed(.refused(denied, .mail))) == ["550 5.7.60"])
        #expect(kinds(.failed(.refused(.answer(451, "4.7.0 later"), .endOfData))) == [])
        #expect(kinds(.failed(.refused(.answer(535, "5.7.3 no"), .authentication))) == [])
        #expect(kinds(.failed(.serviceRefused(ServiceRefusal(status: 429)))) == [])
        #expect(kinds(.accepted(.answer(250, "ok")), [.accepted(.answer(250, "ok"))]) == [])
    }
}
