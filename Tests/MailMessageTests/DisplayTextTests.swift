import MailMessage
import Testing

@Suite("Display text")
struct DisplayTextTests {
    @Test(arguments: [
        ("plain", "plain"),
        ("", ""),
        ("=?UTF-8?B?R3LDvMOfZQ==?=", "Grüße"),
        ("=?utf-8?q?Gr=C3=BC=C3=9Fe_aus?= Wien", "Grüße aus Wien"),
        ("=?ISO-8859-1?Q?a=E9b?=", "aéb"),
        ("=?windows-1252?Q?=80_5?=", "€ 5"),
        ("=?windows-1252?Q?=81?=", "\u{FFFD}"),
        ("=?us-ascii*en?Q?a?=", "a"),
        ("=?utf-8?Q?a?= =?utf-8?Q?b?=", "ab"),
        ("=?utf-8?Q?a?=\t  =?iso-8859-1?Q?b?=", "ab"),
        ("=?utf-8?Q?=C3?= =?utf-8?Q?=BC?=", "ü"),
        ("x =?utf-8?Q?a?= y", "x a y"),
        ("=?koi8-r?Q?a?= b", "=?koi8-r?Q?a?= b"),
        ("=?utf-8?X?a?=", "=?utf-8?X?a?="),
        ("=?utf-8?Q?a", "=?utf-8?Q?a"),
        ("=?utf-8?Q?=G1=?=", "=G1="),
        ("=?utf-8?B?4oKsI!!DU?=", "€ 5"),
        ("=?=?utf-8?Q?a?=", "=?a"),
        ("1 = 2 ?", "1 = 2 ?"),
        ("raw ü", "raw ü"),
    ])
    func `a header text is decoded`(text: String, expected: String) {
        #expect(DisplayText.decode(text.utf8) == expected)
    }

    @Test func `raw octets that are not UTF-8 are taken for windows-1252`() {
        #expect(DisplayText.decode([0x80, 0x20, 0xFC]) == "€ ü")
    }

    @Test func `a long text is cut`() {
        let text = DisplayText.decode(String(repeating: "a", count: 100_000).utf8)
        #expect(text == String(repeating: "a", count: 200) + "…")
        #expect(DisplayText.decode(String(repeating: "a", count: 200).utf8).count == 200)
    }
}
