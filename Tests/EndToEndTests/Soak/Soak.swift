import Glibc
import Synchronization
import TestSupport

/// A daemon under mixed load with faults for as long as somebody wants to watch.
///
/// Writers, an operator and an observer work at the same time for a minute; then the queue is left
/// to drain and the daemon is measured at rest. That is a round.
final class Soak: Sendable {
    /// How long and how hard.
    struct Plan: Sendable {
        var rounds: Int
        /// Seconds of load in each round.
        var load: Double
        /// Messages for each second of load, bursts included.
        var rate: Double
        /// The longest pause between two acts of the operator, in milliseconds.
        var idleness: Int
        var seed: UInt64
    }

    let relay: RelayHarness
    let plan: Plan
    /// Whether the bulk pickup's spool is a small disk of its own that can be full.
    let hasDisk: Bool
    let start = ContinuousClock.now
    private let state: Mutex<State>

    private struct State {
        var dice: SeededGenerator
        var ledger = SoakLedger()
        var samples: [SoakSample] = []
        var number = 0
        /// The beginning of a line of the log whose end has not been read yet.
        var partialLine: [UInt8] = []
        var logLines = 0
        /// How often each event was logged, and each act done.
        var events: [String: Int] = [:]
        var acts: [String: Int] = [:]
    }

    /// Makes the drop folders; the daemon runs not yet.
    init(_ relay: RelayHarness, _ plan: Plan, hasDisk: Bool) throws {
        self.relay = relay
        self.plan = plan
        self.hasDisk = hasDisk
        state = Mutex(State(dice: SeededGenerator(seed: plan.seed)))
        for pickup in SoakPickup.all { try relay.scratch.makeFolder(pickup.folder, mode: 0o700) }
        try relay.scratch.makeFolder("disk", mode: 0o700)
    }

    /// The scratch folder.
    var root: String { relay.scratch.path }

    /// Seconds since the soak began.
    var time: Double {
        let components = (ContinuousClock.now - start).components
        return Double(components.seconds) + Double(components.attoseconds) / 1e18
    }

    /// What became of every message so far.
    var ledger: SoakLedger { state.withLock { $0.ledger } }

    /// What was measured so far.
    var samples: [SoakSample] { state.withLock { $0.samples } }

    /// How often each event was logged.
    var events: [String: Int] { state.withLock { $0.events } }

    /// How often the operator did what.
    var acts: [String: Int] { state.withLock { $0.acts } }

    /// Changes the ledger.
    func record(_ change: (inout SoakLedger) -> Void) {
        state.withLock { change(&$0.ledger) }
    }

    /// Throws the dice.
    func roll<Value>(_ body: (inout SeededGenerator) -> Value) -> Value {
        state.withLock { body(&$0.dice) }
    }

    /// Notes an act of the operator.
    func did(_ act: String) {
        state.withLock { $0.acts[act, default: 0] += 1 }
    }

    /// Waits for a time of the dice's choosing, up to so many milliseconds.
    func pause(upTo milliseconds: Int) async throws {
        let pause = roll { Int.random(in: milliseconds / 4...milliseconds, using: &$0) }
        try await Task.sleep(for: .milliseconds(pause))
    }
}

extension Soak {
    /// The whole: a round that only warms up and is not measured, then those of the plan.
    func run() async throws {
        try dropMessages(100)
        try await comeToRest()
        for _ in 0..<plan.rounds {
            try await withThrowingTaskGroup { group in
                let end = time + plan.load
                group.addTask { try await self.write(until: end) }
                group.addTask { try await self.operate(until: end) }
                group.addTask { try await self.observe(until: end) }
                try await group.waitForAll()
            }
            try await comeToRest()
        }
    }

    /// Drops messages at the plan's rate, now and then sixty at once.
    private func write(until end: Double) async throws {
        var due = 0.0
        var last = time
        while time < end {
            let isBurst = roll { Int.random(in: 0..<300, using: &$0) } == 0
            due += (time - last) * plan.rate * 0.8 + (isBurst ? 60 : 0)
            last = time
            try dropMessages(Int(due))
            due -= due.rounded(.down)
            try await pause(upTo: 150)
        }
    }

    private func dropMessages(_ count: Int) throws {
        for _ in 0..<count { try dropMessage { $0.message() } }
    }

    private func dropMessage(
        _ choose: (inout SeededGenerator) -> (pickup: SoakPickup, kind: SoakKind, lines: Int)
    ) throws {
        let (pickup, message) = state.withLock { state in
            let choice = choose(&state.dice)
            state.number += 1
            let name = "soak-\(state.number)"
            let message = SoakMessage(name: name, kind: choice.kind, lines: choice.lines)
            state.ledger.expect(message)
            return (choice.pickup, message)
        }
        try pickup.drop(message, in: root)
    }

    private func drain() async throws {
        try await waitUntil(limit: .seconds(180), "rest: \(ledger.openNames.prefix(10))") {
            try await tidy()
            if ledger.openNames.isEmpty { return true }
            try await urge()
            return false
        }
    }

    /// Measures every few seconds.
    private func observe(until end: Double) async throws {
        while time < end {
            try await Task.sleep(for: .seconds(min(5, plan.load / 10)))
            try takeSample(isAtRest: false)
        }
    }

    /// Lets everything arrive and sessions end, and measures what is left.
    private func comeToRest() async throws {
        try await drain()
        // A subfolder with a claim stays open until the next message of its pickup has made that
        // durable: what was claimed last may have failed unsent.
        for pickup in SoakPickup.all { try dropMessage { _ in (pickup, .plain, 1) } }
        try await drain()
        // Sessions end after a second without work. Looks for two more: a snapshot or a scan opens
        // a file for a moment, and what is there at the quietest of them stays.
        try await Task.sleep(for: .seconds(2))
        var quietest = try measure(isAtRest: true)
        for _ in 0..<20 {
            try await Task.sleep(for: .milliseconds(100))
            let sample = try measure(isAtRest: true)
            if sample.descriptors < quietest.descriptors {
                (quietest.descriptors, quietest.open) = (sample.descriptors, sample.open)
            }
        }
        add(quietest)
    }
}

extension Soak {
    /// Measures and reads the log.
    func takeSample(isAtRest: Bool) throws {
        add(try measure(isAtRest: isAtRest))
    }

    private func add(_ sample: SoakSample) {
        state.withLock { $0.samples.append(sample) }
        try? appendToFile("soak.tsv", Array("\(sample.row)\n".utf8))
    }

    private func measure(isAtRest: Bool) throws -> SoakSample {
        try readLog()
        guard let daemon = relay.daemon, daemon.exit == nil else {
            throw WaitError("the daemon ended")
        }
        let figures = try ProcessFigures(daemon.id)
        return state.withLock { state in
            SoakSample(
                time: time,
                residentKB: figures.residentKB,
                peakKB: figures.peakKB,
                descriptors: figures.descriptors,
                threads: figures.threads,
                workers: figures.workers,
                processorTime: figures.processorTime,
                messages: state.ledger.arrivalCount,
                logLines: state.logLines,
                queue: state.ledger.openCount,
                isAtRest: isAtRest,
                open: figures.open
            )
        }
    }

    /// Takes what the daemon said out of memory, counts it, and keeps it in `soak.log`.
    private func readLog() throws {
        guard let octets = relay.daemon?.takeErrors(), !octets.isEmpty else { return }
        try appendToFile("soak.log", octets)
        state.withLock { state in
            var lines = (state.partialLine + octets).split(
                separator: UInt8(ascii: "\n"),
                omittingEmptySubsequences: false
            )
            state.partialLine = Array(lines.popLast() ?? [])
            state.logLines += lines.count
            for octets in lines {
                let line = LoggedLine(String(decoding: octets, as: UTF8.self))
                state.events[line["event"] ?? "?", default: 0] += 1
                guard let file = line["file"] else { continue }
                state.ledger.note(String(file.dropLast(4))) { entry in
                    if line["event"] == "sent" { entry.isLoggedSent = true }
                    if line["note"] == "possible duplicate" { entry.announcements += 1 }
                }
            }
        }
    }

    private func appendToFile(_ name: String, _ octets: [UInt8]) throws {
        let flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC
        let descriptor = open(relay.scratch.path(name), flags, 0o644)
        guard descriptor >= 0 else { throw WaitError("open \(name): \(systemError())") }
        defer { close(descriptor) }
        guard Glibc.write(descriptor, octets, octets.count) == octets.count else {
            throw WaitError("write \(name): \(systemError())")
        }
    }
}
