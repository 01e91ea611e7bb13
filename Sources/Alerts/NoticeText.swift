internal import Delivery
internal import SafeText
internal import Settings

/// A notice in the words people read, the same on every channel.
package struct NoticeText: Sendable {
    /// What is the matter, for a subject line; one harmless line.
    package let title: String
    /// The text below it; every line is harmless.
    package let lines: [String]

    /// Conditions of one sort that are told; the rest is counted.
    private static let maximumItems = 20
    /// Characters of one sentence: what a server said may be long.
    private static let maximumCharacters = 600

    /// Words a notice of the daemon on a host.
    package init(_ notice: Notice, host: String) {
        let host = SafeText.line(host)
        if notice.isTest {
            title = "Postchute on \(host): this is a test"
            lines = [
                "This tries the channel, and nothing is wrong.",
                "Alerts of Postchute on \(host) will reach you like this.",
            ]
            return
        }
        title = Self.title(notice, host)
        lines = Self.lines(notice)
    }

    private static func title(_ notice: Notice, _ host: String) -> String {
        let news = notice.incidents.map(\.title) + notice.opened.map(\.alert.title)
        let firsts =
            news.isEmpty
            ? notice.lasting.map { "still: \($0.alert.title)" }
                + (notice.recovered + notice.over).map { "over: \($0.alert.title)" }
            : news
        let count = notice.count - 1
        let more = count > 0 ? " (and \(count) more)" : ""
        return "Postchute on \(host): \(SafeText.line(firsts.first ?? ""))\(more)"
    }

    private static func lines(_ notice: Notice) -> [String] {
        var lines: [String] = []
        add(notice.incidents.map(told), under: "What happened", to: &lines)
        add(notice.opened.map(told), under: "What is the matter", to: &lines)
        add(notice.lasting.map(told), under: "What is still the matter", to: &lines)
        add(notice.recovered.map(over), under: "What is over", to: &lines)
        add(notice.over.map(over), under: "What came and went", to: &lines)
        return lines
    }

    private static func add(_ items: [[String]], under head: String, to lines: inout [String]) {
        guard !items.isEmpty else { return }
        if !lines.isEmpty { lines.append("") }
        lines.append(head)
        for item in items.prefix(maximumItems) { lines += item }
        if items.count > maximumItems {
            lines.append("  … and \(items.count - maximumItems) more: run postchute status")
        }
    }

    private static func told(_ incident: Incident) -> [String] {
        var lines = ["  [\(incident.alert.word)] \(line(incident.sentence))"]
        lines += incident.samples.map { "    \(line($0))" }
        let rest = incident.count - incident.samples.count
        if rest > 0, !incident.samples.isEmpty { lines.append("    … and \(rest) more") }
        return lines + ["    What to do: \(line(incident.alert.advice))"]
    }

    private static func told(_ item: Notice.Item) -> [String] {
        [
            "  [\(item.alert.word)] \(line(item.alert.sentence))",
            "    What to do: \(line(item.alert.advice))",
            "    Since \(WallTime.text(item.since))",
        ]
    }

    private static func over(_ item: Notice.Item) -> [String] {
        let end = item.ended.map { " to \(WallTime.text($0))" } ?? ""
        return [
            "  \(line(item.alert.sentence))", "    From \(WallTime.text(item.since))\(end)",
        ]
    }

    private static func line(_ text: String) -> String {
        let isLong = text.count > maximumCharacters
        return SafeText.line(isLong ? text.prefix(maximumCharacters) + "…" : text[...])
    }
}

extension Alert {
    /// The severity as a word.
    fileprivate var word: String { condition.severity.rawValue }

    /// The condition in a few words, for a title.
    fileprivate var title: String {
        let place = object.map { " (\($0))" } ?? ""
        return condition.title + place
    }
}

extension Incident {
    fileprivate var title: String {
        count > 1 ? "\(alert.condition.title), \(count) times (\(alert.object ?? ""))" : alert.title
    }
}

extension Notice {
    /// How many conditions and kinds of incidents it tells.
    fileprivate var count: Int {
        incidents.count + opened.count + lasting.count + recovered.count + over.count
    }
}

extension AlertCondition {
    /// The condition in a few words.
    package var title: String {
        switch self {
        case .messageFailed: "message failed"
        case .messageHeld: "message set aside"
        case .possibleDuplicate: "possible duplicate"
        case .routeSuspended: "route suspended"
        case .senderSuspended: "sender suspended"
        case .accountLimited: "account at its limit"
        case .pickupSuspended: "pickup suspended"
        case .folderMissing: "drop folder missing"
        case .readinessDegraded: "readiness degraded"
        case .backlog: "messages wait for long"
        case .stalled: "nothing is sent"
        case .pickupRate: "pickup above its rate"
        case .diskLow: "disk low"
        case .credentialExpiring: "credential expires"
        case .ledgerNotWritten: "ledger not written"
        case .restartedAfterCrash: "restarted after a crash"
        case .alertsNotDelivered: "alerts not delivered"
        }
    }
}
