import EventLog
import Spool
import Submission
import TestSupport
import Testing

@testable import Delivery

@Suite("Routes that cannot carry a message")
struct RerouteTests {
    private static let ok = Scripted.reply
    private static let tooLarge = Failure.unsuitable(
        reason: "The message is too large for Graph.",
        advice: "Send it by another route."
    )
    private static let lost = Scripted.takes(
        .uncertain(.connectionLost(.endOfData, detail: "")),
        [.accepted(ok)]
    )

    @Test func `the next route of the list carries what the first cannot`() async throws {
        try await withEngine(scripts: [[.refuses(Self.tooLarge)], []]) { fixture in
            try await fixture.begin()
            try fixture.claim("1.eml", to: ["b@example.org"])
            try await waitUntil("sent") { fixture.sent.count == 1 }
            #expect(fixture.submitters[0].seen.isEmpty)
            #expect(fixture.submitters[1].seen.count == 1)
            // The route itself is as usable as before.
            try fixture.claim("2.eml", to: ["b@example.org"])
            try await waitUntil("both sent") { fixture.sent.count == 2 }
            #expect(fixture.submitters[0].seen.count == 1)
        }
    }

    @Test func `a message that no route of the list can carry fails with the last advice`()
        async throws
    {
        let other = Failure.unsuitable(reason: "It is signed.", advice: "Do not sign it.")
        try await withEngine(
            scripts: [[.refuses(Self.tooLarge)], [.refuses(other)]]
        ) { fixture in
            try await fixture.begin()
            let name = try fixture.claim("1.eml", to: ["b@example.org"])
            try await waitUntil("failed") { fixture.names("failed").count == 2 }
            let reason = try fixture.folder.text("drop/failed/\(name.id.text).1.eml.txt")
            #expect(reason.contains("It is signed."))
            #expect(reason.contains("Do not sign it."))
        }
    }

    @Test func `it waits for a route that is suspended, and does not fail`() async throws {
        let noConnection = Failure.connect(attempts: ["refused"])
        try await withEngine(
            scripts: [[.refuses(Self.tooLarge), .acceptsAll(1)], [.refuses(noConnection)]],
            probes: [noConnection]
        ) { fixture in
            try await fixture.begin()
            try fixture.claim("1.eml", to: ["b@example.org"])
            try await waitUntil("suspended") {
                fixture.log.lines.contains { $0.contains("event=route-suspended route=r1") }
            }
            try await waitUntil("put back") {
                try await fixture.snapshot().pickups[0].deferred == 1
            }
            #expect(fixture.names("failed") == [])
            try await waitUntil("sent") {
                fixture.clock.advance(by: .seconds(5))
                fixture.nudge()
                return fixture.sent.count == 1
            }
            #expect(fixture.submitters[1].seen.count == 1)
            #expect(fixture.submitters[0].seen.isEmpty)
        }
    }

    @Test(arguments: [false, true])
    func `after an unknown outcome another route may go on only where the policy says so`(
        mayBeAny: Bool
    ) async throws {
        let down = Failure.connect(attempts: ["refused"])
        let policy = SettlementPolicy(anyRouteAfterUncertain: mayBeAny)
        try await withEngine(
            scripts: [[Self.lost, .refuses(down)], []],
            probes: [Failure?](repeating: down, count: 200),
            policy: policy
        ) { fixture in
            try await fixture.begin()
            let name = try fixture.claim("1.eml", to: ["b@example.org"])
            try await waitUntil("uncertain") {
                fixture.log.lines.contains { $0.contains("event=uncertain") }
            }
            // Another message finds that the first route is down.
            try fixture.claim("2.eml", to: ["c@example.org"])
            try await waitUntil("the other sent") { fixture.sent.count == 1 }
            fixture.clock.advance(by: .seconds(901))
            fixture.nudge()
            if mayBeAny {
                try await waitUntil("sent") { fixture.sent.count == 2 }
                return
            }
            try await waitUntil("put back") {
                let pickup = try await fixture.snapshot().pickups[0]
                return pickup.deferred == 1 && pickup.underWay == 0
            }
            #expect(fixture.submitters[1].seen.map(\.recipients) == [["c@example.org"]])
            #expect(fixture.names("queue").contains { $0.hasPrefix(name.id.text) })
        }
    }
}
