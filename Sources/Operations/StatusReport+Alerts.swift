internal import Delivery

// What the daemon tells people of.
extension StatusReport {
    private var alerts: [OpenAlert] { daemon.snapshot?.alerts ?? [] }

    /// The alerts that are open, one line each, under a head.
    var alertLines: [String] {
        guard !alerts.isEmpty else { return [] }
        return ["", "Alerts that are open"]
            + alerts.map {
                "  [\($0.severity.rawValue)] \($0.sentence) (since \(WallTime.text($0.since)))"
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
