internal import MailMessage

/// A moment on the clocks of a time zone, as a document's texts show it.
package struct LocalTime: Hashable, Sendable {
    private let civilDay: CivilDay
    private let minuteOfDay: Int

    var year: Int { civilDay.year }

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
        civilDay = CivilDay(daysSince1970: days)
    }

    /// The date as `2026-11-23`.
    package var date: String {
        "\(padded(year, 4))-\(padded(civilDay.month, 2))-\(padded(civilDay.day, 2))"
    }

    /// The time as `11:15`.
    package var time: String {
        "\(padded(minuteOfDay / 60, 2)):\(padded(minuteOfDay % 60, 2))"
    }

    /// Days since 1970 of a date: the inverse of ``CivilDay/init(daysSince1970:)``, Howard Hinnant's
    /// "days_from_civil".
    static func days(year: Int, month: Int, day: Int) -> Int {
        let shifted = month <= 2 ? year - 1 : year
        let (era, yearOfEra) = shifted.quotientAndRemainder(dividingBy: 400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
            - 719_468
    }
}
