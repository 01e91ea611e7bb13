import Testing

@testable import Sandbox

@Suite("Dialogues")
struct DialogueTests {
    @Test(arguments: ordinary + signIn + refusals + scripted)
    func `a dialogue runs as it is written`(dialogue: ServerDialogue) throws {
        let played = try dialogue.play()
        #expect(
            dialogue.isEqual(to: played),
            "\(played.joined(separator: "\n"))\n\nis not\n\n\(dialogue.lines.joined(separator: "\n"))"
        )
    }

    @Test func `a session beyond the limit is turned away`() throws {
        var server = try MemorySandbox(isFull: true)
        #expect(
            server.takeDone() == [
                "432 4.3.2 Concurrent connections limit exceeded. Visit"
                    + " https://aka.ms/concurrent_sending for more information.",
                "(closed)",
            ]
        )
    }

    @Test func `a silent client is sent away`() throws {
        var server = try MemorySandbox()
        _ = server.takeDone()
        server.idle()
        #expect(server.takeDone() == ["421 4.4.1 Connection timed out", "(closed)"])
    }

    @Test func `what was sent along with STARTTLS is never carried out`() throws {
        var server = try MemorySandbox()
        server.send("EHLO client.example\r\n")
        _ = server.takeDone()
        server.send("STARTTLS\r\nMAIL FROM:<injected@example.com>\r\n")
        #expect(server.takeDone() == ["220 2.0.0 SMTP server ready", "(TLS)"])
        server.send("NOOP\r\n")
        #expect(server.takeDone() == ["250 2.0.0 OK"])
    }

    @Test func `the greeting announces the sandbox and gives the time`() throws {
        var server = try MemorySandbox()
        #expect(
            server.takeDone() == [
                "220 SANDBOX01.postchute.example Postchute sandbox ESMTP MAIL Service ready at"
                    + " Mon, 23 Nov 2026 10:15:30 +0000 [08DDD30471EE4ED5]"
            ]
        )
    }

    @Test func `a dialogue that runs otherwise is noticed`() throws {
        let wrong = ServerDialogue("wrong", "S: 220 *\nC: NOOP\nS: 250 2.0.0 Fine")
        #expect(try !wrong.isEqual(to: wrong.play()))
        let short = ServerDialogue("short", "S: 220 *\nC: NOOP")
        #expect(try !short.isEqual(to: short.play()))
    }

    static let open: @Sendable (inout SandboxOptions) -> Void = {
        $0.access = .open
        $0.security = .none
    }

    static let ordinary = [
        ServerDialogue(
            "client submission over STARTTLS",
            """
            S: 220 SANDBOX01.postchute.example Postchute sandbox ESMTP MAIL Service ready at *
            C: EHLO client.example
            S: 250-SANDBOX01.postchute.example Hello [127.0.0.1]
            S: 250-SIZE 157286400
            S: 250-PIPELINING
            S: 250-DSN
            S: 250-ENHANCEDSTATUSCODES
            S: 250-STARTTLS
            S: 250-8BITMIME
            S: 250-X-POSTCHUTE-SANDBOX
            S: 250 SMTPUTF8
            C: STARTTLS
            S: 220 2.0.0 SMTP server ready
            S: (TLS)
            C: MAIL FROM:<sandbox@example.com>
            S: 503 5.5.2 Send hello first
            C: EHLO client.example
            S: 250-SANDBOX01.postchute.example Hello [127.0.0.1]
            S: 250-SIZE 157286400
            S: 250-PIPELINING
            S: 250-DSN
            S: 250-ENHANCEDSTATUSCODES
            S: 250-AUTH LOGIN XOAUTH2
            S: 250-8BITMIME
            S: 250-X-POSTCHUTE-SANDBOX
            S: 250 SMTPUTF8
            C: AUTH LOGIN
            S: 334 VXNlcm5hbWU6
            C: c2FuZGJveEBleGFtcGxlLmNvbQ==
            S: 334 UGFzc3dvcmQ6
            C: c2FuZGJveA==
            S: 235 2.7.0 Authentication successful
            C: MAIL FROM:<sandbox@example.com> SIZE=100
            S: 250 2.1.0 Sender OK
            C: RCPT TO:<someone@example.com>
            S: 250 2.1.5 Recipient OK
            C: DATA
            S: 354 Start mail input; end with <CRLF>.<CRLF>
            C: Message-ID: <1@client.example>
            C: 
            C: .
            S: (kept)
            S: 250 2.0.0 OK <1@client.example> [Hostname=SANDBOX01.postchute.example]
            C: RSET
            S: 250 2.0.0 Resetting
            C: NOOP
            S: 250 2.0.0 OK
            C: VRFY someone
            S: 252 2.1.5 Cannot VRFY user
            C: QUIT
            S: 221 2.0.0 Service closing transmission channel
            S: (closed)
            """
        ),
        ServerDialogue(
            "implicit TLS greets inside",
            """
            S: (TLS)
            S: 220 *
            C: HELO client.example
            S: 250 SANDBOX01.postchute.example Hello [127.0.0.1]
            C: AUTH LOGIN
            S: 500 5.3.3 Unrecognized command
            """
        ) { $0.security = .implicit },
        ServerDialogue(
            "open access without TLS, and a Message-ID made up",
            """
            S: 220 *
            C: HELO client.example
            S: 250 SANDBOX01.postchute.example Hello [127.0.0.1]
            C: MAIL FROM:<>
            S: 250 2.1.0 Sender OK
            C: RCPT TO:<someone@example.com>
            S: 250 2.1.5 Recipient OK
            C: DATA
            S: 354 *
            C: .
            S: (kept)
            S: 250 2.0.0 OK <08DDD30471EE4ED5-1@SANDBOX01.postchute.example> [Hostname=*]
            """,
            open
        ),
    ]

    static let signIn = [
        ServerDialogue(
            "XOAUTH2 in two steps",
            tls(
                """
                C: AUTH XOAUTH2
                S: 334 \("")
                C: dXNlcj1zYW5kYm94QGV4YW1wbGUuY29tAWF1dGg9QmVhcmVyIHNhbmRib3gtdG9rZW4BAQ==
                S: 235 2.7.0 Authentication successful
                C: AUTH LOGIN
                S: 503 5.5.2 Already authenticated
                """
            )
        ),
        ServerDialogue(
            "XOAUTH2 in one step with a wrong token",
            tls(
                """
                C: AUTH XOAUTH2 dXNlcj1hQGIuYwFhdXRoPUJlYXJlciB3cm9uZwEB
                S: 535 5.7.3 Authentication unsuccessful [SANDBOX01.postchute.example \
                2026-11-23T10:15:30.123Z 08DDD30471EE4ED5]
                C: MAIL FROM:<sandbox@example.com>
                S: 530 5.7.57 Client not authenticated to send mail. [SANDBOX01.postchute.example]
                """
            )
        ),
        ServerDialogue(
            "a cancelled sign-in is refused with 535",
            tls(
                """
                C: AUTH LOGIN
                S: 334 VXNlcm5hbWU6
                C: *
                S: 535 5.7.3 Authentication unsuccessful [*]
                """
            )
        ),
        ServerDialogue(
            "PLAIN is not offered",
            tls(
                """
                C: AUTH PLAIN
                S: 504 5.7.4 Unrecognized authentication type [SANDBOX01.postchute.example]
                """
            )
        ),
        ServerDialogue(
            "PLAIN where it is enabled",
            tls(
                """
                C: AUTH PLAIN AHNhbmRib3hAZXhhbXBsZS5jb20Ac2FuZGJveA==
                S: 235 2.7.0 Authentication successful
                """,
                plain: true
            )
        ) { $0.allowsPlain = true },
        ServerDialogue(
            "what is not base64 ends the sign-in",
            tls(
                """
                C: AUTH LOGIN
                S: 334 VXNlcm5hbWU6
                C: sandbox!
                S: 501 5.5.2 Cannot decode the response
                C: NOOP
                S: 250 2.0.0 OK
                """
            )
        ),
        ServerDialogue(
            "nothing of a sign-in before TLS",
            """
            S: 220 *
            C: EHLO client.example
            \(greeted("STARTTLS"))
            C: AUTH LOGIN
            S: 500 5.3.3 Unrecognized command
            C: MAIL FROM:<sandbox@example.com>
            S: 451 5.7.3 STARTTLS is required to send mail [SANDBOX01.postchute.example]
            """
        ),
    ]

    /// The reply to `EHLO` with what lies between its constant lines.
    static func greeted(_ keyword: String) -> String {
        """
        S: 250-SANDBOX01.postchute.example Hello [127.0.0.1]
        S: 250-SIZE 157286400
        S: 250-PIPELINING
        S: 250-DSN
        S: 250-ENHANCEDSTATUSCODES
        S: 250-\(keyword)
        S: 250-8BITMIME
        S: 250-X-POSTCHUTE-SANDBOX
        S: 250 SMTPUTF8
        """
    }

    /// A dialogue that begins after `STARTTLS` and `EHLO`.
    private static func tls(_ rest: String, plain: Bool = false) -> String {
        """
        S: 220 *
        C: EHLO client.example
        \(greeted("STARTTLS"))
        C: STARTTLS
        S: 220 2.0.0 SMTP server ready
        S: (TLS)
        C: EHLO client.example
        \(greeted("AUTH LOGIN XOAUTH2" + (plain ? " PLAIN" : "")))
        \(rest)
        """
    }
}
