import EventLog
import NIOCore
import NIOPosix
import Spool
import Submission
import TestSupport
import Testing

@testable import Delivery

@Suite("Reloading the delivery engine")
struct DeliveryEngineReloadTests {
    private static func accepted() -> AttemptReport {
        AttemptReport(
            end: .accepted(Scripted.reply),
            recipients: [.accepted(Scripted.reply)],
            peer: ""
        )
    }

    /// Replaces the routes of a fixture by one of the name `r0` with another server.
    private func replaceRoute(
        _ fixture: EngineFixture,
        isPaused: Bool = false
    ) async throws -> ScriptedSubmitter {
        let loop = fixture.group.next()
        let submitter = ScriptedSubmitter(loop: loop)
        let route = DeliveryRoute(
            name: "r0",
            submitter: submitter,
            connections: 2,
            isPaused: { isPaused }
        )
        let engine = fixture.engine
        try await loop.submit {
            engine.replaceRoutes([.started(route, isPaused: isPaused)])
        }.get()
        return submitter
    }

    private func retired(_ fixture: EngineFixture) async throws {
        let engine = fixture.engine
        let promise = fixture.group.next().makePromise(of: Void.self)
        try await fixture.group.next().submit {
            engine.whenRetired { promise.succeed(()) }
        }.get()
        try await promise.futureResult.get()
    }

    @Test(.timeLimit(.minutes(1)))
    func `what is on the wire of a replaced route ends there, the next goes to the new one`()
        async throws
    {
        try await withEngine(scripts: [[.hangs]]) { fixture in
            try await fixture.begin()
            try fixture.claim("a.eml", to: ["b@example.org"])
            try await waitUntil("under way") { fixture.submitters[0].hangingCount == 1 }
            let new = try await replaceRoute(fixture)
            try fixture.claim("b.eml", to: ["b@example.org"])
            try await waitUntil("sent by the new route") { fixture.sent.count == 1 }
            #expect(new.seen.count == 1)
            fixture.submitters[0].release(Self.accepted())
            try await retired(fixture)
            try await waitUntil("both sent") { fixture.sent.count == 2 }
            #expect(fixture.submitters[0].seen.count == 1)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a route suspended for a wrong password is tried again when it is another one`()
        async throws
    {
        let wrong = Failure.refused(
            .answer(535, "5.7.3 Authentication unsuccessful"),
            .authentication
        )
        try await withEngine(scripts: [[.refuses(wrong)]]) { fixture in
            try await fixture.begin()
            try fixture.claim("a.eml", to: ["b@example.org"])
            try await waitUntil("suspended") {
                fixture.log.lines.contains { $0.contains("event=route-suspended") }
            }
            let new = try await replaceRoute(fixture)
            try await waitUntil("sent") { fixture.sent.count == 1 }
            #expect(new.seen.count == 1)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a kept route keeps its suspension`() async throws {
        let wrong = Failure.refused(
            .answer(535, "5.7.3 Authentication unsuccessful"),
            .authentication
        )
        try await withEngine(scripts: [[.refuses(wrong)]]) { fixture in
            try await fixture.begin()
            try fixture.claim("a.eml", to: ["b@example.org"])
            try await waitUntil("suspended") {
                fixture.log.lines.contains { $0.contains("event=route-suspended") }
            }
            let engine = fixture.engine
            try await fixture.group.next().submit { engine.replaceRoutes([.kept("r0")]) }.get()
            #expect(try await fixture.snapshot().routes.first?.cause == .authentication)
            #expect(fixture.sent.isEmpty)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a route that is paused when it comes sends nothing`() async throws {
        try await withEngine(scripts: [[.hangs]]) { fixture in
            try await fixture.begin()
            let new = try await replaceRoute(fixture, isPaused: true)
            try fixture.claim("a.eml", to: ["b@example.org"])
            try await waitUntil("known") {
                try await fixture.snapshot().pickups.first?.waiting == 1
            }
            #expect(try await fixture.snapshot().routes.first?.isPaused == true)
            #expect(new.seen.isEmpty && fixture.names("queue").count == 2)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a pickup that went ends what is on the wire and leaves its queue`() async throws {
        try await withEngine(scripts: [[.hangs, .hangs]]) { fixture in
            try await fixture.begin()
            try fixture.claim("a.eml", to: ["b@example.org"])
            try fixture.claim("b.eml", to: ["b@example.org"])
            try await waitUntil("under way") { fixture.submitters[0].hangingCount == 2 }
            for name in ["c.eml", "d.eml"] { try fixture.claim(name, to: ["b@example.org"]) }
            let engine = fixture.engine
            try await fixture.group.next().submit { engine.remove(pickup: "erp") }.get()
            fixture.submitters[0].release(Self.accepted())
            try await retired(fixture)
            #expect(fixture.sent.count == 2)
            #expect(fixture.names("queue").count == 3)
            #expect(fixture.submitters[0].seen.count == 2)
            #expect(try await fixture.snapshot().pickups.isEmpty)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a pickup opened anew in the same folders waits for what is on the wire there`()
        async throws
    {
        try await withEngine(scripts: [[.hangs]]) { fixture in
            try await fixture.begin()
            try fixture.claim("a.eml", to: ["b@example.org"])
            try await waitUntil("under way") { fixture.submitters[0].hangingCount == 1 }
            let spool = try MessageSpool(opening: fixture.spool.options, takingOver: fixture.spool)
            #expect(spool.sharesLock(with: fixture.spool))
            let engine = fixture.engine
            let new = DeliveryPickup(
                name: "erp",
                spool: spool,
                routes: ["r0"],
                policy: SettlementPolicy()
            )
            try await fixture.group.next().submit {
                engine.remove(pickup: "erp")
                engine.add(new)
            }.get()
            fixture.submitters[0].release(Self.accepted())
            try await waitUntil("sent") { fixture.sent.count == 1 }
            try await retired(fixture)
            // Had its sweep come before, it would have taken the message for one that was cut off.
            #expect(!fixture.log.lines.contains { $0.contains("event=recovered") })
            #expect(fixture.names("queue/sending").isEmpty && fixture.names("held").isEmpty)
            spool.close()
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `other rules hold for what is sent from then on, with the limits used so far`()
        async throws
    {
        try await withEngine { fixture in
            try await fixture.begin()
            try fixture.claim("a.eml", to: ["b@example.org"])
            try await waitUntil("sent") { fixture.sent.count == 1 }
            var rules = DeliveryPickup(
                name: "erp",
                spool: fixture.spool,
                routes: ["r0"],
                policy: SettlementPolicy()
            )
            rules.maximumPerHour = 1
            let (engine, limited) = (fixture.engine, rules)
            try await fixture.group.next().submit { engine.add(limited) }.get()
            for name in ["b.eml", "c.eml"] { try fixture.claim(name, to: ["b@example.org"]) }
            try await waitUntil("one more sent") { fixture.sent.count == 2 }
            rules.maximumPerHour = 2
            let wider = rules
            try await fixture.group.next().submit { engine.add(wider) }.get()
            try await waitUntil("the third sent") { fixture.sent.count == 3 }
            let gauge = try await fixture.snapshot().pickups.first?.messages
            #expect(gauge?.used == 2 && gauge?.limit == 2)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a stop ends what a reload has taken out of service`() async throws {
        try await withEngine(scripts: [[.hangs]]) { fixture in
            try await fixture.begin()
            try fixture.claim("a.eml", to: ["b@example.org"])
            try await waitUntil("under way") { fixture.submitters[0].hangingCount == 1 }
            _ = try await replaceRoute(fixture)
            let engine = fixture.engine
            let stopped = fixture.group.next().flatSubmit { engine.stop() }
            fixture.submitters[0].release(Self.accepted())
            try await stopped.get()
            #expect(fixture.sent.count == 1)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `nothing is submitted while there is no room to record what becomes of it`()
        async throws
    {
        try await withEngine { fixture in
            try await fixture.begin()
            let engine = fixture.engine
            try await fixture.group.next().submit {
                engine.holdForRoom(["erp": "The disk is full."])
            }.get()
            try fixture.claim("a.eml", to: ["b@example.org"])
            // Its claim and the first look into the folder may both bring the name.
            try await waitUntil("known") {
                try await (fixture.snapshot().pickups.first?.waiting ?? 0) >= 1
            }
            #expect(try await fixture.snapshot().pickups.first?.suspended == "The disk is full.")
            #expect(fixture.submitters[0].seen.isEmpty)
            try await fixture.group.next().submit { engine.holdForRoom([:]) }.get()
            try await waitUntil("sent") { fixture.sent.count == 1 }
        }
    }
}
