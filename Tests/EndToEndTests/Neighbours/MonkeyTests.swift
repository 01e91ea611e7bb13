import Glibc
import Synchronization
import TestSupport
import Testing

/// People who move, copy, rename and remove files at every stage, and use the commands meanwhile.
@Suite("Operators at random", .serialized)
struct MonkeyTests {
    @Test func `whatever operators do nothing is lost and nothing is sent twice by itself`()
        async throws
    {
        let seed = UInt64.random(in: 0 ... .max)
        var plan = RelayPlan.busy
        plan.script = """
            at dot reply "451 4.3.0 Try later" after 10 times 20
            at dot reply "554 5.6.0 Not this one" after 20 times 20
            at RCPT reply "450 4.2.1 Try later" after 60 times 20
            at dot delay 25ms
            """
        try await withRelay("monkey", plan) { relay in
            let load = MixedLoad(relay)
            let monkey = Monkey(relay, seed: seed)
            load.start()
            let end = ContinuousClock.now + .seconds(LongRun.count(6, long: 60))
            async let byHand: Void = monkey.moveFiles(until: end)
            async let byCommand: Void = monkey.useCommands(until: end)
            _ = await (byHand, try byCommand)
            await load.stop()
            _ = try await relay.command("resume", "erp")
            _ = try await relay.command("resume", "--route", "lab")
            try await relay.waitUntilEmpty()
            try await relay.stopDaemon()
            try monkey.check(load.names)
            #expect(monkey.actions > 40, "seed \(seed)")
        }
    }
}

/// An operator who does one thing after the other without thinking.
private final class Monkey: Sendable {
    private let relay: RelayHarness
    private let seed: UInt64
    private let deeds = Mutex(Deeds())

    private struct Deeds {
        var actions = 0
        /// Copies by Message-ID.
        var copies: [String: Int] = [:]
        /// Message-IDs of what was removed on purpose.
        var removed: Set<String> = []
    }

    init(_ relay: RelayHarness, seed: UInt64) {
        self.relay = relay
        self.seed = seed
    }

    var actions: Int { deeds.withLock { $0.actions } }

    func moveFiles(until end: ContinuousClock.Instant) async {
        var random = SeededGenerator(seed: seed)
        while ContinuousClock.now < end {
            moveOne(&random)
            deeds.withLock { $0.actions += 1 }
            // How fast somebody clicks is the subject.
            try? await Task.sleep(for: .milliseconds(Int.random(in: 1...40, using: &random)))
        }
    }

    private func moveOne(_ random: inout SeededGenerator) {
        let places: [Place] = [.queue, .queue, .held, .failed]
        let place = places.randomElement(using: &random) ?? .queue
        guard let path = relay.entries(place).randomElement(using: &random)?.path else { return }
        let name = String(path.split(separator: "/").last ?? "")
        switch Int.random(in: 0..<10, using: &random) {
        case 0, 1: rename(path, "\(relay.drop)/held/\(name)")
        case 2, 3: rename(path, "\(relay.drop)/queue/\(name)")
        case 4: rename(path, "\(relay.drop)/failed/\(name)")
        case 5, 6: rename(path, "\(relay.drop)/\(name)")
        case 7:
            unlink("\(path).txt")
        case 8:
            let other = "\(name.prefix(36))renamed-\(Int.random(in: 0..<1000, using: &random)).eml"
            rename(path, "\(relay.drop)/\(place.rawValue)/\(other)")
        default:
            copy(path, Int.random(in: 0 ..< .max, using: &random))
        }
    }

    private func copy(_ path: String, _ number: Int) {
        guard let octets = try? readFile(path), let id = Self.messageID(octets) else { return }
        let text = String(decoding: octets, as: UTF8.self)
        deeds.withLock { $0.copies[id, default: 0] += 1 }
        do {
            try relay.drop("copy-\(number).eml", text)
        } catch {
            deeds.withLock { $0.copies[id, default: 0] -= 1 }
        }
    }

    func useCommands(until end: ContinuousClock.Instant) async throws {
        var random = SeededGenerator(seed: seed &+ 1)
        while ContinuousClock.now < end {
            let all = [Place.queue, .held, .failed].flatMap { relay.entries($0) }
            let path = all.randomElement(using: &random)?.path
            let id = path?.spoolID
            let octets = path.flatMap { try? readFile($0) }
            switch Int.random(in: 0..<9, using: &random) {
            case 0: try await run("pause", "erp")
            case 1, 2: try await run("resume", "erp")
            case 3: if let id { try await run("hold", id) }
            case 4: if let id { try await run("release", id) }
            case 5: if let id { try await run("retry", id) }
            case 6: try await run("retry", "--all")
            case 7: try await run("status")
            default:
                guard let id, let octets, let message = Self.messageID(octets) else { continue }
                _ = deeds.withLock { $0.removed.insert(message) }
                try await run("remove", "--yes", id)
            }
            deeds.withLock { $0.actions += 1 }
        }
    }

    /// A command may find its message gone, or find two of one id; it never crashes.
    private func run(_ arguments: String...) async throws {
        let run = try await relay.command(arguments)
        #expect([0, 64, 65, 69, 75].contains(run.code), "seed \(seed), \(arguments): \(run)")
    }

    /// Checks that each message arrived, unless it was removed, and once for each time it was there.
    func check(_ names: Set<String>) throws {
        let deeds = deeds.withLock { $0 }
        let received = Dictionary(grouping: try relay.received()) { $0.envelope.messageID }
        let announced = Dictionary(grouping: relay.lines("uncertain")) { $0["message_id"] ?? "" }
        let expected = Set(names.map { "<\($0.dropLast(4))@example.com>" })
        #expect(Set(received.keys).subtracting(expected).isEmpty)
        for id in expected {
            let count = received[id]?.count ?? 0
            let limit = 1 + (deeds.copies[id] ?? 0) + (announced[id]?.count ?? 0)
            #expect(count <= limit, "\(id) came \(count) times, seed \(seed)")
            #expect(count > 0 || deeds.removed.contains(id), "\(id) is lost, seed \(seed)")
        }
    }

    private static func messageID(_ octets: [UInt8]) -> String? {
        String(decoding: octets.prefix(1000), as: UTF8.self).split(separator: "\n")
            .first { $0.hasPrefix("Message-ID: ") }.map { String($0.dropFirst(12)) }
    }
}
