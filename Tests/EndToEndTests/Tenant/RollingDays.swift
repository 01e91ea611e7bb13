import FoundationEssentials
import Glibc
import TestSupport

/// A backlog that one mailbox sends at its real limits while things go wrong, in fast time.
struct RollingDays: Sendable {
    /// How many messages wait in the drop folder when it begins.
    let messages: Int
    /// What the mailbox may do in 24 hours.
    let recipientsPerDay: Int
    /// Faults by the sandbox's time; the time before the first is undisturbed.
    let script: String
    /// After how many accepted messages the daemon is killed.
    let kills: [Int]
    /// How many times as fast time passes.
    let speed: Int

    /// What became of it.
    struct Outcome: Sendable {
        /// How often each Message-ID arrived.
        let copies: [String: Int]
        /// When each message was accepted, in seconds of fast time, in order.
        let accepted: [Double]
        /// What the tenant counted.
        let counts: Counts
        let log: String
        /// How many are in each place.
        let places: [Place: Int]

        /// The messages accepted in a span of minutes since the first one.
        func accepted(minutes: ClosedRange<Double>) -> Int {
            guard let first = accepted.first else { return 0 }
            return accepted.count { minutes.contains(($0 - first) / 60) }
        }
    }

    /// The part of `counts.json` that concerns the mailbox.
    struct Counts: Sendable, Decodable {
        struct Account: Sendable, Decodable {
            let mostMessagesPerMinute: Int
            let mostSessions: Int
            let mostRecipientsPerDay: Int
        }
        let accounts: [String: Account]
        let violations: [String: Int]
    }

    /// Runs until every message has left the queue, or the limit of real time has passed.
    func run(limit: Duration) async throws -> Outcome {
        let clock = try await FastClock(speed: speed)
        let tenant = try RehearsalTenant()
            .with("recipients_per_day = 10000", as: "recipients_per_day = \(recipientsPerDay)")
        return try await withScratchFolder("days") { scratch in
            let relay = try RelayHarness(scratch, plan(clock))
            let running = TenantRelay(relay: relay, tenant: tenant, clock: clock)
            do {
                try running.writeSecrets()
                try drop(relay)
                try await running.startTenant()
                try relay.writeSettings()
                try await send(relay, limit)
                try await relay.stopDaemon()
                relay.sandbox?.send(signal: SIGTERM)
                try await relay.sandbox?.waitForExit()
                let outcome = try outcome(relay)
                await relay.abandon()
                return outcome
            } catch {
                await relay.abandon()
                throw error
            }
        }
    }

    private func plan(_ clock: FastClock) -> RelayPlan {
        var plan = RelayPlan()
        plan.replacesRoute = true
        plan.route =
            TenantRoute.exchangeOnline.route
            + ["recipients_per_day = \(recipientsPerDay)", "retry_first = '1 min'"]
        plan.pickup = ["settle = '1 s'", "when_uncertain = 'retry'"]
        plan.tables = TenantRelay.identity(.exchangeOnline)
        plan.launcher = clock.launcher
        plan.sandboxLauncher = clock.launcher
        plan.sandbox = ["--tenant", "{root}/tenant.toml"]
        plan.script = script
        return plan
    }

    private func drop(_ relay: RelayHarness) throws {
        for index in 0..<messages {
            let text = RelayHarness.message("m\(index)", to: "b@contoso.com")
                .replacing("From: a@example.com", with: "From: erp@contoso.com")
            try writeFile(Array(text.utf8), to: "\(relay.drop)/m\(index).eml")
        }
    }

    private func send(_ relay: RelayHarness, _ limit: Duration) async throws {
        try await relay.startDaemon()
        for count in kills {
            try await waitUntil(limit: limit, "\(count) messages") {
                relay.entries(.sent).count >= count
            }
            try await relay.killDaemon()
            try await relay.startDaemon()
        }
        try await waitUntil(limit: limit, "the end; \(relay.log.suffix(2000))") {
            let left = [Place.drop, .queue, .sending].map { relay.entries($0).count }
            return left.dropFirst().allSatisfy { $0 == 0 } && settled(relay) == messages
        }
    }

    private func settled(_ relay: RelayHarness) -> Int {
        [Place.sent, .failed, .held].map { relay.entries($0).count }.reduce(0, +)
    }

    private func outcome(_ relay: RelayHarness) throws -> Outcome {
        let received = try relay.received()
        var copies: [String: Int] = [:]
        for message in received { copies[message.envelope.messageID, default: 0] += 1 }
        let counts = try readFile(relay.scratch.path("sandbox/counts.json"))
        let times = received.compactMap { Self.seconds($0.envelope.acceptedAt) }
        return Outcome(
            copies: copies,
            accepted: times.sorted(),
            counts: try JSONDecoder().decode(Counts.self, from: Data(counts)),
            log: relay.log,
            places: Dictionary(
                uniqueKeysWithValues: Place.allCases.map { ($0, relay.entries($0).count) }
            )
        )
    }

    /// An instant such as `2026-11-27T05:42:46.461Z` in seconds since 1970.
    private static func seconds(_ text: String) -> Double? {
        let numbers = text.split { "-T:Z".contains($0) }.compactMap { Double($0) }
        guard numbers.count == 6 else { return nil }
        var parts = tm()
        parts.tm_year = Int32(numbers[0]) - 1900
        parts.tm_mon = Int32(numbers[1]) - 1
        parts.tm_mday = Int32(numbers[2])
        parts.tm_hour = Int32(numbers[3])
        parts.tm_min = Int32(numbers[4])
        return Double(timegm(&parts)) + numbers[5]
    }
}
