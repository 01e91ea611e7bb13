import Glibc
import TestSupport
import Testing

/// Daemons that are killed or told to stop, and what the next one makes of it.
@Suite("Crashes", .serialized)
struct CrashTests {
    @Test(.timeLimit(.minutes(3)))
    func `killed again and again, every message arrives and every second copy was announced`()
        async throws
    {
        var plan = RelayPlan()
        plan.route = ["connections = 4"]
        // The connections that a real server drops now and then, on both sides of the dot.
        plan.script = """
            at dot close after 60 times 2
            at content close after 100 times 2
            at dot delay 20ms
            """
        try await withIdleRelay("killed", plan) { relay in
            var names: Set<String> = []
            for round in 1...5 {
                for number in 1...50 {
                    let name = "\(round)-\(number).eml"
                    names.insert(name)
                    try relay.drop(name, Self.message(name))
                }
                let sent = relay.entries(.sent).count
                try relay.launchDaemon()
                // Some have arrived, and some are at every step of their way.
                try await waitUntil("round \(round)") {
                    relay.entries(.sent).count > sent + 10 * round
                        && !relay.entries(.sending).isEmpty
                }
                try await relay.killDaemon()
            }
            try await relay.startDaemon()
            try await Self.deliverEverything(names.count, relay)
            try Self.check(names, relay)
        }
    }

    private static func message(_ name: String) -> String {
        "From: a@example.com\nTo: b@example.org\nSubject: \(name)\n\n\(name) is here.\n"
    }

    /// Sends what waits after an uncertain outcome and releases what was held after a second.
    private static func deliverEverything(_ count: Int, _ relay: RelayHarness) async throws {
        try await waitUntil(limit: .seconds(90), "\(count) in sent; the log:\n\(relay.log)") {
            let deferred = relay.entries(.queue).map { Self.id($0.path) }
            if !deferred.isEmpty { _ = try await relay.command(["retry"] + deferred) }
            let held = relay.entries(.held).map { Self.id($0.path) }
            if !held.isEmpty { _ = try await relay.command(["release"] + held) }
            _ = try await relay.command("resume", "--route", "lab")
            return relay.entries(.sent).count == count
        }
    }

    private static func id(_ path: String) -> String {
        String((path.split(separator: "/").last ?? "").prefix(35))
    }

    private static func check(_ names: Set<String>, _ relay: RelayHarness) throws {
        #expect(Set(relay.entries(.sent).map { String(decoding: $0.name, as: UTF8.self) }) == names)
        for place in Place.allCases where place != .sent {
            let left = relay.entries(place).map { String(decoding: $0.name, as: UTF8.self) }
            #expect(left.filter { $0.hasSuffix(".eml") } == [], "\(place)")
        }
        #expect(folderNames("\(relay.drop)/state") == ["lock"])
        let copies = Dictionary(grouping: try relay.received()) { $0.envelope.messageID }
        let announced = relay.lines("uncertain").filter { $0["note"] == "possible duplicate" }
        let subjects = copies.values.compactMap { $0.first }.map { message in
            message.text.split(separator: "\r\n").first { $0.hasPrefix("Subject: ") } ?? ""
        }
        #expect(Set(subjects) == Set(names.map { "Subject: \($0)" }))
        for (id, copies) in copies where copies.count > 1 {
            #expect(Set(copies.map(\.octets)).count == 1, "Message-ID and Date are the same")
            // The id is the left side of the Message-ID that was added.
            let isAnnounced = announced.contains { line in
                id.hasPrefix("<\(line["id"] ?? "-")@")
            }
            #expect(isAnnounced, "\(id) came \(copies.count) times without a word")
        }
    }

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
