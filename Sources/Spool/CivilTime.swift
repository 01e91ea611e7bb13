/// A moment in UTC, taken apart into the calendar's fields without a calendar library.
struct CivilTime: Hashable, Sendable {
    private(set) var year: Int
    private(set) var month: Int
    private(set) var day: Int
    private(set) var hour: Int
    private(set) var minute: Int
    private(set) var second: Int
    private(set) var microsecond: Int

    /// The fields of a moment between 1970 and 9999.
    ///
    /// - Precondition: `microseconds` lies in that range; ``SpoolID`` clamps to it.
    init(microseconds: Int64) {
        let clamped = min(max(microseconds, 0), SpoolID.maximumMicroseconds)
        let (seconds, fraction) = clamped.quotientAndRemainder(dividingBy: 1_000_000)
        let (days, inDay) = Int(seconds).quotientAndRemainder(dividingBy: 86_400)
        (year, month, day) = Self.date(daysSince1970: days)
        hour = inDay / 3600
        minute = inDay / 60 % 60
        second = inDay % 60
        microsecond = Int(fraction)
    }

    /// Reads `20261123T101530123456`, or returns `nil` when a field is out of its range.
    init?(octets: some Collection<UInt8>) {
        guard octets.count == 21 else { return nil }
        let all = Array(octets)
        guard all[8] == UInt8(ascii: "T") else { return nil }
        func number(_ range: Range<Int>) -> Int? {
            var value = 0
            for octet in all[range] {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(octet) else { return nil }
                value = value * 10 + Int(octet - UInt8(ascii: "0"))
            }
            return value
        }
        guard let year = number(0..<4), let month = number(4..<6), let day = number(6..<8),
            let hour = number(9..<11), let minute = number(11..<13), let second = number(13..<15),
            let microsecond = number(15..<21)
        else { return nil }
        (self.year, self.month, self.day) = (year, month, day)
        (self.hour, self.minute, self.second) = (hour, minute, second)
        self.microsecond = microsecond
        // Whatever does not come back unchanged was no date: the 30th of February, 25 o'clock.
        guard year >= 1970, (1...12).contains(month), (1...31).contains(day),
            Self(microseconds: microseconds) == self
        else { return nil }
    }

    /// Microseconds since 1970.
    var microseconds: Int64 {
        let days = Int64(Self.days(year: year, month: month, day: day))
        let seconds = days * 86_400 + Int64(hour * 3600 + minute * 60 + second)
        return seconds * 1_000_000 + Int64(microsecond)
    }

    /// Appends the moment as `20261123T101530123456`.
    func append(to octets: inout [UInt8]) {
        Self.append(year * 10_000 + month * 100 + day, digits: 8, to: &octets)
        octets.append(UInt8(ascii: "T"))
        Self.append(hour * 10_000 + minute * 100 + second, digits: 6, to: &octets)
        Self.append(microsecond, digits: 6, to: &octets)
    }

    /// The date as `2026-11-23`.
    var dayText: String {
        var octets: [UInt8] = []
        Self.append(year, digits: 4, to: &octets)
        octets.append(UInt8(ascii: "-"))
        Self.append(month, digits: 2, to: &octets)
        octets.append(UInt8(ascii: "-"))
        Self.append(day, digits: 2, to: &octets)
        return String(decoding: octets, as: UTF8.self)
    }

    private static func append(_ number: Int, digits: Int, to octets: inout [UInt8]) {
        let start = octets.count
        for _ in 0..<digits { octets.append(UInt8(ascii: "0")) }
        var rest = number
        for index in (start..<octets.count).reversed() {
            octets[index] += UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
    }

    // Howard Hinnant's algorithms "days_from_civil" and "civil_from_days": years begin in March, so
    // that the leap day is the last of its year.
    private static func days(year: Int, month: Int, day: Int) -> Int {
        let shifted = month <= 2 ? year - 1 : year
        let (era, yearOfEra) = shifted.quotientAndRemainder(dividingBy: 400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
            - 719_468
    }

    private static func date(daysSince1970: Int) -> (year: Int, month: Int, day: Int) {
        let (era, dayOfEra) = (daysSince1970 + 719_468).quotientAndRemainder(dividingBy: 146_097)
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        let day = dayOfYear - (153 * shifted + 2) / 5 + 1
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }
}
