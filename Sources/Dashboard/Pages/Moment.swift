internal import Delivery
internal import Operations

/// Instants as pages show them, all in UTC; from microseconds since 1970.
enum Moment {
    /// The time of day where it is today, else the day and the time: `2026-11-23 10:15:30`.
    static func text(_ instant: Int64, now: Int64) -> String {
        let words = WallTime.text(instant).split(separator: " ")
        guard words.count >= 2 else { return Readable.unknown }
        let isToday = Readable.day(instant) == Readable.day(now)
        return isToday ? String(words[1]) : "\(words[0]) \(words[1])"
    }

    /// The same with how long ago it was: `10:15:30, 3 min ago`.
    static func ago(_ instant: Int64, now: Int64) -> String {
        let age = Readable.microseconds(from: instant, to: now)
        guard age >= 0 else { return text(instant, now: now) }
        return "\(text(instant, now: now)), \(Readable.span(from: instant, to: now)) ago"
    }

    /// For programs (RFC 3339 §5.6).
    static func iso(_ instant: Int64) -> String { Readable.timestamp(instant) }
}
