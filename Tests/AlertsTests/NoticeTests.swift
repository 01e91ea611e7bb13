import Delivery
import Glibc
import MailMessage
import SafeText
import Settings
import Submission
import TestSupport
import Testing

@testable import Alerts

@Suite("Notices")
struct NoticeTests {
    private var full: Notice {
        var notice = Notice(at: start)
        var incident = failure("a.eml")
        incident.add(failure("b.eml"))
        notice.incidents = [incident]
        notice.opened = [Notice.Item(alert: suspended(), since: start)]
        notice.lasting = [Notice.Item(alert: suspended("b"), since: start)]
        notice.recovered = [
            Notice.Item(alert: suspended("c"), since: start, ended: start + second)
        ]
        return notice
    }

    @Test func `a notice says what happened, what is the matter and what to do`() {
        let text = NoticeText(full, host: "relay1")
        #expect(text.title == "Postchute on relay1: message failed, 2 times (erp) (and 3 more)")
        #expect(
            text.lines == [
                "What happened", "  [critical] 2 messages of pickup erp failed.",
                "    a.eml: refused.", "    b.eml: refused.",
                "    What to do: \(AlertCondition.messageFailed.advice)", "",
                "What is the matter", "  [critical] Route m365 is suspended: no.",
                "    What to do: Wait.", "    Since 2026-11-23 10:15:30 UTC", "",
                "What is still the matter", "  [critical] Route b is suspended: no.",
                "    What to do: Wait.", "    Since 2026-11-23 10:15:30 UTC", "",
                "What is over", "  Route c is suspended: no.",
                "    From 2026-11-23 10:15:30 UTC to 2026-11-23 10:15:31 UTC",
            ]
        )
    }

    @Test func `a test says that nothing is wrong`() {
        let text = NoticeText(.test(at: start), host: "relay1")
        #expect(text.title == "Postchute on relay1: this is a test")
        #expect(
            text.lines == [
                "This tries the channel, and nothing is wrong.",
                "Alerts of Postchute on relay1 will reach you like this.",
            ]
        )
    }

    @Test func `a notice of hundreds of conditions stays short`() {
        var notice = Notice(at: start)
        let long = Alert(.routeSuspended, "x", String(repeating: "é", count: 5000))
        notice.opened = (0..<500).map { _ in Notice.Item(alert: long, since: start) }
        let text = NoticeText(notice, host: "relay1")
        #expect(text.lines.count == 62)
        #expect(text.lines.last == "  … and 480 more: run postchute status")
        #expect(text.lines.allSatisfy { $0.count < 700 })
    }

    /// What a server or a file's name may say, and what chats are given.
    static let hostile = [
        (
            "<!channel> & <https://evil.test|click>",
            "&lt;!channel&gt; &amp; &lt;https://evil.test|click&gt;"
        ),
        ("a\nb\u{202E}c", "a\\nb\\u{202E}c"),
    ]

    @Test(arguments: hostile)
    func `Slack gets no links and no mentions`(text: String, safe: String) {
        #expect(SafeText.slack(text) == safe)
    }

    @Test func `cards get no functions`() {
        #expect(SafeText.card("{{DATE(2026)}} ${x} {a}") == "{ {DATE(2026)}} $ {x} {a}")
        #expect(SafeText.card("a\u{7}\n**b**") == "a\\x07\\n**b**")
    }

    @Test func `a card has text runs only, in which nothing is mark-up`() {
        var notice = Notice(at: start)
        let alert = Alert(.routeSuspended, "x", "[click](https://evil.test) **b**\n# c")
        notice.opened = [Notice.Item(alert: alert, since: start)]
        let card = String(decoding: NoticeJSON.octets(notice, .teams, host: "h"), as: UTF8.self)
        #expect(!card.contains("TextBlock\"") || card.contains("RichTextBlock"))
        #expect(!card.contains("\"type\":\"TextBlock\""))
        #expect(card.contains(#"[critical] [click](https://evil.test) **b**\\n# c"#))
    }

    /// Has Python's mail library read a message, and returns what a script prints about it.
    static func python(_ octets: [UInt8], _ script: String) async throws -> String {
        try await withScratchFolder("mail") { folder in
            let path = folder.path("message.eml")
            try writeFile(octets, to: path)
            let head = """
                import email, email.policy, sys
                m = email.message_from_file(open(sys.argv[1], newline=""), policy=email.policy.default)
                assert not any(p.defects for p in m.walk()), [p.defects for p in m.walk()]

                """
            let run = try await ChildProcess.run(["python3", "-c", head + script, path])
            try #require(run.exit == .code(0), "\(run.errors)")
            return run.output
        }
    }

    @Test func `a mail is read by Python as it was meant`() async throws {
        var notice = full
        notice.opened[0].alert.object = "m365\r\nBcc: x@evil.test é"
        notice.opened[0].alert.sentence = "Route Zürich\r\n.\r\nis suspended."
        notice.incidents = []
        let mail = AlertMail(
            routes: ["m365"],
            from: try MailAddress(exactly: "relay@contoso.com"),
            to: [
                try MailAddress(exactly: "it@contoso.com"),
                try MailAddress(exactly: "ops@contoso.com"),
            ]
        )
        let output = try await Self.python(
            NoticeMail.octets(notice, mail, host: "relay1"),
            """
            for name in ["from", "to", "subject", "importance", "auto-submitted", "bcc"]:
                print(name, m[name])
            print(m.get_content())
            """
        )
        #expect(
            output.hasPrefix(
                """
                from Postchute <relay@contoso.com>
                to it@contoso.com, ops@contoso.com
                subject Postchute on relay1: route suspended (m365\\r\\nBcc: x@evil.test é) (and 2 more)
                importance high
                auto-submitted auto-generated
                bcc None
                """
            ),
            "\(output)"
        )
        #expect(output.contains("[critical] Route Zürich\\r\\n.\\r\\nis suspended."))
        #expect(output.contains("Postchute on relay1, 2026-11-23 10:15:30 UTC."))
    }
}

@Suite("Alerts page")
struct AlertReferenceTests {
    @Test func `the page in docs has the conditions as they are`() throws {
        let path = "\(packageRoot)/docs/alerts.md"
        let page = String(decoding: try readFile(path), as: UTF8.self)
        let mark = "<!-- Rendered from Sources/Alerts; a test compares. -->\n\n"
        let parts = page.split(separator: mark, maxSplits: 1, omittingEmptySubsequences: false)
        try #require(parts.count == 2)
        // POSTCHUTE_WRITE_DOCS=1 writes the table instead of comparing: read the difference then.
        if getenv("POSTCHUTE_WRITE_DOCS") != nil {
            try writeFile((parts[0] + mark + AlertReference.table()).utf8, to: path)
        }
        let now = String(decoding: try readFile(path), as: UTF8.self)
        #expect(now.hasSuffix(mark + AlertReference.table()))
    }

    @Test(arguments: AlertCondition.allCases)
    func `a condition has an occasion, advice and a title`(condition: AlertCondition) {
        #expect(condition.occasion.hasSuffix("."))
        #expect(condition.advice.hasSuffix(".") || condition.advice.contains("postchute"))
        #expect(!condition.title.contains("."))
    }
}
