import Glibc
import TestSupport
import Testing

/// The daemon under a service manager, and after one that was killed.
@Suite("Service manager", .serialized)
struct ManagerTests {
    /// Listens as systemd does and prints what comes, a line for each assignment.
    private static let listener = """
        import os, socket, sys
        s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        s.bind(sys.argv[1])
        print("listening", flush=True)
        while True:
            print(s.recv(4096).decode(), flush=True)
        """

    private func withManager(
        _ label: String,
        _ plan: RelayPlan = RelayPlan(),
        watchdog: String = "2000000",
        _ body: (RelayHarness, ChildProcess) async throws -> Void
    ) async throws {
        var plan = plan
        plan.launcher = [
            "env", "NOTIFY_SOCKET={root}/notify", "WATCHDOG_USEC=\(watchdog)",
        ]
        try await withIdleRelay(label, plan) { relay in
            let script = try relay.scratch.write(Self.listener, to: "listener.py")
            let listener = try ChildProcess(["python3", script, relay.scratch.path("notify")])
            try await listener.waitForOutput("listening")
            do {
                try await relay.startDaemon()
                try await body(relay, listener)
                try await listener.end()
            } catch {
                _ = try? await listener.end()
                throw error
            }
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `the manager hears of start, life, reload and stop, and children have no say`()
        async throws
    {
        try await withManager("notify") { relay, manager in
            try await manager.waitForOutput("READY=1")
            try await manager.waitForOutput("STATUS=Mail flows: 1 pickup, 1 route; 0 waiting.")
            try await manager.waitForOutput("WATCHDOG=1")
            relay.daemon?.send(signal: SIGHUP)
            try await manager.waitForOutput("RELOADING=1\nMONOTONIC_USEC=")
            let helpers = folderNames("/proc").compactMap(Int32.init).filter { process in
                let name = (try? readFile("/proc/\(process)/comm")) ?? []
                return String(decoding: name, as: UTF8.self).hasPrefix("postchute-watch")
            }
            #expect(!helpers.isEmpty)
            for helper in helpers {
                let environment = (try? readFile("/proc/\(helper)/environ")) ?? []
                let text = String(decoding: environment, as: UTF8.self)
                #expect(!text.contains("NOTIFY_SOCKET=\(relay.scratch.path("notify"))"))
            }
            try await relay.stopDaemon()
            try await manager.waitForOutput("STOPPING=1")
            #expect(manager.output.contains("EXTEND_TIMEOUT_USEC="))
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `a delivery loop that hangs gives no sign of life`() async throws {
        try await withManager("hung", watchdog: "1200000") { relay, manager in
            let signs = { manager.output.split(separator: "\n").count { $0 == "WATCHDOG=1" } }
            try await waitUntil("signs of life") { signs() > 1 }
            // The first group of loops that a daemon makes is the delivery's.
            try await SickDisk.withHanging(thread: "NIO-ELT-1-#1", of: relay.daemon) {
                let line = try await relay.waitForLine("not-answering")
                #expect(line["parts"] == "delivery")
                #expect(
                    line["reason"]
                        == "A part of the daemon has not answered for a quarter of WatchdogSec."
                )
                let seen = signs()
                // The manager's patience, twice; the listener may have one sign still to print.
                let later = ContinuousClock.now + .milliseconds(2400)
                try await waitUntil("time to pass") { ContinuousClock.now >= later }
                #expect(signs() <= seen + 1)
                #expect(relay.lines("not-answering").count == 1)
            }
            // It was the loop alone that hung: once it goes on, the daemon lives.
            let seen = signs()
            try await waitUntil("signs of life") { signs() > seen + 1 }
            try relay.drop("x.eml", RelayHarness.message("x"))
            try await relay.waitFor(.sent, "x.eml")
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `a daemon that was killed is missed by the next one`() async throws {
        var plan = RelayPlan()
        plan.script = #"at dot delay 5s reply "250 2.0.0 OK" times 1"#
        try await withRelay("crashed", plan) { relay in
            #expect(relay.lines("restarted-after-crash").isEmpty)
            try relay.drop("x.eml", RelayHarness.message("x"))
            try await relay.waitFor(.sending, "x.eml")
            let process = try #require(relay.daemon?.id)
            try await relay.killDaemon()
            try await relay.startDaemon()
            let line = try await relay.waitForLine("restarted-after-crash")
            #expect(line["sending"] == "1")
            #expect(
                line["reason"]
                    == "The daemon before this one, process \(process), ended without stopping."
            )
            try await relay.stopDaemon()
            #expect(!relay.scratch.names("state").contains("running"))
            try await relay.startDaemon()
            #expect(relay.lines("restarted-after-crash").count == 1)
        }
    }
}
