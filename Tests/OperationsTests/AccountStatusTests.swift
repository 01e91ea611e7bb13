import Glibc
import Settings
import TestSupport
import Testing

@testable import Delivery
@testable import Operations

@Suite("Status of accounts")
struct AccountStatusTests {
    /// A relay with a backlog, whose account is busy.
    static func busy(_ snapshot: RelaySnapshot) -> RelaySnapshot {
        var snapshot = snapshot
        snapshot.pickups[0].waiting = 400
        snapshot.pickups[0].deferred = 10
        snapshot.pickups[0].underWay = 2
        snapshot.pickups[0].backlog = .about(seconds: 12_000)
        snapshot.backlog = .about(seconds: 12_000)
        var account = RelaySnapshot.AccountStatus(
            name: "erp@contoso.com@contoso.onmicrosoft.com",
            recipients: RelaySnapshot.Gauge(used: 8400, limit: 10_000, seconds: 86_400)
        )
        account.messages = RelaySnapshot.Gauge(used: 12, limit: 30, seconds: 60)
        account.external = RelaySnapshot.Gauge(used: 310, limit: 9500, seconds: 86_400)
        (account.sessions, account.sessionsAllowed, account.sessionsMaximum) = (1, 1, 2)
        snapshot.accounts = [account]
        return snapshot
    }

    @Test func `an account shows what is used, and the backlog when it will have been sent`()
        throws
    {
        let relay = try TestRelay()
        try relay.report { $0 = Self.busy($0) }
        let result = StatusReport(relay.folders).text
        let expected = """
            ACCOUNT                                  MESSAGES           SESSIONS                 \
            RECIPIENTS     EXTERNAL     ROOM
            erp@contoso.com@contoso.onmicrosoft.com  12 of 30 in 1 min  1 of 1 (lowered from 2)  \
            8400 of 10000  310 of 9500  now

            When the backlog will have been sent
              pickup erp: 412 messages, about 3 h 20 min
            """
        #expect(result.output.suffix(5).joined(separator: "\n") == expected)
        #expect(result.status == .done)
    }

    @Test func `a day's limit that is used up needs attention and says when room returns`() throws {
        let relay = try TestRelay()
        try relay.report {
            $0 = Self.busy($0)
            $0.accounts?[0].recipients.used = 10_000
            $0.accounts?[0].recipients.roomInSeconds = 11_000
            $0.accounts?[0].external?.isClosed = true
            $0.accounts?[0].external?.roomInSeconds = 3600
            $0.accounts?[0].reason = "550 5.7.233 no."
        }
        let result = StatusReport(relay.folders).text
        let account = "  account erp@contoso.com@contoso.onmicrosoft.com: "
        let used = "The limit of recipients in 24 hours is used up, 10000 of 10000."
        let told = "The server says that the day's limit is reached: 550 5.7.233 no."
        let rest = ["3 h", "60 min"].map { " There is room again in \($0); messages stay queued." }
        #expect(result.output.suffix(2) == [account + used + rest[0], account + told + rest[1]])
        #expect(result.output.contains { $0.hasSuffix("  in 3 h") })
        #expect(result.status == .tryLater)
    }

    // Now is 2026-11-23 10:15:30 UTC.
    @Test(
        arguments: [
            (.done, "nothing waits"),
            (.about(seconds: 40), "about 40 s"),
            (.about(seconds: 720), "about 12 min"),
            (.about(seconds: 7200), "about 2 h"),
            (.about(seconds: 432_000), "about 5 d"),
            (
                .notBefore(TestRelay.noon + 3_600_000_000),
                "not before 11:15 UTC because of the day's limit"
            ),
            (
                .notBefore(TestRelay.noon + 75_270_000_000),
                "not before tomorrow 07:10 UTC because of the day's limit"
            ),
            (
                .notBefore(TestRelay.noon + 259_200_000_000),
                "not before 2026-11-26 10:15 UTC because of the day's limit"
            ),
            (.unknown, "not known: sending is suspended, or nothing was sent lately to go by"),
        ] as [(BacklogEstimate, String)]
    )
    func `an estimate is said in words`(estimate: BacklogEstimate, words: String) {
        #expect(estimate.words(now: TestRelay.noon) == words)
    }

    @Test func `several pickups have an estimate together`() throws {
        let relay = try TestRelay()
        let drop = try relay.scratch.makeFolder("drop2", mode: 0o700)
        relay.settings.pickups.append(PickupSettings(name: "scans", path: drop, routes: ["m365"]))
        try relay.report {
            $0 = Self.busy($0)
            var scans = RelaySnapshot.PickupStatus(missing: "scans", nil)
            scans.waiting = 1
            scans.backlog = .unknown
            $0.pickups.append(scans)
            $0.backlog = .unknown
        }
        let lines = StatusReport(relay.folders).text.output
        let index = try #require(
            lines.firstIndex { $0.hasPrefix("  pickup scans: 1 message, not") }
        )
        #expect(lines[index + 1].hasPrefix("  all together: not known: "))
    }

    @Test func `a snapshot of an earlier version is read`() throws {
        let relay = try TestRelay()
        let old = """
            {"takenAt": \(TestRelay.noon), "processID": \(getpid()), "version": "0.1.0",
             "pickups": [{"name": "erp", "isPaused": false, "waiting": 1, "deferred": 0,
              "underWay": 0, "suspendedSenders": {}, "counters": {"claimed": 1, "sent": 0,
              "failed": 0, "held": 0, "uncertain": 0}}],
             "routes": [{"name": "m365", "isPaused": false, "submitting": 0, "connections": 4,
              "sent": 7}]}
            """
        try relay.scratch.write(old, to: "state/status.json")
        let report = StatusReport(relay.folders)
        #expect(report.daemon.snapshot?.pickups[0].waiting == 1)
        #expect(report.text.status == .done)
        #expect(!report.text.output.contains { $0.hasPrefix("ACCOUNT") })
    }
}
