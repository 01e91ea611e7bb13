/// What the limits were at one instant, in the form that outlives the process.
///
/// All times are ages: which clock they are to be read by is decided when they are read.
package struct LimitRecords: Hashable, Sendable {
    /// The clocks when the records were made.
    package struct Clock: Hashable, Sendable {
        /// Which boot of the machine the monotonic clock belongs to; empty where unknown.
        package var boot: String
        /// Microseconds since 1970.
        package var wall: Int64
        /// The clock that never jumps.
        package var monotonic: Duration
        /// Whether a time server kept the wall clock.
        package var isWallKept: Bool

        /// Creates a reading.
        package init(boot: String, wall: Int64, monotonic: Duration, isWallKept: Bool) {
            self.boot = boot
            self.wall = wall
            self.monotonic = monotonic
            self.isWallKept = isWallKept
        }
    }

    /// One limit.
    package struct Window: Hashable, Sendable {
        /// One bucket, by the ages of its ends in milliseconds.
        package struct Bucket: Hashable, Sendable {
            package var first: Int64
            package var last: Int64
            package var count: Int
        }

        package var name: String
        /// Milliseconds.
        package var span: Int64
        /// How many more may have been used before the next save.
        package var grant: Int
        /// For how many more milliseconds it was full by the server's word.
        package var closed: Int64
        package var buckets: [Bucket]
    }

    package var clock: Clock
    package var windows: [Window]

    /// Creates records.
    package init(clock: Clock, windows: [Window]) {
        self.clock = clock
        self.windows = windows
    }
}

extension LimitRecords {
    /// Adds a window; an empty one leaves nothing to remember.
    mutating func add(_ name: String, _ window: SlidingWindow, grant: Int, at now: Duration) {
        let closed = window.closedUntil.map { max(($0 - now).milliseconds, 0) } ?? 0
        let buckets = window.live.map {
            // Rounded down, so that nothing seems older than it is.
            Window.Bucket(
                first: max((now - $0.first).milliseconds, 0),
                last: max((now - $0.last).milliseconds, 0),
                count: $0.count
            )
        }
        guard grant > 0 || closed > 0 || !buckets.isEmpty else { return }
        windows.append(
            Window(
                name: name,
                span: window.span.milliseconds,
                grant: grant,
                closed: closed,
                buckets: buckets
            )
        )
    }
}

extension LimitRecords.Window {
    /// The window now, a time after the records were made; what was granted counts as used now.
    func window(elapsed: Duration, at now: Duration) -> SlidingWindow {
        var window = SlidingWindow(limit: .max, span: .milliseconds(span))
        var earlier = buckets.map {
            SlidingWindow.Bucket(
                first: now - elapsed - .milliseconds($0.first),
                last: now - elapsed - .milliseconds($0.last),
                count: $0.count
            )
        }
        if grant > 0 { earlier.append(.init(first: now, last: now, count: grant)) }
        let rest = Duration.milliseconds(closed) - elapsed
        window.restore(earlier, closedUntil: rest > .zero ? now + rest : nil)
        return window
    }
}

extension LimitRecords.Clock {
    /// How much time has certainly passed from this reading to a later one.
    ///
    /// Within one boot the monotonic clock says it; after a reboot it is the time since the boot,
    /// which the monotonic clock shows.
    func certainTime(until later: Self) -> Duration {
        if boot.isEmpty || later.boot.isEmpty { return .zero }
        return max(boot == later.boot ? later.monotonic - monotonic : later.monotonic, .zero)
    }

    /// How much time has passed by the wall clock, if it can be believed; `nil` within one boot,
    /// where nothing has to be believed.
    func believedTime(until later: Self) -> Duration? {
        guard boot.isEmpty || boot != later.boot, isWallKept, later.isWallKept else { return nil }
        let (passed, hasOverflowed) = later.wall.subtractingReportingOverflow(wall)
        return hasOverflowed || passed < 0 ? nil : .microseconds(passed)
    }
}
