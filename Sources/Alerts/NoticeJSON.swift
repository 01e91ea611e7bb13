internal import Delivery
internal import SafeText
package import Settings

/// A notice in the forms that programs and chats take.
package enum NoticeJSON {
    /// The body of a request, or the standard input of a program.
    package static func octets(
        _ notice: Notice,
        _ format: AlertWebhook.Format,
        host: String
    ) -> [UInt8] {
        let text = NoticeText(notice, host: host)
        let value =
            switch format {
            case .json: plain(notice, text, host)
            case .slack: slack(text)
            case .teams: card(text, notice.severity)
            }
        return Array(value.utf8)
    }

    private static func plain(_ notice: Notice, _ text: NoticeText, _ host: String) -> String {
        object([
            ("program", string("postchute")), ("host", string(host)),
            ("at", string(WallTime.text(notice.at))), ("test", "\(notice.isTest)"),
            ("severity", notice.severity.map { string($0.rawValue) } ?? "null"),
            ("title", string(text.title)), ("text", string(text.lines.joined(separator: "\n"))),
            ("opened", array(notice.opened.map(item))),
            ("happened", array(notice.incidents.map(incident))),
            ("lasting", array(notice.lasting.map(item))),
            ("recovered", array((notice.recovered + notice.over).map(item))),
        ])
    }

    private static func item(_ item: Notice.Item) -> String {
        object(
            members(item.alert, sentence: item.alert.sentence) + [
                ("since", string(WallTime.text(item.since))),
                ("ended", item.ended.map { string(WallTime.text($0)) } ?? "null"),
            ]
        )
    }

    private static func incident(_ incident: Incident) -> String {
        object(
            members(incident.alert, sentence: incident.sentence) + [
                ("count", "\(incident.count)"), ("samples", array(incident.samples.map(string))),
            ]
        )
    }

    private static func members(
        _ alert: Alert,
        sentence: String
    ) -> [(name: String, value: String)] {
        [
            ("key", string(alert.key)), ("condition", string(alert.condition.rawValue)),
            ("object", alert.object.map(string) ?? "null"),
            ("pickup", alert.pickup.map(string) ?? "null"),
            ("severity", string(alert.condition.severity.rawValue)),
            ("sentence", string(sentence)), ("advice", string(alert.advice)),
        ]
    }

    /// Without mark-up: what a server said must not make links or call everybody.
    private static func slack(_ text: NoticeText) -> String {
        let lines = ([text.title, ""] + text.lines).map(SafeText.slack)
        return object([
            ("text", string(lines.joined(separator: "\n"))), ("mrkdwn", "false"),
            ("unfurl_links", "false"),
        ])
    }

    /// An adaptive card of text runs, in which nothing is mark-up.
    private static func card(_ text: NoticeText, _ severity: OpenAlert.Severity?) -> String {
        let color =
            switch severity {
            case .critical: "attention"
            case .warning: "warning"
            case nil: "good"
            }
        let head = run(text.title, [("weight", string("bolder")), ("color", string(color))])
        let blocks = [block(head)] + text.lines.map { block(run($0, [])) }
        let content = object([
            ("$schema", string("http://adaptivecards.io/schemas/adaptive-card.json")),
            ("type", string("AdaptiveCard")), ("version", string("1.4")),
            ("body", array(blocks)),
            ("msteams", object([("width", string("Full"))])),
        ])
        let attachment = object([
            ("contentType", string("application/vnd.microsoft.card.adaptive")),
            ("content", content),
        ])
        return object([("type", string("message")), ("attachments", array([attachment]))])
    }

    private static func block(_ run: String) -> String {
        object([
            ("type", string("RichTextBlock")), ("spacing", string("none")),
            ("inlines", array([run])),
        ])
    }

    private static func run(
        _ text: String,
        _ looks: [(name: String, value: String)]
    ) -> String {
        let shown = text.isEmpty ? " " : SafeText.card(text)
        return object([("type", string("TextRun")), ("text", string(shown))] + looks)
    }

    private static func string(_ text: String) -> String { SafeText.jsonString(text) }

    private static func array(_ values: [String]) -> String {
        "[\(values.joined(separator: ","))]"
    }

    private static func object(_ members: [(name: String, value: String)]) -> String {
        "{" + members.map { "\(string($0.name)):\($0.value)" }.joined(separator: ",") + "}"
    }
}
