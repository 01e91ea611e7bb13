import Glibc
import TestSupport
import Testing

/// Sockets that cannot be had or break, at every step of a session.
@Suite("Faults of the network", .serialized)
struct NetworkFaultTests {
    /// A call on the way to a connection and the error it answers with.
    struct Refusal: Sendable, CustomTestStringConvertible {
        let call: String
        let error: String
        let number: Int32

        var testDescription: String { "\(call): \(error)" }
    }

    static let refusals = [
        Refusal(call: "socket", error: "EMFILE", number: EMFILE),
        Refusal(call: "socket", error: "ENOBUFS", number: ENOBUFS),
        Refusal(call: "connect", error: "ENETUNREACH", number: ENETUNREACH),
        Refusal(call: "connect", error: "ETIMEDOUT", number: ETIMEDOUT),
        Refusal(call: "connect", error: "ECONNREFUSED", number: ECONNREFUSED),
        Refusal(call: "connect", error: "EADDRNOTAVAIL", number: EADDRNOTAVAIL),
    ]

    @Test func `without a connection the route waits, says why and comes back by itself`()
        async throws
    {
        try await inParallel(Self.refusals, 6) { refusal in
            try await withRelay("unconnected") { relay in
                let injection = "\(refusal.call):error=\(refusal.error)"
                let before = try relay.effort()
                try await SickDisk.withFailing(injection, in: relay.daemon) {
                    try relay.drop("x.eml", RelayHarness.message("x"))
                    let line = try await relay.waitForLine("route-suspended")
                    let reason = systemError(refusal.number)
                    #expect(line["reason"]?.contains(reason) == true, "\(refusal): \(line)")
                    #expect(relay.places == [.queue], "claimed at once, and safe")
                    try await relay.staysCalm(since: before, "\(refusal)")
                }
                try await relay.waitForLine("route-resumed")
                try await relay.waitFor(.sent, "x.eml")
                #expect(try relay.received().count == 1)
                #expect(relay.lines("uncertain").isEmpty)
            }
        }
    }

    /// Where the server keeps the client waiting while the connection is taken away.
    static let steps = ["greeting", "EHLO", "MAIL", "RCPT", "DATA", "dot"]

    @Test
    func `a socket that is taken away is a possible duplicate after the dot and nothing before`()
        async throws
    {
        try await inParallel(Self.steps, 6) { step in
            var plan = RelayPlan()
            plan.level = "debug"
            plan.script = "at \(step) delay 3s times 1"
            try await withRelay("aborted", plan) { relay in
                try relay.drop("x.eml", RelayHarness.message("x"))
                try await relay.waitForStep(step)
                try await relay.killConnections()
                let event = step == "dot" ? "uncertain" : "route-suspended"
                let line = try await relay.waitForLine(event)
                #expect(line.description.contains("onnection"), "\(step): \(line)")
                try await waitUntil(limit: .seconds(90), "\(step): x.eml\n\(relay.log)") {
                    try await relay.deliverUncertain()
                    return relay.places == [.sent]
                }
                let copies = try relay.received().count
                let announced = relay.lines("uncertain").count
                #expect(announced == (step == "dot" ? 1 : 0), "\(step)\n\(relay.log)")
                #expect(copies == 1 || copies == 1 + announced, "\(step): \(copies) copies")
            }
        }
    }

    @Test func `calls that are interrupted again and again change nothing`() async throws {
        let calls = [
            "epoll_wait", "epoll_pwait", "read", "write", "openat", "statx", "pread64", "fcntl",
            "renameat2", "fsync", "fdatasync", "getdents64", "mkdirat", "unlinkat", "connect",
        ]
        var plan = RelayPlan()
        plan.route = ["connections = 4"]
        try await withRelay("interrupted", plan) { relay in
            let injection = "\(calls.joined(separator: ",")):error=EINTR:when=2+3"
            let names = (0..<LongRun.count(20, long: 200)).map { "i\($0)" }
            try await SickDisk.withFailing(injection, in: relay.daemon) {
                for name in names { try relay.drop("\(name).eml", RelayHarness.message(name)) }
                try await waitUntil(limit: .seconds(120), "all in sent\n\(relay.log)") {
                    relay.entries(.sent).count == names.count
                }
            }
            #expect(relay.places == [.sent])
            #expect(try relay.received().count == names.count)
            let trouble = relay.log.split(separator: "\n").filter {
                // The library that reads the watch helper's pipe gives up; the helper is started
                // anew and the folders are scanned.
                ($0.contains("level=error") || $0.contains("level=warning"))
                    && !$0.contains("event=watch-helper-away")
            }
            #expect(trouble.isEmpty)
        }
    }
}

extension RelayHarness {
    /// A fault that lasts costs neither a full log nor a busy processor.
    func staysCalm(since before: RelayEffort, _ what: String) async throws {
        // What spins shows within a second.
        try await Task.sleep(for: .seconds(1))
        let spent = try effort() - before
        #expect(spent.lines <= 12, "\(what): \(spent.lines) lines\n\(log)")
        #expect(spent.processor < .seconds(3), "\(what) took \(spent.processor)\n\(log)")
    }

    /// Waits until the client has sent what the server is slow to answer.
    fileprivate func waitForStep(_ step: String) async throws {
        switch step {
        case "greeting": try await waitUntil("a connection") { try await hasConnection() }
        case "dot": try await waitForLine("smtp") { $0["line"]?.hasPrefix("C: (") == true }
        default: try await waitForLine("smtp") { $0["line"]?.hasPrefix("C: \(step)") == true }
        }
    }

    private func hasConnection() async throws -> Bool {
        let run = try await ChildProcess.run(["ss", "-Htn", "state", "established"] + toSandbox)
        return !run.output.isEmpty
    }

    /// Has the kernel abort every connection to the sandbox, as it does when an address goes away.
    fileprivate func killConnections() async throws {
        let run = try await ChildProcess.run(["ss", "-K"] + toSandbox)
        guard run.exit == .code(0) else { throw WaitError("ss: \(run.errors)") }
    }

    private var toSandbox: [String] { ["dst", "127.0.0.1", "dport", "=", "\(port)"] }
}
