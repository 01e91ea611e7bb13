import Testing

@testable import Delivery

@Suite("Route condition")
struct RouteConditionTests {
    private func suspended(
        _ cause: RouteCondition.Cause,
        needsPerson: Bool = false,
        at now: Duration = .zero
    ) -> RouteCondition {
        var condition = RouteCondition()
        condition.suspend(
            cause,
            reason: "reason",
            advice: "advice",
            needsPerson: needsPerson,
            at: now
        )
        return condition
    }

    private func expectTick(
        of condition: inout RouteCondition,
        at now: Duration,
        _ expected: RouteCondition.Tick,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let tick = condition.tick(at: now)
        #expect(tick == expected, sourceLocation: sourceLocation)
    }

    @Test func `a new route is open and waits for nothing`() {
        var condition = RouteCondition()
        #expect(condition.isOpen)
        #expect(condition.nextInstant == nil)
        expectTick(of: &condition, at: .seconds(1_000_000), .nothing)
    }

    @Test(
        "probes less and less often",
        arguments: [
            (RouteCondition.Cause.connection, [5, 15, 60, 120, 300, 300]),
            (.authentication, [60, 300, 900, 1800, 1800, 1800]),
            (.configuration, [60, 300, 900, 1800, 1800, 1800]),
        ]
    )
    func probes(cause: RouteCondition.Cause, pauses: [Int]) {
        var now = Duration.zero
        var condition = suspended(cause, at: now)
        for pause in pauses {
            #expect(condition.nextInstant == now + .seconds(pause))
            expectTick(of: &condition, at: now + .seconds(pause) - .milliseconds(1), .nothing)
            now += .seconds(pause)
            expectTick(of: &condition, at: now, .probe)
            expectTick(of: &condition, at: now + .seconds(1), .nothing)
            condition.suspend(
                cause,
                reason: "again",
                advice: "advice",
                needsPerson: false,
                at: now
            )
        }
        #expect(condition.suspension?.since == .zero)
    }

    @Test func `a wrong password is never probed`() {
        var condition = suspended(.authentication, needsPerson: true)
        #expect(condition.nextInstant == nil)
        expectTick(of: &condition, at: .seconds(1_000_000), .nothing)
        let wasSuspended = condition.resumed()
        #expect(wasSuspended)
        #expect(condition.isOpen)
    }

    @Test(arguments: [(RouteCondition.Cause.rate, 15), (.blocked, 3600)])
    func `throttling ends by time alone`(cause: RouteCondition.Cause, seconds: Int) {
        var condition = suspended(cause)
        expectTick(of: &condition, at: .seconds(seconds - 1), .nothing)
        expectTick(of: &condition, at: .seconds(seconds), .opened)
        #expect(condition.isOpen)
    }

    @Test func `several sessions that fail together count as one failure`() {
        var condition = suspended(.connection)
        for _ in 0..<10 {
            condition.suspend(
                .connection,
                reason: "reason",
                advice: "advice",
                needsPerson: false,
                at: .milliseconds(3)
            )
        }
        #expect(condition.suspension?.failures == 1)
        #expect(condition.nextInstant == .milliseconds(5003))
    }

    @Test(
        "of several failures the one that asks for the longest wait stays in force",
        arguments: [
            (.authentication, true, .connection, .authentication),
            (.rate, false, .connection, .rate),
            (.configuration, false, .connection, .configuration),
            (.connection, false, .rate, .rate),
            (.connection, false, .configuration, .configuration),
            (.rate, false, .blocked, .blocked),
        ] as [(RouteCondition.Cause, Bool, RouteCondition.Cause, RouteCondition.Cause)]
    )
    func longest(
        first: RouteCondition.Cause,
        needsPerson: Bool,
        second: RouteCondition.Cause,
        expected: RouteCondition.Cause
    ) {
        var condition = suspended(first, needsPerson: needsPerson)
        condition.suspend(
            second,
            reason: "second",
            advice: "advice",
            needsPerson: false,
            at: .milliseconds(3)
        )
        #expect(condition.suspension?.cause == expected)
        #expect(condition.suspension?.reason == (expected == first ? "reason" : "second"))
        #expect((condition.nextInstant == nil) == needsPerson)
    }

    @Test(
        "a message accepted on an older session proves a connection and no more",
        arguments: [
            (.connection, true), (.authentication, false), (.configuration, false),
            (.rate, false), (.blocked, false),
        ] as [(RouteCondition.Cause, Bool)]
    )
    func accepted(cause: RouteCondition.Cause, opens: Bool) {
        var condition = suspended(cause)
        let wasSuspended = condition.accepted()
        #expect(wasSuspended == opens)
        #expect(condition.isOpen == opens)
    }

    @Test func `what is being probed is seen as such`() {
        var condition = suspended(.connection)
        #expect(!condition.isProbing)
        expectTick(of: &condition, at: .seconds(5), .probe)
        #expect(condition.isProbing)
    }

    @Test func `success starts the pauses anew`() {
        var condition = suspended(.connection)
        expectTick(of: &condition, at: .seconds(5), .probe)
        let wasSuspended = [condition.succeeded(), condition.succeeded()]
        #expect(wasSuspended == [true, false])
        condition.suspend(
            .connection,
            reason: "reason",
            advice: "advice",
            needsPerson: false,
            at: .seconds(100)
        )
        #expect(condition.nextInstant == .seconds(105))
    }

    @Test func `only trouble that another account does not share lets another route serve`() {
        let failover = [RouteCondition.Cause.connection, .authentication, .configuration]
        let wait = [RouteCondition.Cause.rate, .blocked]
        #expect(failover.allSatisfy { $0.allowsFailover })
        #expect(wait.allSatisfy { !$0.allowsFailover })
    }
}
