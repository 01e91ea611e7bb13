/// How many of something may happen in any span of time, and how many did.
///
/// Pure; instants are on the monotonic clock. What is under way is *reserved*, what ended is
/// *counted* from its end for the whole span: the server counted it somewhere between, so that no
/// span at the server can hold more than the limit (ARCHITECTURE.md, "Limits").
package struct SlidingWindow: Hashable, Sendable {
    /// Uses that came close together, counted until the last of them is as old as the span.
    package struct Bucket: Hashable, Sendable {
        package var first: Duration
        package var last: Duration
        package var count: Int

        /// Creates a bucket.
        package init(first: Duration, last: Duration, count: Int) {
            self.first = first
            self.last = last
            self.count = count
        }
    }

    /// The largest number in any span; `.max` counts without a limit.
    package private(set) var limit: Int
    package private(set) var span: Duration
    /// What differs between our clock and the server's within a span.
    package static let margin = Duration.milliseconds(250)

    /// Buckets in order of their ends.
    package private(set) var buckets: [Bucket] = []
    /// The sum of ``buckets``.
    package private(set) var counted = 0
    /// Under way, and not counted yet.
    package private(set) var reserved = 0
    /// Until when it is full by the server's word, whatever was counted here.
    package private(set) var closedUntil: Duration?

    private var grain: Duration
    private var expired = 0

    /// Creates an empty window; a `grain` of `nil` is a 600th of the span.
    package init(limit: Int, span: Duration, grain: Duration? = nil) {
        self.limit = max(limit, 1)
        self.span = span
        self.grain = grain ?? span / 600
    }

    /// A window of a rolling day, in buckets of five minutes.
    package static func day(limit: Int) -> SlidingWindow {
        SlidingWindow(limit: limit, span: .seconds(86_400), grain: .seconds(300))
    }

    /// Takes over the limit of another window; what was counted stays.
    package mutating func adopt(limitOf other: SlidingWindow) {
        (limit, span, grain) = (other.limit, other.span, other.grain)
    }

    /// What counts now, what is under way included.
    package var used: Int { saturated(counted, reserved) }

    /// Whether nothing is known of it that a later start would have to respect.
    package var isEmpty: Bool { counted == 0 && reserved == 0 && closedUntil == nil }

    /// Forgets what is older than the span.
    package mutating func expire(at now: Duration) {
        if let until = closedUntil, until <= now { closedUntil = nil }
        while expired < buckets.count, end(of: buckets[expired]) <= now {
            counted -= buckets[expired].count
            expired += 1
        }
        // Removed in lots: one by one would move the rest each time.
        if expired > 32 || expired == buckets.count {
            buckets.removeFirst(expired)
            expired = 0
        }
    }

    private func end(of bucket: Bucket) -> Duration { bucket.last + span + Self.margin }

    /// How long to wait until an amount fits; zero means now.
    ///
    /// An amount above the limit fits into an empty window. What is under way is taken to end now.
    package mutating func wait(for amount: Int, at now: Duration) -> Duration {
        expire(at: now)
        let closed = closedUntil.map { $0 - now } ?? .zero
        return max(closed, waitForRoom(amount, at: now))
    }

    private func waitForRoom(_ amount: Int, at now: Duration) -> Duration {
        var excess = saturated(used, min(amount, limit)) - limit
        if excess <= 0 { return .zero }
        for bucket in buckets[expired...] {
            excess -= bucket.count
            if excess <= 0 { return max(end(of: bucket) - now, .zero) }
        }
        return span + Self.margin
    }

    /// When an amount will have found its place if everything sent fills the window at once: full
    /// spans and the rest of one.
    ///
    /// For estimates.
    package mutating func drain(of amount: Int, at now: Duration) -> Duration {
        expire(at: now)
        let spans = max(amount - 1, 0) / limit
        return (span + Self.margin) * spans + wait(for: amount - spans * limit, at: now)
    }

    /// Takes an amount for something that starts.
    package mutating func reserve(_ amount: Int) { reserved = saturated(reserved, amount) }

    /// Ends a reservation and counts what was used of it.
    package mutating func settle(_ amount: Int, used: Int, at now: Duration) {
        reserved = max(reserved - amount, 0)
        count(used, at: now)
    }

    /// Counts what was used.
    package mutating func count(_ amount: Int, at now: Duration) {
        guard amount > 0 else { return }
        counted = saturated(counted, amount)
        if let last = buckets.last, buckets.count > expired, now - last.first < grain {
            buckets[buckets.count - 1].last = max(now, last.last)
            buckets[buckets.count - 1].count = saturated(last.count, amount)
        } else {
            buckets.append(Bucket(first: now, last: now, count: amount))
        }
    }

    /// Treats the window as full until an instant: the server says that it is.
    package mutating func close(until instant: Duration) {
        closedUntil = max(closedUntil ?? instant, instant)
    }

    /// Takes over what an earlier process counted, oldest first; only into a window that has counted
    /// nothing yet.
    package mutating func restore(_ earlier: [Bucket], closedUntil: Duration?) {
        guard buckets.isEmpty else { return }
        buckets = earlier.filter { $0.count > 0 }.sorted { $0.last < $1.last }
        counted = buckets.reduce(0) { saturated($0, $1.count) }
        self.closedUntil = closedUntil
    }

    /// Makes everything older that was counted before an instant: the machine turns out to have
    /// been off for longer than was certain.
    package mutating func age(by time: Duration, before instant: Duration) {
        for index in buckets.indices.dropFirst(expired) where buckets[index].last < instant {
            buckets[index].first -= time
            buckets[index].last -= time
        }
    }

    /// What was counted and has not ended, oldest first.
    package var live: [Bucket] { Array(buckets[expired...]) }

    private func saturated(_ left: Int, _ right: Int) -> Int {
        let (sum, hasOverflowed) = left.addingReportingOverflow(right)
        return hasOverflowed ? .max : sum
    }
}
