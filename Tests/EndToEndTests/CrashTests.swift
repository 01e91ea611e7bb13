import Glibc
import TestSupport
import Testing

/// Daemons that are killed or told to stop, and what the next one makes of it.
@Suite("Crashes", .serialized)
struct CrashTests {
    @Test func `SIGTERM waits for the reply after the dot`() async throws {
        var plan = RelayPlan()
        plan.level = "debug"
        plan.script = "at dot delay 2s"
        try await withRelay("drain", plan) { relay in
            try relay.drop("x.eml", RelayHarness.message("x"))
            try await relay.waitForLine("smtp") { $0["line"]?.hasPrefix("C: (") == true }
            try await relay.stopDaemon()
            #expect(relay.places("x.eml") == [.sent])
            #expect(relay.lines("stopped").first?["drained"] == "true")
            #expect(try relay.received().count == 1)
        }
    }

    @Test func `SIGTERM aborts at once what has no dot on the wire`() async throws {
        var plan = RelayPlan()
        plan.script = "at DATA delay 1m times 1"
        try await withRelay("abort", plan) { relay in
            try relay.drop("x.eml", RelayHarness.message("x"))
            try await relay.waitFor(.sending, "x.eml")
            let start = ContinuousClock.now
            try await relay.stopDaemon()
            #expect(ContinuousClock.now - start < .seconds(20), "far less than the delay")
            #expect(relay.places("x.eml") == [.queue])
            #expect(relay.lines("uncertain").isEmpty)
            let show = try await relay.command("show", "x.eml")
            #expect(!show.output.contains("\nAttempts\n"), "\(show)")
            try await relay.startDaemon()
            try await relay.waitFor(.sent, "x.eml")
            #expect(try relay.received().count == 1)
        }
    }

    @Test func `without its watch helper the daemon scans and starts another`() async throws {
        var plan = RelayPlan()
        plan.level = "debug"
        try await withRelay("helper", plan) { relay in
            let line = try await relay.waitForLine("watch-helper")
            let helper = try #require(line["process"].flatMap { pid_t($0) })
            kill(helper, SIGKILL)
            try relay.drop("x.eml", RelayHarness.message("x"))
            let away = try await relay.waitForLine("watch-helper-away")
            #expect(away["level"] == "warning")
            try await relay.waitFor(.sent, "x.eml")
            try await relay.waitForLine("watch-helper") { $0["process"] != line["process"] }
            try relay.drop("y.eml", RelayHarness.message("y"))
            try await relay.waitFor(.sent, "y.eml")
        }
    }

    @Test func `a folder that was moved away is missed and the new one in its place is used`()
        async throws
    {
        try await withRelay("replaced") { relay in
            try relay.drop("x.eml", RelayHarness.message("x"))
            try await relay.waitFor(.sent, "x.eml")
            #expect(rename(relay.drop, relay.scratch.path("old")) == 0)
            let line = try await relay.waitForLine("folder-missing")
            #expect(line["level"] == "error")
            #expect(line["reason"]?.hasPrefix("Cannot find folder ") == true, "\(line)")
            try relay.scratch.makeFolder("drop", mode: 0o700)
            try await relay.waitForLine("folder-back")
            try relay.drop("y.eml", RelayHarness.message("y"))
            try await relay.waitFor(.sent, "y.eml")
            #expect(folderNames(relay.scratch.path("old/sent")).count == 1)
        }
    }

    @Test func `a folder that is missing at the start is waited for while others go on`()
        async throws
    {
        var plan = RelayPlan()
        plan.tables = """
            [pickup.late]
            path = '{root}/mount/late'
            route = 'lab'
            """
        try await withRelay("missing", plan) { relay in
            let line = try await relay.waitForLine("folder-missing")
            #expect(line["pickup"] == "late")
            try relay.drop("x.eml", RelayHarness.message("x"))
            try await relay.waitFor(.sent, "x.eml")
            let folder = try relay.scratch.makeFolder("mount/late", mode: 0o700)
            try writeFile(RelayHarness.message("y").utf8, to: "\(folder)/y.eml")
            try await relay.waitForLine("folder-back") { $0["pickup"] == "late" }
            try await waitUntil("y.eml") { try relay.received("y").count == 1 }
        }
    }
}
