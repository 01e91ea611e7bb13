import TestSupport
import Testing

@testable import Sandbox

@Suite("Inbox")
struct InboxTests {
    private static let subject = "<script>alert(1)</script> \"'&\u{202E}"

    private func withMessage(
        _ body: (WebFixture, ScratchFolder, String) async throws -> Void
    ) async throws {
        try await withScratchFolder("inbox") { folder in
            let fixture = try WebFixture(folder: folder.path)
            let message =
                "From: erp@contoso.com\r\nTo: a@example.com\r\nMessage-ID: <1@contoso.com>\r\n"
                + "Subject: \(Self.subject)\r\n\r\n<b>Text</b>\r\n"
            let token = try await fixture.token()
            let answer = try await fixture.send(
                "POST",
                "/v1.0/users/erp@contoso.com/sendMail",
                ["authorization": "Bearer \(token)", "content-type": "text/plain"],
                MIMEText.base64(Array(message.utf8))
            )
            #expect(answer.status == 202)
            try await body(fixture, folder, message)
        }
    }

    @Test func `a subject cannot become mark-up, on the list and on the message's page`()
        async throws
    {
        try await withMessage { fixture, _, _ in
            for path in ["/", "/messages/1"] {
                let page = try await fixture.send("GET", path)
                #expect(page.status == 200)
                #expect(
                    page.text.contains(
                        "&lt;script&gt;alert(1)&lt;/script&gt; &quot;&#39;&amp;\\u{202E}"
                    )
                )
                #expect(!page.text.contains("<script"))
                #expect(!page.text.contains("<b>Text"))
                #expect(page.text.contains("a@example.com"))
                let policy = try #require(page.field("Content-Security-Policy"))
                #expect(policy.hasPrefix("default-src 'none'; style-src 'sha256-"))
                #expect(page.field("X-Content-Type-Options") == "nosniff")
            }
        }
    }

    @Test func `the raw message is what was sent, and a download`() async throws {
        try await withMessage { fixture, _, message in
            let raw = try await fixture.send("GET", "/messages/1/raw")
            #expect(raw.text == message)
            #expect(
                raw.field("Content-Disposition")
                    == "attachment; filename=\"000001-1@contoso.com.eml\""
            )
            #expect(raw.field("Content-Type") == "application/octet-stream")
        }
    }

    @Test func `the list in JSON has the envelope, the subject and the sender`() async throws {
        try await withMessage { fixture, _, _ in
            let list = try await fixture.send("GET", "/messages.json")
            let message = try #require(list.value["messages"]?.elements?.first)
            #expect(message["number"] == 1)
            #expect(message["mechanism"] == "Graph")
            #expect(message["subject"] == .string(Self.subject))
            #expect(message["from"] == "erp@contoso.com")
        }
    }

    @Test func `counters show limits and what clients used of them`() async throws {
        try await withMessage { fixture, _, _ in
            let page = try await fixture.send("GET", "/counters")
            #expect(page.text.contains("<td>erp@contoso.com</td><td>1</td><td>1</td><td>1</td>"))
            #expect(page.text.contains("<td>1 of 30</td>"))
            #expect(page.text.contains("<td>message-rate</td><td>0</td>"))
            #expect(page.text.contains("one mailbox: 1 of 4."))
        }
    }

    @Test func `an empty inbox and one that keeps nothing say so`() async throws {
        try await withScratchFolder("inbox") { folder in
            let empty = try WebFixture(folder: folder.path)
            let page = try await empty.send("GET", "/")
            #expect(page.text.contains("No message has arrived yet."))
            #expect(try await empty.send("GET", "/messages/1").status == 404)
        }
        let counting = try await WebFixture().send("GET", "/")
        #expect(counting.text.contains("Messages are counted here, and not kept."))
    }

    @Test(arguments: [
        ("evil.example", 421), ("evil.example:8443", 421), ("localhost", 200),
        ("127.0.0.1:8443", 200), ("[::1]:8443", 200), ("[::1]", 200),
        ("sandbox.example:1", 200), ("localhost.evil.example", 421), ("", 421),
    ])
    func `a name that another site points at this machine is not answered`(
        _ host: String,
        _ status: Int
    ) async throws {
        let fixture = try WebFixture()
        #expect(try await fixture.send("GET", "/", ["host": host]).status == status)
    }

    @Test(arguments: [
        ("=?UTF-8?B?R3LDvMOfZQ==?=", "Grüße"),
        ("=?utf-8?q?a_b=21?= =?utf-8?q?c?= d", "a b!c d"),
        ("=?iso-8859-1?Q?=E4?=", "ä"),
        ("=?x?y?z?=", "=?x?y?z?="),
        ("=?UTF-8?B?/w==?=", "=?UTF-8?B?/w==?="),
        ("plain text", "plain text"),
    ])
    func `encoded words are shown decoded`(_ text: String, _ shown: String) {
        #expect(EncodedWords.decode(text) == shown)
    }
}

@Suite("Web values")
struct WebValueTests {
    @Test(arguments: [
        ("{}", true), ("[1, -2.5e3, \"a\\u00e9\\ud83d\\ude00\\n\", true, false, null]", true),
        ("{\"a\": {\"b\": []}}", true), ("", false), ("{", false), ("{} {}", false),
        ("[1,]", false), ("\"\\ud83d\"", false), ("\"\u{1}\"", false), ("[+1]", false),
        ("nul", false), (String(repeating: "[", count: 100_000), false),
        (
            String(repeating: "[", count: 64) + String(repeating: "]", count: 64), true
        ),
        (
            String(repeating: "[", count: 65) + String(repeating: "]", count: 65), false
        ),
    ])
    func `JSON is read strictly and not too deep`(_ text: String, _ isJSON: Bool) {
        let value = JSONReader.value(of: Array(text.utf8))
        #expect((value != nil) == isJSON)
        if let value { #expect(JSONReader.value(of: Array(value.json.utf8)) == value) }
    }

    @Test func `octets that are no UTF-8 are no JSON`() {
        #expect(JSONReader.value(of: [0x22, 0xFF, 0x22]) == nil)
    }

    @Test(arguments: [
        ("a=b&c=d%20e+f", "d e f"), ("c=%C3%A9", "é"), ("c=1&c=2", "1"), ("a=b", nil), ("c=", nil),
    ])
    func `a form gives its fields`(_ text: String, _ value: String?) throws {
        #expect(try #require(FormFields(text))["c"] == value)
    }

    @Test(arguments: ["a=%", "a=%f", "a=%zz", "a=%FF", String(repeating: "a&", count: 101)])
    func `a malformed form is none`(_ text: String) {
        #expect(FormFields(text) == nil)
    }

    @Test(arguments: [
        ("a@b.example", ["a@b.example"]),
        ("A <a@b.example>, \"B, C\" <c@d.example>", ["a@b.example", "c@d.example"]),
        ("Group: a@b.example, c@d.example;", ["a@b.example", "c@d.example"]),
        ("undisclosed-recipients:;", []),
        ("a@b.example (Name, with (nested) comment), c@d.example", ["a@b.example", "c@d.example"]),
        (" \"a b\"@c.example ", ["\"a b\"@c.example"]), ("a b@c.example", nil),
        ("nobody", nil),
        ("<>", nil),
        ("a@b.example,, c@d.example", ["a@b.example", "c@d.example"]),
    ])
    func `a list of addresses is read`(_ text: String, _ addresses: [String]?) {
        #expect(AddressList.read(Array(text.utf8))?.map(\.text) == addresses)
    }
}
