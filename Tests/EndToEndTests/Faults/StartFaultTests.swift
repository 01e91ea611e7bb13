import Glibc
import TestSupport
import Testing

/// What the daemon needs to start, refused.
@Suite("Faults at the start", .serialized)
struct StartFaultTests {
    /// A call during the start that is refused, and what the daemon must make of it.
    struct Refusal: Sendable, CustomTestStringConvertible {
        let call: String
        let error: String
        /// Below the scratch folder.
        let path: String
        let code: Int32
        /// What it says on standard error, `{root}` for the scratch folder.
        let sentence: String

        var testDescription: String { "\(call) of \(path): \(error)" }
    }

    static let refusals = [
        Refusal(
            call: "openat",
            error: "EIO",
            path: "postchute.toml",
            code: 78,
            sentence: "{root}/postchute.toml: cannot be read: Input/output error."
        ),
        Refusal(
            call: "mkdir",
            error: "ENOSPC",
            path: "state",
            code: 78,
            sentence: "cannot create {root}/state: No space left on device"
        ),
        Refusal(
            call: "mkdirat",
            error: "ENOSPC",
            path: "drop",
            code: 69,
            sentence:
                "pickup erp: cannot create folder {root}/drop/queue: No space left on device; "
                + "free some space, messages stay where they are"
        ),
        Refusal(
            call: "mkdirat",
            error: "EROFS",
            path: "drop",
            code: 69,
            sentence: "pickup erp: cannot create folder {root}/drop/queue: Read-only file system; "
                + "mount it writable again, messages stay where they are"
        ),
        Refusal(
            call: "openat",
            error: "EIO",
            path: "drop/queue",
            code: 69,
            sentence: "pickup erp: cannot open folder {root}/drop/queue/sending: "
                + "Input/output error; check the disk, then restart postchute"
        ),
        Refusal(
            call: "openat",
            error: "EMFILE",
            path: "drop/state",
            code: 69,
            sentence: "pickup erp: cannot open {root}/drop/state/lock: Too many open files"
        ),
        Refusal(
            call: "fcntl",
            error: "ENOLCK",
            path: "drop/state/lock",
            code: 69,
            sentence: "pickup erp: cannot lock {root}/drop/state/lock: No locks available"
        ),
    ]

    @Test func `what cannot be had at the start ends the daemon with a cause and a code`()
        async throws
    {
        try await inParallel(Self.refusals, 4) { refusal in
            try await withIdleRelay("start") { relay in
                try relay.drop("x.eml", RelayHarness.message("x"))
                let injection = "\(refusal.call):error=\(refusal.error)"
                let daemon = try relay.launchDaemon(refusing: injection, of: refusal.path)
                #expect(try await daemon.waitForExit() == .code(refusal.code), "\(refusal)")
                let root = relay.scratch.path
                let sentence = refusal.sentence.replacing("{root}", with: root)
                #expect(daemon.errors.contains(sentence), "\(refusal): \(daemon.errors)")
                #expect(relay.places == [.drop], "\(refusal)")
                try await relay.startDaemon()
                try await relay.waitFor(.sent, "x.eml")
                #expect(try relay.received().count == 1)
            }
        }
    }

    /// Folders whose names cannot be read when the daemon sweeps up after a crash.
    static let sweeps = ["drop/queue", "drop/queue/sending", "drop/state", "drop/failed"]

    @Test func `a sweep that cannot read a folder says so and is made again`() async throws {
        try await inParallel(Self.sweeps, 4) { folder in
            try await withIdleRelay("sweep") { relay in
                // Something of every kind waits: one in the queue, one that was cut off.
                try await relay.startDaemon()
                try await relay.stopDaemon()
                try relay.drop("x.eml", RelayHarness.message("x"))
                let id = "20261123T101530123456-7h3k9q2mzx4wp"
                let text = RelayHarness.message("y")
                try relay.scratch.write(text, to: "drop/queue/sending/\(id).y.eml")
                let daemon = try relay.launchDaemon(refusing: "getdents64:error=EIO", of: folder)
                let line = try await relay.waitForLine("pickup-suspended")
                let cause = "annot list \(relay.scratch.path)/\(folder): Input/output error"
                #expect(line["reason"]?.contains(cause) == true, "\(folder): \(line)")
                // What is just being claimed looks like something a crash left, and what stands in
                // sending/ like what is sent now: until the sweep is over nothing is taken.
                #expect(relay.places == [.drop, .sending], "\(folder)")
                try Self.endTracer(of: daemon)
                let uncertain = try await relay.waitForLine("uncertain")
                #expect(uncertain["id"] == id)
                try await waitUntil(limit: .seconds(90), "\(folder): both\n\(relay.log)") {
                    try await relay.deliverUncertain()
                    return relay.entries(.sent).count == 2
                }
                #expect(relay.places == [.sent], "\(folder)")
                #expect(try relay.received().count == 2)
            }
        }
    }
}

extension StartFaultTests {
    /// Ends the fault: with its tracer gone the daemon runs on; strace -D heeds no other signal.
    private static func endTracer(of daemon: ChildProcess) throws {
        let status = String(decoding: try readFile("/proc/\(daemon.id)/status"), as: UTF8.self)
        let line = status.split(separator: "\n").first { $0.hasPrefix("TracerPid:") }
        guard let tracer = line.flatMap({ pid_t($0.dropFirst(10).drop { $0 == "\t" }) }), tracer > 0
        else { throw WaitError("nobody traces the daemon: \(status)") }
        kill(tracer, SIGKILL)
    }
}

extension RelayHarness {
    /// Starts a daemon that is refused calls from its first instruction on.
    @discardableResult
    fileprivate func launchDaemon(
        refusing injection: String,
        of path: String
    ) throws
        -> ChildProcess
    {
        // -D makes the daemon our child, and strace its grandchild.
        let tracer = ["strace", "-D", "-f", "-o", "/dev/null", "-P", scratch.path(path)]
        return try launchDaemon(through: tracer + ["-e", "inject=\(injection)"] + tracedLauncher)
    }
}
