/// Stops a sender whose submissions fail in the same way again and again.
///
/// Exchange Online blocks such a sender for a while and nobody can lift that (replies 5.2.251 to
/// 5.2.255); waiting before it does keeps the sender's other mail. Pure; instants are on the
/// monotonic clock.
struct ErrorBreaker {
    private struct Kind: Hashable {
        let sender: String
        let kind: String
    }

    private var failures: [Kind: [Duration]] = [:]

    /// How often the same may fail in ``period``.
    static let tolerated = 3
    static let period = Duration.seconds(3600)
    /// More kinds than this are made up by somebody: those that have ended are forgotten first.
    private static let limit = 10_000

    /// Notes that a submission failed; returns until when its sender is to wait, if it is.
    mutating func failed(_ sender: String, _ kind: String, at now: Duration) -> Duration? {
        let key = Kind(sender: sender, kind: kind)
        var recent = (failures[key] ?? []).filter { now - $0 < Self.period }
        recent.append(now)
        if failures.count >= Self.limit, failures[key] == nil { forget(at: now) }
        failures[key] = recent.suffix(Self.tolerated)
        return recent.count >= Self.tolerated
            ? recent[recent.count - Self.tolerated] + Self.period : nil
    }

    /// Forgets a sender's failures: a person says that the cause is gone.
    mutating func forgive(_ sender: String) {
        failures = failures.filter { $0.key.sender != sender }
    }

    private mutating func forget(at now: Duration) {
        failures = failures.filter { $0.value.contains { now - $0 < Self.period } }
        if failures.count >= Self.limit { failures = [:] }
    }
}
