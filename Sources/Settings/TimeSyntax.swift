/// A unit of time as a file spells it.
private struct TimeUnit {
    let spellings: [String]
    let length: Duration

    static let all = [
        TimeUnit(spellings: ["ms"], length: .milliseconds(1)),
        TimeUnit(spellings: ["s", "sec", "second", "seconds"], length: .seconds(1)),
        TimeUnit(spellings: ["min", "minute", "minutes"], length: .seconds(60)),
        TimeUnit(spellings: ["h", "hour", "hours"], length: .seconds(3600)),
        TimeUnit(spellings: ["d", "day", "days"], length: .seconds(86_400)),
        TimeUnit(spellings: ["year", "years"], length: .seconds(31_536_000)),
    ]

    static func named(_ name: some StringProtocol) -> TimeUnit? {
        all.first { $0.spellings.contains(String(name)) }
    }
}

extension ValueSyntax {
    /// A time with its unit, such as `"15 min"`.
    package static func duration(
        _ content: TomlContent,
        in range: ClosedRange<Duration>
    ) throws(Objection) -> Duration {
        guard case .text(let text) = content else {
            throw Objection(
                "must be a time in quotes, not \(content.phrase).",
                integerAdvice(content)
            )
        }
        guard let (number, word) = numberAndWord(text), let unit = TimeUnit.named(word) else {
            throw Objection("\(quoted(text)) is not a time.", timeAdvice(text))
        }
        let duration = unit.length * number
        if duration < range.lowerBound {
            throw Objection("\(quoted(text)) is too short: at least \(phrase(range.lowerBound)).")
        }
        if duration > range.upperBound {
            throw Objection("\(quoted(text)) is too long: at most \(phrase(range.upperBound)).")
        }
        return duration
    }

    static func rate(_ content: TomlContent) throws(Objection) -> RateLimit {
        let advice = #"Write "unlimited", or a number for each unit: "5/s", "30/min", "100/h"."#
        guard case .text(let text) = content else {
            throw Objection("must be a rate in quotes, not \(content.phrase).", advice)
        }
        if text == "unlimited" { return .unlimited }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let (number, rest) = numberAndWord(parts[0]), rest.isEmpty,
            number > 0, let unit = rateUnit(parts[1])
        else {
            throw Objection("\(quoted(text)) is not a rate.", advice)
        }
        return .limited(messages: number, per: unit)
    }

    /// Names a time by its largest unit that leaves no rest.
    static func phrase(_ duration: Duration) -> String {
        for unit in TimeUnit.all.reversed() {
            // The quotient is a floating-point number, and may be a little less than it should.
            let count = Int64((duration / unit.length).rounded())
            guard count > 0, unit.length * count == duration else { continue }
            // Of the units only the year is a word that has a plural.
            let name = unit.spellings[0]
            return "\(count) \(name == "year" && count > 1 ? "years" : name)"
        }
        return "0 s"
    }

    private static func rateUnit(_ text: Substring) -> Duration? {
        let unit = trimmed(text)
        guard let length = TimeUnit.named(unit)?.length else { return nil }
        return (Duration.seconds(1) ... .seconds(3600)).contains(length) ? length : nil
    }

    /// Splits `15 min`; at most nine digits, so that no product can overflow.
    static func numberAndWord(
        _ text: some StringProtocol
    ) -> (number: Int, word: String)? {
        let digits = text.utf8.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard (1...9).contains(digits.count) else { return nil }
        let number = digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        return (number, trimmed(text[digits.endIndex...]))
    }

    private static func trimmed(_ text: some StringProtocol) -> String {
        var rest = Substring(text)
        while rest.first == " " { rest.removeFirst() }
        while rest.last == " " { rest.removeLast() }
        return String(rest)
    }

    private static func integerAdvice(_ content: TomlContent) -> String {
        if case .integer(let number) = content, number >= 0 {
            return "Write it with its unit, such as \"\(number) s\"."
        }
        return timeAdvice("")
    }

    // "m" is a minute to some and a month to others: not accepted, but understood.
    private static func timeAdvice(_ text: String) -> String {
        if let (number, word) = numberAndWord(text), word == "m" {
            return "Did you mean \"\(number) min\"?"
        }
        return #"Write a whole number and a unit: "30 s", "15 min", "12 h", "2 d"."#
    }
}
