import SafeText
import Testing

@Suite("Safe text")
struct SafeTextTests {
    @Test(
        "a line shows what could not be seen",
        arguments: [
            ("", ""),
            (
                "plain text, with \"quotes\" and C:\\path",
                "plain text, with \"quotes\" and C:\\path"
            ),
            ("Grüße 東京 👩‍👩‍👧", "Grüße 東京 👩‍👩‍👧"),
            ("a\nb\r\nc\td", "a\\nb\\r\\nc\\td"),
            ("\u{1B}[2J\u{0}\u{7F}", "\\x1B[2J\\x00\\x7F"),
            ("\u{85}\u{9B}31m", "\\u{85}\\u{9B}31m"),
            ("invoice\u{202E}fdp.exe", "invoice\\u{202E}fdp.exe"),
            (
                "\u{200E}\u{200F}\u{2066}\u{2069}\u{61C}",
                "\\u{200E}\\u{200F}\\u{2066}\\u{2069}\\u{61C}"
            ),
            ("a\u{2028}b\u{2029}c", "a\\u{2028}b\\u{2029}c"),
            ("\u{FEFF}BOM", "\\u{FEFF}BOM"),
            ("\u{E0041}\u{E007F}", "\\u{E0041}\\u{E007F}"),
            // One grapheme for Swift, two characters for whoever reads the bytes.
            ("\n\u{301}", "\\n\u{301}"),
        ]
    )
    func line(text: String, expected: String) {
        #expect(SafeText.line(text) == expected)
        #expect(SafeText.line(octets: Array(text.utf8)) == expected)
        #expect(SafeText.line(Substring(text)) == expected)
    }

    @Test(
        "octets that are not UTF-8 are shown one by one",
        arguments: [
            ([0x72, 0xE9, 0x73, 0x75, 0x6D, 0xE9], "r\\xE9sum\\xE9"),
            ([0xC3], "\\xC3"),
            ([0xE2, 0x82, 0x41], "\\xE2\\x82A"),
            // Overlong slash, surrogate, beyond U+10FFFF.
            ([0xC0, 0xAF], "\\xC0\\xAF"),
            ([0xED, 0xA0, 0x80, 0x0A], "\\xED\\xA0\\x80\\n"),
            ([0xF4, 0x90, 0x80, 0x80], "\\xF4\\x90\\x80\\x80"),
            ([0x80, 0xC3, 0xA9, 0xFF], "\\x80é\\xFF"),
        ] as [([UInt8], String)]
    )
    func invalidOctets(octets: [UInt8], expected: String) {
        #expect(SafeText.line(octets: octets) == expected)
    }

    @Test func `every octet alone gives one line of printable characters`() {
        for octet in UInt8.min...UInt8.max {
            let line = SafeText.line(octets: [octet])
            #expect(line.utf8.allSatisfy { (0x20...0x7E).contains($0) }, "octet \(octet)")
        }
    }

    @Test(
        "a logfmt value is quoted only where it needs it",
        arguments: [
            ("plain", "plain"),
            ("", "\"\""),
            ("two words", "\"two words\""),
            ("a=b", "\"a=b\""),
            ("C:\\new", "\"C:\\\\new\""),
            ("say \"hi\"", "\"say \\\"hi\\\"\""),
            ("x\nid=forged event=sent", "\"x\\nid=forged event=sent\""),
            ("Grüße", "\"Grüße\""),
            ("\"\u{301}", "\"\\\"\u{301}\""),
            ("\u{202E}", "\"\\u{202E}\""),
        ]
    )
    func logfmtValue(text: String, expected: String) {
        #expect(SafeText.logfmtValue(text).unicodeScalars.elementsEqual(expected.unicodeScalars))
    }

    @Test(
        "a JSON string gives the text back",
        arguments: [
            ("", "\"\""),
            ("a/b é", "\"a/b é\""),
            ("\"\\", "\"\\\"\\\\\""),
            ("\n\r\t\u{0}\u{1B}\u{7F}", "\"\\n\\r\\t\\u0000\\u001B\\u007F\""),
            ("\u{2028}\u{202E}", "\"\\u2028\\u202E\""),
            ("\u{E0041}", "\"\\uDB40\\uDC41\""),
            ("\"\u{301}", "\"\\\"\u{301}\""),
        ]
    )
    func jsonString(text: String, expected: String) {
        #expect(SafeText.jsonString(text).unicodeScalars.elementsEqual(expected.unicodeScalars))
    }

    @Test(
        arguments: [
            ("<b a=\"c\" d='e'>&amp;", "&lt;b a=&quot;c&quot; d=&#39;e&#39;&gt;&amp;amp;"),
            ("\"\u{301}", "&quot;\u{301}"), ("<\u{338}", "&lt;\u{338}"),
            ("a\tb\nc\rd\u{0}", "a\tb\nc\\rd\\x00"), ("\u{202E}x", "\\u{202E}x"),
            ("Grüße", "Grüße"),
        ]
    )
    func html(text: String, expected: String) {
        #expect(SafeText.html(text).unicodeScalars.elementsEqual(expected.unicodeScalars))
    }
}
