internal import Delivery

/// Numbers in the form people read them.
package enum Readable {
    /// A span as `12 s`, `3 min`, `5 h` or `2 d`, rounded down.
    package static func span(seconds: Int64) -> String {
        switch max(seconds, 0) {
        case ..<120: "\(max(seconds, 0)) s"
        case ..<7200: "\(seconds / 60) min"
        case ..<172_800: "\(seconds / 3600) h"
        default: "\(seconds / 86_400) d"
        }
    }

    /// The span between two instants in microseconds, which may come from a damaged file.
    package static func span(from start: Int64, to end: Int64) -> String {
        span(seconds: microseconds(from: start, to: end) / 1_000_000)
    }

    /// Microseconds between two instants, as far as they can be told apart.
    package static func microseconds(from start: Int64, to end: Int64) -> Int64 {
        let (difference, hasOverflowed) = end.subtractingReportingOverflow(start)
        return hasOverflowed ? (end < start ? .min : .max) : difference
    }

    /// Octets as `812 B`, `1.2 KB`, `34 MB`, in steps of 1000.
    package static func size(_ octets: Int64) -> String {
        var rest = max(octets, 0)
        if rest < 1000 { return "\(rest) B" }
        for unit in ["KB", "MB", "GB"] {
            if rest < 10_000 { return "\(rest / 1000).\(rest % 1000 / 100) \(unit)" }
            if rest < 1_000_000 { return "\(rest / 1000) \(unit)" }
            rest /= 1000
        }
        return "\(rest / 1000) TB"
    }

    /// An instant in microseconds since 1970 as `2026-11-23T10:15:30Z` (RFC 3339 §5.6).
    package static func timestamp(_ microseconds: Int64) -> String {
        let words = WallTime.text(microseconds).split(separator: " ")
        return words.prefix(2).joined(separator: "T") + "Z"
    }

    /// The day of an instant, in UTC, as `sent/` names its folders.
    package static func day(_ microseconds: Int64) -> String {
        String(WallTime.text(microseconds).prefix { $0 != " " })
    }

    /// `1 message`, `2 messages`; `1 address`, `2 addresses` with the plural named.
    package static func count(_ number: Int, _ noun: String, _ plural: String? = nil) -> String {
        "\(number) \(number == 1 ? noun : plural ?? "\(noun)s")"
    }

    /// What is left out where nothing can be said.
    package static let unknown = "–"
}
