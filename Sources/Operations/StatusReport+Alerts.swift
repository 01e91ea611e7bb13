package import Delivery
internal import Settings

// What the daemon tells people of.
extension StatusReport {
    private var alerts: [OpenAlert] {
        let alerts = daemon.snapshot?.alerts ?? []
        return alerts.filter { alert in
            !pickups.contains { pickup in
                guard case .success(let counts) = pickup.counts else { return false }
                let mayDuplicate = counts.deferred != 0 || counts.sending != 0 || counts.held > 0
                return alert.isSettled(
                    pickup: pickup.name,
                    failed: counts.failed,
                    held: counts.held,
                    mayDuplicate: mayDuplicate
                )
            }
        }
    }

    /// The alerts that are open, one line each, under a head.
    var alertLines: [String] {
        guard !alerts.isEmpty else { return [] }
        return ["", "Alerts that are open"]
            + alerts.flatMap {
                [
                    "  [\($0.severity.rawValue)] \($0.sentence) (since \(WallTime.text($0.since)))",
                    "    What to do: \($0.advice)",
                ]
            }
    }

    /// The alerts that are open, for programs.
    var alertValues: [JSONValue] {
        alerts.map {
            .members([
                "key": .string($0.key),
                "severity": .string($0.severity.rawValue),
                "since": .time($0.since),
                "sentence": .string($0.sentence),
                "advice": .string($0.advice),
            ])
        }
    }
}

extension OpenAlert {
    /// Whether it tells of messages of a pickup of which none is left to act on: what happened stays in
    /// the snapshot for an hour, also when somebody has dealt with it.
    ///
    /// `mayDuplicate` says whether a message lies there that was tried before or is set aside.
    package func isSettled(
        pickup: String,
        failed: Int?,
        held: Int?,
        mayDuplicate: Bool
    ) -> Bool {
        let parts = key.split(separator: "/", maxSplits: 1).map(String.init)
        guard parts.count == 2, parts[1] == pickup else { return false }
        return switch AlertCondition(rawValue: parts[0]) {
        case .messageFailed: failed == 0
        case .messageHeld: held == 0
        case .possibleDuplicate: !mayDuplicate
        default: false
        }
    }
}
