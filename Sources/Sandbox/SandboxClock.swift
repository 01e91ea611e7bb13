internal import Glibc

/// The sandbox's time, which may pass faster than the system's.
///
/// It begins at the system's date and time and then follows the monotonic clock, so that a step of
/// the system's clock is none of the sandbox's.
package struct SandboxClock: Sendable {
    /// How many of the sandbox's seconds pass in a real one.
    package let speed: Int
    private let read: @Sendable () -> SandboxTime

    /// The fastest a sandbox can be: a day in 24 seconds.
    package static let maximumSpeed = 3600

    /// Starts a clock.
    ///
    /// - Precondition: `speed` is from 1 to ``maximumSpeed``.
    package init(speed: Int = 1) {
        precondition((1...Self.maximumSpeed).contains(speed), "a clock of speed \(speed)")
        let start = SandboxTime.now().milliseconds
        let origin = Self.monotonicMilliseconds
        self.init(speed: speed) {
            let elapsed = Self.monotonicMilliseconds - origin
            return SandboxTime(milliseconds: start + elapsed * Int64(speed))
        }
    }

    /// Takes the time from elsewhere, for tests.
    package init(speed: Int, _ read: @escaping @Sendable () -> SandboxTime) {
        self.speed = speed
        self.read = read
    }

    /// The moment it is.
    package func now() -> SandboxTime { read() }

    /// How long a time of the sandbox takes in reality.
    package func realTime(_ duration: Duration) -> Duration { duration / speed }

    private static var monotonicMilliseconds: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
