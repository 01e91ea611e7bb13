internal import Glibc

/// One moment on the two clocks a pickup needs.
package struct PickupTime: Hashable, Sendable {
    /// Never goes backwards; for everything that waits.
    package var monotonic: Duration
    /// Since 1970; only for comparison with the times of files on local file systems.
    package var wall: Duration

    /// Creates a moment.
    package init(monotonic: Duration, wall: Duration) {
        self.monotonic = monotonic
        self.wall = wall
    }

    /// The system's clocks.
    package static func now() -> PickupTime {
        PickupTime(monotonic: read(CLOCK_MONOTONIC), wall: read(CLOCK_REALTIME))
    }

    private static func read(_ clock: clockid_t) -> Duration {
        var time = timespec()
        clock_gettime(clock, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}
