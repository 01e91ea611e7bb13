/// When what waits will have been sent, as far as that can be told.
package enum BacklogEstimate: Hashable, Sendable, Codable {
    /// Nothing waits.
    case done
    /// In about so many seconds.
    case about(seconds: Int64)
    /// Not before an instant, in microseconds since 1970, since the day's limit is used up first.
    case notBefore(Int64)
    /// Sending is suspended, or there is no pace to go by.
    case unknown

    /// The estimate for several parts together: the last one decides.
    package static func last(of parts: [BacklogEstimate], now: Int64) -> BacklogEstimate {
        if parts.contains(.unknown) { return .unknown }
        return parts.max { $0.end(from: now) < $1.end(from: now) } ?? .done
    }

    private func end(from now: Int64) -> Int64 {
        switch self {
        case .done: now
        case .about(let seconds): now.addingClamped(seconds.multipliedClamped(by: 1_000_000))
        case .notBefore(let instant): instant
        case .unknown: .max
        }
    }
}

/// What is known of a backlog and of what slows it down.
struct Backlog {
    /// Messages that wait or are under way.
    var messages: Int
    /// Recipients of a message, on average.
    var recipients: Double
    /// Messages in a second that limits allow, or that were sent lately; `nil` where neither is known.
    var pace: Double?
    /// The part of a shared account that falls to it, above zero and at most 1.
    var share: Double = 1
    /// The windows of a day its recipients have to pass.
    var shared: SlidingWindow?
    var own: SlidingWindow?

    /// When it will have been sent; `wall` is now, in microseconds since 1970.
    func estimate(at now: Duration, wall: Int64) -> BacklogEstimate {
        if messages == 0 { return .done }
        guard let pace, pace > 0 else { return .unknown }
        let time = Double(messages) / pace
        let wait = max(
            Self.drain(shared, of: Double(messages) * recipients / share, at: now),
            Self.drain(own, of: Double(messages) * recipients, at: now)
        )
        guard wait > time else { return .about(seconds: Int64(clamping: time)) }
        return .notBefore(
            wall.addingClamped(Int64(clamping: wait).multipliedClamped(by: 1_000_000))
        )
    }

    /// Seconds.
    private static func drain(
        _ window: SlidingWindow?,
        of amount: Double,
        at now: Duration
    ) -> Double {
        guard var window, window.limit != .max || window.closedUntil != nil else { return 0 }
        let wait = window.drain(of: Int(min(amount.rounded(.up), 1e12)), at: now)
        return Double(wait.components.seconds)
    }
}

/// How many messages were sent in the last minutes, and with how many recipients.
struct PaceMeter {
    private var messages = SlidingWindow(limit: .max, span: PaceMeter.span, grain: .seconds(10))
    private var sent = 0
    private var recipients = 0

    private static let span = Duration.seconds(600)

    /// Notes an accepted message.
    mutating func sent(recipients count: Int, at now: Duration) {
        messages.expire(at: now)
        messages.count(1, at: now)
        sent += 1
        recipients += count
    }

    /// Messages in a second, from the first of the last ten minutes on; `nil` where nothing was sent.
    mutating func pace(at now: Duration) -> Double? {
        messages.expire(at: now)
        guard let first = messages.live.first?.first else { return nil }
        let time = max((now - first).components.seconds, 1)
        return Double(messages.counted) / Double(time)
    }

    /// Recipients of a message; one where nothing was sent.
    var recipientsOfMessage: Double {
        sent == 0 ? 1 : max(Double(recipients) / Double(sent), 1)
    }
}

extension Int64 {
    /// The sum, or the nearest number there is.
    fileprivate func addingClamped(_ other: Int64) -> Int64 {
        let (sum, hasOverflowed) = addingReportingOverflow(other)
        return hasOverflowed ? (other < 0 ? .min : .max) : sum
    }

    fileprivate func multipliedClamped(by other: Int64) -> Int64 {
        let (product, hasOverflowed) = multipliedReportingOverflow(by: other)
        return hasOverflowed ? .max : product
    }

    /// A time in seconds as a whole number, rounded up.
    fileprivate init(clamping seconds: Double) {
        self = seconds < 9e18 ? Int64(seconds.rounded(.up)) : .max
    }
}
