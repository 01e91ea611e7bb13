import Delivery
import MailMessage
import Submission
import TestSupport
import Testing

@testable import Alerts

@Suite("Bounces")
struct BounceTests {
    private let from: MailAddress

    init() throws { from = try MailAddress(exactly: "postmaster@contoso.com") }

    private static let header = """
        From: erp@contoso.com\r
        Bcc: secret@contoso.com,\r
        \tmore@contoso.com\r
        Subject: Rechnung\r
        \tZürich\r
        X-Note: a\r

        """

    private func event(_ sender: String? = "erp@contoso.com") -> MessageEvent {
        var event = MessageEvent(.failed, at: start, id: "42", pickup: "erp", file: "a.eml")
        event.sender = sender
        event.subject = "Rechnung é"
        event.reason = "The server refused 2 of 3 recipients."
        event.recipients = [
            .init("b@example.org", .refused, reply: "550 5.1.1 No such user\n550 é"),
            .init("c@example.org", .accepted),
            .init("d@example.org", .pending, reply: "452 4.2.2 Mailbox full"),
        ]
        return event
    }

    private func bounce(
        _ header: String = Self.header,
        sender: String? = "erp@contoso.com"
    ) -> BounceMessage? {
        BounceMessage(
            event(sender),
            original: Array((header + "\r\nBody\r\n").utf8),
            from: from,
            host: "relay1"
        )
    }

    @Test func `Python reads a delivery status notification`() async throws {
        let octets = try #require(bounce()).octets()
        let output = try await NoticeTests.python(
            octets,
            """
            print(m.get_content_type(), m.get_param("report-type"))
            for name in ["from", "to", "subject", "auto-submitted"]: print(name, m[name])
            text, status, headers = m.iter_parts()
            print(text.get_content().replace("\\r", "").strip())
            for part in status.get_payload():
                for name, value in part.items(): print(name + "=" + value)
            print(headers.get_content_type())
            print(headers.get_payload(decode=True).decode().replace("\\r", "").strip())
            """
        )
        let expected = """
            multipart/report delivery-status
            from Postchute <postmaster@contoso.com>
            to erp@contoso.com
            subject Not delivered: Rechnung é
            auto-submitted auto-replied
            Your message was not delivered to:

              b@example.org: 550 5.1.1 No such user\\n550 é
              d@example.org: 452 4.2.2 Mailbox full

            The server refused 2 of 3 recipients.
            It was accepted for 1 other recipients; do not send it to them.

            File: a.eml
            Postchute on relay1, 2026-11-23 10:15:30 UTC.
            Reporting-MTA=dns; relay1
            Original-Envelope-Id=42
            Final-Recipient=rfc822; b@example.org
            Action=failed
            Status=5.1.1
            Diagnostic-Code=smtp; 550 5.1.1 No such user 550 ?
            Final-Recipient=rfc822; d@example.org
            Action=failed
            Status=5.2.2
            Diagnostic-Code=smtp; 452 4.2.2 Mailbox full
            text/rfc822-headers
            From: erp@contoso.com
            Subject: Rechnung
             Zürich
            X-Note: a

            """
        #expect(output.hasPrefix(expected), "\(output)")
        #expect(!output.contains("secret@contoso.com"))
    }

    @Test(arguments: [
        "Auto-Submitted: auto-generated", "auto-submitted:auto-replied", "List-Id: <x.example.org>",
        "List-Unsubscribe: <mailto:x@y>", "Precedence: bulk", "Precedence: LIST",
        "Return-Path: <>", "X-Auto-Response-Suppress: OOF, DSN",
        "Content-Type: multipart/report; boundary=x", "Auto-Submitted:\r\n auto-generated",
    ])
    func `nobody is told of messages of programs`(field: String) {
        #expect(bounce(Self.header + field + "\r\n") == nil)
    }

    @Test func `somebody is told of messages that say they are no program's`() {
        #expect(bounce(Self.header + "Auto-Submitted: no\r\n") != nil)
        #expect(bounce(Self.header + "X-Auto-Response-Suppress: OOF\r\n") != nil)
        #expect(bounce(Self.header + "\r\nAuto-Submitted: auto-generated\r\n") != nil)
    }

    @Test(arguments: [
        nil, "", "postmaster@contoso.com", "MAILER-DAEMON@example.org", "noreply@example.org",
        "not an address",
    ])
    func `nobody is told where nobody reads`(sender: String?) {
        #expect(bounce(sender: sender) == nil)
    }

    @Test func `the notification of a notification is none`() throws {
        let octets = try #require(bounce()).octets()
        let again = BounceMessage(event(), original: octets, from: from, host: "relay1")
        #expect(again == nil)
    }

    @Test func `a sender is told ten times in an hour, and all of them 200 times`() {
        var allowance = BounceAllowance()
        let told = (0..<50).filter { _ in allowance.take("A@contoso.com", at: start) }
        #expect(told.count == 10)
        let isOtherTold = allowance.take("b@contoso.com", at: start)
        #expect(isOtherTold)
        let others = (0..<1000).filter { allowance.take("\($0)@contoso.com", at: start) }
        #expect(others.count == 189)
        let isToldLater = allowance.take("a@contoso.com", at: start + 3600 * second)
        #expect(isToldLater)
    }
}
