/// When a pickup could not send although it wanted to, so that this time does not count towards
/// giving up.
struct SuspensionHistory {
    private var closed: [Range<Duration>] = []
    private var openedAt: Duration?

    /// More intervals than this are merged into the oldest: an old message then waits a little
    /// longer rather than too short.
    private static let limit = 64

    /// Notes whether sending is possible from this instant on.
    mutating func update(isSuspended: Bool, at now: Duration) {
        switch (openedAt, isSuspended) {
        case (nil, true): openedAt = now
        case (let start?, false):
            openedAt = nil
            if now > start { append(start..<now) }
        case (nil, false), (.some, true): break
        }
    }

    private mutating func append(_ interval: Range<Duration>) {
        closed.append(interval)
        guard closed.count > Self.limit else { return }
        closed.replaceSubrange(0..<2, with: [closed[0].lowerBound..<closed[1].upperBound])
    }

    /// How much of the time from `start` to `now` was unsuspended.
    func unsuspended(from start: Duration, to now: Duration) -> Duration {
        guard start < now else { return .zero }
        var total = now - start
        for interval in closed + (openedAt.map { $0 < now ? [$0..<now] : [] } ?? []) {
            let overlap = interval.clamped(to: start..<now)
            total -= overlap.upperBound - overlap.lowerBound
        }
        return max(total, .zero)
    }
}
