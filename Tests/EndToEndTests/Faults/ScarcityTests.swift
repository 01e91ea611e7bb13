import Glibc
import TestSupport
import Testing

/// A daemon that really runs out of something.
@Suite("Scarcity")
struct ScarcityTests {
    @Test func `without descriptors mail waits, the log says why, and all goes on by itself`()
        async throws
    {
        var plan = RelayPlan()
        plan.route = ["connections = 8"]
        try await withRelay("descriptors", plan) { relay in
            let daemon = try #require(relay.daemon)
            let used = folderNames("/proc/\(daemon.id)/fd").count
            // Not enough for the sessions, let alone for the messages.
            try await limitDescriptors(of: daemon.id, to: used + 3)
            for number in 0..<40 {
                try relay.drop("a\(number).eml", RelayHarness.message("a\(number)"))
            }
            try await waitUntil(limit: .seconds(30), "a complaint\n\(relay.log)") {
                relay.log.contains("Too many open files")
            }
            try await limitDescriptors(of: daemon.id, to: 1024)
            try await waitUntil(limit: .seconds(120), "all to be sent\n\(relay.log)") {
                relay.entries(.sent).count == 40
            }
            try await relay.stopDaemon()
            #expect(try relay.received().count == 40)
            #expect(relay.lines("uncertain").isEmpty)
            #expect(relay.log.split(separator: "\n").count < 40 * 3, "\(relay.log)")
        }
    }
}

/// Sets how many descriptors a process may have.
private func limitDescriptors(of process: pid_t, to count: Int) async throws {
    let command = ["prlimit", "--pid", "\(process)", "--nofile=\(count):"]
    let run = try await ChildProcess.run(command, limit: .seconds(10))
    guard run.exit == .code(0) else { throw WaitError("prlimit: \(run.errors)") }
}
