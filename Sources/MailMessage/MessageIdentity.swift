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
