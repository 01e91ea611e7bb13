import Glibc
import TestSupport
import Testing

/// Folders where Linux cannot say whether a file is open, as on a network mount.
@Suite("Folders without leases", .serialized, .enabled(if: SickDisk.canMount, "needs root"))
struct PollingTests {
    /// A file system that grants no lease, or none that proves anything.
    enum Mount: String, CaseIterable, Sendable {
        case overlay, bindfs

        var isAvailable: Bool {
            switch self {
            case .overlay: true
            case .bindfs: access("/usr/bin/bindfs", X_OK) == 0 && access("/dev/fuse", R_OK) == 0
            }
        }

        /// How `readiness` names it.
        var name: String {
            switch self {
            case .overlay: "an unknown file system (0x794c7630)"
            case .bindfs: "FUSE"
            }
        }

        func put(on drop: String, _ scratch: ScratchFolder) async throws {
            let layers = try ["lower", "upper", "work"].map {
                try scratch.makeFolder($0, mode: 0o700)
            }
            let command =
                switch self {
                case .overlay:
                    ["mount", "-t", "overlay", "overlay", "-o"] + [
                        "lowerdir=\(layers[0]),upperdir=\(layers[1]),workdir=\(layers[2])", drop,
                    ]
                case .bindfs: ["bindfs", layers[1], drop]
                }
            let run = try await ChildProcess.run(command)
            guard run.exit == .code(0) else { throw WaitError("\(command): \(run.errors)") }
        }
    }

    /// Runs the body with a mount on the drop folder, and a daemon without watch helper.
    private static func withMount(
        _ mount: Mount,
        _ body: (RelayHarness) async throws -> Void
    ) async throws {
        var plan = RelayPlan()
        plan.copiesPrograms = true
        plan.pickup = ["quiet = '2 s'", "patience = '1 min'"]
        try await withIdleRelay("polled", plan) { relay in
            try await mount.put(on: relay.drop, relay.scratch)
            do {
                try relay.scratch.makeFolder("bin")
                let program = relay.scratch.path("bin/postchute")
                try writeFile(try readFile(try Executables.postchute), to: program)
                chmod(program, 0o755)
                try relay.launchDaemon()
                try await relay.waitForLine("watch-helper-missing")
                try await body(relay)
                try await relay.stopDaemon()
                try await relay.stopSandbox()
                try await unmount(relay.drop)
            } catch {
                await relay.abandon()
                try? await unmount(relay.drop)
                throw error
            }
        }
    }

    private static func unmount(_ path: String) async throws {
        // Its last user may just have gone.
        try await waitUntil("umount \(path)") {
            try await ChildProcess.run(["umount", path]).exit == .code(0)
        }
    }

    @Test(arguments: LongRun.isOn ? Mount.allCases.filter(\.isAvailable) : [.overlay])
    func `a file is found by polling and taken after the quiet time, whole`(
        mount: Mount
    ) async throws {
        try await Self.withMount(mount) { relay in
            let line = try await relay.waitForLine("readiness")
            #expect(
                line["rule"] == "A file is taken when it has been unchanged for 2.0 seconds: on "
                    + "\(mount.name) nobody can tell whether it is still open."
            )
            let slow = NumberedMessage(id: "slow", lineCount: 12)
            let parts = NumberedMessage(id: "parts", lineCount: 3, isMultipart: true)
            let writer = try FileWriter("\(relay.drop)/slow.eml")
            try writer.write(slow.header())
            for piece in slow.pieces {
                // Twelve times a fourth of the quiet time.
                try await Task.sleep(for: .milliseconds(500))
                try writer.write("\(piece)\n")
            }
            writer.close()
            try relay.drop("renamed.eml", NumberedMessage(id: "renamed").text)
            // Silent for longer than the quiet time: only the missing end gives it away.
            let patient = try FileWriter("\(relay.drop)/parts.eml")
            try patient.write(parts.header())
            try await relay.waitFor(.sent, "slow.eml")
            try await relay.waitFor(.sent, "renamed.eml")
            #expect(relay.places("parts.eml") == [.drop])
            try patient.write(parts.body())
            patient.close()
            try await relay.waitFor(.sent, "parts.eml")
            #expect(try Set(relay.receivedWhole()) == ["slow", "renamed", "parts"])
        }
    }

    /// Runs the body with a daemon that may take no lease on the writer's files.
    private static func withoutLeases(
        _ label: String,
        _ script: String?,
        _ body: (RelayHarness) async throws -> Void
    ) async throws {
        var plan = RelayPlan()
        plan.launcher = Account.launcher(Account.daemon, Account.writers)
        plan.copiesPrograms = true
        plan.dropMode = 0o3770
        plan.script = script
        try await withIdleRelay(label, plan) { relay in
            try relay.handOver()
            try await relay.startDaemon()
            try await body(relay)
        }
    }

    /// Two versions of one length, and a mapping of a file that holds the first.
    private static func mapped(
        _ relay: RelayHarness
    ) throws -> (map: UnsafeMutableRawPointer, second: [UInt8]) {
        let first = Array(NumberedMessage(id: "x1", lineCount: 9000).text.utf8)
        let path = relay.scratch.path("x")
        try writeFile(first, to: path)
        let file = open(path, O_RDWR | O_CLOEXEC)
        defer { close(file) }
        let map = mmap(nil, first.count, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0)
        guard let map, map != MAP_FAILED else { throw WaitError("mmap: \(systemError())") }
        // Its pages are dirty: later stores set no time.
        memcpy(map, first, first.count)
        try must("rename", rename(path, "\(relay.drop)/x.eml"))
        return (map, Array(NumberedMessage(id: "x2", lineCount: 9000).text.utf8))
    }

    @Test
    func `what a mapping stores while the claim is made durable is inspected before it is sent`()
        async throws
    {
        try await Self.withoutLeases("stored-before", nil) { relay in
            let trace = relay.scratch.path("trace")
            let daemon = try #require(relay.daemon)
            let tracer = try ChildProcess(
                ["strace", "-f", "-o", trace, "-p", "\(daemon.id)", "-e", "trace=fdatasync"]
                    + ["-e", "inject=fdatasync:delay_enter=2000000"]
            )
            try await tracer.waitForOutput(" attached")
            let (map, second) = try Self.mapped(relay)
            defer { munmap(map, second.count) }
            try await waitUntil("a sync of the claimed file") {
                try String(decoding: readFile(trace), as: UTF8.self).contains("fdatasync(")
            }
            memcpy(map, second, second.count)
            try await relay.waitFor(.sent, "x.eml")
            try await tracer.end()
            #expect(try relay.receivedWhole() == ["x2"])
        }
    }

    @Test func `what a mapping stores after the inspection keeps the message from being sent`()
        async throws
    {
        try await Self.withoutLeases("stored-after", "at MAIL delay 2s times 1") { relay in
            let (map, second) = try Self.mapped(relay)
            defer { munmap(map, second.count) }
            try await waitUntil("the session; the sandbox said \(relay.sandbox?.errors ?? "")") {
                !relay.files(.queue, "x.eml").isEmpty
            }
            // Inspected by then, and MAIL unanswered.
            try await Task.sleep(for: .milliseconds(1000))
            memcpy(map, second, second.count)
            try await relay.waitForLine("deferred")
            try await relay.waitFor(.sent, "x.eml")
            #expect(try relay.receivedWhole() == ["x2"])
        }
    }
}
