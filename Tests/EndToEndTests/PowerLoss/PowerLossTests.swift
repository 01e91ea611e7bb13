import TestSupport
import Testing

/// What a power cut leaves, which no kill can show: a sync that is missing.
///
/// The daemon is recorded once; everything else follows from the recording.
@Suite(
    "Power loss",
    .serialized,
    .enabled(if: Tracing.isAllowed, "strace must be there and allowed")
)
struct PowerLossTests {
    private static let recorded = Task {
        try await PowerLossRecorder.record(PowerLossTrial(width: LongRun.count(2, long: 12)))
    }

    @Test func `no call is made before the syncs it must wait for`() async throws {
        let recording = try await Self.recorded.value.recording
        #expect(recording.unknown == [])
        #expect(OrderCheck(recording).violations == [])
        for barrier in Barrier.allCases { #expect(recording.count(barrier) > 0, "\(barrier)") }
    }

    @Test("a sync that is not made is missed", arguments: Barrier.allCases)
    func missingSync(barrier: Barrier) async throws {
        let recording = try await Self.recorded.value.recording
        #expect(OrderCheck(recording.without(barrier)).violations != [])
    }

    @Test(.timeLimit(.minutes(10)))
    func `after a power cut at any moment every message keeps the promise`() async throws {
        let recorded = try await Self.recorded.value
        let cases = CrashCases(recorded.recording)
        print(
            "\(recorded.recording.events.count) calls, \(cases.cuts) power cuts,",
            "\(cases.cases.count) states"
        )
        let found = try await PowerLossReplay.violations(
            PowerLossReplay.scenes(cases.cases),
            delivered: recorded.delivered
        )
        #expect(found.isEmpty, "\(Self.list(found))")
    }

    @Test(.timeLimit(.minutes(15)))
    func `without any one of the barriers the promise is broken`() async throws {
        let recorded = try await Self.recorded.value
        let intact = Set(CrashCases(recorded.recording).cases)
        var scenes: [PowerLossReplay.Scene] = []
        for barrier in Barrier.allCases {
            let cases = CrashCases(recorded.recording.without(barrier)).cases
            let new = cases.filter { !intact.contains($0) }
            print("without \(barrier): \(new.count) more states")
            // What one of them does to a pickup must not be blamed on another.
            scenes += PowerLossReplay.scenes(Self.suspects(new), label: barrier.rawValue)
        }
        let found = try await PowerLossReplay.violations(
            scenes,
            delivered: recorded.delivered,
            limit: .seconds(LongRun.count(20, long: 60))
        )
        for barrier in Barrier.allCases {
            let broken = found.filter { $0.label == barrier.rawValue }
            print("without \(barrier): \(Self.list(broken.prefix(2)))")
            #expect(broken.isEmpty != barrier.isShownByReplay, "\(barrier): \(Self.list(broken))")
        }
    }

    /// The states that look most like a broken promise, of as many messages as possible.
    private static func suspects(_ cases: [MessageCase]) -> [MessageCase] {
        var taken: [String: Int] = [:]
        let most = LongRun.count(2, long: 20)
        return cases.sorted { $0.suspicion > $1.suspicion }.filter { item in
            taken[item.message.key, default: 0] += 1
            return taken[item.message.key, default: 0] <= most
        }
    }

    @Test(.timeLimit(.minutes(15)))
    func `after a power cut that hits all messages at once each keeps the promise`() async throws {
        let recorded = try await Self.recorded.value
        var random = SeededGenerator(seed: Self.seed)
        let lines = recorded.recording.events.map(\.exit).shuffled(using: &random)
        let trees = WholeTrees(
            recorded.recording,
            at: lines.prefix(LongRun.count(12, long: 300)),
            seed: Self.seed
        ) { $0.key.hasSuffix("1") }
        let scenes = trees.scenes.shuffled(using: &random).prefix(LongRun.count(60, long: 3000))
        print("\(trees.cuts) power cuts, \(trees.scenes.count) folders, \(scenes.count) replayed")
        let found = try await PowerLossReplay.violations(
            Array(scenes),
            delivered: recorded.delivered
        )
        #expect(found.isEmpty, "seed \(Self.seed): \(Self.list(found))")
    }

    /// Of the power cuts and of what they take, where not all are tried.
    private static let seed: UInt64 = 20_261_123

    private static func list(_ found: some Collection<Violation>) -> String {
        found.prefix(20).map(\.description).joined(separator: "\n")
    }
}
