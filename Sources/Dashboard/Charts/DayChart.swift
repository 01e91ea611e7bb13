internal import Delivery
internal import Ledger
internal import Operations

/// The last 24 hours, hour by hour, as a picture and as figures.
struct DayChart {
    /// One hour.
    struct Hour: Hashable {
        /// Its first instant, microseconds since 1970.
        var start: Int64
        var claimed = 0
        var sent = 0
        var failed = 0
        var deferred = 0
    }

    /// Twenty-four of them, the one that goes on now last.
    private(set) var hours: [Hour]
    /// Messages sent in the last 60 minutes.
    private(set) var sentInLastHour = 0

    /// Into which spans the ledger is to count, in seconds.
    static let span: Int64 = 600
    private static let hour: Int64 = 3_600_000_000

    /// Where the first hour begins.
    static func start(_ now: Int64) -> Int64 { now / hour * hour - 23 * hour }

    /// Adds up what the ledger counted; what lies outside of the 24 hours is left out.
    init(_ activity: [LedgerActivity], now: Int64) {
        let first = Self.start(now)
        hours = (0..<24).map { Hour(start: first + $0 * Self.hour) }
        for part in activity where part.start >= first {
            let index = Int((part.start - first) / Self.hour)
            guard hours.indices.contains(index) else { continue }
            hours[index].claimed += part.claimed
            hours[index].sent += part.sent
            hours[index].failed += part.failed
            hours[index].deferred += part.deferred
            if part.start > now - Self.hour { sentInLastHour += part.sent }
        }
    }

    private func total(_ part: KeyPath<Hour, Int>) -> Int {
        hours.reduce(0) { $0 + $1[keyPath: part] }
    }

    /// The picture in words, for who does not see it.
    var description: String {
        let sent = total(\.sent)
        guard sent > 0, let most = hours.max(by: { $0.sent < $1.sent }) else {
            return total(\.failed) == 0
                ? "Nothing was sent and nothing failed."
                : "Nothing was sent; \(Figures.text(total(\.failed))) failed."
        }
        return "\(Figures.text(sent)) sent, most of them from \(Self.clock(most.start)) on: "
            + "\(Figures.text(most.sent)); \(Figures.text(total(\.failed))) failed."
    }

    static func clock(_ instant: Int64) -> String {
        let words = WallTime.text(instant).split(separator: " ")
        return words.count > 1 ? String(words[1].prefix(5)) : Readable.unknown
    }
}

extension DayChart {
    private static let (width, height) = (720, 170)
    private static let (left, right, top, bottom) = (44, 712, 10, 146)

    /// The next round number that the tallest bar stays below: 1, 2 or 5 and noughts.
    static func scale(_ most: Int) -> Int {
        var step = 1
        while true {
            for factor in [1, 2, 5] {
                let (value, hasOverflowed) = step.multipliedReportingOverflow(by: factor)
                if hasOverflowed { return max(most, 1) }
                if value >= most { return max(value, 4) }
            }
            let (next, hasOverflowed) = step.multipliedReportingOverflow(by: 10)
            if hasOverflowed { return max(most, 1) }
            step = next
        }
    }

    /// What the template draws.
    var model: Model {
        let scale = Self.scale(hours.map { $0.sent + $0.failed }.max() ?? 0)
        return [
            "width": .text("\(Self.width)"), "height": .text("\(Self.height)"),
            "sent": .number(total(\.sent)), "failed": .number(total(\.failed)),
            "deferred": .number(total(\.deferred)), "claimed": .number(total(\.claimed)),
            "pace": .number(sentInLastHour),
            "description": .text(description),
            "lines": .list([0, scale / 2, scale].map { line($0, of: scale) }),
            "bars": .list(hours.indices.map { bar($0, of: scale) }),
            "hours": .list(
                stride(from: 2, to: 24, by: 3).map { index in
                    [
                        "x": .text(Self.decimal(x(index) + step / 2)),
                        "y": .text("\(Self.height - 6)"),
                        "label": .text(Self.clock(hours[index].start)),
                    ]
                }
            ),
            "rows": .list(
                hours.reversed().map { hour in
                    [
                        "hour": .text(Self.clock(hour.start)), "claimed": .number(hour.claimed),
                        "sent": .number(hour.sent), "failed": .number(hour.failed),
                        "deferred": .number(hour.deferred),
                    ]
                }
            ),
        ]
    }

    private var step: Double { Double(Self.right - Self.left) / 24 }

    private func x(_ index: Int) -> Double { Double(Self.left) + Double(index) * step }

    private func line(_ value: Int, of scale: Int) -> Model {
        let y = Double(Self.bottom) - length(value, of: scale)
        return [
            "left": .text("\(Self.left)"), "right": .text("\(Self.right)"),
            "y": .text(Self.decimal(y)),
            "textX": .text("\(Self.left - 6)"), "textY": .text(Self.decimal(y + 4)),
            "label": .number(value),
        ]
    }

    private func length(_ value: Int, of scale: Int) -> Double {
        Double(Self.bottom - Self.top) * Double(value) / Double(scale)
    }

    private func bar(_ index: Int, of scale: Int) -> Model {
        let hour = hours[index]
        let sent = length(hour.sent, of: scale)
        // One failure among thousands must be seen.
        let failed = hour.failed == 0 ? 0 : max(length(hour.failed, of: scale), 3)
        let ground = Double(Self.bottom)
        return [
            "title": .text(
                "\(Self.clock(hour.start)): \(Figures.text(hour.sent)) sent, "
                    + "\(Figures.text(hour.failed)) failed"
            ),
            "areaX": .text(Self.decimal(x(index))), "areaWidth": .text(Self.decimal(step)),
            "top": .text("\(Self.top)"), "areaHeight": .text("\(Self.bottom - Self.top)"),
            "sentBar": rectangle(index, from: ground - sent, height: sent),
            "failedBar": rectangle(index, from: ground - sent - failed, height: failed),
        ]
    }

    private func rectangle(_ index: Int, from y: Double, height: Double) -> Model.Value {
        if height == 0 { return .nothing }
        return .model([
            "x": .text(Self.decimal(x(index) + 3)), "y": .text(Self.decimal(y)),
            "width": .text(Self.decimal(step - 6)), "height": .text(Self.decimal(height)),
        ])
    }

    /// A number with one digit behind the point.
    private static func decimal(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        let sign = tenths < 0 ? "-" : ""
        return "\(sign)\(abs(tenths) / 10).\(abs(tenths) % 10)"
    }
}
