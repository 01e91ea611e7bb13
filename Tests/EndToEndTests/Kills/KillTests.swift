import FoundationEssentials
import Glibc
import TestSupport
import Testing

/// The daemon dies just before and just after each call that is an arrow of the state table.
@Suite("Kills at every arrow", .serialized)
struct KillTests {
    @Test func `every row of the state table has a kill`() throws {
        let root = "/" + #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
        let text = String(decoding: try readFile("\(root)/ARCHITECTURE.md"), as: UTF8.self)
        let section = text.split(separator: "### Transitions\n").last?.split(separator: "###").first
        let rows = (section ?? "").split(separator: "\n").filter { $0.hasPrefix("| ") }
            .compactMap { $0.split(separator: " | ").first?.dropFirst(2) }
        let killed = Set(Arrow.all.map(\.row)).union(BundleKillTests.rows)
        #expect(Set(rows.dropFirst().map(String.init)) == killed)
        #expect(Set(Arrow.all.map(\.scenario)).isSubset(of: Scenario.all.map(\.name)))
    }

    @Test(.timeLimit(.minutes(LongRun.isOn ? 15 : 5)), arguments: Scenario.all)
    func `killed at an arrow, the next daemon loses nothing and says what may come twice`(
        scenario: Scenario
    ) async throws {
        guard LongRun.isOn || Arrow.all.contains(where: { $0.scenario == scenario.name }) else {
            return
        }
        try await OtherDisk.with(scenario.isOnOtherDisk) { spool in
            var plan = scenario.plan
            plan.spool = spool
            plan.pickup += ["patience = '100ms'"]
            plan.route += plan.route.isEmpty ? ["retry_first = '100ms'"] : []
            try await withIdleRelay("kills", plan) { relay in
                let run = try await ScenarioRun(scenario, relay)
                let first = try await run.record()
                Self.expectArrows(scenario, first)
                // Now and then a file is looked at once more than necessary: what is called both
                // times is called every time.
                let second = try await run.record()
                let calls = first.merging(second) { $0.filter(Set($1).contains) }
                let points = KillPlan(scenario, calls).points
                let start = ContinuousClock.now
                for point in points { try await run.replay(point) }
                print("\(scenario.name): \(points.count) kills in \(ContinuousClock.now - start)")
            }
        }
    }

    private static func expectArrows(
        _ scenario: Scenario,
        _ calls: [KillPoint.Actor: [RecordedCall]]
    ) {
        for arrow in Arrow.all where arrow.scenario == scenario.name {
            let seen = Set(calls[arrow.actor, default: []].filter(\.isDone).map(\.name))
            let missing = Set(arrow.calls).subtracting(seen)
            #expect(missing == [], "\(arrow) is made of \(calls[arrow.actor, default: []])")
        }
    }
}

/// Which kills a scenario is played with.
struct KillPlan {
    let points: [KillPoint]

    /// Both sides of every call in a long run, else of those that no earlier arrow has.
    init(_ scenario: Scenario, _ calls: [KillPoint.Actor: [RecordedCall]]) {
        let chosen =
            LongRun.isOn
            ? Self.all(scenario, calls) : Self.representatives(scenario, calls)
        points = chosen.flatMap { point in
            KillPoint.Moment.allCases.map { moment in
                var point = point
                point.moment = moment
                return point
            }
        }
    }

    private static func all(
        _ scenario: Scenario,
        _ calls: [KillPoint.Actor: [RecordedCall]]
    ) -> [KillPoint] {
        KillPoint.Actor.allCases.flatMap { (actor) -> [KillPoint] in
            let recorded = calls[actor, default: []]
            return (scenario.startsFromNothing ? recorded.filter(\.isDone) : recorded.moves)
                .filter(scenario.hasFixedNumber)
                .map { KillPoint(actor: actor, call: $0.name, number: $0.number) }
        }
    }

    private static func representatives(
        _ scenario: Scenario,
        _ calls: [KillPoint.Actor: [RecordedCall]]
    ) -> [KillPoint] {
        var seen: Set<String> = []
        var points: [KillPoint] = []
        for arrow in Arrow.all {
            let unseen = arrow.calls.filter { seen.insert("\(arrow.actor) \($0)").inserted }
            guard arrow.scenario == scenario.name else { continue }
            let recorded = calls[arrow.actor, default: []].moves
            for call in unseen.isEmpty ? arrow.calls.suffix(1) : unseen {
                guard let first = recorded.first(where: { $0.name == call }) else { continue }
                points.append(KillPoint(actor: arrow.actor, call: call, number: first.number))
            }
        }
        return points
    }
}

extension [RecordedCall] {
    /// What was done once the folders were made.
    fileprivate var moves: [RecordedCall] {
        let start = firstIndex { $0.name.hasPrefix("rename ") || $0.name.hasPrefix("unlink ") }
        return self[(start ?? startIndex)...].filter(\.isDone)
    }
}

extension RecordedCall {
    /// Whether it changed or waited for something.
    var isDone: Bool { result == "done" }
}

extension Scenario {
    /// Whether it is the one that is also killed while the folders are made.
    fileprivate var startsFromNothing: Bool { name == "accepted" }

    /// Whether the call has the same number each time: how many syncs several messages share is a
    /// matter of chance.
    fileprivate func hasFixedNumber(_ call: RecordedCall) -> Bool {
        letters.count == 1 || !call.name.hasPrefix("fsync ")
    }
}

/// A folder on another file system than the temporary one.
enum OtherDisk {
    /// Runs the body with such a folder, or with `nil` where none is wanted.
    static func with(_ isWanted: Bool, _ body: (String?) async throws -> Void) async throws {
        guard isWanted else { return try await body(nil) }
        var template = Array("/dev/shm/postchute-kills-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw WaitError("mkdtemp: \(systemError())") }
        let path = String(
            decoding: template.dropLast().map { UInt8(bitPattern: $0) },
            as: UTF8.self
        )
        defer { removeTree(path) }
        try await body(path)
    }
}
