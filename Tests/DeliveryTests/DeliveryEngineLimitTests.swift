import EventLog
import NIOCore
import NIOPosix
import Spool
import Submission
import Synchronization
import TestSupport
import Testing

@testable import Delivery

@Suite("Delivery engine: limits")
struct DeliveryEngineLimitTests {
    private static let ok = Scripted.reply

    private static func account(
        _ change: (inout DeliveryAccount) -> Void
    ) -> DeliveryAccount {
        var account = DeliveryAccount(.mailbox("erp@example.com@contoso"))
        change(&account)
        return account
    }

    /// Lets time pass in steps until something is so.
    private func pass(
        _ step: Duration,
        in fixture: EngineFixture,
        until what: String,
        _ condition: () async throws -> Bool
    ) async throws {
        try await waitUntil(what) {
            fixture.clock.advance(by: step)
            fixture.nudge()
            return try await condition()
        }
    }

    @Test func `the rate of an account paces all of its messages`() async throws {
        let account = Self.account { $0.messages = DeliveryRate(30, per: .seconds(60)) }
        try await withEngine(settings: .account(account)) { fixture in
            try await fixture.begin()
            for index in 1...3 { try fixture.claim("\(index).eml", to: ["b@example.org"]) }
            try await waitUntil("the first sent") { fixture.sent.count == 1 }
            fixture.clock.advance(by: .milliseconds(1000))
            fixture.nudge()
            let status = try await fixture.snapshot().accounts?.first
            #expect(status?.messages?.used == 1)
            #expect(status?.messages?.limit == 30)
            #expect(fixture.submitters[0].seen.count == 1)
            try await pass(.milliseconds(500), in: fixture, until: "all sent") {
                fixture.sent.count == 3
            }
        }
    }

    @Test func `two routes of one mailbox share its sessions`() async throws {
        let account = Self.account { $0.sessions = 1 }
        try await withEngine(scripts: [[.hangs], []], settings: .account(account)) { fixture in
            try await fixture.begin()
            try fixture.claim("1.eml", to: ["b@example.org"])
            try await waitUntil("on the wire") { fixture.submitters[0].hangingCount == 1 }
            try fixture.claim("2.eml", to: ["b@example.org"])
            let status = try await fixture.snapshot().accounts
            #expect(status?.map(\.sessions) == [1])
            #expect(status?.map(\.sessionsAllowed) == [1])
            fixture.submitters[0].release(
                AttemptReport(end: .accepted(Self.ok), recipients: [.accepted(Self.ok)], peer: "")
            )
            try await waitUntil("both sent") { fixture.sent.count == 2 }
        }
    }

    @Test func `pickups share an account by their priorities, also over two routes`() async throws {
        let account = Self.account {
            $0.messages = DeliveryRate(30, per: .seconds(60))
            $0.sessions = 1
        }
        try await withEngine(scripts: [[], []], settings: .account(account)) { fixture in
            let usual = try await fixture.add("usual", routes: ["r0"], priority: .normal)
            let low = try await fixture.add("low", routes: ["r1"], priority: .low)
            for index in 0..<10 {
                try fixture.claim("\(index).eml", to: ["low@x.org"], in: low)
                try fixture.claim("\(index).eml", to: ["usual@x.org"], in: usual)
            }
            func sent() -> [Int] { fixture.submitters.map(\.seen.count) }
            try await pass(.milliseconds(700), in: fixture, until: "ten of the usual sent") {
                sent()[0] == 10
            }
            // Never starved, and never served as often while the other has messages.
            #expect((1...4).contains(sent()[1]))
            try await pass(.milliseconds(700), in: fixture, until: "all sent") {
                sent() == [10, 10]
            }
            try await waitUntil("settled") {
                try await fixture.snapshot().pickups.allSatisfy { $0.underWay == 0 }
            }
            usual.spool.close()
            low.spool.close()
        }
    }

    @Test func `a refused session runs one fewer, without suspending the route`() async throws {
        let busy = Reply.answer(432, "4.3.2 Concurrent connections limit exceeded.")
        let script = Scripted.takes(.failed(.refused(busy, .endOfData)), [.accepted(Self.ok)])
        let account = Self.account { $0.sessions = 2 }
        try await withEngine(scripts: [[script]], settings: .account(account)) { fixture in
            try await fixture.begin()
            try fixture.claim("1.eml", to: ["b@example.org"])
            try await waitUntil("limited") {
                fixture.log.lines.contains { $0.contains("event=account-limited") }
            }
            let snapshot = try await fixture.snapshot()
            #expect(snapshot.routes[0].cause == nil)
            #expect(snapshot.accounts?[0].sessionsAllowed == 1)
            #expect(snapshot.accounts?[0].sessionsMaximum == 2)
            try await pass(.seconds(1), in: fixture, until: "sent") { fixture.sent.count == 1 }
            fixture.clock.advance(by: .seconds(301))
            #expect(try await fixture.snapshot().accounts?[0].sessionsAllowed == 2)
        }
    }

    @Test func `a day's recipients are a wall that is waited at, in order`() async throws {
        let account = Self.account { $0.recipientsPerDay = 4 }
        try await withEngine(settings: .account(account)) { fixture in
            try await fixture.begin()
            try fixture.claim("1.eml", to: ["a@x.org", "b@x.org", "c@x.org"])
            try await waitUntil("the first sent") { fixture.sent.count == 1 }
            try fixture.claim("2.eml", to: ["a@x.org", "b@x.org"])
            try await waitUntil("the second waits") {
                try await fixture.snapshot().pickups[0].underWay == 1
            }
            // It would fit, but the larger one came first.
            try fixture.claim("3.eml", to: ["c@x.org"])
            try await waitUntil("the third waits") {
                try await fixture.snapshot().pickups[0].underWay == 2
            }
            fixture.clock.advance(by: .seconds(86_000))
            fixture.nudge()
            let status = try #require(try await fixture.snapshot().accounts?.first)
            #expect(status.recipients.used == 3)
            #expect(fixture.submitters[0].seen.count == 1)
            fixture.clock.advance(by: .seconds(500))
            fixture.nudge()
            try await waitUntil("all sent") { fixture.sent.count == 3 }
            #expect(
                fixture.submitters[0].seen.map(\.recipients.count) == [3, 2, 1]
            )
        }
    }

    @Test func `what was refused uses nothing of the day, what is uncertain does`() async throws {
        let unknown = Reply.answer(550, "5.1.1 User unknown")
        let first = Scripted.takes(
            .accepted(Self.ok),
            [.accepted(Self.ok), .refused(unknown), .accepted(Self.ok)]
        )
        let second = Scripted.takes(
            .uncertain(.connectionLost(.endOfData, detail: "")),
            [.accepted(Self.ok), .accepted(Self.ok)]
        )
        let account = Self.account { $0.recipientsPerDay = 100 }
        try await withEngine(scripts: [[first, second]], settings: .account(account)) { fixture in
            try await fixture.begin()
            try fixture.claim("1.eml", to: ["a@x.org", "b@x.org", "c@x.org"])
            try await waitUntil("failed") { fixture.names("failed").count == 2 }
            #expect(try await fixture.snapshot().accounts?[0].recipients.used == 2)
            try fixture.claim("2.eml", to: ["a@x.org", "b@x.org"])
            try await waitUntil("uncertain") {
                fixture.log.lines.contains { $0.contains("event=uncertain") }
            }
            #expect(try await fixture.snapshot().accounts?[0].recipients.used == 4)
        }
    }

    @Test func `mail to outside waits for the tenant's limit and mail to inside passes it`()
        async throws
    {
        let account = Self.account {
            $0.external = ExternalRecipients(
                tenant: "contoso",
                perDay: 1,
                internalDomains: ["contoso.com"]
            )
        }
        try await withEngine(settings: .account(account)) { fixture in
            try await fixture.begin()
            try fixture.claim("1.eml", to: ["a@outside.org", "b@Contoso.com"])
            try await waitUntil("the first sent") { fixture.sent.count == 1 }
            try fixture.claim("2.eml", to: ["b@outside.org"])
            try await waitUntil("the second waits") {
                try await fixture.snapshot().pickups[0].deferred == 1
            }
            try fixture.claim("3.eml", to: ["c@contoso.com"])
            try await waitUntil("inside passed") { fixture.sent.count == 2 }
            #expect(try await fixture.snapshot().accounts?[0].external?.used == 1)
            try await pass(.seconds(4000), in: fixture, until: "sent") { fixture.sent.count == 3 }
        }
    }

    @Test func `a pickup over its own limit does not keep the others of its account waiting`()
        async throws
    {
        var settings = EngineSettings.account(Self.account { $0.sessions = 2 })
        settings.pickup = { $0.maximumPerHour = 1 }
        try await withEngine(settings: settings) { fixture in
            try await fixture.begin()
            try fixture.claim("1.eml", to: ["b@example.org"])
            try fixture.claim("2.eml", to: ["b@example.org"])
            try await waitUntil("one sent") { fixture.sent.count == 1 }
            try await waitUntil("the other put back") {
                try await fixture.snapshot().pickups[0].underWay == 0
            }
            let pickup = try await fixture.snapshot().pickups[0]
            #expect(pickup.messages?.used == 1)
            #expect(pickup.messages?.limit == 1)
            #expect((3500...3602).contains(pickup.messages?.roomInSeconds ?? 0))
            fixture.clock.advance(by: .seconds(3601))
            fixture.nudge()
            try await waitUntil("both sent") { fixture.sent.count == 2 }
        }
    }

    @Test func `a pickup's limits hold on a route without an account too`() async throws {
        var settings = EngineSettings()
        settings.pickup = { $0.maximumRecipientsPerDay = 2 }
        try await withEngine(settings: settings) { fixture in
            try await fixture.begin()
            try fixture.claim("1.eml", to: ["b@example.org", "c@example.org"])
            try await waitUntil("one sent") { fixture.sent.count == 1 }
            try fixture.claim("2.eml", to: ["b@example.org"])
            try await waitUntil("limited") {
                try await fixture.snapshot().pickups[0].recipients?.used == 2
            }
            fixture.clock.advance(by: .seconds(86_402))
            fixture.nudge()
            try await waitUntil("both sent") { fixture.sent.count == 2 }
        }
    }

    @Test func `each author has an account of its own`() async throws {
        var account = DeliveryAccount(.eachAuthor(tenant: "contoso"))
        account.recipientsPerDay = 1
        try await withEngine(settings: .account(account)) { fixture in
            try await fixture.begin()
            try fixture.claim("1.eml", from: "A@example.com", to: ["x@example.org"])
            try await waitUntil("one sent") { fixture.sent.count == 1 }
            try fixture.claim("2.eml", from: "a@example.com", to: ["x@example.org"])
            try fixture.claim("3.eml", from: "b@example.com", to: ["x@example.org"])
            try await waitUntil("the other author's sent") { fixture.sent.count == 2 }
            let names = try await fixture.snapshot().accounts?.map(\.name)
            #expect(names == ["a@example.com@contoso", "b@example.com@contoso"])
            try await pass(.seconds(9000), in: fixture, until: "all sent") {
                fixture.sent.count == 3
            }
        }
    }

    @Test func `a quota reply closes the account until its window says that room returns`()
        async throws
    {
        let account = Self.account { $0.recipientsPerDay = 100 }
        try await withEngine(settings: .account(account)) { fixture in
            try await fixture.begin()
            try fixture.claim("1.eml", to: ["b@example.org"])
            try await waitUntil("sent") { fixture.sent.count == 1 }
            let engine = fixture.engine
            try await fixture.group.next().submit {
                guard let route = engine.state.routes.first,
                    let account = route.account
                else { return }
                engine.close(account, .recipients, reason: "550 5.1.90 no", advice: "Wait.")
            }.get()
            try fixture.claim("2.eml", to: ["b@example.org"])
            let status = try #require(try await fixture.snapshot().accounts?.first)
            #expect(status.recipients.isClosed)
            #expect((3590...3601).contains(status.recipients.roomInSeconds))
            #expect(status.reason == "550 5.1.90 no")
            #expect(
                fixture.log.lines.contains {
                    $0.contains("event=account-limited account=erp@example.com@contoso")
                        && $0.contains("retry_in_s=3600")
                }
            )
            fixture.clock.advance(by: .seconds(3601))
            fixture.nudge()
            try await waitUntil("sent") { fixture.sent.count == 2 }
        }
    }

    @Test func `what was used is known again after a restart, also after a crash`() async throws {
        let ledger = MemoryLedger()
        let account = Self.account {
            $0.recipientsPerDay = 1000
            $0.messages = DeliveryRate(600, per: .seconds(60))
        }
        for expected in 1...2 {
            try await withEngine(settings: .account(account, ledger: ledger)) { fixture in
                try await fixture.begin()
                try fixture.claim("1.eml", to: ["b@example.org"])
                try await waitUntil("sent") { fixture.sent.count == 1 }
                #expect(try await fixture.snapshot().accounts?[0].recipients.used == expected)
                // Granted ahead, which a crash would count.
                let grant = ledger.saved?.windows.first { $0.name.hasSuffix("recipients") }?.grant
                #expect(grant == 2)
            }
            let saved = try #require(ledger.saved)
            #expect(saved.windows.allSatisfy { $0.grant == 0 })
        }
        #expect(
            ledger.saved?.windows.map(\.name).sorted() == [
                "account/erp@example.com@contoso/messages",
                "account/erp@example.com@contoso/recipients",
            ]
        )
    }

    @Test func `limits that cannot be read or saved are said, and mail goes on`() async throws {
        let ledger = MemoryLedger(isBroken: true)
        let account = Self.account { $0.recipientsPerDay = 1000 }
        try await withEngine(settings: .account(account, ledger: ledger)) { fixture in
            try await fixture.begin()
            try fixture.claim("1.eml", to: ["b@example.org"])
            try await waitUntil("sent") { fixture.sent.count == 1 }
            #expect(
                fixture.log.lines.contains {
                    $0 == "event=limits-unreadable reason=\"It is broken.\" advice=\"What was sent "
                        + "before counts for no limit now; the server's may be met.\""
                }
            )
            #expect(
                fixture.log.lines.contains {
                    $0
                        == "event=limits-not-saved reason=\"It is broken.\" advice=\"Mail goes on; a "
                        + "crash would forget how much of the limits is used.\""
                }
            )
        }
    }

    @Test func `the third refusal of one kind within an hour suspends the sender`() async throws {
        let unknown = Reply.answer(550, "5.1.10 Recipient not found")
        let refused = Scripted.takes(.failed(.noRecipientAccepted), [.refused(unknown)])
        let settings = EngineSettings(route: { $0.errorBreaker = true })
        let script = [Scripted](repeating: refused, count: 3)
        try await withEngine(scripts: [script], settings: settings) { fixture in
            try await fixture.begin()
            for index in 1...4 {
                try fixture.claim("\(index).eml", to: ["b@example.org"])
                try await waitUntil("settled \(index)") {
                    let pickup = try await fixture.snapshot().pickups[0]
                    return pickup.underWay == 0 && pickup.waiting == 0
                }
            }
            #expect(fixture.names("failed").count == 6)
            let pickup = try await fixture.snapshot().pickups[0]
            #expect(pickup.deferred == 1)
            #expect(pickup.suspendedSenders.values.first == ErrorBreaker.reason("550 5.1.10"))
            fixture.clock.advance(by: .seconds(3601))
            fixture.nudge()
            try await waitUntil("sent") { fixture.sent.count == 1 }
        }
    }
}

/// A ledger in memory, or one that refuses everything.
final class MemoryLedger: LimitLedger {
    private let box: Mutex<LimitRecords?>
    private let isBroken: Bool

    init(_ records: LimitRecords? = nil, isBroken: Bool = false) {
        box = Mutex(records)
        self.isBroken = isBroken
    }

    var saved: LimitRecords? { box.withLock { $0 } }

    func load() throws(LimitLedgerError) -> LimitRecords? {
        if isBroken { throw LimitLedgerError("It is broken.") }
        return saved
    }

    func save(_ records: LimitRecords) throws(LimitLedgerError) {
        if isBroken { throw LimitLedgerError("It is broken.") }
        box.withLock { $0 = records }
    }
}
