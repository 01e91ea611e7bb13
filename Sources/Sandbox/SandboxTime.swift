internal import Glibc

/// A moment in milliseconds since 1970, with the two spellings the sandbox needs.
package struct SandboxTime: Hashable, Sendable {
    /// Milliseconds since 1970-01-01 00:00 UTC.
    package let milliseconds: Int64

    /// Creates a moment.
    package init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// The moment so much later, or earlier; one beyond all time is the last there is.
    package func advanced(by duration: Duration) -> SandboxTime {
        let (seconds, attoseconds) = duration.components
        let (whole, isTooLarge) = seconds.multipliedReportingOverflow(by: 1000)
        let (sum, isTooLate) = milliseconds.addingReportingOverflow(
            whole &+ attoseconds / 1_000_000_000_000_000
        )
        guard !isTooLarge, !isTooLate else {
            return SandboxTime(milliseconds: seconds < 0 ? .min : .max)
        }
        return SandboxTime(milliseconds: sum)
    }

    /// The time of the system's clock.
    package static func now() -> SandboxTime {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return SandboxTime(
            milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
        )
    }

    /// The moment as `Mon, 23 Nov 2026 10:15:30 +0000` (RFC 5322 §3.3).
    package var mailDate: String {
        let parts = calendar
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ]
        return "\(days[Int(parts.tm_wday)]), \(parts.tm_mday) \(months[Int(parts.tm_mon)])"
            + " \(parts.tm_year + 1900) \(clock(parts)) +0000"
    }

    /// The moment as `2026-11-23T10:15:30.123Z` (RFC 3339 §5.6).
    package var internetTime: String {
        let parts = calendar
        let rest = Int(milliseconds % 1000)
        return "\(parts.tm_year + 1900)-\(twoDigits(Int(parts.tm_mon) + 1))"
            + "-\(twoDigits(Int(parts.tm_mday)))T\(clock(parts))"
            + ".\(rest < 100 ? "0" : "")\(twoDigits(rest))Z"
    }

    private var calendar: tm {
        var seconds = time_t(milliseconds / 1000)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        return parts
    }

    private func clock(_ parts: tm) -> String {
        [parts.tm_hour, parts.tm_min, parts.tm_sec].map { twoDigits(Int($0)) }.joined(
            separator: ":"
        )
    }

    private func twoDigits(_ number: Int) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }
}

extension SandboxTime: Comparable {
    /// Whether one moment is before another.
    package static func < (left: SandboxTime, right: SandboxTime) -> Bool {
        left.milliseconds < right.milliseconds
    }
}
