import Settings
import Testing

@testable import Alerts
@testable import Delivery

@Suite("Conditions")
struct ConditionTests {
    /// A state of the daemon and what is told of it.
    struct Case: Sendable, CustomTestStringConvertible {
        let key: String
        let sentence: String
        let change: @Sendable (inout RelaySnapshot) -> Void

        init(
            _ key: String,
            _ sentence: String,
            _ change: @escaping @Sendable (inout RelaySnapshot) -> Void
        ) {
            (self.key, self.sentence, self.change) = (key, sentence, change)
        }

        var testDescription: String { key }
    }

    static let cases = [
        Case("route-suspended/m365", "Route m365 is suspended: The server refused: 535.") {
            $0.routes = [Self.route(cause: .authentication, reason: "The server refused: 535.")]
        },
        Case(
            "sender-suspended/erp/a@contoso.com",
            "The sender a@contoso.com of pickup erp is suspended: no rights."
        ) { $0.pickups[0].suspendedSenders = ["a@contoso.com": "no rights."] },
        Case("account-limited/erp@contoso.com", "The account erp@contoso.com waits for a limit: 5.")
        {
            var account = RelaySnapshot.AccountStatus(
                name: "erp@contoso.com",
                recipients: .init(used: 1, limit: 1, seconds: 86_400)
            )
            account.reason = "5."
            $0.accounts = [account]
        },
        Case("pickup-suspended/erp", "Pickup erp is suspended: no space.") {
            $0.pickups[0].suspended = "no space."
        },
        Case("folder-missing/erp", "The drop folder of pickup erp cannot be used: gone.") {
            $0.pickups[0].folder = "gone."
        },
        Case(
            "readiness-degraded/erp",
            "Pickup erp can only guess when a file is complete: it lacks CAP_LEASE."
        ) { $0.pickups[0].isReadinessDegraded = true },
        Case(
            "backlog/erp",
            "A message of pickup erp has been waiting since 2026-11-23 09:15:30 UTC."
        ) {
            $0.pickups[0].waiting = 1
            $0.pickups[0].oldest = start - 3600 * second
        },
        Case(
            "pickup-rate/erp",
            "Pickup erp has used up its limit of 100 messages in an hour; the rest waits."
        ) {
            $0.pickups[0].waiting = 1
            $0.pickups[0].messages = .init(used: 100, limit: 100, seconds: 3600)
        },
        Case("disk-low//srv/drop", "Spool of erp: 2 % are free.") {
            var disk = DiskStatus(
                path: "/srv/drop",
                use: "spool of erp",
                freeOctets: 2,
                totalOctets: 100
            )
            disk.isLow = "2 % are free."
            $0.disks = [disk]
        },
        Case(
            "credential-expiring/The certificate '/etc/a.pem'",
            "The certificate '/etc/a.pem' expires in 7 days, at 2026-12-01; make a new one."
        ) {
            $0.expiring = [
                "The certificate '/etc/a.pem' expires in 7 days, at 2026-12-01; make a new one."
            ]
        },
        Case("ledger-not-written", "The ledger is not written: the file is locked.") {
            $0.ledger = "the file is locked."
        },
    ]

    static func route(
        cause: RouteCondition.Cause,
        reason: String
    ) -> RelaySnapshot.RouteStatus {
        RelaySnapshot.RouteStatus(
            name: "m365",
            isPaused: false,
            cause: cause,
            reason: reason,
            advice: "Correct the password.",
            nextLookSeconds: nil,
            submitting: 0,
            connections: 1,
            sent: 0
        )
    }

    @Test(arguments: cases)
    func `a state is told in one sentence with what to do`(state: Case) {
        var finder = ConditionFinder(AlertSettings())
        #expect(finder.conditions(in: calm()) == [])
        var snapshot = calm()
        state.change(&snapshot)
        let alerts = finder.conditions(in: snapshot)
        #expect(alerts.map(\.key) == [state.key])
        #expect(alerts.map(\.sentence) == [state.sentence])
        #expect(alerts.allSatisfy { !$0.advice.isEmpty && $0.condition.isLasting })
        #expect(finder.conditions(in: calm(at: start + second)) == [])
    }

    @Test func `a route's own advice is told`() {
        var finder = ConditionFinder(AlertSettings())
        var snapshot = calm()
        snapshot.routes = [Self.route(cause: .connection, reason: "421.")]
        #expect(finder.conditions(in: snapshot).map(\.advice) == ["Correct the password."])
    }

    @Test func `where somebody has to act, the advice says how to go on at once`() {
        var finder = ConditionFinder(AlertSettings())
        var snapshot = calm()
        snapshot.routes = [Self.route(cause: .authentication, reason: "535.")]
        #expect(
            finder.conditions(in: snapshot).map(\.advice) == [
                "Correct the password. Messages wait meanwhile, and nothing is lost. To have Postchute"
                    + " look at once: postchute resume --route m365"
            ]
        )
    }

    @Test func `a pickup above its rate is told with the commands for it`() {
        var finder = ConditionFinder(AlertSettings())
        var snapshot = calm()
        snapshot.pickups[0].waiting = 1
        snapshot.pickups[0].recipients = .init(used: 100, limit: 100, seconds: 86_400)
        let alerts = finder.conditions(in: snapshot)
        #expect(
            alerts.map(\.sentence) == [
                "Pickup erp has used up its limit of 100 recipients in a day; the rest waits."
            ]
        )
        #expect(
            alerts.map(\.advice) == [
                "Find out why the program writes so many messages. If they should not go, stop it and"
                    + " set them aside: postchute hold --all --pickup erp. If they should, raise"
                    + " max_per_hour or max_recipients_per_day of the pickup and reload."
            ]
        )
    }

    @Test func `a pickup that waits for room on its disk is told what the disk is`() {
        var finder = ConditionFinder(AlertSettings())
        var snapshot = calm()
        snapshot.pickups[0].suspended = "2 % are free."
        var disk = DiskStatus(path: "/srv", use: "spool of erp", freeOctets: 2, totalOctets: 100)
        disk.isLow = "2 % are free."
        snapshot.disks = [disk]
        #expect(
            finder.conditions(in: snapshot).map(\.advice) == [DiskStatus.advice, DiskStatus.advice]
        )
    }

    @Test func `nothing is sent for 15 minutes though messages wait`() {
        var finder = ConditionFinder(AlertSettings())
        func keys(_ minutes: Int64, sent: Int, isPaused: Bool = false) -> [String] {
            var snapshot = calm(at: start + minutes * 60 * second)
            snapshot.pickups[0].waiting = 3
            snapshot.pickups[0].isPaused = isPaused
            snapshot.pickups[0].counters.sent = sent
            return finder.conditions(in: snapshot).map(\.key)
        }
        #expect(keys(0, sent: 0) == [])
        #expect(keys(14, sent: 0) == [])
        #expect(keys(15, sent: 0) == ["stalled/erp"])
        #expect(keys(16, sent: 1) == [])
        #expect(keys(31, sent: 1) == ["stalled/erp"])
        #expect(keys(32, sent: 1, isPaused: true) == [], "somebody wanted that")
        #expect(keys(40, sent: 1) == [])
    }

    @Test func `what is paused is no backlog`() {
        var finder = ConditionFinder(AlertSettings())
        var snapshot = calm()
        snapshot.pickups[0].waiting = 1
        snapshot.pickups[0].isPaused = true
        snapshot.pickups[0].oldest = start - 86_400 * second
        #expect(finder.conditions(in: snapshot) == [])
    }

    @Test func `a hundred suspended senders are twenty and a number`() {
        var finder = ConditionFinder(AlertSettings())
        var snapshot = calm()
        for number in 0..<100 { snapshot.pickups[0].suspendedSenders["\(number)@x.test"] = "no." }
        let alerts = finder.conditions(in: snapshot)
        #expect(alerts.count == 21)
        #expect(alerts.last?.sentence == "80 more senders of pickup erp are suspended.")
    }

    @Test func `addresses are masked where that is wanted`() {
        var finder = ConditionFinder(AlertSettings()) { _ in "•" }
        var snapshot = calm()
        snapshot.pickups[0].suspendedSenders = ["a@contoso.com": "no rights."]
        #expect(
            finder.conditions(in: snapshot).map(\.sentence)
                == ["The sender • of pickup erp is suspended: no rights."]
        )
    }

    @Test func `our own mail is nobody's condition`() {
        var finder = ConditionFinder(AlertSettings())
        var snapshot = calm()
        snapshot.pickups[0].name = "alert.it"
        snapshot.pickups[0].suspended = "no space."
        #expect(finder.conditions(in: snapshot) == [])
    }
}
