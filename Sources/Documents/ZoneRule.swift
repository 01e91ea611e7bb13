/// The yearly rule at the end of a zone file, such as `CET-1CEST,M3.5.0,M10.5.0/3` (POSIX, TZ).
struct ZoneRule: Hashable, Sendable {
    /// When clocks change within a year.
    private enum Day: Hashable {
        /// The day of the week (Sunday is 0) in that week of the month; the fifth is the last.
        case week(month: Int, week: Int, weekday: Int)
        /// The day of the year from 1, the leap day never counted.
        case julian(Int)
        /// The day of the year from 0, the leap day counted.
        case ordinal(Int)
    }

    private struct Change: Hashable {
        let day: Day
        /// Seconds after midnight on the clocks that are in force until then.
        let time: Int
    }

    private let standard: Int
    private let summer: (offset: Int, start: Change, end: Change)?

    static func == (left: Self, right: Self) -> Bool {
        left.standard == right.standard && left.summer?.offset == right.summer?.offset
            && left.summer?.start == right.summer?.start && left.summer?.end == right.summer?.end
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(standard)
        hasher.combine(summer?.offset)
    }

    /// Reads a rule; `nil` when it is none.
    init?(_ text: String) {
        var reader = RuleReader(text)
        guard reader.skipName(), let standard = reader.offset() else { return nil }
        self.standard = -standard
        if reader.isAtEnd {
            summer = nil
            return
        }
        guard reader.skipName() else { return nil }
        let offset = reader.isAt(",") ? self.standard + 3600 : reader.offset().map { -$0 }
        guard let offset, let start = Self.change(&reader), let end = Self.change(&reader),
            reader.isAtEnd
        else { return nil }
        summer = (offset, start, end)
    }

    private static func change(_ reader: inout RuleReader) -> Change? {
        guard reader.skip(","), let day = day(&reader) else { return nil }
        guard reader.skip("/") else { return Change(day: day, time: 7200) }
        return reader.offset().map { Change(day: day, time: $0) }
    }

    private static func day(_ reader: inout RuleReader) -> Day? {
        if reader.skip("M") {
            guard let month = reader.number(1...12), reader.skip("."),
                let week = reader.number(1...5), reader.skip("."),
                let weekday = reader.number(0...6)
            else { return nil }
            return .week(month: month, week: week, weekday: weekday)
        }
        if reader.skip("J") { return reader.number(1...365).map { .julian($0) } }
        return reader.number(0...365).map { .ordinal($0) }
    }

    /// Seconds ahead of UTC at a time in seconds since 1970.
    func offset(at time: Int64) -> Int {
        guard let summer else { return standard }
        let year = LocalTime(seconds: time, offset: standard).year
        let start = Self.instant(summer.start, year, offset: standard)
        let end = Self.instant(summer.end, year, offset: summer.offset)
        // South of the equator the year begins in summer.
        let isSummer =
            start < end ? (start..<end).contains(time) : !(end..<start).contains(time)
        return isSummer ? summer.offset : standard
    }

    private static func instant(_ change: Change, _ year: Int, offset: Int) -> Int64 {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let first = LocalTime.days(year: year, month: 1, day: 1)
        let days: Int
        switch change.day {
        case .julian(let day): days = first + day - 1 + (isLeap && day >= 60 ? 1 : 0)
        case .ordinal(let day): days = first + day
        case .week(let month, let week, let weekday):
            let begin = LocalTime.days(year: year, month: month, day: 1)
            // 1 January 1970 was a Thursday.
            let shift = (weekday - (begin + 4) % 7 + 7) % 7
            var day = begin + shift + 7 * (week - 1)
            let next =
                month == 12
                ? LocalTime.days(year: year + 1, month: 1, day: 1)
                : LocalTime.days(year: year, month: month + 1, day: 1)
            if day >= next { day -= 7 }
            days = day
        }
        return Int64(days) * 86_400 + Int64(change.time - offset)
    }
}

/// Reads a rule from left to right.
private struct RuleReader {
    private var rest: Substring

    init(_ text: String) { rest = text[...] }

    var isAtEnd: Bool { rest.isEmpty }

    func isAt(_ character: Character) -> Bool { rest.first == character }

    mutating func skip(_ character: Character) -> Bool {
        guard rest.first == character else { return false }
        rest.removeFirst()
        return true
    }

    /// `CET`, or `<+0330>`.
    mutating func skipName() -> Bool {
        if skip("<") {
            guard let end = rest.firstIndex(of: ">") else { return false }
            rest = rest[rest.index(after: end)...]
            return true
        }
        let name = rest.prefix { $0.isASCII && $0.isLetter }
        rest = rest[name.endIndex...]
        return name.count >= 3
    }

    /// `[+-]hh[:mm[:ss]]` in seconds.
    mutating func offset() -> Int? {
        let isNegative = skip("-")
        if !isNegative { _ = skip("+") }
        guard let hours = number(0...167) else { return nil }
        var seconds = hours * 3600
        for unit in [60, 1] where skip(":") {
            guard let value = number(0...59) else { return nil }
            seconds += value * unit
        }
        return isNegative ? -seconds : seconds
    }

    mutating func number(_ range: ClosedRange<Int>) -> Int? {
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        guard (1...3).contains(digits.count), let value = Int(digits), range.contains(value) else {
            return nil
        }
        rest = rest[digits.endIndex...]
        return value
    }
}
