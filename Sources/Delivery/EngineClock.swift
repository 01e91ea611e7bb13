internal import Synchronization

/// The two clocks of the engine, injected so that tests own time.
package struct EngineClock: Sendable {
    /// Time that never jumps, for pauses and limits.
    package var monotonic: @Sendable () -> Duration
    /// Microseconds since 1970, for what a person or a restart reads.
    package var wall: @Sendable () -> Int64

    /// Creates a clock.
    package init(
        monotonic: @escaping @Sendable () -> Duration,
        wall: @escaping @Sendable () -> Int64
    ) {
        self.monotonic = monotonic
        self.wall = wall
    }
}
