import Glibc
import TestSupport
import Testing

/// Plays one scenario again and again, each time with another kill.
struct ScenarioRun {
    let scenario: Scenario
    private let relay: RelayHarness
    private let aim: Aim

    /// Prepares the first play.
    init(_ scenario: Scenario, _ relay: RelayHarness) async throws {
        self.scenario = scenario
        self.relay = relay
        aim = try await Aim(for: relay)
    }

    /// Plays without a kill and returns what was called.
    func record() async throws -> [KillPoint.Actor: [RecordedCall]] {
        try await play(nil)
        var result: [KillPoint.Actor: [RecordedCall]] = [:]
        for actor in KillPoint.Actor.allCases { result[actor] = try aim.calls(actor) }
        return result
    }

    /// Plays with a kill, which must happen, and checks what the next daemon makes of it.
    func replay(_ point: KillPoint) async throws {
        try await play(point)
        let calls = try aim.calls(point.actor).map { "\($0.name) #\($0.number)" }
        #expect(try aim.hasHit(point), "\(scenario.name): \(point) is not among \(calls)")
    }

    private func play(_ point: KillPoint?) async throws {
        try await reset()
        try dropLetters()
        for point in scenario.earlier { try await prepare(point) }
        var attendant = Attendant(relay, scenario.ends)
        attendant.habit = scenario.habit
        attendant.launcher = aim.launcher(.command, point)
        try relay.launchDaemon(through: aim.launcher(.daemon, point))
        _ = try await attendant.attend()
        if let point {
            try await end(point)
            attendant.launcher = []
            try relay.launchDaemon()
            guard try await attendant.attend() else {
                throw WaitError("the daemon ended: \(relay.log)")
            }
        }
        // Its sweep is done then.
        try await relay.daemon?.waitForOutput("event=watching")
        try await relay.stopDaemon()
        var audit = SpoolAudit(relay, scenario.expectations)
        if point != nil { audit.mayHaveHistory = try orphans() }
        try audit.check("\(scenario.name), \(point.map { "\($0)" } ?? "undisturbed")")
    }

    /// Waits for the end of the daemon, which the kill may still be waiting for in its last calls.
    private func end(_ point: KillPoint) async throws {
        guard point.actor == .daemon else { return try await relay.stopDaemon() }
        relay.daemon?.send(signal: SIGTERM)
        let exit = try await relay.waitForEnd()
        #expect(exit == .signal(SIGKILL), "\(scenario.name), \(point): \(relay.log)")
    }

    /// The histories that a kill leaves without a message, for a week as ARCHITECTURE.md says.
    ///
    /// A message that was never claimed or is gone has none that anybody looks at.
    private func orphans() throws -> Set<String> {
        func count(_ name: String, _ actor: KillPoint.Actor = .daemon) throws -> Int {
            try aim.calls(actor).filter { $0.name == name && $0.isDone }.count
        }
        let isUnclaimed =
            try count("rename state/.tmp state/id") > 0 && count("rename drop/name queue/n") == 0
        let isGone = try count("unlink failed/n", .command) > count("unlink state/id", .command)
        guard isUnclaimed || isGone else { return [] }
        return Set(folderNames("\(relay.spool)/state"))
    }

    /// Has a daemon die at a point, as a beginning.
    private func prepare(_ point: KillPoint) async throws {
        try relay.launchDaemon(through: aim.launcher(.daemon, point))
        let exit = try await relay.waitForEnd()
        guard exit == .signal(SIGKILL) else {
            throw WaitError("\(scenario.name): no beginning, but \(String(describing: exit))")
        }
        aim.forget()
    }

    /// Empty folders, and a sandbox that has seen nothing.
    private func reset() async throws {
        try await relay.stopSandbox()
        removeTree(relay.scratch.path("sandbox"))
        removeTree(relay.scratch.path("state"))
        for folder in Set([relay.drop, relay.spool]) {
            for name in folderNames(folder) { removeTree("\(folder)/\(name)") }
        }
        aim.forget()
        try await relay.startSandbox()
    }

    private func dropLetters() throws {
        for letter in scenario.letters {
            let to = letter.to.isEmpty ? "" : "To: \(letter.to)\n"
            let head = "From: a@example.com\n\(to)Subject: \(letter.subject)\n"
            let text = letter.isTruncated ? head : "\(head)\nThis is \(letter.subject).\n"
            try relay.drop(letter.name ?? "\(letter.subject).eml", text)
        }
    }
}

extension Scenario {
    /// The end of each message, by its subject.
    var ends: [String: MessageEnd] { expectations.mapValues(\.end) }

    /// What is expected of each message, by its subject.
    var expectations: [String: SpoolAudit.Expectation] {
        Dictionary(
            uniqueKeysWithValues: letters.map { letter in
                let recipients = letter.to.split(separator: ", ").map(String.init)
                return (
                    letter.subject,
                    SpoolAudit.Expectation(end: letter.end, recipients: Set(recipients))
                )
            }
        )
    }
}
