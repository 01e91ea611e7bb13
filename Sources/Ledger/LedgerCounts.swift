internal import Delivery

/// What a row of `activity` counts.
struct LedgerCounts: Hashable {
    private var claimed = 0
    private var sent = 0
    private var failed = 0
    private var deferred = 0
    private var held = 0
    private var uncertain = 0
    private var recipients = 0
    private var octets = 0
    private var milliseconds: Int64 = 0

    /// Counts one event.
    mutating func count(_ event: MessageEvent) {
        switch event.kind {
        case .claimed: claimed += 1
        case .sent:
            sent += 1
            recipients += event.recipients.count { $0.outcome == .accepted }
            octets += event.octets ?? 0
            milliseconds += event.milliseconds ?? 0
        case .failed: failed += 1
        case .deferred: deferred += 1
        case .held, .setAside: held += 1
        case .uncertain: uncertain += 1
        case .dropped, .partSent, .returned, .taken, .retried, .released, .removed, .expired: break
        }
    }

    /// The values in the order of the columns.
    var columns: [Int64] {
        [claimed, sent, failed, deferred, held, uncertain, recipients, octets].map { Int64($0) }
            + [milliseconds]
    }
}

/// Which row of `activity` an event counts in.
struct ActivityKey: Hashable {
    let start: Int64
    let pickup: String
    /// Empty where none has been chosen yet.
    let route: String

    /// How finely time is kept, in microseconds: five minutes.
    static let grain: Int64 = 300_000_000

    init(_ event: MessageEvent) {
        start = Self.floor(event.at, to: Self.grain)
        pickup = LedgerRecord.bounded(event.pickup)
        route = LedgerRecord.bounded(event.route ?? "")
    }

    /// The last multiple of a span that is not after an instant.
    static func floor(_ instant: Int64, to span: Int64) -> Int64 {
        let rest = instant % span
        return instant - (rest < 0 ? rest + span : rest)
    }
}
