import Testing

@testable import Dashboard

@Suite("Escaping in templates")
struct SafeHTMLTests {
    private static let hostile = [
        "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>",
        "\"\u{301} onfocus=alert(1) x=\"\u{301}", "'\u{301}", "<\u{338}script>",
        "\u{600}\"onfocus=alert(1)", "\u{600}<b>", "\u{202E}<i>\u{202C}", "a\u{0}<b>\u{0}\"",
        String(decoding: [0x22, 0xE9, 0x3C, 0xFF, 0x3E, 0x27, 0xED, 0xA0, 0x80], as: UTF8.self),
        "{{csrf}} & {{{x}}}", "\u{FEFF}\"\u{200D}", "&lt;already&gt;",
    ]

    @Test("text and attributes keep their borders", arguments: hostile)
    func borders(text: String) {
        let octets = Array(Pages.rendered(text).utf8)
        let marks = { (mark: Character) in octets.count { $0 == mark.asciiValue } }
        // Those of the frame alone, whatever was put into it.
        let plain = Array(Pages.rendered("x").utf8)
        for mark: Character in ["<", ">", "\"", "'"] {
            #expect(marks(mark) == plain.count { $0 == mark.asciiValue }, "\(mark) of \(text)")
        }
        #expect(!octets.contains(0))
        #expect(octets.count < plain.count + 8000)
    }

    @Test func `no template puts anything into a page unescaped`() {
        for (name, text) in Templates.texts {
            #expect(!text.contains("{{{") && !text.contains("{{&"), "\(name)")
            #expect(!text.contains("style=") && !text.contains("<style"), "\(name)")
            #expect(!text.contains(" on") || !text.contains("onclick"), "\(name)")
        }
    }

    @Test func `a name without a value does not mean that of the model around it`() {
        let inner: Model = ["reason": .nothing]
        #expect(
            Templates.text(
                "{{#list}}[{{reason}}]{{/list}}",
                ["reason": .text("x"), "list": .list([inner])]
            ) == "[]"
        )
    }

    @Test(
        "thousands stand apart",
        arguments: [(0, "0"), (999, "999"), (1000, "1,000"), (-1_234_567, "-1,234,567")]
    )
    func figures(number: Int, text: String) {
        #expect(Figures.text(number) == text)
    }
}

extension Pages {
    /// A page with the text in an attribute, in a heading and in a sentence.
    fileprivate static func rendered(_ text: String) -> String {
        login(WebProblem(400, text, text), next: text)
    }
}
