import Testing

@testable import Sandbox

@Suite("Dialogues with a tenant")
struct SideDialogueTests {
    @Test(arguments: submission + relay + highVolume + communication)
    func `a dialogue runs as it is written`(dialogue: ServerDialogue) throws {
        let played = try dialogue.play()
        #expect(
            dialogue.isEqual(to: played),
            "\(played.joined(separator: "\n"))\n\nis not\n\n\(dialogue.lines.joined(separator: "\n"))"
        )
    }

    /// A dialogue of a tenant's side that begins after STARTTLS and the second EHLO.
    private static func dialogue(
        _ name: String,
        _ rest: String,
        at side: SandboxSide = .submission,
        client: (address: String, names: [String]) = ("127.0.0.1", []),
        script: String = "",
        _ change: @escaping @Sendable (inout Rehearsal) -> Void = { _ in }
    ) -> ServerDialogue {
        let mechanisms = side == .communication ? " LOGIN XOAUTH2 PLAIN" : " LOGIN XOAUTH2"
        let greeted = DialogueTests.greeted("AUTH\(mechanisms)").replacing(
            "127.0.0.1",
            with: client.address
        )
        let lines = greeted.split(separator: "\n").filter {
            side != .relay || !$0.contains("AUTH ")
        }
        return ServerDialogue(
            name,
            """
            S: 220 SANDBOX01.postchute.example Postchute sandbox ESMTP *
            C: EHLO client.example
            \(DialogueTests.greeted("STARTTLS").replacing("127.0.0.1", with: client.address))
            C: STARTTLS
            S: 220 2.0.0 SMTP server ready
            S: (TLS)
            C: EHLO client.example
            \(lines.joined(separator: "\n"))
            \(rest)
            """,
            script: script,
            side: side,
            client: client
        ) { options in
            options.rehearsal = try? Contoso.rehearsal(change)
        }
    }

    private static func base64(_ text: String) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        var result = ""
        let octets = Array(text.utf8)
        for start in stride(from: 0, to: octets.count, by: 3) {
            let group = octets[start..<min(start + 3, octets.count)]
            let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
            for place in 0..<4 {
                result.append(place <= group.count ? alphabet[bits >> (18 - 6 * place) & 63] : "=")
            }
        }
        return result
    }

    private static func login(_ mailbox: String, _ password: String, _ reply: String) -> String {
        """
        C: AUTH LOGIN
        S: 334 VXNlcm5hbWU6
        C: \(base64(mailbox))
        S: 334 UGFzc3dvcmQ6
        C: \(base64(password))
        S: \(reply)
        """
    }

    private static let signedIn = "235 2.7.0 Authentication successful"
    private static let stamp =
        "[SANDBOX01.postchute.example 2026-11-23T10:15:30.123Z 08DDD30471EE4ED5]"

    private static func message(
        from sender: String,
        to recipient: String,
        header: String,
        _ end: String
    ) -> String {
        """
        C: MAIL FROM:<\(sender)>
        S: 250 2.1.0 Sender OK
        C: RCPT TO:<\(recipient)>
        S: 250 2.1.5 Recipient OK
        C: DATA
        S: 354 *
        C: From: \(header)
        C: .
        \(end)
        """
    }

    private static let accepted =
        "S: (kept)\nS: 250 2.0.0 OK * [Hostname=SANDBOX01.postchute.example]"

    static let submission = [
        dialogue(
            "a mailbox sends as itself",
            login("erp@contoso.com", "erp-password", signedIn) + "\n"
                + message(
                    from: "erp@contoso.com",
                    to: "a@example.com",
                    header: "ERP, the robot <ERP@Contoso.com>",
                    accepted
                )
        ),
        dialogue(
            "a mailbox sends as whom it has the right to",
            login("erp@contoso.com", "erp-password", signedIn) + "\n"
                + message(
                    from: "invoices@contoso.com",
                    to: "a@example.com",
                    header: "invoices@contoso.com",
                    accepted
                )
        ),
        dialogue(
            "another sender is refused at MAIL",
            login("erp@contoso.com", "erp-password", signedIn) + """

                C: MAIL FROM:<boss@contoso.com>
                S: 550 5.7.60 SMTP; Client does not have permissions to send as this sender
                C: MAIL FROM:<>
                S: 550 5.7.60 SMTP; Client does not have permissions to send as this sender
                C: MAIL FROM:<mail.550-5.1.8@fault.test>
                S: 550 5.1.8 Access denied, bad outbound sender *
                """
        ),
        dialogue(
            "another From is refused after the content",
            login("erp@contoso.com", "erp-password", signedIn) + "\n"
                + message(
                    from: "erp@contoso.com",
                    to: "a@example.com",
                    header: "\"erp@contoso.com\" <boss@contoso.com>",
                    """
                    S: (thrown away)
                    S: 554 5.2.252 SendAsDenied; erp@contoso.com not allowed to send as \
                    boss@contoso.com; STOREDRV.Submission.Exception:SendAsDeniedException.\
                    MapiExceptionSendAsDenied; Failed to process message due to a permanent exception \
                    with message Cannot submit message. [Hostname=SANDBOX01.postchute.example]
                    """
                )
        ),
        dialogue(
            "a full mailbox",
            login("full@contoso.com", "full-password", signedIn) + "\n"
                + message(
                    from: "full@contoso.com",
                    to: "a@example.com",
                    header: "full@contoso.com",
                    "S: (thrown away)\nS: 554 5.2.2 mailbox full; STOREDRV.Submission.Exception:"
                        + "QuotaExceededException.MapiExceptionShutoffQuotaExceeded"
                        + " [Hostname=SANDBOX01.postchute.example]"
                )
        ),
        dialogue(
            "a wrong password",
            login(
                "erp@contoso.com",
                "x",
                "535 5.7.139 Authentication unsuccessful, the user credentials were incorrect."
                    + " \(stamp)"
            )
        ),
        dialogue(
            "SMTP AUTH disabled for the mailbox",
            login(
                "printer@contoso.com",
                "printer-password",
                "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for"
                    + " the Mailbox. Visit https://aka.ms/smtp_auth_disabled for more information."
                    + " \(stamp)"
            )
        ),
        dialogue(
            "SMTP AUTH disabled for the tenant",
            login(
                "robot@fabrikam.example",
                "robot-password",
                "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for"
                    + " the Tenant. Visit https://aka.ms/smtp_auth_disabled for more information."
                    + " \(stamp)"
            )
        ),
        dialogue(
            "passwords forbidden",
            login(
                "erp@contoso.com",
                "erp-password",
                "535 5.7.139 Authentication unsuccessful, basic authentication is disabled. \(stamp)"
            )
        ) { $0.organisations[0].allowsPasswords = false },
        dialogue(
            "security defaults",
            login(
                "erp@contoso.com",
                "erp-password",
                "535 5.7.139 Authentication unsuccessful, user is locked by your organization's"
                    + " security defaults policy. Contact your administrator. \(stamp)"
            )
        ) { $0.organisations[0].hasSecurityDefaults = true },
        dialogue(
            "a token nobody issued",
            """
            C: AUTH XOAUTH2 \(base64("user=erp@contoso.com\u{1}auth=Bearer sandbox-token\u{1}\u{1}"))
            S: 535 5.7.3 Authentication unsuccessful \(stamp)
            """
        ),
        dialogue(
            "PLAIN is not offered",
            """
            C: AUTH PLAIN AGEAYg==
            S: 504 5.7.4 Unrecognized authentication type [SANDBOX01.postchute.example]
            """
        ),
        dialogue(
            "more recipients than a mailbox may have",
            login("scanner@contoso.com", "scanner-password", signedIn) + """

                C: MAIL FROM:<scanner@contoso.com>
                S: 250 2.1.0 Sender OK
                C: RCPT TO:<a@example.com>
                S: 250 2.1.5 Recipient OK
                C: RCPT TO:<b@example.com>
                S: 452 4.5.3 Too many recipients
                """
        ) { $0.mailboxes[3].maximumRecipients = 1 },
        dialogue(
            "beyond the rate the connection is closed",
            login("erp@contoso.com", "erp-password", signedIn) + "\n"
                + message(
                    from: "erp@contoso.com",
                    to: "a@contoso.com",
                    header: "erp@contoso.com",
                    accepted
                ) + "\n"
                + message(
                    from: "erp@contoso.com",
                    to: "a@contoso.com",
                    header: "erp@contoso.com",
                    """
                    S: (thrown away)
                    S: 421 4.4.2 Message submission rate for this client has exceeded the configured \
                    limit
                    S: (closed)
                    """
                )
        ) { $0.limits.messagesPerMinute = 1 },
        dialogue(
            "beyond the rate the answer waits",
            login("erp@contoso.com", "erp-password", signedIn) + "\n"
                + message(
                    from: "erp@contoso.com",
                    to: "a@contoso.com",
                    header: "erp@contoso.com",
                    accepted
                ) + "\n"
                + message(
                    from: "erp@contoso.com",
                    to: "a@contoso.com",
                    header: "erp@contoso.com",
                    "S: (waits 60.0 seconds)\n" + accepted
                )
        ) {
            $0.limits.messagesPerMinute = 1
            $0.excess = .delay
        },
        dialogue(
            "a message beyond the day",
            login("erp@contoso.com", "erp-password", signedIn) + "\n"
                + message(
                    from: "erp@contoso.com",
                    to: "a@contoso.com",
                    header: "erp@contoso.com",
                    """
                    S: (thrown away)
                    S: 554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException; \
                    Failed to process message due to a permanent exception with message Cannot \
                    submit message. [Hostname=SANDBOX01.postchute.example]
                    """
                )
        ) { $0.limits.recipientsPerDay = 0 },
        dialogue(
            "external recipients beyond the tenant's day",
            login("erp@contoso.com", "erp-password", signedIn) + "\n"
                + message(
                    from: "erp@contoso.com",
                    to: "a@example.com",
                    header: "erp@contoso.com",
                    """
                    S: (thrown away)
                    S: 550 5.7.233 Your message can't be sent because your tenant has exceeded its \
                    daily limit for sending email to external recipients (tenant external recipient \
                    rate limit)
                    """
                )
        ) { $0.limits.externalRecipients = .limited(0) },
        dialogue(
            "a message larger than the mailbox may send, below the advertised size",
            login("scanner@contoso.com", "scanner-password", signedIn) + "\n"
                + message(
                    from: "scanner@contoso.com",
                    to: "a@example.com",
                    header: "scanner@contoso.com",
                    """
                    S: (thrown away)
                    S: 554 5.2.270 Message too large for submission \
                    [Hostname=SANDBOX01.postchute.example]
                    """
                )
        ) { $0.mailboxes[3].maximumOctets = 10 },
        dialogue(
            "an outage ends the session",
            """
            C: NOOP
            S: 250 2.0.0 OK
            """,
            script: "outage from 1s for 5m"
        ),
    ]

    static let relay = [
        dialogue(
            "anybody reaches the organisation and nobody else",
            """
            C: AUTH LOGIN
            S: 500 5.3.3 Unrecognized command
            C: MAIL FROM:<printer@contoso.com>
            S: 250 2.1.0 Sender OK
            C: RCPT TO:<office@contoso.com>
            S: 250 2.1.5 Recipient OK
            C: RCPT TO:<a@example.com>
            S: 550 5.7.64 TenantAttribution; Relay Access Denied ATTR36. For more information, see \
            KB 3169958
            """,
            at: .relay
        ),
        dialogue(
            "direct send is rejected where the organisation says so",
            """
            C: MAIL FROM:<printer@contoso.com>
            S: 250 2.1.0 Sender OK
            C: RCPT TO:<office@contoso.com>
            S: 550 5.7.68 TenantInboundAttribution; Direct Send not allowed for this organization \
            from unauthorized sources
            C: RSET
            S: 250 2.0.0 Resetting
            C: MAIL FROM:<a@example.com>
            S: 250 2.1.0 Sender OK
            C: RCPT TO:<office@contoso.com>
            S: 250 2.1.5 Recipient OK
            """,
            at: .relay
        ) { $0.organisations[0].rejectsDirectSend = true },
        dialogue(
            "a connector by address relays for the organisation's own senders",
            """
            C: MAIL FROM:<printer@contoso.com>
            S: 250 2.1.0 Sender OK
            C: RCPT TO:<a@example.com>
            S: 250 2.1.5 Recipient OK
            C: RSET
            S: 250 2.0.0 Resetting
            C: MAIL FROM:<>
            S: 250 2.1.0 Sender OK
            C: RCPT TO:<office@contoso.com>
            S: 250 2.1.5 Recipient OK
            C: RCPT TO:<a@example.com>
            S: 550 5.7.64 *
            """,
            at: .relay,
            client: ("127.0.0.2", [])
        ) { $0.organisations[0].rejectsDirectSend = true },
        dialogue(
            "a connector by certificate relays for everybody",
            message(from: "", to: "a@example.com", header: "somebody@else.example", accepted),
            at: .relay,
            client: ("127.0.0.1", ["Relay.Contoso.com"])
        ),
        dialogue(
            "a certificate of another name is none",
            """
            C: MAIL FROM:<printer@contoso.com>
            S: 250 2.1.0 Sender OK
            C: RCPT TO:<a@example.com>
            S: 550 5.7.64 *
            """,
            at: .relay,
            client: ("127.0.0.1", ["contoso.com", "relay.contoso.com.evil.example"])
        ),
    ]

    static let highVolume = [
        dialogue(
            "an account for high volumes has internal recipients only",
            login("alerts@contoso.com", "alerts-password", signedIn) + """

                C: MAIL FROM:<erp@contoso.com>
                S: 550 5.7.60 SMTP; Client does not have permissions to send as this sender
                C: MAIL FROM:<alerts@contoso.com>
                S: 250 2.1.0 Sender OK
                C: RCPT TO:<a@example.com>
                S: 550 5.7.1 Delivery not authorized, message refused
                C: RCPT TO:<robot@fabrikam.example>
                S: 550 5.7.1 Delivery not authorized, message refused
                C: RCPT TO:<office@contoso.com>
                S: 250 2.1.5 Recipient OK
                """,
            at: .highVolume
        ),
        dialogue(
            "a token that is none",
            """
            C: AUTH XOAUTH2 \(base64("user=alerts@contoso.com"))
            S: 501 5.5.124 Invalid XOAUTH2 auth data
            """,
            at: .highVolume
        ),
    ]

    static let communication = [
        dialogue(
            "a resource signs in with PLAIN and sends from its addresses only",
            """
            C: AUTH PLAIN \(base64("\u{0}erp-mailer\u{0}erp-secret"))
            S: \(signedIn)
            C: MAIL FROM:<erp@contoso.com>
            S: 550 5.1.7 Invalid address
            \(message(
                from: "DoNotReply@contoso.com",
                to: "a@example.com",
                header: "donotreply@contoso.com",
                accepted
            ))
            """,
            at: .communication
        ),
        dialogue(
            "a wrong secret",
            login("erp-mailer", "x", "535 5.7.3 Authentication unsuccessful \(stamp)"),
            at: .communication
        ),
    ]
}

extension SideDialogueTests {
    @Test(arguments: [
        Refusal.wrongPassword, .tokenRefused, .tokenExpiresSoon, .passwordsDisabled,
        .securityDefaults, .smtpDisabledForTenant, .smtpDisabledForMailbox, .senderDenied,
        .senderUnknown, .mailboxClosed, .mailboxFull, .tooLarge, .tooManyRecipients,
        .tooManySessions, .tooManyMessages, .dailyRecipients, .externalRecipients,
        .onmicrosoftRecipients, .externalRecipient, .senderBlocked(.mailboxFull),
        .senderBlocked(.sendAsDenied), .senderBlocked(.tooManyRecipients), .relayDenied,
        .directSendRejected,
    ])
    func `every refusal has the words of the catalogue`(refusal: Refusal) {
        let texts = ReplyTexts(hostName: "h", sessionID: "s")
        let reply = texts.reply(to: refusal, at: MemorySandbox.start, isStrict: true)
        let words = reply.lines[0].split(separator: " [")[0]
        #expect(FaultCatalogue.entries.contains { $0.code == reply.code && $0.line == words })
    }

    @Test func `an outage of the script refuses, and passes`() throws {
        var options = SandboxOptions()
        Contoso.play(&options)
        var server = try MemorySandbox(options, script: "outage from 10m for 5m")
        server.now = Contoso.start.advanced(by: .seconds(599))
        _ = server.takeDone()
        server.send("NOOP\r\n")
        #expect(server.takeDone() == ["250 2.0.0 OK"])
        server.now = Contoso.start.advanced(by: .seconds(600))
        server.send("NOOP\r\n")
        #expect(server.takeDone() == ["421 4.3.2 Service not available", "(closed)"])
        #expect(server.isClosed)
        server.books.faults.now = Contoso.start.advanced(by: .seconds(900))
        #expect(!server.books.faults.isOutage)
    }

    @Test func `a token that expires soon is refused for high volumes with its own words`() throws {
        var options = SandboxOptions()
        Contoso.play(&options)
        var server = try MemorySandbox(options, side: .highVolume)
        let grant = try Contoso.grant("worker", minutes: 9)
        server.books.tenant.issue("t", for: grant, at: server.now)
        let response = Self.base64("user=alerts@contoso.com\u{1}auth=Bearer t\u{1}\u{1}")
        server.send("EHLO a\r\nSTARTTLS\r\n")
        server.send("EHLO a\r\nAUTH XOAUTH2 \(response)\r\n")
        #expect(
            server.takeDone().last
                == "501 5.5.127 Invalid XOAUTH2 auth data - Token will expire soon"
        )
    }

    @Test func `a fourth session learns of the limit after its content`() throws {
        var options = SandboxOptions()
        Contoso.play(&options)
        var books: SandboxBooks?
        for number in 1...4 {
            var server = try MemorySandbox(options, books: books, sessionID: "\(number)")
            server.send("EHLO a\r\nSTARTTLS\r\n")
            server.send("EHLO a\r\n")
            server.send("AUTH LOGIN \(Self.base64("erp@contoso.com"))\r\n")
            server.send("\(Self.base64("erp-password"))\r\n")
            server.send("MAIL FROM:<erp@contoso.com>\r\nRCPT TO:<a@contoso.com>\r\nDATA\r\n")
            _ = server.takeDone()
            server.send("\r\n.\r\n")
            let last = server.takeDone().last ?? ""
            if number < 4 {
                #expect(last.hasPrefix("250 2.0.0 OK"))
            } else {
                #expect(
                    last == "432 4.3.2 Concurrent connections limit exceeded. Visit"
                        + " https://aka.ms/concurrent_sending for more information."
                        + " [Hostname=SANDBOX01.postchute.example]"
                )
            }
            books = server.books
        }
    }

    @Test func `a sender that is denied again and again is blocked`() throws {
        var options = SandboxOptions()
        Contoso.play(&options)
        var server = try MemorySandbox(options)
        server.send("EHLO a\r\nSTARTTLS\r\n")
        server.send("EHLO a\r\n")
        server.send("AUTH LOGIN \(Self.base64("erp@contoso.com"))\r\n")
        server.send("\(Self.base64("erp-password"))\r\n")
        for _ in 1...10 {
            server.send("MAIL FROM:<boss@contoso.com>\r\n")
            #expect(server.takeDone().last?.hasPrefix("550 5.7.60") == true)
        }
        server.send("MAIL FROM:<erp@contoso.com>\r\n")
        #expect(
            server.takeDone()
                == ["550 5.2.252 Sender throttled due to continuous send as denied errors"]
        )
        server.now = server.now.advanced(by: .seconds(3600))
        server.send("MAIL FROM:<erp@contoso.com>\r\n")
        #expect(server.takeDone() == ["250 2.1.0 Sender OK"])
    }

    @Test func `a fault after the final dot counts nothing as accepted`() throws {
        var options = SandboxOptions()
        Contoso.play(&options)
        var server = try MemorySandbox(options, script: "at dot reply \"451 4.7.0 Later\" times 1")
        server.send("EHLO a\r\nSTARTTLS\r\n")
        server.send("EHLO a\r\n")
        server.send("AUTH LOGIN \(Self.base64("erp@contoso.com"))\r\n")
        server.send("\(Self.base64("erp-password"))\r\n")
        for _ in 1...2 {
            server.send("MAIL FROM:<erp@contoso.com>\r\nRCPT TO:<a@example.com>\r\nDATA\r\n")
            server.send("\r\n.\r\n")
        }
        let account = server.books.tenant.counts.accounts["erp@contoso.com"]
        #expect(account?.submitted == 2)
        #expect(account?.accepted == 1)
        #expect(server.books.tenant.counts.mostExternalRecipientsPerDay == ["contoso": 1])
    }
}
