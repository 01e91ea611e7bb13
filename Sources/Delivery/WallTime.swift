/// Renders instants for people, in UTC, without the weight of a calendar library.
package enum WallTime {
    /// The instant as `2026-11-23 10:15:30 UTC`.
    package static func text(_ microseconds: Int64) -> String {
        let seconds = Int64((Double(microseconds) / 1_000_000).rounded(.down))
        let (days, rest) = quotientAndRemainder(seconds, 86_400)
        let date = civil(days)
        let time = "\(two(rest / 3600)):\(two(rest / 60 % 60)):\(two(rest % 60))"
        return "\(date.year)-\(two(date.month))-\(two(date.day)) \(time) UTC"
    }

    private static func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }

    private static func quotientAndRemainder(_ value: Int64, _ by: Int64) -> (Int64, Int64) {
        let remainder = ((value % by) + by) % by
        return ((value - remainder) / by, remainder)
    }

    /// Days since 1970 as a date of the proleptic Gregorian calendar, by counting 400-year eras
    /// from the first of March so that the leap day comes last.
    private static func civil(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (era, dayOfEra) = quotientAndRemainder(days + 719_468, 146_097)
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shifted + 2) / 5 + 1)
    }
}
