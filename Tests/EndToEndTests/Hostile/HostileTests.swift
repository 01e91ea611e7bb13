import Glibc
import TestSupport
import Testing

/// Writers who want the daemon to send, read or destroy what is not theirs.
@Suite("Hostile folder", .serialized, .enabled(if: Account.canChange, "needs root and cc"))
struct HostileTests {
    /// How a drop folder is open to an adversary.
    enum Deployment: String, CaseIterable, Sendable {
        case supported = "writers = untrusted, with CAP_LEASE"
        case withoutLeases = "writers = untrusted, without CAP_LEASE"
        case trusted = "writers = trusted, without CAP_LEASE"

        var hasLeases: Bool { self == .supported }

        var plan: RelayPlan {
            var plan = RelayPlan()
            let options = hasLeases ? Account.withLeases : []
            plan.launcher = Account.launcher(Account.daemon, Account.writers, options)
            plan.copiesPrograms = true
            plan.dropMode = 0o3770
            plan.route = ["connections = 4", "retry_first = '10 min'", "retry_maximum = '10 min'"]
            if self == .trusted { plan.pickup = ["writers = 'trusted'"] }
            // These wait in the queue, and their ids are forged.
            plan.script = #"at RCPT to wait@example.net reply "451 4.7.0 Later." times 3"#
            return plan
        }
    }

    private static let honestMail = LongRun.count(40, long: 600)
    /// The adversary's own messages, some hundred a second for minutes, stand in the same queue.
    fileprivate static let patience = Duration.seconds(LongRun.count(90, long: 900))

    @Test(
        .timeLimit(.minutes(LongRun.isOn ? 40 : 20)),
        arguments: Deployment.allCases.prefix(LongRun.count(2, long: 3))
    )
    func `nothing outside is touched and only what was written as one is sent`(
        deployment: Deployment
    ) async throws {
        let seed = Int.random(in: 0...1_000_000)
        let seconds = LongRun.count(deployment.hasLeases ? 8 : 5, long: 300)
        try await withIdleRelay("hostile", deployment.plan) { relay in
            try relay.handOver()
            let folder = try await HostileFolder(relay)
            try await relay.startDaemon()
            let ids = try await Self.letSomeWait(relay)
            let adversary = try folder.attack(
                seconds: seconds,
                seed: seed,
                hasLeases: deployment.hasLeases,
                ids: ids
            )
            let honest = try folder.writeHonestly(Self.honestMail, seconds: seconds * 9 / 10)
            let gauge = try await Self.watch(relay, until: [adversary, honest], seconds)
            #expect(adversary.exit == .code(0), "\(adversary.errors)")
            #expect(honest.exit == .code(0), "\(honest.errors)")
            #expect(!adversary.output.contains("breach"), "\(adversary.output)")
            try await Self.expectHonestMail(in: folder)
            try await folder.tidyUp()
            try await relay.waitUntilIdle()
            try await Self.expectWaiting(ids, folder)
            #expect(try await folder.harm() == [], "seed \(seed)")
            Self.expectSanity(relay, gauge, seconds)
            print("\(deployment.rawValue), seed \(seed): \(gauge)")
            print(adversary.output.split(separator: "\n").sorted().joined(separator: ", "))
        }
    }

    /// Every open and every move takes a moment longer, so that a swap between two of them is the
    /// rule and not the exception; and each is on record.
    @Test(.timeLimit(.minutes(10)))
    func `a name that is given away between look, open and move leads nowhere`() async throws {
        let seed = Int.random(in: 0...1_000_000)
        let seconds = LongRun.count(5, long: 120)
        try await withIdleRelay("swapped", Deployment.supported.plan) { relay in
            try relay.handOver()
            let folder = try await HostileFolder(relay)
            try await relay.startDaemon()
            let trace = relay.scratch.path("trace")
            let calls = ["-e", "trace=openat,renameat2", "-e", "inject=all:delay_enter=1000"]
            let daemon = try #require(relay.daemon)
            let tracer = try ChildProcess(
                ["strace", "-f", "-y", "-o", trace, "-p", "\(daemon.id)"] + calls
            )
            try await tracer.waitForOutput(" attached")
            // On a slow machine it takes more than one attempt for enough names to be exchanged.
            for attempt in 0..<12 {
                let seed = seed + attempt
                let adversary = try folder.attack(seconds: seconds, seed: seed, only: "swap")
                _ = try await Self.watch(relay, until: [adversary], seconds)
                try await folder.tidyUp()
                if try Self.opens(trace).count(where: { $0.contains("swap-") }) > 100 { break }
            }
            try await relay.waitUntilIdle()
            try await tracer.end()
            #expect(try await folder.harm() == [], "seed \(seed)")
            _ = try await folder.checkReceived()
            #expect(relay.lines("claiming-suspended").map(\.description) == [])
            #expect(relay.lines("readiness").count == 1)
            try Self.expectNothingOpenedOutside(relay, trace)
        }
    }

    private static func opens(_ trace: String) throws -> [Substring] {
        String(decoding: try readFile(trace), as: UTF8.self)
            .split(separator: "\n").filter { $0.contains("openat") }
    }

    /// No open by name follows a link, and none leads out of the daemon's folders.
    private static func expectNothingOpenedOutside(_ relay: RelayHarness, _ trace: String) throws {
        let calls = try opens(trace)
        #expect(calls.count { $0.contains("swap-") } > 100, "\(calls.count) calls")
        for call in calls {
            if call.contains("<\(relay.drop)>, ") {
                #expect(call.contains("O_NOFOLLOW"), "\(call)")
            }
            // `= 12</path>`: what was opened in fact.
            guard let opened = call.split(separator: " = ").last?.split(separator: "<").last,
                opened.hasPrefix("/")
            else { continue }
            let ours = [relay.drop, relay.scratch.path("state")]
            let isOurs = ours.contains { opened.hasPrefix($0) }
            #expect(isOurs || isOfTheRuntime(opened), "\(call)")
        }
    }

    /// Whether the runtime reads this by itself: how many processors there are, which of its worker
    /// threads run, whether memory may be given back; and what SQLite draws its random numbers from.
    private static func isOfTheRuntime(_ path: Substring) -> Bool {
        let steps = path.split(separator: "/")
        return path.hasPrefix("/sys/fs/cgroup/")
            || path.hasPrefix("/proc/sys/vm/overcommit_memory>") || path == "/dev/urandom>"
            || steps.count == 3 && steps[0] == "proc" && steps[1].allSatisfy(\.isWholeNumber)
                && steps[2].hasPrefix("stat>")
    }

    /// Has three messages wait for a later attempt; returns their ids.
    private static func letSomeWait(_ relay: RelayHarness) async throws -> [String] {
        for number in 1...3 {
            let message = RelayHarness.message("wait-\(number)", to: "wait@example.net")
            try relay.drop("wait-\(number).eml", message)
        }
        try await waitUntil("three deferred messages") { relay.lines("deferred").count == 3 }
        return relay.lines("deferred").compactMap { $0["id"] }
    }

    /// Looks at the daemon until others have ended.
    private static func watch(
        _ relay: RelayHarness,
        until others: [ChildProcess],
        _ seconds: Int
    ) async throws -> ProcessGauge {
        var gauge = ProcessGauge()
        try await waitUntil(limit: .seconds(seconds + 60), "the adversary to end") {
            try gauge.sample(relay.daemon)
            return others.allSatisfy { $0.exit != nil }
        }
        return gauge
    }

    /// Honest mail arrives whole and once, whatever else goes on.
    private static func expectHonestMail(in folder: HostileFolder) async throws {
        let relay = folder.relay
        let names = (0..<honestMail).map { Array("honest-\($0).eml".utf8) }
        try await waitUntil(limit: patience, "honest mail; the log:\n\(relay.log)") {
            Set(relay.entries(.sent).map(\.name)).isSuperset(of: names)
        }
        let honest = try await folder.checkReceived().filter { $0.file.contains("honest-") }
        #expect(honest.count == honestMail)
        #expect(Set(honest.map(\.recipient)).count == honestMail)
    }

    /// Messages whose ids were forged are still there and arrive once; so is everything else whole.
    private static func expectWaiting(_ ids: [String], _ folder: HostileFolder) async throws {
        let relay = folder.relay
        // `<id>.wait-1.eml`: the id is the 35 octets before the last eleven.
        let waiting = relay.entries(.queue).map { String($0.path.suffix(46).prefix(35)) }
        #expect(Set(waiting) == Set(ids))
        #expect(try await relay.command(["retry"] + ids).code == 0)
        for number in 1...3 {
            try await relay.waitFor(.sent, "wait-\(number).eml")
            #expect(try relay.receivedOnce("wait-\(number)").recipients == ["wait@example.net"])
        }
        let received = try await folder.checkReceived()
        #expect(received.count { $0.file.contains("adversary-") } > 10, "nothing was tried")
    }

    /// The daemon uses no more than a quiet one would, and says no more than can be read.
    private static func expectSanity(_ relay: RelayHarness, _ gauge: ProcessGauge, _ seconds: Int) {
        #expect(gauge.peakMemory < 200 * 1024 * Patience.factor, "\(gauge)")
        #expect(gauge.descriptors < 150, "\(gauge)")
        #expect(gauge.threads < 60, "\(gauge)")
        for event in ["claiming-suspended", "pickup-suspended", "route-suspended", "uncertain"] {
            #expect(relay.lines(event).map(\.description) == [], "\(event)")
        }
        #expect(relay.lines("readiness").count <= 2)
        // What is not about a message is a writer's to provoke without cost.
        let others = relay.log.split(separator: "\n").filter { !$0.contains(" id=") }
        #expect(others.count < 100 + 20 * seconds, "\(others.count) lines")
    }
}

extension RelayHarness {
    /// Waits until nothing is under way, nor waits for another attempt after a change was noticed.
    fileprivate func waitUntilIdle() async throws {
        try await waitUntil(limit: HostileTests.patience, "an idle relay; the log:\n\(log)") {
            try await settle()
            let waiting = entries(.queue).filter { !$0.name.starts(with: "wait-".utf8) }
            let names = waiting.compactMap { $0.path.split(separator: "/").last }
            if !names.isEmpty {
                _ = try await command(["retry"] + names.prefix(500).map { "\($0.prefix(35))" })
            }
            return entries(.sending).isEmpty && waiting.isEmpty
        }
    }
}
