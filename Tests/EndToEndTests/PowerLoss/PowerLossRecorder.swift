import Glibc
import TestSupport

/// Runs a trial with a traced daemon.
struct PowerLossRecorder {
    /// What was recorded.
    let recording: Recording
    /// What the server was given, by the key of the message.
    let delivered: [String: [MessageOutcome.Delivery]]

    /// The calls that touch files, folders and the connection to the server, and those that would
    /// touch a file in a way the model does not know.
    private static let calls = [
        "openat", "openat2", "open", "creat", "mkdirat", "mkdir", "renameat", "renameat2",
        "rename", "linkat", "link", "symlinkat", "unlinkat", "unlink", "rmdir", "write", "writev",
        "pwrite64", "pwritev", "pwritev2", "sendto", "sendmsg", "sendfile", "splice",
        "copy_file_range", "read", "readv", "recvfrom", "recvmsg", "fsync", "fdatasync",
        "sync_file_range", "syncfs", "sync", "ftruncate", "truncate", "fallocate", "utimensat",
    ]

    /// Records a trial from the first start of a daemon to its end.
    static func record(_ trial: PowerLossTrial) async throws -> PowerLossRecorder {
        let disk = try SpareDisk()
        var plan = RelayPlan()
        plan.tables = PowerLossTrial.tables(disk: disk.path)
        plan.script = PowerLossTrial.script
        plan.route = ["max_recipients = 2", "connections = 4"]
        return try await withIdleRelay("power", plan) { relay in
            for folder in TrialPickup.allCases {
                try relay.scratch.makeFolder(folder.rawValue, mode: 0o700)
            }
            let trace = relay.scratch.path("trace")
            try await run(trial, relay, trace)
            let recording = Recording(try readFile(trace), trial.messages) { path in
                place(path, relay.scratch.path, disk.path)
            }
            let delivered = Dictionary(grouping: try relay.received()) { message in
                String(message.envelope.sender.prefix { $0 != "@" })
            }
            return PowerLossRecorder(
                recording: recording,
                delivered: delivered.mapValues { $0.map(MessageOutcome.Delivery.init) }
            )
        }
    }

    private static func run(
        _ trial: PowerLossTrial,
        _ relay: RelayHarness,
        _ trace: String
    ) async throws {
        // Half of them wait when it starts, the others come while it works.
        let half = trial.messages.count / 2
        for message in trial.messages[..<half] { try drop(message, relay) }
        let command = ["strace", "-D", "-f", "--seccomp-bpf", "-y", "-s", "1000000", "-o", trace]
        let choice = ["-e", "trace=" + calls.map { "?\($0)" }.joined(separator: ",")]
        try await relay.startDaemon(through: command + choice + tracedLauncher)
        for message in trial.messages[half...] { try drop(message, relay) }
        try await waitUntil(limit: .seconds(120), "the trial; the log:\n\(relay.log)") {
            trial.messages.allSatisfy { isSettled($0, relay) }
        }
        let process = relay.daemon?.id ?? 0
        try await relay.stopDaemon()
        // The tracer writes on while the daemon has ended already.
        try await waitUntil(limit: .seconds(60), "the end of the trace") {
            let end = String(decoding: try readFile(trace).suffix(2000), as: UTF8.self)
            return end.split(separator: "\n").contains {
                $0.hasPrefix("\(process) ") && $0.hasSuffix("+++ exited with 0 +++")
            }
        }
    }

    private static func drop(_ message: TrialMessage, _ relay: RelayHarness) throws {
        let folder = relay.scratch.path(message.pickup.rawValue)
        let temporary = "\(folder)/.\(message.key).tmp"
        try writeFile(message.text.utf8, to: temporary)
        let target = "\(folder)/\(message.name)"
        guard rename(temporary, target) == 0 else { throw WaitError("rename: \(systemError())") }
    }

    /// Whether the message has reached its end, or waits out the long pause after an unknown outcome.
    private static func isSettled(_ message: TrialMessage, _ relay: RelayHarness) -> Bool {
        relay.lines("sent").contains { $0["file"]?.hasPrefix(message.key) == true }
            || ["failed", "held", "uncertain"].contains { event in
                relay.lines(event).contains { $0["file"]?.hasPrefix(message.key) == true }
            }
    }

    private static func place(_ path: String, _ root: String, _ disk: String) -> String? {
        if path == disk || path.hasPrefix("\(disk)/") {
            return TrialFolder.disk.rawValue + path.dropFirst(disk.count)
        }
        guard path.hasPrefix("\(root)/") else { return nil }
        let relative = String(path.dropFirst(root.count + 1))
        let first = relative.prefix { $0 != "/" }
        return TrialPickup(rawValue: String(first)) == nil ? nil : relative
    }
}

extension MessageOutcome.Delivery {
    /// What the sandbox kept.
    init(_ message: ReceivedMessage) {
        self.init(octets: message.octets, recipients: Set(message.recipients))
    }
}
