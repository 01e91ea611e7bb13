/// Spaces the starts of transactions evenly so that a limit per minute is never met as a wall.
///
/// A virtual-scheduling leaky bucket: it stores the earliest instant of the next start, nothing
/// else. Instants are durations on a monotonic clock, so clock steps cannot open the bucket.
package struct RatePacer: Hashable, Sendable {
    private let interval: Duration?
    private let burst: Duration
    private var nextStart: Duration = .zero

    /// Creates a pacer.
    ///
    /// - Parameters:
    ///   - rate: How many starts are allowed in a period; `nil` allows any number.
    ///   - burst: How many starts may come at once after a pause.
    package init(rate: DeliveryRate?, burst: Int = 1) {
        interval = rate.map { $0.period / max($0.count, 1) }
        self.burst = (interval ?? .zero) * max(burst - 1, 0)
    }

    /// How long to wait before the next start; zero means now.
    package func delay(at now: Duration) -> Duration {
        guard interval != nil else { return .zero }
        return max(nextStart - burst - now, .zero)
    }

    /// Records a start.
    package mutating func started(at now: Duration) {
        guard let interval else { return }
        nextStart = max(nextStart, now) + interval
    }
}

/// So many transactions in a period.
package struct DeliveryRate: Hashable, Sendable {
    package var count: Int
    package var period: Duration

    /// Creates a rate such as 30 in 60 seconds.
    package init(_ count: Int, per period: Duration) {
        self.count = count
        self.period = period
    }
}
