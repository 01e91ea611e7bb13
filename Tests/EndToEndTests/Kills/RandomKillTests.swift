import Glibc
import TestSupport
import Testing

/// The daemon dies at any moment, under load, beside a server that drops sessions.
@Suite("Random kills", .serialized)
struct RandomKillTests {
    /// What happens after a random pause.
    enum Blow: CaseIterable {
        case kill
        /// As systemd stops it.
        case stop
        case killHelper
    }

    static let seeds: [UInt64] = LongRun.isOn ? [1, 2, 3] : [1]

    @Test(.timeLimit(.minutes(LongRun.isOn ? 15 : 5)), arguments: seeds)
    func `killed again and again, every message arrives and every second copy was announced`(
        seed: UInt64
    ) async throws {
        let blows = LongRun.count(9, long: 100)
        try await withIdleRelay("random", Self.plan(blows)) { relay in
            var random = SeededGenerator(seed: seed)
            var expected: [String: SpoolAudit.Expectation] = [:]
            var counts: [Blow: Int] = [:]
            for round in 1...blows {
                for number in 1...20 {
                    let subject = "\(round)-\(number)"
                    let recipients = number % 5 == 0 ? ["b@example.org", "c@example.org"] : nil
                    expected[subject] = SpoolAudit.Expectation(
                        recipients: Set(recipients ?? ["b@example.org"])
                    )
                    let to = expected[subject]?.recipients.sorted().joined(separator: ", ") ?? ""
                    let text = "From: a@example.com\nTo: \(to)\nSubject: \(subject)\n\n"
                    try relay.drop("\(subject).eml", text + "This is \(subject).\n")
                }
                if relay.daemon == nil { try relay.launchDaemon() }
                try await Task.sleep(for: .milliseconds(Int.random(in: 1...900, using: &random)))
                let blow = Self.blow(round, &random)
                counts[blow, default: 0] += 1
                try await Self.strike(blow, relay)
            }
            if relay.daemon == nil { try relay.launchDaemon() }
            var attendant = Attendant(relay, expected.mapValues(\.end))
            guard try await attendant.attend(limit: .seconds(300)) else {
                throw WaitError("seed \(seed): the daemon ended: \(relay.log)")
            }
            try await relay.stopDaemon()
            try SpoolAudit(relay, expected).check("seed \(seed)")
            let copies = try relay.received().count
            print(
                "seed \(seed): \(counts), \(expected.count) messages, \(copies) copies,",
                "\(relay.announcedIDs.count) possible duplicates"
            )
        }
    }

    /// Sessions that a real server drops now and then, on both sides of the dot, and refusals for
    /// now.
    private static func plan(_ blows: Int) -> RelayPlan {
        var plan = RelayPlan()
        plan.route = ["connections = 4", "retry_first = '100ms'"]
        let later = #"reply "451 4.7.0 Temporary server error.""#
        let faults = (0..<blows / 3 + 1).map { number in
            """
            at dot close after \(number * 40 + 20) times 1
            at content close after \(number * 60 + 30) times 1
            at RCPT to c@example.org \(later) after \(number * 7 + 1) times 1
            at dot \(later) after \(number * 30 + 10) times 1
            """
        }
        plan.script = faults.joined(separator: "\n") + "\nat dot delay 20ms"
        return plan
    }

    /// Each blow comes in a short run too.
    private static func blow(_ round: Int, _ random: inout SeededGenerator) -> Blow {
        switch Int.random(in: 0..<10, using: &random) {
        case _ where round == 2: .stop
        case _ where round == 3: .killHelper
        case ..<7: .kill
        case ..<9: .stop
        default: .killHelper
        }
    }

    private static func strike(_ blow: Blow, _ relay: RelayHarness) async throws {
        switch blow {
        case .kill: try await relay.killDaemon()
        case .stop:
            // Before a daemon has begun, SIGTERM ends it as it ends any program.
            guard relay.daemon?.errors.contains("event=started") == true else {
                return try await relay.killDaemon()
            }
            try await relay.stopDaemon()
        case .killHelper:
            // None in the first moments of a daemon.
            guard let daemon = relay.daemon, let helper = child(of: daemon.id) else { return }
            kill(helper, SIGKILL)
        }
    }

    /// The watch helper, the only child a daemon has.
    private static func child(of process: Int32) -> pid_t? {
        folderNames("/proc").lazy.compactMap { pid_t($0) }.first { id in
            // proc_pid_stat(5): the parent is the second word after the name in brackets.
            let stat = (try? readFile("/proc/\(id)/stat")).map {
                String(decoding: $0, as: UTF8.self)
            }
            let words = stat?.split(separator: ")").last?.split(separator: " ") ?? []
            return words.count > 1 && words[1] == "\(process)"
        }
    }
}
