import Glibc
import TestSupport
import Testing

@testable import Delivery
@testable import Operations

/// The picture of `top`, as text.
@Suite("Top")
struct TopViewTests {
    private static func busy(_ snapshot: inout RelaySnapshot) {
        snapshot.pickups[0].waiting = 12
        snapshot.pickups[0].deferred = 3
        snapshot.pickups[0].underWay = 4
        snapshot.pickups[0].oldest = TestRelay.noon - 150_000_000
        snapshot.pickups[0].counters.sent = 100
    }

    private static func text(_ view: TopView, _ rows: Int = .max) -> [String] {
        view.lines(atMost: rows).map(\.text)
    }

    @Test func `on a wide screen everything stands in tables`() throws {
        let relay = try TestRelay()
        _ = try relay.failed("invoice.eml")
        try relay.report { Self.busy(&$0) }
        let report = StatusReport(relay.folders)
        let failures = try MessageList(relay.folders, folder: .failed, limit: 3).sentences
        let view = TopView(report, TopHistory(), failures: failures, columns: 100)
        #expect(
            Self.text(view) == [
                "Mail flows.",
                "Postchute 0.1.0 is running: process \(getpid()), seen 0 s ago.",
                "2026-11-23 10:15:30 UTC",
                "",
                "PICKUP  STATE  WAITING  DEFERRED  SENDING  FAILED  HELD  OLDEST  LAST MIN",
                "erp     open        12         3        4       1     0   2 min         –",
                "",
                "ROUTE  STATE  SENDING  AT MOST  SENT",
                "m365   open         1        4     7",
                "",
                "What needs attention",
                "  pickup erp: 1 message lies in failed/. Do what the .txt beside each says and move it back to the",
                "    drop folder, or run postchute retry with its id; postchute remove gives it up.",
                "",
                "Failed last",
                "  erp: invoice.eml: The server refused it.",
            ]
        )
        #expect(view.lines().first?.style == .good)
    }

    @Test func `on a phone nothing is wider than the screen`() throws {
        let relay = try TestRelay()
        try relay.report { snapshot in
            Self.busy(&snapshot)
            snapshot.routes[0].cause = .authentication
            snapshot.routes[0].reason = "The server refused the access token: 535 5.7.3 no"
            snapshot.routes[0].advice = "Look at the identity."
        }
        let view = TopView(
            StatusReport(relay.folders),
            TopHistory(),
            failures: ["erp: " + String(repeating: "x", count: 100)],
            columns: 40
        )
        let lines = Self.text(view)
        #expect(lines.allSatisfy { $0.count <= 40 }, "\(lines)")
        #expect(lines.first == "Mail does not flow everywhere: see belo…")
        for line in [
            "pickup erp: open", "  12 waiting, 3 deferred", "  4 sending, oldest 2 min",
            "  0 failed, 0 held", "  – in the last minute", "route m365: suspended, 1 sending",
            "What needs attention", "  route m365: The server refused the",
        ] {
            #expect(lines.contains(line), "\(line) of \(lines)")
        }
    }

    @Test func `what does not fit is counted`() throws {
        let relay = try TestRelay()
        try relay.report { Self.busy(&$0) }
        let view = TopView(
            StatusReport(relay.folders),
            TopHistory(),
            failures: [],
            columns: 100
        )
        #expect(Self.text(view, 5).count == 5)
        #expect(Self.text(view, 5).last == "… 5 lines more")
        #expect(Self.text(view, 9).last == "m365   open         1        4     7")
    }

    @Test func `without a daemon it says so`() throws {
        let relay = try TestRelay()
        relay.stopDaemon()
        let view = TopView(
            StatusReport(relay.folders),
            TopHistory(),
            failures: [],
            columns: 100
        )
        #expect(Self.text(view)[0] == "Mail does not flow: no daemon reports.")
        #expect(view.lines()[0].style == .bad)
    }

    @Test func `what was sent in the last minute is the difference of the daemon's counts`() throws
    {
        let relay = try TestRelay()
        var history = TopHistory()
        func note(_ seconds: Int64, _ sent: Int, process: Int32 = getpid()) throws -> Int? {
            let at = TestRelay.noon + seconds * 1_000_000
            relay.now = at
            try relay.report(takenAt: at, process: process) { $0.pickups[0].counters.sent = sent }
            history.note(StatusReport(relay.folders))
            return history.sent(of: "erp")
        }
        #expect(try note(0, 100) == nil)
        #expect(try note(0, 100) == nil)
        #expect(try note(2, 110) == 10)
        #expect(try note(60, 150) == 50)
        #expect(try note(62, 160) == 50)
        #expect(try note(64, 3, process: getppid()) == nil)
        #expect(try note(66, 5, process: getppid()) == 2)
        #expect(history.sent(of: "other") == nil)
    }

    @Test func `a hostile name moves nothing on the screen`() throws {
        let relay = try TestRelay()
        try relay.report { Self.busy(&$0) }
        let view = TopView(
            StatusReport(relay.folders),
            TopHistory(),
            failures: ["\u{1B}[2Jx\r\n\u{202E}y"],
            columns: 100
        )
        #expect(Self.text(view).last == "  \\x1B[2Jx\\r\\n\\u{202E}y")
    }
}
