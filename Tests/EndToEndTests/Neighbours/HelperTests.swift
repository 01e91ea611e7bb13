import Glibc
import TestSupport
import Testing

/// The watch helper killed, stopped, flooded and missing: it is a hint, and mail flows without it.
@Suite("Watch helper in trouble", .serialized)
struct HelperTests {
    @Test func `killed again and again under load it is missed by nobody`() async throws {
        try await withRelay("helper-killed", .busy) { relay in
            let load = MixedLoad(relay)
            load.start()
            // Each time it stays away for twice as long, up to half a minute.
            for _ in 0..<LongRun.count(3, long: 12) {
                try await load.more(20)
                try await waitUntil("a helper") { !relay.helpers.isEmpty }
                relay.killHelper()
            }
            await load.stop()
            try await relay.deliverAll(load.names)
            try await relay.stopDaemon()
            try relay.expectExactlyOnce(load.names)
            #expect(relay.lines("watch-helper-away").count >= 3)
        }
    }

    @Test(.enabled(if: LongRun.isOn, "a scan is up to 30 seconds away"))
    func `stopped by a signal it delays files until the next scan and no longer`()
        async throws
    {
        try await withRelay("helper-stopped", .busy) { relay in
            let helper = try #require(relay.helpers.first)
            kill(helper, SIGSTOP)
            let load = MixedLoad(relay)
            load.start()
            try await load.more(50)
            await load.stop()
            // Scans come every 30 seconds.
            try await waitUntil(limit: .seconds(90), "a scan; the log:\n\(relay.log)") {
                relay.entries(.drop).allSatisfy { !$0.name.hasEML }
            }
            try await relay.deliverAll(load.names)
            kill(helper, SIGCONT)
            try relay.drop("late.eml", RelayHarness.message("late"))
            try await relay.waitFor(.sent, "late.eml")
            try await relay.stopDaemon()
            try relay.expectExactlyOnce(load.names.union(["late.eml"]))
        }
    }

    @Test func `a daemon stops although its helper does not run`() async throws {
        try await withRelay("helper-frozen") { relay in
            let helper = try #require(relay.helpers.first)
            kill(helper, SIGSTOP)
            defer { kill(helper, SIGKILL) }
            try await relay.stopDaemon()
            try await waitUntil("the helper to be gone") { kill(helper, 0) != 0 }
        }
    }

    @Test func `flooded with events mail goes on and no memory is taken for good`() async throws {
        try await withRelay("helper-flooded", .busy) { relay in
            let load = MixedLoad(relay)
            load.start()
            let flood = "\(relay.drop)/flood.tmp"
            try writeFile([], to: flood)
            for index in 0..<LongRun.count(30_000, long: 300_000) {
                chmod(flood, index % 2 == 0 ? 0o600 : 0o640)
            }
            // The same for a name that could be a message, which is never finished.
            let open = try FileWriter("\(relay.drop)/open.eml")
            for index in 0..<LongRun.count(10_000, long: 100_000) {
                chmod("\(relay.drop)/open.eml", index % 2 == 0 ? 0o600 : 0o640)
            }
            try await load.more(20)
            await load.stop()
            try await relay.deliverAll(load.names)
            #expect(relay.files(.drop, "open.eml").count == 1)
            let memory = try relay.residentKilobytes()
            #expect(memory < 150_000 * Patience.factor, "\(memory) kB")
            open.close()
            unlink("\(relay.drop)/open.eml")
            try await relay.stopDaemon()
            try relay.expectExactlyOnce(load.names)
        }
    }

    @Test func `without the program files are found by scanning, and the log says so`() async throws
    {
        var plan = RelayPlan()
        plan.copiesPrograms = true
        try await withIdleRelay("helper-missing", plan) { relay in
            let first = try await relay.command("check")
            #expect(first.code == 0, "\(first)")
            unlink(relay.scratch.path("bin/postchute-watch"))
            try relay.drop("x.eml", RelayHarness.message("x"))
            try relay.launchDaemon()
            let line = try await relay.waitForLine("watch-helper-missing")
            #expect(
                line["reason"] == "There is no postchute-watch beside postchute or in libexec."
            )
            #expect(line["advice"] == "New files are found by scanning, every 30 seconds.")
            try await relay.waitFor(.sent, "x.eml")
            guard LongRun.isOn else { return }
            try relay.drop("y.eml", RelayHarness.message("y"))
            try await relay.waitFor(.sent, "y.eml")
        }
    }
}

extension RelayHarness {
    /// The memory the daemon has now.
    func residentKilobytes() throws -> Int {
        let status = try readFile("/proc/\(daemon?.id ?? 0)/status")
        let line = String(decoding: status, as: UTF8.self).split(separator: "\n").first {
            $0.hasPrefix("VmRSS:")
        }
        return line.flatMap { $0.split { !$0.isNumber }.first }.flatMap { Int($0) } ?? 0
    }
}
