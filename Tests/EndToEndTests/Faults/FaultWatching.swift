import Glibc
import TestSupport

/// What the daemon has spent.
struct RelayEffort {
    var lines: Int
    var processor: Duration

    /// What was spent between two looks.
    static func - (late: RelayEffort, early: RelayEffort) -> RelayEffort {
        RelayEffort(lines: late.lines - early.lines, processor: late.processor - early.processor)
    }
}

extension RelayHarness {
    /// The messages of a place, whatever their names.
    func messages(_ place: Place) -> [String] {
        entries(place).filter { $0.name.hasEML }.map(\.path)
    }

    /// The places that have a message.
    var places: [Place] { Place.allCases.filter { !messages($0).isEmpty } }

    /// The text beside the only message of a place, without its CRs.
    func onlyReason(_ place: Place) throws -> String {
        let text = try messages(place).first.map { try readFile("\($0).txt") } ?? []
        let lines = String(decoding: text, as: UTF8.self).replacing("\r\n", with: "\n")
        return lines.replacing("\u{FEFF}", with: "")
    }

    /// Has calls of the daemon fail until the tracer is ended; its report is `faults.trace`.
    func inject(_ fault: Fault) async throws -> ChildProcess {
        guard let daemon else { throw WaitError("there is no daemon") }
        var command = ["strace", "-f", "-o", scratch.path("faults.trace"), "-p", "\(daemon.id)"]
        if let place = fault.place {
            let claimed = messages(.sending).first?.split(separator: "/").last
            let id = claimed.map { String($0.prefix(35)) }
            let path = place.path(scratch: scratch.path, day: Self.today, id: id)
            command += ["-P", path]
        }
        let tracer = try ChildProcess(command + ["-e", "inject=\(fault.injection)"])
        try await tracer.waitForOutput(" attached")
        return tracer
    }

    /// How many calls were refused.
    var injected: Int {
        let trace = (try? readFile(scratch.path("faults.trace"))) ?? []
        return String(decoding: trace, as: UTF8.self).matches(of: /\(INJECTED\)/).count
    }

    /// Today as ids and days have it.
    static var today: String {
        var now = time(nil)
        var parts = tm()
        gmtime_r(&now, &parts)
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
    }

    /// What the daemon has spent so far.
    func effort() throws -> RelayEffort {
        guard let daemon else { throw WaitError("there is no daemon") }
        let stat = String(decoding: try readFile("/proc/\(daemon.id)/stat"), as: UTF8.self)
        // The command's name, in parentheses, may contain blanks; utime is field 14, proc_pid_stat(5).
        let fields = stat.split(separator: ")").last?.split(separator: " ") ?? []
        guard fields.count > 12, let user = Int(fields[11]), let system = Int(fields[12]) else {
            throw WaitError("no times in \(stat)")
        }
        let ticks = Duration.milliseconds(
            (user + system) * 1000 / max(sysconf(Int32(_SC_CLK_TCK)), 1)
        )
        return RelayEffort(lines: log.split(separator: "\n").count, processor: ticks)
    }

    /// Whether a line that needs attention names the error.
    func saysCause(of fault: Fault) -> Bool {
        guard let number = Self.numbers[fault.error] else { return false }
        // A file that cannot be read is left where it is, for a reason in an operator's words.
        if !lines("left").isEmpty { return true }
        let text = systemError(number)
        return log.split(separator: "\n").contains { line in
            (line.contains("level=error") || line.contains("level=warning")
                || line.contains("level=notice")) && line.contains(text)
        }
    }

    /// Whether a folder must not be trusted before the daemon is started anew.
    var isSick: Bool {
        !lines("pickup-suspended").isEmpty || !lines("claiming-suspended").isEmpty
    }

    private static let numbers: [String: Int32] = [
        "EIO": EIO, "ENOSPC": ENOSPC, "EDQUOT": EDQUOT, "EACCES": EACCES, "EMFILE": EMFILE,
        "ENFILE": ENFILE, "ENOMEM": ENOMEM, "EROFS": EROFS, "ESTALE": ESTALE, "EINTR": EINTR,
        "EINVAL": EINVAL, "ECONNRESET": ECONNRESET, "EPIPE": EPIPE, "ENETUNREACH": ENETUNREACH,
        "ETIMEDOUT": ETIMEDOUT, "ECONNREFUSED": ECONNREFUSED, "EHOSTUNREACH": EHOSTUNREACH,
    ]

    /// Has what waits after an uncertain outcome sent now instead of in a quarter of an hour.
    func deliverUncertain() async throws {
        guard !lines("uncertain").isEmpty else { return }
        let waiting = entries(.queue).map { file in
            String((file.path.split(separator: "/").last ?? "").prefix(35))
        }
        if !waiting.isEmpty { _ = try await command(["retry"] + waiting) }
        let held = entries(.held).map { file in
            String((file.path.split(separator: "/").last ?? "").prefix(35))
        }
        if !held.isEmpty { _ = try await command(["release"] + held) }
    }
}

/// Runs a body with a daemon for a flow; a spool on another file system goes afterwards.
func withFlow<Value>(
    _ flow: FaultFlow,
    _ plan: RelayPlan,
    _ body: (RelayHarness) async throws -> Value
) async throws -> Value {
    try await withIdleRelay("fault", plan) { relay in
        try relay.scratch.makeFolder("other", mode: 0o700)
        func run() async throws -> Value {
            try await relay.startDaemon()
            let value = try await body(relay)
            try await relay.stopDaemon()
            return value
        }
        guard flow == .crossing else { return try await run() }
        let disk = try relay.scratch.makeFolder("disk", mode: 0o700)
        return try await SickDisk.withTinyDisk(at: disk) { try await run() }
    }
}
