import Glibc

/// What stands before each line, depending on who reads it.
package enum LogStyle: Hashable, Sendable {
    /// journald's priority prefix, as in `<6>`; the journal keeps the time itself.
    case journal
    /// `time=… level=…` for files and terminals.
    case plain

    /// The style for a descriptor: the journal's only if that very stream leads there.
    ///
    /// See: `man 5 systemd.exec`, on `JOURNAL_STREAM`: "device and inode number of the file
    /// descriptor should be compared with the values set in the environment variable".
    package static func detect(descriptor: Int32) -> LogStyle {
        guard let variable = getenv("JOURNAL_STREAM") else { return .plain }
        return detect(descriptor: descriptor, journalStream: String(cString: variable))
    }

    /// The style for a descriptor, given the value of `JOURNAL_STREAM`.
    package static func detect(descriptor: Int32, journalStream: String) -> LogStyle {
        var facts = stat()
        guard fstat(descriptor, &facts) == 0 else { return .plain }
        return journalStream == "\(facts.st_dev):\(facts.st_ino)" ? .journal : .plain
    }

    /// The line as it is written, with its line feed.
    func render(_ line: LogLine, at time: LogTime) -> String {
        switch self {
        case .journal: "<\(line.level.rawValue)>\(line.text)\n"
        case .plain: "time=\(time.rfc3339) level=\(line.level.name) \(line.text)\n"
        }
    }
}

/// An instant in UTC with milliseconds.
package struct LogTime: Hashable, Sendable {
    /// Seconds since 1970.
    package let seconds: Int
    /// `0...999`.
    package let milliseconds: Int

    /// Creates an instant.
    package init(seconds: Int, milliseconds: Int) {
        self.seconds = seconds
        self.milliseconds = milliseconds
    }

    /// The present, by the system's clock.
    package static func now() -> LogTime {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return LogTime(seconds: time.tv_sec, milliseconds: time.tv_nsec / 1_000_000)
    }

    /// The instant as `2026-11-23T10:15:30.123Z` (RFC 3339 §5.6).
    package var rfc3339: String {
        var seconds = seconds
        var parts = tm()
        gmtime_r(&seconds, &parts)
        let date = "\(padded(Int(parts.tm_year) + 1900, 4))-\(padded(Int(parts.tm_mon) + 1, 2))"
        let day = "\(date)-\(padded(Int(parts.tm_mday), 2))"
        let minutes = "\(padded(Int(parts.tm_hour), 2)):\(padded(Int(parts.tm_min), 2))"
        return "\(day)T\(minutes):\(padded(Int(parts.tm_sec), 2)).\(padded(milliseconds, 3))Z"
    }

    private func padded(_ number: Int, _ width: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
    }
}
