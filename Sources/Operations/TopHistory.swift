internal import Delivery

/// How much was sent lately, by the daemon's own counts.
package struct TopHistory: Sendable {
    private struct Sample {
        let at: Int64
        let process: Int32
        let sent: [String: Int]
    }

    private var samples: [Sample] = []
    /// How far back it looks, in microseconds.
    private static let span: Int64 = 60_000_000
    private static let most = 200

    /// Remembers nothing.
    package init() {}

    /// Takes the counts of a report; those of another daemon begin anew.
    package mutating func note(_ report: StatusReport) {
        guard let snapshot = report.daemon.snapshot else { return samples.removeAll() }
        if let last = samples.last {
            if last.process != snapshot.processID || last.at > snapshot.takenAt {
                samples.removeAll()
            } else if last.at == snapshot.takenAt {
                return
            }
        }
        let sent = snapshot.pickups.map { ($0.name, $0.counters.sent) }
        samples.append(
            Sample(
                at: snapshot.takenAt,
                process: snapshot.processID,
                sent: Dictionary(sent) { $1 }
            )
        )
        samples.removeAll { Readable.microseconds(from: $0.at, to: snapshot.takenAt) > Self.span }
        if samples.count > Self.most { samples.removeFirst(samples.count - Self.most) }
    }

    /// How many messages of a pickup were sent in the last minute, or since the first look; `nil` after
    /// one look alone.
    func sent(of pickup: String) -> Int? {
        guard samples.count > 1, let first = samples.first?.sent[pickup],
            let last = samples.last?.sent[pickup]
        else { return nil }
        return max(last - first, 0)
    }
}
