import Submission
import Testing

@Suite("Mail address")
struct MailAddressTests {
    @Test(
        "a local part is quoted where it needs it",
        arguments: [
            ("erp", "erp"),
            ("first.last+tag", "first.last+tag"),
            ("!#$%&'*+-/=?^_`{|}~", "!#$%&'*+-/=?^_`{|}~"),
            ("grüße", "grüße"),
            ("two words", "\"two words\""),
            ("a..b", "\"a..b\""),
            (".a", "\".a\""),
            ("a.", "\"a.\""),
            ("a@b", "\"a@b\""),
            ("a\"b", "\"a\\\"b\""),
            ("a\\b", "\"a\\\\b\""),
            ("a>b", "\"a>b\""),
            (",;:()[]", "\",;:()[]\""),
        ]
    )
    func localPart(content: String, wire: String) throws {
        let address = try #require(MailAddress(localPart: content, domain: "contoso.com"))
        #expect(address.localPart == wire)
        #expect(address.text == "\(wire)@contoso.com")
    }

    @Test(
        "a domain or address literal is kept as written",
        arguments: [
            "contoso.com", "CONTOSO.com", "host", "xn--bcher-kva.example", "bücher.example",
            "old_server.local", "[192.0.2.1]", "[IPv6:2001:db8::1]",
        ]
    )
    func domain(_ domain: String) {
        #expect(MailAddress(localPart: "a", domain: domain)?.domain == domain)
    }

    @Test(
        "nothing can break out of the angle brackets",
        arguments: [
            ("", "contoso.com"),
            ("a", ""),
            ("a\r\nRCPT TO:<x@y.example>", "contoso.com"),
            ("a\n", "contoso.com"),
            ("a\u{0}", "contoso.com"),
            ("a\u{7F}", "contoso.com"),
            ("a\t", "contoso.com"),
            ("a", "contoso.com> SIZE=1"),
            ("a", "contoso.com\r\nDATA"),
            ("a", "contoso.com\u{0}"),
            ("a", "contoso .com"),
            ("a", "contoso..com"),
            ("a", ".contoso.com"),
            ("a", "contoso.com."),
            ("a", "a@b.com"),
            ("a", "[192.0.2.1"),
            ("a", "[]"),
            ("a", "[a]b]"),
            ("a", "[a>b]"),
            ("a", "[a b]"),
            ("a", "[a\r\nb]"),
            ("a", "\"contoso\".com"),
        ]
    )
    func injection(localPart: String, domain: String) {
        #expect(MailAddress(localPart: localPart, domain: domain) == nil)
    }

    // Swift sees CR LF, and a letter with a combining mark, as one character; servers see octets.
    @Test func `a combining mark does not hide a control or bracket`() {
        #expect(MailAddress(localPart: "a\n\u{301}", domain: "b.example") == nil)
        #expect(MailAddress(localPart: "a", domain: "b>\u{301}.example") == nil)
        #expect(
            MailAddress(localPart: "a\"\u{301}", domain: "b.example")?.localPart.utf8.count == 7
        )
    }

    @Test func `a local part of 64 octets is the longest, quotes and backslashes included`() {
        let longest = String(repeating: "a", count: 64)
        #expect(MailAddress(localPart: longest, domain: "b") != nil)
        #expect(MailAddress(localPart: longest + "a", domain: "b") == nil)
        #expect(MailAddress(localPart: String(repeating: " ", count: 62), domain: "b") != nil)
        #expect(MailAddress(localPart: String(repeating: " ", count: 63), domain: "b") == nil)
        #expect(MailAddress(localPart: String(repeating: "\"", count: 32), domain: "b") == nil)
    }

    @Test func `a domain of 255 octets is the longest`() {
        let longest = String(repeating: "ab.", count: 84) + "com"
        #expect(longest.utf8.count == 255)
        #expect(MailAddress(localPart: "a", domain: longest) != nil)
        #expect(MailAddress(localPart: "a", domain: "x" + longest) == nil)
    }

    @Test(arguments: [
        ("a", "b.example", true), ("é", "b.example", false), ("a", "é.example", false),
    ])
    func `only letters beyond ASCII need SMTPUTF8`(
        localPart: String,
        domain: String,
        isASCII: Bool
    ) throws {
        let address = try #require(MailAddress(localPart: localPart, domain: domain))
        #expect(address.isASCII == isASCII)
        let plain = try #require(MailAddress(localPart: "a", domain: "b.example"))
        #expect(Envelope(sender: address, recipients: [.init(plain)]).needsSMTPUTF8 != isASCII)
        #expect(Envelope(sender: nil, recipients: [.init(address)]).needsSMTPUTF8 != isASCII)
    }
}
