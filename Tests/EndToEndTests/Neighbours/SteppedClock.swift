import Glibc
import TestSupport

/// A daemon's time of day, which a test can set while the daemon runs.
///
/// Only `CLOCK_REALTIME` of the processes that ``launcher`` starts is moved, as it is where a person
/// or a time server sets the machine's clock; files keep the times of the real one.
final class SteppedClock {
    private let scratch: ScratchFolder

    /// Builds the library that stands between the daemon and the system's clock.
    init() async throws {
        scratch = try ScratchFolder("clock")
        let source = "\(#filePath.dropLast("SteppedClock.swift".count))stepped-clock.c"
        let run = try await ChildProcess.run(
            ["cc", "-O2", "-shared", "-fPIC", "-o", scratch.path("clock.so"), source]
        )
        guard run.exit == .code(0) else { throw WaitError("cc: \(run.errors)") }
        try step(to: 0)
    }

    /// What stands before the command line of a program that is to see this clock.
    var launcher: [String] {
        [
            "env", "LD_PRELOAD=\(scratch.path("clock.so"))",
            "STEPPED_CLOCK=\(scratch.path("seconds"))",
        ]
    }

    /// Sets the clock to so many seconds after the real one; before it, if negative.
    func step(to seconds: Int64) throws {
        let path = scratch.path("seconds")
        // Written over in place: the file is mapped.
        let file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw WaitError("open \(path): \(systemError())") }
        defer { close(file) }
        var value = seconds
        guard pwrite(file, &value, 8, 0) == 8 else { throw WaitError("pwrite: \(systemError())") }
    }
}
