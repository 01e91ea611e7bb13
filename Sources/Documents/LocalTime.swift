/// A moment on the clocks of a time zone, as a document's texts show it.
package struct LocalTime: Hashable, Sendable {
    let year: Int
    private let month: Int
    private let day: Int
    private let minuteOfDay: Int

    /// The moment at a time in seconds since 1970.
    package init(seconds: Int64, zone: ZoneRules) {
        // Years have four digits; a clock outside them must not trap on the way.
        let clamped = min(max(seconds, 0), 253_402_300_799 - 86_400)
        self.init(seconds: clamped, offset: zone.offset(at: clamped))
    }

    init(seconds: Int64, offset: Int) {
        let clamped = min(max(seconds, -62_000_000_000), 253_402_300_799 - 86_400)
        let local = Int(clamped) + offset
        let days = local >= 0 ? local / 86_400 : (local - 86_399) / 86_400
        minuteOfDay = (local - days * 86_400) / 60
        (year, month, day) = Self.date(days: days)
    }

    /// The date as `2026-11-23`.
    package var date: String {
        "\(Self.padded(year, 4))-\(Self.padded(month, 2))-\(Self.padded(day, 2))"
    }

    /// The time as `11:15`.
    package var time: String {
        "\(Self.padded(minuteOfDay / 60, 2)):\(Self.padded(minuteOfDay % 60, 2))"
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    // Howard Hinnant's algorithms "days_from_civil" and "civil_from_days": years begin in March, so
    // that the leap day is the last of its year.

    /// Days since 1970 of a date.
    static func days(year: Int, month: Int, day: Int) -> Int {
        let shifted = month <= 2 ? year - 1 : year
        let (era, yearOfEra) = shifted.quotientAndRemainder(dividingBy: 400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
            - 719_468
    }

    private static func date(days: Int) -> (year: Int, month: Int, day: Int) {
        let (era, dayOfEra) = (days + 719_468).quotientAndRemainder(dividingBy: 146_097)
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shifted + 2) / 5 + 1
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }
}
