internal import Delivery
internal import EventLog
internal import Operations
internal import Settings
internal import Spool

extension Relay {
    /// How often the folders are looked through.
    private static let sweepInterval = Duration.seconds(3600)
    /// How many messages are removed each second at most: mail has the disk first.
    private static let removedPerSecond = 200

    /// Removes what is older than the settings keep, until the task is cancelled.
    func keepWithinRetention() async {
        while !Task.isCancelled {
            if mayRemove() { await sweepAll() }
            try? await Task.sleep(for: Self.sweepInterval)
        }
    }

    /// Sweeps what pickups keep, and then Postchute's own mail.
    private func sweepAll() async {
        for pickup in pickups {
            pickup.removeOldFeedback()
            let rules = RetentionRules(settings.retention(of: pickup.settings))
            await sweep(pickup.settings.name, SpoolOptions(of: pickup.settings), rules)
        }
        let directory = settings.state.directory
        let own = try? await onThread { () throws(SpoolError) in OwnMail.all(in: directory) }
        for (name, folder) in own ?? [] {
            await sweep(name, SpoolOptions(dropPath: folder), OwnMail.retention)
        }
    }

    /// Whether the clock can be trusted with removing anything: one that leapt is given a day to be set right.
    private func mayRemove() -> Bool {
        if RetentionClock(settings.state).mayRemove(at: EngineClock.system.wall()) { return true }
        var line = LogLine(.info, "expiry-waits")
        line.add(
            "reason",
            "Nobody has looked at the clock for two days, as after the first start, or it went back."
        )
        line.add("advice", "Nothing old is removed for a day; see that the clock is right.")
        log.write(line)
        return false
    }

    /// Sweeps the spool of one pickup, and says in one line what was removed.
    private func sweep(
        _ name: String,
        _ options: SpoolOptions,
        _ rules: RetentionRules
    ) async {
        do {
            var sweep = try await onThread { () throws(SpoolError) in
                try RetentionSweep(opening: options, rules)
            }
            while !sweep.isDone, !Task.isCancelled {
                let before = sweep
                let (after, names) = try await onThread { () throws(SpoolError) in
                    var sweep = before
                    let names = try sweep.step(limit: Self.removedPerSecond)
                    return (sweep, names)
                }
                sweep = after
                guard !names.isEmpty else { continue }
                engine.expired(names, pickup: name)
                try? await Task.sleep(for: .seconds(1))
            }
            report(sweep.counts, of: name)
        } catch {
            // A folder that is not there is somebody else's line.
            guard let error = error as? SpoolError, error.kind != .vanished else { return }
            var line = LogLine(.warning, "not-expired")
            line.add("pickup", name)
            line.add("reason", error.fullSentence)
            log.write(line)
        }
    }

    private func report(_ counts: RetentionCounts, of pickup: String) {
        guard counts.sent + counts.failed > 0 else { return }
        var line = LogLine(.info, "expired")
        line.add("pickup", pickup)
        line.add("sent", counts.sent)
        line.add("failed", counts.failed)
        line.add("octets", counts.octets)
        log.write(line)
    }

    /// Runs blocking work on one of the spool's threads, or on this one while the daemon stops.
    private func onThread<Value: Sendable>(
        _ body: @escaping @Sendable () throws(SpoolError) -> Value
    ) async throws -> Value {
        let threads = threads
        return try await withCheckedThrowingContinuation { continuation in
            threads.runAnyway {
                continuation.resume(with: Result { () throws(SpoolError) in try body() })
            }
        }
    }
}

extension RetentionRules {
    /// The rules of the settings.
    init(_ settings: RetentionSettings) {
        func microseconds(_ span: Duration) -> Int64 { span.components.seconds * 1_000_000 }
        self.init(
            sent: settings.sent.map(microseconds),
            failed: settings.failed.map(microseconds),
            sentOctets: settings.sentOctets.map(Int64.init)
        )
    }
}
