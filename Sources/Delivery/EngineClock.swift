internal import Synchronization

/// The two clocks of the engine, injected so that tests own time.
package struct EngineClock: Sendable {
    /// Time that never jumps, for pauses and limits.
    package var monotonic: @Sendable () -> Duration
    /// Microseconds since 1970, for what a person or a restart reads.
    package var wall: @Sendable () -> Int64
    /// Which boot of the machine the monotonic clock counts from; empty where unknown.
    package var boot: String
    /// Whether a time server keeps the wall clock, so that time before a boot can be told by it.
    package var isWallKept: @Sendable () -> Bool

    /// Creates a clock.
    package init(
        monotonic: @escaping @Sendable () -> Duration,
        wall: @escaping @Sendable () -> Int64,
        boot: String = "",
        isWallKept: @escaping @Sendable () -> Bool = { false }
    ) {
        self.monotonic = monotonic
        self.wall = wall
        self.boot = boot
        self.isWallKept = isWallKept
    }
}
