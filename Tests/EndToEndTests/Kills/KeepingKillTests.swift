import Glibc
import TestSupport
import Testing

/// The daemon dies while it removes what is old, and `erase` while it removes what names somebody.
@Suite("Kills while messages are removed", .serialized)
struct KeepingKillTests {
    /// The arrows of retention, as the table in ARCHITECTURE.md names them, with their calls.
    private static let arrows: [String: [String]] = [
        "A → gone expire": [
            "unlink day/n", "rename day/n day/.gone", "unlink day/1.pdf", "unlink day/.gone",
            "unlink sent/day",
        ],
        "F → gone expire": [
            "fsync state/.failed-since.tmp",
            "rename state/.failed-since.tmp state/failed-since", "unlink failed/n",
            "unlink failed/n.txt", "unlink state/id",
        ],
    ]

    @Test func `every arrow of retention is one of these`() throws {
        let root = "/" + #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
        let text = String(decoding: try readFile("\(root)/ARCHITECTURE.md"), as: UTF8.self)
        let section = text.split(separator: "## Retention\n").last?.split(separator: "\n## ").first
        let rows = (section ?? "").split(separator: "\n").filter { $0.hasPrefix("| ") }
            .compactMap { $0.split(separator: " | ").first?.dropFirst(2) }
            .filter { $0.contains(" → ") }
        #expect(Set(rows.map(String.init)) == Set(Self.arrows.keys))
    }

    /// Both sides of the first call of each name, or of every call in a long run.
    private func points(_ calls: [RecordedCall], _ actor: KillPoint.Actor) -> [KillPoint] {
        let start = calls.firstIndex { $0.name.hasPrefix("unlink") || $0.name.contains("since") }
        let removing = calls[(start ?? 0)...].filter { $0.result == "done" }
        var seen: Set<String> = []
        let chosen = removing.filter { LongRun.isOn || seen.insert($0.name).inserted }
        return chosen.flatMap { call in
            KillPoint.Moment.allCases.map {
                KillPoint(actor: actor, call: call.name, number: call.number, moment: $0)
            }
        }
    }

    @Test(.timeLimit(.minutes(5)))
    func `killed while it removes what is old, the next daemon removes the rest and no more`()
        async throws
    {
        try await withIdleRelay("keeping-kills") { relay in
            let (aim, kept) = (try await Aim(for: relay), KeptMessages(relay: relay))
            try await sweep(kept, aim, nil)
            let calls = try aim.calls(.daemon)
            for (row, names) in Self.arrows {
                let missing = Set(names).subtracting(calls.map(\.name))
                #expect(missing == [], "\(row) is made of \(calls)")
            }
            let points = points(calls, .daemon)
            let start = ContinuousClock.now
            for point in points { try await sweep(kept, aim, point) }
            print("retention: \(points.count) kills in \(ContinuousClock.now - start)")
        }
    }

    private func sweep(_ kept: KeptMessages, _ aim: Aim, _ point: KillPoint?) async throws {
        try await kept.make()
        aim.forget()
        let relay = kept.relay
        try relay.launchDaemon(through: aim.launcher(.daemon, point))
        if let point {
            let exit = try await relay.waitForEnd()
            #expect(exit == .signal(SIGKILL), "\(point)")
            #expect(try aim.hasHit(point), "\(point)")
            try relay.launchDaemon()
        }
        let what = point.map { "\($0)" } ?? "undisturbed"
        do {
            try await waitUntil(limit: .seconds(20)) { kept.isSwept(afterKill: point != nil) }
        } catch {
            Issue.record("\(what): there are \(kept.files.sorted()); the log: \(relay.log)")
        }
        try await relay.daemon?.waitForOutput("event=watching")
        try await relay.stopDaemon()
        #expect(kept.isSwept(afterKill: point != nil), "\(what): \(kept.files.sorted())")
    }

    @Test(.timeLimit(.minutes(5)))
    func `an erasure that was killed anywhere is repeated, and nothing of the person is left`()
        async throws
    {
        var plan = RelayPlan()
        plan.pickup = [
            "kind = 'documents'", "from = 'a@example.com'", "to = '\(KeptMessages.address)'",
        ]
        try await withIdleRelay("erase-kills", plan) { relay in
            let (aim, kept) = (try await Aim(for: relay), KeptMessages(relay: relay))
            try await erase(kept, aim, nil)
            let points = points(try aim.calls(.command), .command)
            #expect(points.count >= 14, "\(points)")
            let start = ContinuousClock.now
            for point in points { try await erase(kept, aim, point) }
            print("erase: \(points.count) kills in \(ContinuousClock.now - start)")
        }
    }

    private func erase(_ kept: KeptMessages, _ aim: Aim, _ point: KillPoint?) async throws {
        try await kept.make()
        aim.forget()
        let relay = kept.relay
        let words = ["erase", KeptMessages.address, "--yes", "--all"]
        let first = try await relay.command(words, through: aim.launcher(.command, point))
        if let point {
            #expect(first.exit == .signal(SIGKILL), "\(point)")
            #expect(try aim.hasHit(point), "\(point)")
            let again = try await relay.command(words)
            #expect(again.code == 0, "\(point): \(again)")
        } else {
            #expect(first.output.hasPrefix("5 messages removed.\n"), "\(first)")
        }
        #expect(kept.naming == [], "\(point.map { "\($0)" } ?? "undisturbed")")
    }
}
