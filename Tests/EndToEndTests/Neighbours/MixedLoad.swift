import Glibc
import Synchronization
import TestSupport
import Testing

/// Mail that keeps coming, from programs that write in different ways, while something happens.
///
/// A file whose writing failed does not count: its writer knows that.
final class MixedLoad: Sendable {
    private let relay: RelayHarness
    private let prefix: String
    private let written = Mutex(Set<String>())
    private let number = Mutex(0)
    private let task = Mutex<Task<Void, Never>?>(nil)

    /// Creates a load whose messages are called `<prefix>1.eml` and so on.
    init(_ relay: RelayHarness, prefix: String = "n") {
        self.relay = relay
        self.prefix = prefix
    }

    /// The names of what was written so far.
    var names: Set<String> { written.withLock { $0 } }

    /// Begins to write.
    func start(every pause: Duration = .milliseconds(15)) {
        let task = Task {
            while !Task.isCancelled {
                write(nextNumber())
                // The pace of the load is the subject here, not a wait.
                try? await Task.sleep(for: pause)
            }
        }
        self.task.withLock { $0 = task }
    }

    private func nextNumber() -> Int {
        number.withLock {
            $0 += 1
            return $0
        }
    }

    /// Ends the writing; what has been begun is finished.
    func stop() async {
        let task = task.withLock { $0 }
        task?.cancel()
        await task?.value
    }

    /// Waits until so many more files were written.
    func more(_ count: Int) async throws {
        let goal = names.count + count
        try await waitUntil(limit: .seconds(60), "\(goal) files to be written") {
            names.count >= goal
        }
    }

    /// Writes one file in one of four ways.
    private func write(_ number: Int) {
        let id = "\(prefix)\(number)"
        let path = "\(relay.drop)/\(id).eml"
        do {
            switch number % 4 {
            case 0: try relay.drop("\(id).eml", RelayHarness.message(id))
            case 1: try writeFile(RelayHarness.message(id).utf8, to: path)
            case 2: try relay.drop("\(id).eml", RelayHarness.message(id, body: Self.large))
            default:
                let writer = try FileWriter(path)
                let text = RelayHarness.message(id, body: "First.\nSecond.\n")
                try writer.write(String(text.dropLast(9)))
                try writer.write(String(text.suffix(9)))
            }
            _ = written.withLock { $0.insert("\(id).eml") }
        } catch {
            // The folder is not there now.
        }
    }

    /// About 120 KB: more than is read at once.
    private static let large = String(
        repeating: String(repeating: "x", count: 75) + "\n",
        count: 1600
    )
}

extension RelayHarness {
    /// Waits until every message is in `sent/` of one of the spools, doing what an operator does:
    /// uncertain ones are released, suspended routes are tried again.
    func deliverAll(
        _ names: Set<String>,
        in roots: [String]? = nil,
        limit: Duration = .seconds(120)
    ) async throws {
        let roots = roots ?? [drop]
        var next = ContinuousClock.now
        try await waitUntil(limit: limit, "every message to be sent; \(whereabouts(names, roots))")
        {
            try await Task.sleep(for: .milliseconds(50))
            if Set(Self.sentNames(roots)).isSuperset(of: names) { return true }
            if ContinuousClock.now >= next {
                try await helpAlong()
                next = .now + .seconds(1)
            }
            return false
        }
    }

    /// Retries, releases and resumes, as an operator does who wants to see it go.
    func helpAlong() async throws {
        let deferred = entries(.queue).map(\.path.spoolID)
        if !deferred.isEmpty { _ = try await command(["retry"] + deferred.prefix(500)) }
        let held = entries(.held).map(\.path.spoolID)
        if !held.isEmpty { _ = try await command(["release"] + held) }
        let failed = entries(.failed).map(\.path.spoolID)
        if !failed.isEmpty { _ = try await command(["retry"] + failed) }
        if log.contains("event=route-suspended") {
            _ = try await command("resume", "--route", "lab")
        }
    }

    /// The names below `sent/` of some spools; one that is there twice counts twice.
    static func sentNames(_ roots: [String]) -> [String] {
        roots.flatMap { entries(.sent, below: $0) }.map { String(decoding: $0.name, as: UTF8.self) }
    }

    private func whereabouts(_ names: Set<String>, _ roots: [String]) -> String {
        let missing = names.subtracting(Self.sentNames(roots)).sorted().prefix(5)
        let places = missing.map { name in
            let found = roots.flatMap { root in
                Place.allCases.filter { place in
                    Self.entries(place, below: root).contains { $0.name == Array(name.utf8) }
                }.map { "\(root)/\($0.rawValue)" }
            }
            return "\(name) is in \(found)"
        }
        return "\(places.joined(separator: "; ")); the log:\n\(log.suffix(20_000))"
    }

    /// Checks that every message is in `sent/` exactly once and in no other place, and that it was
    /// received exactly once, or more often with a word about that.
    func expectExactlyOnce(_ names: Set<String>, in roots: [String]? = nil) throws {
        let roots = roots ?? [drop]
        let sent = Self.sentNames(roots)
        #expect(Set(sent) == names)
        #expect(sent.count == names.count, "twice in sent/: \(sent.count - Set(sent).count)")
        for root in roots {
            for place in Place.allCases where place != .sent {
                let left = Self.entries(place, below: root).map {
                    String(decoding: $0.name, as: UTF8.self)
                }
                #expect(left.filter { $0.hasSuffix(".eml") } == [], "\(root) \(place)")
            }
        }
        try expectReceived(names)
    }
}

extension String {
    /// The id a file of the spool begins with.
    var spoolID: String { String((split(separator: "/").last ?? "").prefix(35)) }
}

extension RelayPlan {
    /// Several sessions to a server that takes its time and now and then has none.
    static var busy: RelayPlan {
        var plan = RelayPlan()
        plan.route = ["connections = 4"]
        plan.script = """
            at dot reply "451 4.3.0 Try later" after 10 times 3
            at RCPT reply "450 4.2.1 Try later" after 25 times 3
            at dot delay 25ms
            """
        return plan
    }
}
