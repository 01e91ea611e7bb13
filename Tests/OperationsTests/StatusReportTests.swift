import Glibc
import Settings
import Spool
import TestSupport
import Testing

@testable import Delivery
@testable import Operations

@Suite("Status report")
struct StatusReportTests {
    @Test func `a snapshot that cannot be written says where and why, and leaves nothing`() throws {
        let relay = try TestRelay()
        try relay.report { _ in }
        let path = relay.settings.state.directory
        #expect(!folderNames(path).contains("status.json.tmp"))
        #expect(mkdir("\(path)/status.json.tmp", 0o700) == 0)
        let error = #expect(throws: StatusFileError.self) { try relay.report { _ in } }
        #expect(error?.description == "Cannot write \(path)/status.json: Is a directory.")
    }

    @Test func `with mail flowing the status is 0`() throws {
        let relay = try TestRelay()
        _ = try relay.claimed("a.eml")
        _ = try relay.deferred("b.eml")
        _ = try relay.sending("c.eml")
        _ = try relay.failed("d.eml")
        _ = try relay.held("e.eml")
        _ = try relay.sent("f.eml")
        try relay.report { $0.pickups[0].readiness = "A file is taken at once." }
        relay.now += 2_000_000
        let result = StatusReport(relay.folders).text
        #expect(
            result.output.joined(separator: "\n") == """
                Postchute 0.1.0 is running: process \(getpid()), seen 2 s ago.

                PICKUP  STATE  ROUTE  QUEUE  DEFERRED  SENDING  FAILED  HELD  SENT TODAY
                erp     open   m365       2         1        1       1     1           1

                ROUTE  STATE  SENDING  AT MOST  SENT
                m365   open         1        4     7

                When a file is taken
                  pickup erp: A file is taken at once.

                What needs attention
                  pickup erp: 1 message lies in failed/. Do what the .txt beside each says and move it \
                back to the drop folder, or run postchute retry with its id; postchute remove gives it up.
                  pickup erp: 1 message is set aside in held/. To send one: postchute release with its \
                id; to give it up: postchute remove.
                """
        )
        #expect(result.status == .done)
        #expect(result.complaints.isEmpty)
    }

    @Test func `what waits is named with its reason and what to do`() throws {
        let relay = try TestRelay()
        try relay.report {
            $0.pickups[0].route = nil
            $0.pickups[0].suspended = "The disk is full."
            $0.pickups[0].suspendedSenders = ["a@example.com": "550 5.7.60 no right to send as"]
            $0.routes[0].cause = .authentication
            $0.routes[0].reason = "Sign-in was refused: 535 5.7.3."
            $0.routes[0].advice = "Check the password."
        }
        let result = StatusReport(relay.folders).text
        #expect(result.status == .tryLater)
        #expect(
            result.output.suffix(4) == [
                "What needs attention",
                "  pickup erp: The disk is full.",
                "  pickup erp: The sender a@example.com is suspended: 550 5.7.60 no right to send "
                    + "as",
                "  route m365: Sign-in was refused: 535 5.7.3. Check the password. It waits for "
                    + "you: postchute resume --route m365",
            ]
        )
        #expect(result.output[3].hasPrefix("erp     suspended  –"))
        #expect(result.output[6].hasPrefix("m365   suspended"))
    }

    @Test func `a suspension that ends by itself says when`() throws {
        let relay = try TestRelay()
        try relay.report {
            $0.pickups[0].route = nil
            $0.routes[0].cause = .rate
            $0.routes[0].reason = "The server throttles."
            $0.routes[0].nextLookSeconds = 185
        }
        let result = StatusReport(relay.folders).text
        #expect(
            result.output.last
                == "  route m365: The server throttles. Postchute looks again in 3 min."
        )
        #expect(result.output[3].hasPrefix("erp     no route"))
        #expect(result.status == .tryLater)
    }

    @Test func `a drop folder that is gone suspends its pickup`() throws {
        let relay = try TestRelay()
        let gone = relay.scratch.path("gone")
        relay.settings.pickups.append(PickupSettings(name: "scans", path: gone, routes: ["m365"]))
        try relay.report {
            $0.pickups.append(RelaySnapshot.PickupStatus(missing: "scans", "The folder is gone."))
        }
        let result = StatusReport(relay.folders).text
        #expect(result.output[4].hasPrefix("scans   unreadable"))
        #expect(
            result.output.suffix(2) == [
                "  pickup scans: Cannot open folder \(gone): No such file or directory.",
                "  pickup scans: The folder is gone.",
            ]
        )
        #expect(result.status == .tryLater)
    }

    @Test func `what is paused is named, also before the daemon has noticed`() throws {
        let relay = try TestRelay()
        try relay.report()
        _ = PauseSwitch(relay.folders).pause(.pickup("erp"))
        _ = PauseSwitch(relay.folders).pause(.route("m365"))
        let result = StatusReport(relay.folders).text
        #expect(
            result.output.suffix(3) == [
                "What needs attention",
                "  pickup erp: It is paused; to let it go on: postchute resume erp",
                "  route m365: It is paused; to let it go on: postchute resume --route m365",
            ]
        )
        #expect(result.status == .tryLater)
    }

    @Test func `without a daemon the folders are counted and the status is 69`() throws {
        let relay = try TestRelay()
        _ = try relay.failed()
        try relay.report(process: 0)
        relay.stopDaemon()
        relay.now += 7_200_000_000
        let result = StatusReport(relay.folders).text
        #expect(
            result.output[0]
                == "Postchute is not running; it was last seen at 2026-11-23 10:15:30 UTC, 2 h ago."
        )
        #expect(
            result.output[3]
                == "erp     –      –          0         0        0       1     0           0"
        )
        #expect(result.status == .unavailable)
    }

    @Test func `a fresh report of a process that is gone does not count`() throws {
        let relay = try TestRelay()
        relay.stopDaemon()
        let child = fork_true()
        try relay.report(process: child)
        #expect(
            StatusReport(relay.folders).daemon == .stopped(StatusFile(relay.settings.state).read())
        )
    }

    /// A process id that was somebody's and is nobody's now.
    private func fork_true() -> Int32 {
        var child: pid_t = 0
        var arguments: [UnsafeMutablePointer<CChar>?] = [strdup("true"), nil]
        posix_spawnp(&child, "true", nil, nil, &arguments, nil)
        free(arguments[0])
        waitpid(child, nil, 0)
        return child
    }

    @Test func `a daemon that never ran has left nothing`() throws {
        let relay = try TestRelay()
        relay.stopDaemon()
        let result = StatusReport(relay.folders).text
        let directory = relay.settings.state.directory
        #expect(
            result.output[0]
                == "Postchute is not running; it has left no report in \(directory)."
        )
        #expect(result.status == .unavailable)
    }

    @Test func `a daemon that holds the spool and says nothing is starting, or hangs`() throws {
        let relay = try TestRelay()
        #expect(
            StatusReport(relay.folders).text.output[0]
                == "Postchute (process \(getpid())) is starting: it has not reported yet."
        )
        try relay.report()
        relay.now += 30_000_000
        let result = StatusReport(relay.folders).text
        #expect(
            result.output[0]
                == "Postchute (process \(getpid())) runs but has not reported since 2026-11-23 "
                + "10:15:30 UTC: it hangs, or the disk of \(relay.settings.state.directory) does."
        )
        #expect(result.status == .unavailable)
    }

    @Test(arguments: [Int64.min, .max, 0])
    func `a report with an absurd time is no daemon and no trap`(takenAt: Int64) throws {
        let relay = try TestRelay()
        relay.stopDaemon()
        try relay.report(takenAt: takenAt)
        #expect(StatusReport(relay.folders).text.status == .unavailable)
    }

    @Test func `a pickup at its own limit and a low disk need attention and stop nothing else`()
        throws
    {
        let relay = try TestRelay()
        try relay.report {
            $0.pickups[0].waiting = 7
            $0.pickups[0].route = "m365"
            $0.pickups[0].messages = .init(
                used: 5,
                limit: 5,
                seconds: 3600,
                roomInSeconds: 3000
            )
            var disk = DiskStatus(
                path: "/srv",
                use: "spool of erp",
                freeOctets: 2,
                totalOctets: 100
            )
            disk.isLow = "The disk of /srv has only 2 bytes of 100 bytes free; mail goes on."
            $0.disks = [disk]
        }
        let report = StatusReport(relay.folders)
        #expect(
            report.attention == [
                "pickup erp: It has used up its limit of 5 messages in an hour; the rest waits, and there"
                    + " is room again in 50 min. Find out why the program writes so many messages. If"
                    + " they should not go, stop it and set them aside: postchute hold --all --pickup"
                    + " erp. If they should, raise max_per_hour or max_recipients_per_day of the pickup"
                    + " and reload.",
                "disk of spool of erp: The disk of /srv has only 2 bytes of 100 bytes free; mail goes on."
                    + " Make room: remove what is old in sent/ and failed/, or enlarge the file system."
                    + " Mail goes on by itself then.",
            ]
        )
        #expect(report.status == .done)
    }

    @Test func `what happened is open until nothing of it is left to act on`() throws {
        let relay = try TestRelay()
        let keys = ["message-failed/erp", "message-held/erp", "possible-duplicate/erp"]
        func report() throws -> [String] {
            try relay.report {
                $0.alerts = (keys + ["message-failed/other"]).map {
                    OpenAlert(
                        key: $0,
                        since: 0,
                        sentence: "\($0).",
                        advice: "Act.",
                        severity: .critical
                    )
                }
            }
            return StatusReport(relay.folders).alertLines
        }
        func lines(_ keys: [String]) -> [String] {
            keys.isEmpty
                ? []
                : ["", "Alerts that are open"]
                    + keys.flatMap {
                        [
                            "  [critical] \($0). (since 1970-01-01 00:00:00 UTC)",
                            "    What to do: Act.",
                        ]
                    }
        }
        #expect(try report() == lines(["message-failed/other"]))
        _ = try relay.failed("a.eml")
        #expect(try report() == lines(["message-failed/erp", "message-failed/other"]))
        _ = try relay.deferred("b.eml")
        #expect(
            try report()
                == lines(["message-failed/erp", "possible-duplicate/erp", "message-failed/other"])
        )
        _ = try relay.held("c.eml")
        #expect(try report() == lines(keys + ["message-failed/other"]))
    }

    @Test func `a damaged report is no report`() throws {
        let relay = try TestRelay()
        relay.stopDaemon()
        try relay.scratch.write("{\"takenAt\": ", to: "state/status.json")
        #expect(StatusReport(relay.folders).daemon == .stopped(nil))
    }

    @Test func `the document for programs has the same`() throws {
        let relay = try TestRelay()
        _ = try relay.deferred()
        try relay.report {
            $0.routes[0].cause = .connection
            $0.routes[0].reason = "No connection."
            $0.routes[0].advice = "Wait."
            $0.routes[0].nextLookSeconds = 5
        }
        let result = StatusReport(relay.folders).json
        #expect(
            result.output.joined(separator: "\n") == """
                {
                  "status": "suspended",
                  "sentence": "Postchute 0.1.0 is running: process \(getpid()), seen 0 s ago.",
                  "process": \(getpid()),
                  "version": "0.1.0",
                  "seen_at": "2026-11-23T10:15:30Z",
                  "pickups": [
                    {
                      "name": "erp",
                      "state": "open",
                      "paused": false,
                      "suspended": null,
                      "route": "m365",
                      "readiness": null,
                      "queue": 1,
                      "deferred": 1,
                      "sending": 0,
                      "failed": 0,
                      "held": 0,
                      "sent_today": 0,
                      "suspended_senders": [],
                      "messages": null,
                      "recipients": null,
                      "backlog": null
                    }
                  ],
                  "routes": [
                    {
                      "name": "m365",
                      "state": "suspended",
                      "paused": false,
                      "cause": "connection",
                      "reason": "No connection.",
                      "advice": "Wait.",
                      "next_look_seconds": 5,
                      "sending": 1,
                      "at_most": 4,
                      "sent": 7
                    }
                  ],
                  "accounts": [],
                  "backlog": null,
                  "attention": [
                    "route m365: No connection. Wait. Postchute looks again in 5 s."
                  ],
                  "alerts": []
                }
                """
        )
        #expect(result.status == .tryLater)
    }
}
