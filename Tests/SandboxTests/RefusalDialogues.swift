@testable import Sandbox

extension DialogueTests {
    /// A dialogue that begins after `EHLO` at an open server without TLS.
    private static func plain(_ rest: String) -> String {
        """
        S: 220 *
        C: EHLO client.example
        \(greeted("AUTH LOGIN XOAUTH2"))
        \(rest)
        """
    }

    static let refusals = [
        ServerDialogue(
            "commands out of order",
            """
            S: 220 *
            C: MAIL FROM:<a@example.com>
            S: 503 5.5.2 Send hello first
            C: RCPT TO:<a@example.com>
            S: 503 5.5.2 Send hello first
            C: DATA
            S: 503 5.5.2 Send hello first
            C: STARTTLS
            S: 503 5.5.2 Send hello first
            C: EHLO client.example
            \(greeted("AUTH LOGIN XOAUTH2"))
            C: RCPT TO:<a@example.com>
            S: 503 5.5.2 Need mail command
            C: DATA
            S: 503 5.5.2 Need mail command
            C: MAIL FROM:<a@example.com>
            S: 250 2.1.0 Sender OK
            C: MAIL FROM:<a@example.com>
            S: 503 5.5.2 Sender already specified
            C: AUTH LOGIN
            S: 503 5.5.2 Not during a mail transaction
            C: DATA
            S: 503 5.5.2 Need rcpt command
            C: RSET
            S: 250 2.0.0 Resetting
            C: RCPT TO:<a@example.com>
            S: 503 5.5.2 Need mail command
            """,
            open
        ),
        ServerDialogue(
            "commands that are none",
            plain(
                """
                C: BDAT 100 LAST
                S: 500 5.3.3 Unrecognized command
                C: MAIL <a@example.com>
                S: 501 5.5.4 Invalid arguments
                C: MAIL FROM: <a@example.com>
                S: 501 5.5.4 Invalid arguments
                C: MAIL FROM:<a@@example.com>
                S: 501 5.1.7 Invalid address
                C: MAIL FROM:<a@example.com> BODY=BINARYMIME
                S: 501 5.5.4 Invalid arguments
                C: MAIL FROM:<a@example.com> FOO=1
                S: 501 5.5.4 Invalid arguments
                C: MAIL FROM:<a@example.com> SIZE=157286401
                S: 552 5.3.4 Message size exceeds fixed maximum message size
                C: MAIL FROM:<a@example.com> SIZE=99999999999999999999
                S: 552 5.3.4 Message size exceeds fixed maximum message size
                C: MAIL FROM:<jörg@example.com>
                S: 553 5.6.7 Non-ASCII address without SMTPUTF8
                C: MAIL FROM:<jörg@example.com> SMTPUTF8
                S: 250 2.1.0 Sender OK
                C: RCPT TO:<>
                S: 501 5.1.3 Invalid address
                C: RCPT TO:<a@example.com> NOTIFY=NEVER,SUCCESS
                S: 501 5.5.4 Invalid arguments
                C: RCPT TO:<ä@example.com> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;a+2Bb@example.com
                S: 250 2.1.5 Recipient OK
                C: EHLO with space
                S: 501 5.5.4 Invalid domain name
                """
            ),
            open
        ),
        ServerDialogue(
            "too many recipients",
            plain(
                """
                C: MAIL FROM:<a@example.com>
                S: 250 2.1.0 Sender OK
                C: RCPT TO:<a@example.com>
                S: 250 2.1.5 Recipient OK
                C: RCPT TO:<b@example.com>
                S: 452 4.5.3 Too many recipients
                """
            )
        ) {
            open(&$0)
            $0.maximumRecipients = 1
        },
        ServerDialogue(
            "content beyond the limit is read to its end and refused",
            plain(
                """
                C: MAIL FROM:<a@example.com>
                S: 250 2.1.0 Sender OK
                C: RCPT TO:<a@example.com>
                S: 250 2.1.5 Recipient OK
                C: DATA
                S: 354 *
                C: 0123456789
                C: .
                S: (thrown away)
                S: 552 5.3.4 Message size exceeds fixed maximum message size
                C: NOOP
                S: 250 2.0.0 OK
                """
            ).replacing("157286400", with: "11")
        ) {
            open(&$0)
            $0.maximumMessageOctets = 11
        },
    ]

    static let scripted = [
        ServerDialogue(
            "any reply at any command",
            """
            S: 220 not by the book
            C: EHLO client.example
            S: 502 5.5.1 No
            C: HELO client.example
            S: 250 SANDBOX01.postchute.example Hello [127.0.0.1]
            C: RSET
            S: 451 4.7.0 One
            """,
            script: """
                at greeting reply "220 not by the book"
                at EHLO reply "502 5.5.1 No" times 1
                at RSET reply "451 4.7.0 One"
                """,
            open
        ),
        ServerDialogue(
            "a stripped STARTTLS is not understood either",
            """
            S: 220 *
            C: EHLO client.example
            S: 250-SANDBOX01.postchute.example Hello [127.0.0.1]
            S: 250-SIZE 157286400
            S: 250-PIPELINING
            S: 250-DSN
            S: 250-ENHANCEDSTATUSCODES
            S: 250-8BITMIME
            S: 250-X-POSTCHUTE-SANDBOX
            S: 250 SMTPUTF8
            C: STARTTLS
            S: 500 5.3.3 Unrecognized command
            """,
            script: "at EHLO hide STARTTLS"
        ),
        ServerDialogue(
            "a hidden extension takes its parameters along",
            """
            S: 220 *
            C: EHLO client.example
            S: 250-SANDBOX01.postchute.example Hello [127.0.0.1]
            S: 250-PIPELINING
            S: 250-ENHANCEDSTATUSCODES
            S: 250-AUTH LOGIN XOAUTH2
            S: 250-8BITMIME
            S: 250 X-POSTCHUTE-SANDBOX
            C: MAIL FROM:<a@example.com> SIZE=1
            S: 501 5.5.4 Invalid arguments
            C: MAIL FROM:<a@example.com> RET=HDRS
            S: 501 5.5.4 Invalid arguments
            C: MAIL FROM:<a@example.com> SMTPUTF8
            S: 501 5.5.4 Invalid arguments
            C: MAIL FROM:<a@example.com> BODY=8BITMIME
            S: 250 2.1.0 Sender OK
            """,
            script: "at EHLO hide SIZE DSN SMTPUTF8",
            open
        ),
        ServerDialogue(
            "354 although every recipient was refused",
            plain(
                """
                C: MAIL FROM:<a@example.com>
                S: 250 2.1.0 Sender OK
                C: RCPT TO:<550-5.1.1@fault.test>
                S: 550 5.1.1 RESOLVER.ADR.RecipNotFound; not found
                C: DATA
                S: 354 Go on
                C: .
                S: (thrown away)
                S: 250 2.0.0 OK
                """
            ),
            script: """
                at DATA reply "354 Go on"
                at dot reply "250 2.0.0 OK"
                """,
            open
        ),
        ServerDialogue(
            "421 anywhere closes",
            plain(
                """
                C: NOOP
                S: 421 4.3.2 Service not available
                S: (closed)
                """
            ),
            script: "at NOOP reply \"421 4.3.2 Service not available\"",
            open
        ),
        ServerDialogue(
            "a reply of several lines after a pause",
            plain(
                """
                C: VRFY x
                S: (waits 0.2 seconds)
                S: 252-one
                S: 252 two
                """
            ),
            script: "at VRFY delay 200ms reply \"252 one\" \"two\"",
            open
        ),
        ServerDialogue(
            "a refused sign-in signs nobody in",
            plain(
                """
                C: AUTH XOAUTH2
                S: 504 5.7.4 No
                C: AUTH PLAIN
                S: 504 5.7.4 Unrecognized authentication type [SANDBOX01.postchute.example]
                C: AUTH LOGIN NTM1LTUuNy4xMzktdGVuYW50QGZhdWx0LnRlc3Q=
                S: 334 UGFzc3dvcmQ6
                C: eA==
                S: 535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled \
                for the Tenant. Visit https://aka.ms/smtp_auth_disabled for more information.
                C: AUTH LOGIN
                S: 334 VXNlcm5hbWU6
                """
            ),
            script: "at AUTH reply \"504 5.7.4 No\" times 1",
            open
        ),
        ServerDialogue(
            "a handshake that is to fail, after a refused STARTTLS",
            """
            S: 220 *
            C: EHLO client.example
            \(greeted("STARTTLS"))
            C: STARTTLS
            S: 454 4.7.0 TLS not available
            C: STARTTLS
            S: 220 2.0.0 SMTP server ready
            S: (TLS: expired)
            S: (waits 1.0 seconds)
            """,
            script: """
                at STARTTLS reply "454 4.7.0 TLS not available" times 1
                at handshake delay 1s expired
                """
        ),
    ]
}
