import Glibc
import TestSupport

/// Time that runs so many times as fast for the processes that are started with ``launcher``.
///
/// All of them share it, also those that are started later: a daemon that is started again finds the
/// day where the one before left it. Times of files stay the real ones.
final class FastClock: Sendable {
    /// How many times as fast.
    let speed: Int
    private let scratch: ScratchFolder
    private let start: [Int64]

    /// Builds the library that stands between a process and the system's clocks; fast time begins
    /// now.
    init(speed: Int) async throws {
        self.speed = speed
        scratch = try ScratchFolder("fast-clock")
        let source = "\(#filePath.dropLast("FastClock.swift".count))fast-clock.c"
        let run = try await ChildProcess.run(
            ["cc", "-O2", "-shared", "-fPIC", "-o", scratch.path("clock.so"), source]
        )
        guard run.exit == .code(0) else { throw WaitError("cc: \(run.errors)") }
        start = [CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME].map(Self.reading)
    }

    /// What stands before the command line of a program that is to see this clock.
    var launcher: [String] {
        let numbers = ([Int64(speed)] + start).map(String.init).joined(separator: " ")
        return ["env", "LD_PRELOAD=\(scratch.path("clock.so"))", "FAST_CLOCK=\(numbers)"]
    }

    /// How much fast time has passed.
    var elapsed: Duration {
        .nanoseconds((Self.reading(CLOCK_MONOTONIC) - start[1]) * Int64(speed))
    }

    private static func reading(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
