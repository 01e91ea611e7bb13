import Glibc
import TestSupport
import Testing

/// Mixed load with faults against one daemon: it loses nothing and does not grow.
@Suite("Soak", .serialized)
struct SoakTests {
    /// Minutes of the long form.
    private static let minutes =
        getenv("POSTCHUTE_SOAK").flatMap { Int(String(cString: $0)) } ?? 60

    private static var plan: Soak.Plan {
        let seed = UInt64.random(in: 0...UInt64(UInt32.max))
        guard LongRun.isOn else {
            return Soak.Plan(rounds: 1, load: 20, rate: 25, idleness: 600, seed: seed)
        }
        return Soak.Plan(rounds: minutes, load: 50, rate: 20, idleness: 3000, seed: seed)
    }

    @Test func `under mixed load with faults nothing is lost and nothing grows`() async throws {
        let plan = Self.plan
        try await withIdleRelay("soak", SoakPickup.plan) { relay in
            let soak = try Soak(relay, plan, hasDisk: SickDisk.canMount)
            guard soak.hasDisk else { return try await Self.run(soak) }
            try await SickDisk.withTinyDisk(at: relay.scratch.path("disk"), size: "3m") {
                try await Self.run(soak)
            }
        }
    }

    private static func run(_ soak: Soak) async throws {
        try await soak.relay.startDaemon()
        do {
            try await soak.run()
        } catch {
            throw WaitError("seed \(soak.plan.seed): \(error); the log is in \(soak.root)/soak.log")
        }
        try soak.takeSample(isAtRest: false)
        try await soak.relay.stopDaemon()
        print(soak.report(warmUp: warmUp(soak)))
        try checkAccounts(soak)
        checkFolders(soak)
        checkFigures(soak)
    }

    private static func warmUp(_ soak: Soak) -> Double { soak.time / 6 }

    private static func checkAccounts(_ soak: Soak) throws {
        let complaints = soak.ledger.complaints
        #expect(complaints == [], "seed \(soak.plan.seed)")
        #expect(soak.events["log-lines-lost"] == nil)
        #expect(soak.ledger.arrivalCount > 0)
    }

    private static func checkFolders(_ soak: Soak) {
        for pickup in SoakPickup.all {
            let spool = "\(soak.root)/\(pickup.spool)"
            #expect(folderNames("\(spool)/queue") == ["sending"], "\(pickup.name)")
            for folder in ["queue/sending", "failed", "held"] {
                #expect(folderNames("\(spool)/\(folder)") == [], "\(pickup.name)")
            }
            #expect(folderNames("\(spool)/state") == ["lock"], "\(pickup.name)")
            let drop = folderNames("\(soak.root)/\(pickup.folder)")
            #expect(drop.filter { $0.hasSuffix("ml") || $0.hasSuffix("tmp") } == [])
        }
    }

    private static func checkFigures(_ soak: Soak) {
        let atRest = soak.samples.filter(\.isAtRest)
        guard let first = atRest.first, let last = atRest.last else {
            Issue.record("nothing was measured")
            return
        }
        let seed = "seed \(soak.plan.seed)"
        // A subfolder stays open until the next barrier of its pickup: one descriptor for each.
        let opened = last.opened(since: first).filter { !$0.contains("/forms/desk-") }
        #expect(opened == [], "\(seed)")
        #expect(last.threads == first.threads, "\(seed)")
        // An idle worker lives for some seconds, so either rest may have some that the other has
        // not: no more than can run at once.
        let spare = sysconf(Int32(_SC_NPROCESSORS_ONLN))
        #expect(last.workers <= first.workers + spare, "\(seed)")
        guard LongRun.isOn else { return }
        #expect(SoakTrend(soak.samples, warmUp: warmUp(soak)).complaints == [])
    }
}
