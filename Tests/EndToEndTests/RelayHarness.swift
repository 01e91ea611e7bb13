import FoundationEssentials
import Glibc
import Synchronization
import TestSupport

/// The real daemon and the real sandbox in a scratch folder.
///
/// Use ``withRelay(_:_:_:)``. In the folder lie `drop/` with the spool, `state/`, `sandbox/` and
/// `postchute.toml`; after the test also `daemon.log` and `sandbox.log`.
final class RelayHarness: Sendable {
    let scratch: ScratchFolder
    let plan: RelayPlan
    private let processes = Mutex(Processes())

    private struct Processes {
        var sandbox: ChildProcess?
        var daemon: ChildProcess?
        var port = 0
        /// Those of a tenant's sides, by name.
        var ports: [String: Int] = [:]
        /// What daemons that ended had said.
        var oldLog = ""
    }

    /// Makes the folders; nothing runs yet.
    init(_ scratch: ScratchFolder, _ plan: RelayPlan) throws {
        self.scratch = scratch
        self.plan = plan
        try scratch.makeFolder("drop", mode: plan.dropMode)
        // The umask has no say.
        chmod(drop, plan.dropMode)
        try scratch.write("sandbox", to: "password")
        chmod(scratch.path("password"), 0o600)
    }

    /// The drop folder, which is also the spool unless the plan says otherwise.
    var drop: String { scratch.path("drop") }

    /// Where the spool's folders are.
    var spool: String { plan.spool?.replacing("{root}", with: scratch.path) ?? drop }

    /// The settings file.
    var settings: String { scratch.path("postchute.toml") }

    /// The sandbox's port, the same after a restart.
    var port: Int { processes.withLock { $0.port } }

    /// The ports of the sandbox's sides by their names, the same after a restart; empty without a
    /// tenant.
    var ports: [String: Int] { processes.withLock { $0.ports } }

    /// The daemon's process.
    var daemon: ChildProcess? { processes.withLock { $0.daemon } }

    /// The sandbox's process.
    var sandbox: ChildProcess? { processes.withLock { $0.sandbox } }

    /// Everything the daemons of this test wrote to standard error.
    var log: String { processes.withLock { $0.oldLog + ($0.daemon?.errors ?? "") } }
}

extension RelayHarness {
    /// Starts the sandbox, on the port of the last time if there was one.
    func startSandbox() async throws {
        var command = plan.sandboxLauncher
        command += [try Executables.postchute, "sandbox", "--port", "\(port)"]
        command += ["--folder", scratch.path("sandbox")]
        command += plan.sandbox.map { $0.replacing("{root}", with: scratch.path) }
        for (side, port) in ports where side != "submission" {
            command += ["--\(side)-port", "\(port)"]
        }
        if let script = plan.script {
            command += ["--script", try scratch.write(script, to: "faults")]
        }
        let child = try ChildProcess(command, folder: scratch.path)
        processes.withLock { $0.sandbox = child }
        try await child.waitForOutput(" and keeps mail in ")
        guard let port = Self.port(announcedIn: child.output) else {
            throw WaitError("the sandbox named no port: \(child.output)")
        }
        processes.withLock { $0.port = port }
        processes.withLock { $0.port = port }
        try readPorts()
    }

    /// The port in the line "The sandbox listens on 127.0.0.1:PORT and keeps mail in FOLDER.", if any.
    ///
    /// It need not be the first one: a daemon that waits for the sandbox is served as soon as it
    /// listens, before it says so.
    private static func port(announcedIn output: String) -> Int? {
        let beginning = "The sandbox listens on "
        let line = output.split(separator: "\n").first { $0.hasPrefix(beginning) }
        let address = line?.dropFirst(beginning.count).prefix { $0 != " " }
        return address?.split(separator: ":").last.flatMap { Int($0) }
    }

    private func readPorts() throws {
        struct Ports: Decodable {
            let submission: Int?, relay: Int?, hve: Int?, acs: Int?, https: Int?, http: Int?
        }
        guard plan.sandbox.contains("--tenant") else { return }
        let octets = try readFile(scratch.path("sandbox/ports.json"))
        let ports = try JSONDecoder().decode(Ports.self, from: Data(octets))
        let named = [
            "submission": ports.submission, "relay": ports.relay, "hve": ports.hve,
            "acs": ports.acs, "https": ports.https, "http": ports.http,
        ]
        processes.withLock { $0.ports = named.compactMapValues { $0 } }
    }

    /// Ends the sandbox; its port refuses connections until it is started again.
    func stopSandbox() async throws {
        try await sandbox?.end()
        processes.withLock { $0.sandbox = nil }
    }

    /// Writes the settings of the plan, or these lines in its place.
    func writeSettings(_ plan: RelayPlan? = nil) throws {
        let text = (plan ?? self.plan).settings(root: scratch.path, port: port, ports: ports)
        try scratch.write(text, to: "postchute.toml")
    }

    /// The program to run, which the plan may want copied.
    private func program() throws -> String {
        let built = try Executables.postchute
        guard plan.copiesPrograms else { return built }
        let copy = scratch.path("bin/postchute")
        if access(copy, X_OK) == 0 { return copy }
        try scratch.makeFolder("bin")
        for suffix in ["", "-watch"] {
            try writeFile(try readFile(built + suffix), to: copy + suffix)
            chmod(copy + suffix, 0o755)
        }
        return copy
    }

    /// Starts a daemon without waiting for it, and without ending another.
    ///
    /// The launcher stands before the command line, after that of the plan.
    @discardableResult
    func launchDaemon(through launcher: [String] = []) throws -> ChildProcess {
        let outer = plan.launcher.map { $0.replacing("{root}", with: scratch.path) }
        let command = outer + launcher + [try program(), "run", "--config", settings]
        let child = try ChildProcess(command, folder: "/")
        processes.withLock { $0.daemon = child }
        return child
    }

    /// Starts the daemon and waits until its folders are watched.
    func startDaemon(through launcher: [String] = []) async throws {
        let child = try launchDaemon(through: launcher)
        try await child.waitForOutput("event=watching")
    }

    /// Stops the daemon as systemd does; it must end with exit code 0.
    func stopDaemon() async throws {
        guard let daemon else { return }
        daemon.send(signal: SIGTERM)
        let exit = try await daemon.waitForExit()
        forgetDaemon()
        guard exit == .code(0) else { throw WaitError("the daemon ended with \(exit): \(log)") }
    }

    /// Kills the daemon where it stands.
    func killDaemon() async throws {
        daemon?.send(signal: SIGKILL)
        try await waitForEnd()
    }

    /// Waits until the daemon has ended by itself, and returns how.
    @discardableResult
    func waitForEnd() async throws -> ChildProcess.Exit? {
        let exit = try await daemon?.waitForExit()
        forgetDaemon()
        return exit
    }

    private func forgetDaemon() {
        processes.withLock {
            $0.oldLog += $0.daemon?.errors ?? ""
            $0.daemon = nil
        }
    }

    /// Ends everything by process id and leaves the logs in the scratch folder.
    func abandon() async {
        _ = try? await daemon?.end(limit: .seconds(5))
        _ = try? await sandbox?.end(limit: .seconds(5))
        _ = try? scratch.write(log, to: "daemon.log")
        _ = try? scratch.write(
            "\(sandbox?.output ?? "")\(sandbox?.errors ?? "")",
            to: "sandbox.log"
        )
    }

    /// Runs `postchute` with arguments; `--config` is added.
    func command(_ arguments: String...) async throws -> CommandRun {
        try await command(arguments)
    }

    /// Runs `postchute` with arguments; `--config` is added.
    ///
    /// The launcher stands before the command line, after that of the plan.
    func command(
        _ arguments: [String],
        through launcher: [String] = []
    ) async throws -> CommandRun {
        let line = launcher + [try program()] + arguments + ["--config", settings]
        let run = try await ChildProcess.run(plan.launcher + line, limit: .seconds(60))
        return CommandRun(exit: run.exit, output: run.output, errors: run.errors)
    }
}

/// How a command ended and what it said.
struct CommandRun: Sendable {
    let exit: ChildProcess.Exit
    let output: String
    let errors: String

    /// The exit code, or −1 after a signal.
    var code: Int32 {
        switch exit {
        case .code(let code): code
        case .signal: -1
        }
    }
}

/// Runs a test's body with a sandbox and a daemon, which must stop with exit code 0 at the end.
///
/// Both are ended also when the body fails; the scratch folder is kept then.
func withRelay<Value>(
    _ label: String,
    _ plan: RelayPlan = RelayPlan(),
    _ body: (RelayHarness) async throws -> Value
) async throws -> Value {
    try await withIdleRelay(label, plan) { relay in
        try await relay.startDaemon()
        return try await body(relay)
    }
}

/// As ``withRelay(_:_:_:)``, but the body starts the daemon.
func withIdleRelay<Value>(
    _ label: String,
    _ plan: RelayPlan = RelayPlan(),
    _ body: (RelayHarness) async throws -> Value
) async throws -> Value {
    try await withScratchFolder(label) { scratch in
        let relay = try RelayHarness(scratch, plan)
        do {
            try await relay.startSandbox()
            try relay.writeSettings()
            let value = try await body(relay)
            try await relay.stopDaemon()
            await relay.abandon()
            return value
        } catch {
            await relay.abandon()
            throw error
        }
    }
}
