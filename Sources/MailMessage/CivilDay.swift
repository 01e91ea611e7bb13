/// A day of the Gregorian calendar, reckoned without a calendar library.
package struct CivilDay: Hashable, Sendable {
    package let year: Int
    package let month: Int
    package let day: Int
    let weekday: String

    private static let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    var monthName: String { Self.months[month - 1] }

    /// Finds the day.
    ///
    /// - Precondition: It is not before 1 March of year 0.
    package init(daysSince1970: Int) {
        // Howard Hinnant's "civil_from_days": years that begin in March put the leap day last, so that
        // months have fixed offsets; 719,468 days lie between 1 March of year 0 and 1 January 1970.
        let (era, dayOfEra) = (daysSince1970 + 719_468).quotientAndRemainder(dividingBy: 146_097)
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        weekday = Self.weekdays[((daysSince1970 % 7) + 7) % 7]
    }
}

/// A number in decimal digits, with zeros in front up to a width.
package func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
}
