internal import Delivery

/// A point in time as a command line names it, such as `2h`, `2026-11-20` or `2026-11-20T08:00`.
///
/// A span means so long ago; a day and a time are in UTC, as everywhere in Postchute.
package struct TimeReference: Hashable, Sendable {
    /// Microseconds since 1970.
    package let microseconds: Int64

    /// Reads a point in time; `now` is in microseconds since 1970.
    ///
    /// - Throws: With a sentence that says how one is written.
    package init(_ text: String, now: Int64) throws(CommandRefusal) {
        if let span = Self.span(text) {
            microseconds = max(Readable.microseconds(from: span, to: now), 0)
        } else if let instant = Self.instant(text) {
            microseconds = instant
        } else {
            throw CommandRefusal(
                "\"\(text)\" is not a time; write 2h, 3d, 2026-11-20 or 2026-11-20T08:00 (UTC).",
                .usage
            )
        }
    }

    /// Microseconds of `90s`, `15min`, `2h`, `3d` or `1w`; at most six digits, so that no product
    /// can overflow.
    private static func span(_ text: String) -> Int64? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard (1...6).contains(digits.count), let number = Int64(digits) else { return nil }
        let unit = text[digits.endIndex...].drop { $0 == " " }
        guard let seconds = units[String(unit)] else { return nil }
        return number * seconds * 1_000_000
    }

    private static let units: [String: Int64] = [
        "s": 1, "min": 60, "h": 3600, "d": 86_400, "w": 604_800,
        "hour": 3600, "hours": 3600, "day": 86_400, "days": 86_400, "week": 604_800,
        "weeks": 604_800,
    ]

    /// Reads a day, with or without a time down to seconds (RFC 3339 §5.6 in UTC).
    private static func instant(_ text: String) -> Int64? {
        let octets = Array(
            text.utf8.last == UInt8(ascii: "Z") ? text.utf8.dropLast() : text.utf8[...]
        )
        let isDay = octets.count == 10 && text.utf8.count == 10
        guard isDay || octets.count == 16 || octets.count == 19 else { return nil }
        let pattern = Array("0000-00-00T00:00:00".utf8)
        var fields: [Int64] = [0]
        for (octet, sample) in zip(octets, pattern) {
            if sample != UInt8(ascii: "0") {
                let isSpace = sample == UInt8(ascii: "T") && octet == UInt8(ascii: " ")
                guard octet == sample || isSpace else { return nil }
                fields.append(0)
            } else {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(octet) else { return nil }
                fields[fields.count - 1] = fields[fields.count - 1] * 10 + Int64(octet) - 48
            }
        }
        while fields.count < 6 { fields.append(0) }
        guard fields[0] >= 1970, (1...12).contains(fields[1]), (1...31).contains(fields[2]),
            fields[3] < 24, fields[4] < 60, fields[5] < 60
        else { return nil }
        let days = daysSince1970(fields[0], fields[1], fields[2])
        let instant = (days * 86_400 + fields[3] * 3600 + fields[4] * 60 + fields[5]) * 1_000_000
        // The 30th of February comes back as another day.
        return Readable.day(instant) == String(decoding: octets.prefix(10), as: UTF8.self)
            ? instant : nil
    }

    // Howard Hinnant's "days_from_civil": years begin in March, so that the leap day is the last.
    private static func daysSince1970(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let (era, yearOfEra) = shifted.quotientAndRemainder(dividingBy: 400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
            - 719_468
    }
}
