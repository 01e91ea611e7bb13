internal import Delivery
internal import SafeText
internal import Spool

/// What `top` shows of a relay, as lines for a screen of some size; pure.
package struct TopView: Sendable {
    /// One line of the screen.
    package struct Line: Hashable, Sendable {
        package var text: String
        package var style: Style
    }

    /// How a line stands out, where the terminal can do that.
    package enum Style: Hashable, Sendable {
        case plain, heading, good, bad
    }

    private let report: StatusReport
    private let history: TopHistory
    private let failures: [String]
    private let columns: Int

    /// Below this many columns tables become lines, as on a phone.
    private static let tableColumns = 76

    /// Prepares a screen of so many columns; `failures` are the latest, one line each.
    package init(
        _ report: StatusReport,
        _ history: TopHistory,
        failures: [String],
        columns: Int
    ) {
        (self.report, self.history) = (report, history)
        (self.failures, self.columns) = (failures, max(columns, 20))
    }

    /// The lines of the screen, at most so many; the last one says how many did not fit.
    package func lines(atMost rows: Int = .max) -> [Line] {
        let blocks = [title, pickups, routes, accounts, attention, latest].filter { !$0.isEmpty }
        let all = blocks.joined(separator: [Line(text: "", style: .plain)])
        var lines = all.map { Line(text: fitted($0.text), style: $0.style) }
        if lines.count > rows, rows > 0 {
            let missing = lines.count - rows + 1
            lines = Array(lines.prefix(rows - 1))
            lines.append(Line(text: fitted("… \(missing) lines more"), style: .plain))
        }
        return lines
    }

    /// Whether mail flows, in a sentence, then the daemon's own.
    private var title: [Line] {
        let (sentence, style): (String, Style) =
            switch report.status {
            case .done: ("Mail flows.", .good)
            case .unavailable: ("Mail does not flow: no daemon reports.", .bad)
            default: ("Mail does not flow everywhere: see below.", .bad)
            }
        let daemon = report.daemon.sentence(at: report.now, directory: report.directory)
        return [Line(text: sentence, style: style)] + wrapped(daemon, indent: "")
            + [Line(text: WallTime.text(report.now), style: .plain)]
    }

    private var pickups: [Line] {
        guard columns >= Self.tableColumns else { return report.pickups.flatMap(narrow) }
        var table = TextTable([
            .init(heading: "PICKUP"), .init(heading: "STATE"),
            .init(heading: "WAITING", isNumber: true), .init(heading: "DEFERRED", isNumber: true),
            .init(heading: "SENDING", isNumber: true), .init(heading: "FAILED", isNumber: true),
            .init(heading: "HELD", isNumber: true), .init(heading: "OLDEST", isNumber: true),
            .init(heading: "LAST MIN", isNumber: true),
        ])
        for pickup in report.pickups {
            let numbers = [
                pickup.reported?.waiting, pickup.reported?.deferred, pickup.reported?.underWay,
                pickup.counted?.failed, pickup.counted?.held,
            ]
            table.add(
                [pickup.name, pickup.state] + numbers.map(Self.word)
                    + [age(of: pickup), Self.word(history.sent(of: pickup.name))]
            )
        }
        return Self.lines(of: table)
    }

    private func narrow(_ pickup: StatusReport.Pickup) -> [Line] {
        let reported = pickup.reported
        let lines = [
            "\(Self.word(reported?.waiting)) waiting, \(Self.word(reported?.deferred)) deferred",
            "\(Self.word(reported?.underWay)) sending, oldest \(age(of: pickup))",
            "\(Self.word(pickup.counted?.failed)) failed, \(Self.word(pickup.counted?.held)) held",
            "\(Self.word(history.sent(of: pickup.name))) in the last minute",
        ]
        return [Line(text: "pickup \(pickup.name): \(pickup.state)", style: .heading)]
            + lines.map { Line(text: "  \($0)", style: .plain) }
    }

    private var routes: [Line] {
        guard columns >= Self.tableColumns else {
            return report.routes.map { route in
                let sending = Self.word(route.reported?.submitting)
                return Line(
                    text: "route \(route.name): \(route.state), \(sending) sending",
                    style: .heading
                )
            }
        }
        var table = TextTable([
            .init(heading: "ROUTE"), .init(heading: "STATE"),
            .init(heading: "SENDING", isNumber: true), .init(heading: "AT MOST", isNumber: true),
            .init(heading: "SENT", isNumber: true),
        ])
        for route in report.routes {
            let reported = route.reported
            let numbers = [reported?.submitting, reported?.connections, reported?.sent]
            table.add([route.name, route.state] + numbers.map(Self.word))
        }
        return Self.lines(of: table)
    }

    /// Limits, as far as the accounts have any.
    private var accounts: [Line] {
        let accounts = report.daemon.snapshot?.accounts ?? []
        return accounts.prefix(10).flatMap { account in
            let words = "account \(account.name): \(account.recipients.share) recipients a day"
            let messages = account.messages.map { ", \($0.share) messages a minute" } ?? ""
            return wrapped(words + messages, indent: "")
        }
    }

    private var attention: [Line] {
        let sentences = report.attention
        if sentences.isEmpty { return [] }
        return [Line(text: "What needs attention", style: .bad)]
            + sentences.flatMap { wrapped($0, indent: "  ") }
    }

    private var latest: [Line] {
        if failures.isEmpty { return [] }
        return [Line(text: "Failed last", style: .heading)]
            + failures.flatMap { wrapped($0, indent: "  ").prefix(2) }
    }

    private func age(of pickup: StatusReport.Pickup) -> String {
        pickup.reported?.oldest.map { Readable.span(from: $0, to: report.now) } ?? Readable.unknown
    }

    private static func word(_ number: Int?) -> String {
        number.map(String.init) ?? Readable.unknown
    }

    private static func lines(of table: TextTable) -> [Line] {
        table.lines.enumerated().map { Line(text: $1, style: $0 == 0 ? .heading : .plain) }
    }
}

extension TopView {
    /// The text on one line of the screen, cut where it is too long.
    private func fitted(_ text: String) -> String {
        let text = SafeText.line(text)
        return text.count > columns ? text.prefix(columns - 1) + "…" : text
    }

    /// The text broken between words into lines of the screen; what follows the first is indented.
    private func wrapped(_ text: String, indent: String) -> [Line] {
        var lines: [String] = []
        var line = indent
        for word in SafeText.line(text).split(separator: " ") {
            let isFirst = line.allSatisfy { $0 == " " }
            if !isFirst, line.count + 1 + word.count > columns {
                lines.append(line)
                line = indent + "  "
            }
            line += line.allSatisfy { $0 == " " } ? String(word) : " \(word)"
        }
        return (lines + [line]).map { Line(text: $0, style: .plain) }
    }
}

extension StatusReport.Pickup {
    /// The counts, where the folders can be read.
    fileprivate var counted: FolderCounts? { try? counts.get() }
}

extension RelaySnapshot.Gauge {
    /// As `12 of 30`, or `12` without a limit.
    fileprivate var share: String { limit.map { "\(used) of \($0)" } ?? "\(used)" }
}

extension MessageList {
    /// The messages one line each, the latest first: `invoice.eml: The server refused …`.
    package var sentences: [String] {
        rows.reversed().map { row in
            let note = row.happened ?? ""
            let name = row.entry.original.display
            return note.isEmpty ? "\(row.pickup): \(name)" : "\(row.pickup): \(name): \(note)"
        }
    }
}
