/// Reads how long a service asks to wait (RFC 9110 §10.2.3).
enum RetryAfter {
    /// Nobody waits longer on a service's word: a day is the longest of its windows.
    static let maximum: Duration = .seconds(86_400)

    /// The wait, at least a second; `nil` for what is neither seconds nor a date.
    static func read(_ text: String?, now: Int) -> Duration? {
        guard let text, text.utf8.count <= 64 else { return nil }
        let words = text.split { " ,-:".contains($0) }.map(String.init)
        if words.count == 1, words[0].utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            // More digits than a number holds mean a long time.
            return bounded(Int(words[0]) ?? Int.max)
        }
        guard let time = seconds(words) else { return nil }
        return bounded(time - now)
    }

    private static func bounded(_ seconds: Int) -> Duration {
        min(.seconds(max(1, min(seconds, 1_000_000))), maximum)
    }

    /// The three forms of a date (RFC 9110 §5.6.7), as words: `Sun 06 Nov 1994 08 49 37 GMT`,
    /// `Sunday 06 Nov 94 08 49 37 GMT` and `Sun Nov 6 08 49 37 1994`.
    private static func seconds(_ words: [String]) -> Int? {
        guard words.count >= 7 else { return nil }
        let isAsctime = months.contains(words[1].lowercased())
        let order =
            isAsctime
            ? (day: 2, month: 1, year: 6, hour: 3) : (day: 1, month: 2, year: 3, hour: 4)
        guard isAsctime || words.count == 8 && words[7] == "GMT",
            let month = months.firstIndex(of: words[order.month].lowercased()),
            let day = number(words[order.day], 1...31),
            let year = number(words[order.year], 0...9999),
            let hour = number(words[order.hour], 0...23),
            let minute = number(words[order.hour + 1], 0...59),
            let second = number(words[order.hour + 2], 0...60)
        else { return nil }
        let full = words[order.year].utf8.count == 2 ? year + (year < 70 ? 2000 : 1900) : year
        guard full >= 1970 else { return nil }
        return days(full, month + 1, day) * 86_400 + hour * 3600 + minute * 60 + second
    }

    private static let months = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ]

    private static func number(_ text: String, _ range: ClosedRange<Int>) -> Int? {
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(text),
            range.contains(number)
        else { return nil }
        return number
    }

    /// Days since 1970 of a day of the Gregorian calendar: years that begin in March put the leap
    /// day last.
    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let year = month <= 2 ? year - 1 : year
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let (era, yearOfEra) = (year / 400, year % 400)
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }
}
