import MailMessage
import Submission
import Testing

@Suite("Header recipients")
struct HeaderRecipientsTests {
    @Test(arguments: [
        ("To: b@example.org\r\n", ["b@example.org"]),
        (
            "to: B <b@example.org>,\r\n c@example.org\r\nCC: d@example.org\r\n",
            ["b@example.org", "c@example.org", "d@example.org"]
        ),
        (
            "To: Team: b@example.org, c@example.org;, d@example.org\r\n",
            ["b@example.org", "c@example.org", "d@example.org"]
        ),
        ("To: undisclosed-recipients:;\r\n", []),
        ("To: b@example.org\r\nCc: B@EXAMPLE.ORG\r\n", ["b@example.org"]),
        ("From: a@example.org\r\nX-To: b@example.org\r\nReply-To: c@example.org\r\n", []),
        ("To: \"a, b\"@example.org\r\n", ["\"a, b\"@example.org"]),
        ("To: b@example.org\r\nSubject: x\r\n\r\nTo: c@example.org\r\n", ["b@example.org"]),
        ("", []),
    ])
    func `To and Cc name them, groups flattened, each once`(header: String, expected: [String]) {
        let recipients = HeaderRecipients(of: header.utf8)
        #expect(recipients.addresses.map(\.text) == expected)
        #expect(recipients.isReadable)
    }

    @Test func `an address that cannot be read is not passed over in silence`() {
        let recipients = HeaderRecipients(of: "To: b@@example.org\r\nCc: c@example.org\r\n".utf8)
        #expect(recipients.addresses.map(\.text) == ["c@example.org"])
        #expect(!recipients.isReadable)
    }

    @Test func `the header counts as it goes out, not as it was written`() throws {
        let file = """
            From: a@example.com
            To: b
            Bcc: hidden@example.com

            text

            """
        var rules = MessageRules()
        rules.envelope.defaultDomain = "example.com"
        let message = try outgoing(Array(file.utf8), rules: rules).message
        #expect(message.headerRecipients.addresses.map(\.text) == ["b@example.com"])
    }

    @Test func `a message with only a Bcc names nobody`() throws {
        let file = "From: a@example.com\nBcc: hidden@example.com\n\ntext\n"
        let message = try outgoing(Array(file.utf8)).message
        #expect(message.headerRecipients == HeaderRecipients(of: []))
    }
}
