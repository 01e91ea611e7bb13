import EventLog
import Glibc
import NIOCore
import NIOPosix
import Spool
import Submission
import Synchronization
import TestSupport
import Testing

@testable import Delivery

/// What a scripted server does with one submission.
enum Scripted: Sendable {
    /// Takes the content to its end and reports this.
    case takes(AttemptReport.End, [RecipientOutcome])
    /// Ends before the content.
    case refuses(Failure)
    /// Takes the content and says nothing until ``ScriptedSubmitter/release(_:)``.
    case hangs
}

/// A route whose other end is a script: everything this side of the protocol is real.
///
/// Confined to its loop as ``Submitter`` asks, with the parts tests look at behind a mutex.
final class ScriptedSubmitter: Submitter {
    struct Seen: Sendable {
        var recipients: [String]
        var content: [UInt8]
    }

    private struct State {
        var script: [Scripted] = []
        var seen: [Seen] = []
        var probes: [Failure?] = []
        var probeCount = 0
        var hanging: [@Sendable (AttemptReport) -> Void] = []
        var isStopped = false
    }

    private let state = Mutex(State())
    private let loop: any EventLoop

    init(loop: any EventLoop, _ script: [Scripted] = [], probes: [Failure?] = []) {
        self.loop = loop
        state.withLock {
            $0.script = script
            $0.probes = probes
        }
    }

    var seen: [Seen] { state.withLock { $0.seen } }
    var probeCount: Int { state.withLock { $0.probeCount } }
    var hangingCount: Int { state.withLock { $0.hanging.count } }

    func submit(
        _ source: any SubmissionSource,
        completion: @escaping @Sendable (AttemptReport) -> Void
    ) {
        let count = source.envelope.recipients.count
        let next: Scripted = state.withLock { state in
            if state.isStopped { return .refuses(.stopped) }
            return state.script.isEmpty ? .acceptsAll(count) : state.script.removeFirst()
        }
        if case .refuses(let failure) = next {
            let untried = [RecipientOutcome](repeating: .untried, count: count)
            return finish(
                AttemptReport(end: .failed(failure), recipients: untried, peer: ""),
                completion
            )
        }
        source.contentWillBeNeeded()
        take(source, [], next, completion)
    }

    private func take(
        _ source: any SubmissionSource,
        _ content: [UInt8],
        _ next: Scripted,
        _ completion: @escaping @Sendable (AttemptReport) -> Void
    ) {
        source.nextChunk { result in
            switch result {
            case .failure(let failure):
                let end = AttemptReport.End.failed(.content(failure))
                self.finish(AttemptReport(end: end, recipients: [], peer: ""), completion)
            case .success(let chunk) where !chunk.isLast:
                self.take(source, content + chunk.octets, next, completion)
            case .success(let chunk):
                self.took(source, content + chunk.octets, next, completion)
            }
        }
    }

    private func took(
        _ source: any SubmissionSource,
        _ content: [UInt8],
        _ next: Scripted,
        _ completion: @escaping @Sendable (AttemptReport) -> Void
    ) {
        let recipients = source.envelope.recipients.map(\.address.text)
        state.withLock { $0.seen.append(Seen(recipients: recipients, content: content)) }
        switch next {
        case .takes(let end, let outcomes):
            finish(AttemptReport(end: end, recipients: outcomes, peer: "script"), completion)
        case .hangs: state.withLock { $0.hanging.append(completion) }
        case .refuses: break
        }
    }

    private func finish(
        _ report: AttemptReport,
        _ completion: @escaping @Sendable (AttemptReport) -> Void
    ) {
        loop.execute { completion(report) }
    }

    /// Lets what hangs end.
    func release(_ report: AttemptReport) {
        let hanging = state.withLock { state in
            defer { state.hanging = [] }
            return state.hanging
        }
        for completion in hanging { finish(report, completion) }
    }

    func probe(completion: @escaping @Sendable (Failure?) -> Void) {
        let answer = state.withLock { state -> Failure? in
            state.probeCount += 1
            return state.probes.isEmpty ? nil : state.probes.removeFirst()
        }
        loop.execute { completion(answer) }
    }

    func stop() { state.withLock { $0.isStopped = true } }
    func closeIdleSessions() {}
}

extension Scripted {
    static let reply = Reply.answer(250, "2.0.0 OK")

    static func acceptsAll(_ count: Int) -> Scripted {
        .takes(.accepted(reply), [RecipientOutcome](repeating: .accepted(reply), count: count))
    }
}

/// Time that a test moves: both clocks are the system's plus what the test added.
final class TestClock: Sendable {
    private let added = Mutex(Duration.zero)
    private let stepped = Mutex(Duration.zero)

    func advance(by duration: Duration) { added.withLock { $0 += duration } }

    /// Sets the wall clock alone, as a person or a time server does.
    func step(by duration: Duration) { stepped.withLock { $0 += duration } }

    var engineClock: EngineClock {
        EngineClock(
            monotonic: { self.added.withLock { $0 } + Self.system(CLOCK_MONOTONIC) },
            wall: {
                let now = self.added.withLock { $0 } + Self.system(CLOCK_REALTIME)
                return (now + self.stepped.withLock { $0 }).nanoseconds / 1000
            }
        )
    }

    private static func system(_ clock: clockid_t) -> Duration {
        var time = timespec()
        clock_gettime(clock, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}

/// What a test changes about the routes and the pickup of an engine.
struct EngineSettings: Sendable {
    var route: @Sendable (inout DeliveryRoute) -> Void = { _ in }
    var pickup: @Sendable (inout DeliveryPickup) -> Void = { _ in }
    var ledger: (any LimitLedger)?

    /// Every route sends with this account.
    static func account(
        _ account: DeliveryAccount,
        ledger: (any LimitLedger)? = nil
    ) -> EngineSettings {
        EngineSettings(route: { $0.account = account }, ledger: ledger)
    }
}

/// Keeps every event, in order.
final class KeptEvents: MessageWitness {
    private let events = Mutex<[MessageEvent]>([])

    var all: [MessageEvent] { events.withLock { $0 } }

    func note(_ event: MessageEvent) { events.withLock { $0.append(event) } }
}

/// An engine on a real spool, with scripted routes.
final class EngineFixture: Sendable {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let threads = SpoolThreads(count: 4)
    let log = LogSink.memory()
    /// What the engine told of messages.
    let events = KeptEvents()
    let clock = TestClock()
    let engine: DeliveryEngine
    let spool: MessageSpool
    let folder: ScratchFolder
    let submitters: [ScriptedSubmitter]
    private let policy: SettlementPolicy
    private let settings: EngineSettings

    init(
        _ folder: ScratchFolder,
        scripts: [[Scripted]] = [[]],
        probes: [Failure?] = [],
        maximumRecipients: Int = 500,
        policy: SettlementPolicy = SettlementPolicy(),
        settings: EngineSettings = EngineSettings()
    ) async throws {
        self.folder = folder
        self.policy = policy
        self.settings = settings
        let drop = try folder.makeFolder("drop")
        spool = try MessageSpool(
            opening: SpoolOptions(dropPath: drop),
            hooks: SpoolHooks(now: clock.engineClock.wall)
        )
        let loop = group.next()
        submitters = scripts.map { ScriptedSubmitter(loop: loop, $0, probes: probes) }
        let (threads, log, events, clock) = (threads, log, events, clock.engineClock)
        engine = try await loop.submit {
            DeliveryEngine(
                loop: loop,
                threads: threads,
                log: DeliveryLog(log, witnesses: [events]),
                clock: clock
            )
        }.get()
        let routes = submitters.enumerated().map { index, submitter in
            var route = DeliveryRoute(
                name: "r\(index)",
                submitter: submitter,
                connections: 2,
                maximumRecipients: maximumRecipients
            )
            settings.route(&route)
            return route
        }
        let engine = engine
        try await loop.submit { engine.start(routes: routes, ledger: settings.ledger) }.get()
    }

    /// Adds the pickup; leftovers of the spool are settled from here on.
    func begin() async throws {
        let (engine, spool, policy) = (engine, spool, policy)
        let names = submitters.indices.map { "r\($0)" }
        var pickup = DeliveryPickup(name: "erp", spool: spool, routes: names, policy: policy)
        settings.pickup(&pickup)
        let added = pickup
        try await group.next().submit { engine.add(added) }.get()
    }

    /// Adds another pickup, with a folder of its name.
    func add(
        _ name: String,
        routes: [String],
        priority: DeliveryPriority
    ) async throws -> (name: String, spool: MessageSpool) {
        let spool = try MessageSpool(
            opening: SpoolOptions(dropPath: try folder.makeFolder(name)),
            hooks: SpoolHooks(now: clock.engineClock.wall)
        )
        var pickup = DeliveryPickup(name: name, spool: spool, routes: routes, policy: policy)
        pickup.priority = priority
        let (engine, added) = (engine, pickup)
        try await group.next().submit { engine.add(added) }.get()
        return (name, spool)
    }

    /// What the engine would tell `status`.
    func snapshot() async throws -> RelaySnapshot {
        let engine = engine
        return try await group.next().submit {
            engine.snapshot(processID: 1, version: "0")
        }.get()
    }

    /// Writes a file into the drop folder and claims it, as a pickup does.
    @discardableResult
    func claim(
        _ name: String,
        from author: String = "a@example.com",
        to recipients: [String],
        body: String = "text\n",
        in other: (name: String, spool: MessageSpool)? = nil
    ) throws -> SpoolName {
        let header = "From: \(author)\nTo: \(recipients.joined(separator: ", "))\n\n"
        let spool = other?.spool ?? spool
        try folder.write(header + body, to: "\(other?.name ?? "drop")/\(name)")
        let drop = try spool.dropDirectory()
        let file = try #require(FileName(name))
        let descriptor = try drop.open(file)
        defer { close(descriptor) }
        let facts = try FileFacts(descriptor: descriptor)
        let claimed = try spool.claim(file, in: drop, descriptor: descriptor, facts: facts)
        engine.claimed([claimed], pickup: other?.name ?? "erp")
        return claimed
    }

    func names(_ relative: String) -> [String] {
        folder.names("drop/\(relative)")
    }

    /// The names below `sent/`, whatever the day.
    var sent: [String] { names("sent").flatMap { names("sent/\($0)") } }

    /// Makes the engine look at its clock.
    func nudge() { engine.claimed([], pickup: "erp") }

    func end() async throws {
        let engine = engine
        try await group.next().flatSubmit { engine.stop() }.get()
        spool.close()
        threads.stop()
        try await group.shutdownGracefully()
    }
}

/// Runs a test on an engine and ends it afterwards.
func withEngine(
    scripts: [[Scripted]] = [[]],
    probes: [Failure?] = [],
    maximumRecipients: Int = 500,
    policy: SettlementPolicy = SettlementPolicy(),
    settings: EngineSettings = EngineSettings(),
    _ body: (EngineFixture) async throws -> Void
) async throws {
    try await withScratchFolder("engine") { folder in
        let fixture = try await EngineFixture(
            folder,
            scripts: scripts,
            probes: probes,
            maximumRecipients: maximumRecipients,
            policy: policy,
            settings: settings
        )
        try await body(fixture)
        try await fixture.end()
    }
}

extension Reply {
    /// A reply of one line, for scripts.
    static func answer(_ code: Int, _ text: String) -> Reply {
        guard let code = ReplyCode(code) else { preconditionFailure("\(code) is no reply code") }
        return Reply(code, lines: [text])
    }
}
