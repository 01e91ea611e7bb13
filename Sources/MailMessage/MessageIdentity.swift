/// Where a message's missing `Message-ID` and `Date` come from.
///
/// Both follow from the claim alone, so every attempt and every restart gives the same ones.
package struct MessageIdentity: Hashable, Sendable {
    /// The claimed file's id, which becomes the left side of the Message-ID.
    package let id: String
    /// When the file was claimed, in seconds since 1970 UTC.
    package let claimedAt: Int64

    /// Creates an identity.
    package init(id: String, claimedAt: Int64) {
        self.id = id
        self.claimedAt = claimedAt
    }

    /// The Message-ID with its angle brackets (RFC 5322 §3.6.4).
    package func messageID(domain: String) -> String { "<\(id)@\(domain)>" }

    /// The claim time as a `Date` value, such as `Mon, 23 Nov 2026 10:15:30 +0000`
    /// (RFC 5322 §3.3).
    package var date: String {
        // Years have four digits; a clock outside them must not trap on the way.
        let seconds = min(max(claimedAt, 0), 253_402_300_799)
        let (days, ofDay) = seconds.quotientAndRemainder(dividingBy: 86_400)
        let day = CivilDay(daysSince1970: Int(days))
        let time = [ofDay / 3600, ofDay / 60 % 60, ofDay % 60].map { padded(Int($0), 2) }
        return "\(day.weekday), \(padded(day.day, 2)) \(day.monthName) \(padded(day.year, 4)) "
            + time.joined(separator: ":") + " +0000"
    }
}

/// A day of the Gregorian calendar, reckoned without a calendar library.
private struct CivilDay {
    let year: Int
    let month: Int
    let day: Int
    let weekday: String

    private static let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    var monthName: String { Self.months[month - 1] }

    /// - Precondition: `daysSince1970` is not negative.
    init(daysSince1970: Int) {
        // Years that begin in March put the leap day last, so that months have fixed offsets;
        // 719,468 days lie between 1 March of year 0 and 1 January 1970.
        let (era, dayOfEra) = (daysSince1970 + 719_468).quotientAndRemainder(dividingBy: 146_097)
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        weekday = Self.weekdays[daysSince1970 % 7]
    }
}

private func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
}
