import Submission
import Testing

@Suite("Judgement")
struct JudgementTests {
    private static func reply(_ text: String) throws -> Reply {
        let code = try #require(Int(text.prefix(3)).flatMap(ReplyCode.init))
        return Reply(code, lines: [String(text.dropFirst(4))])
    }

    @Test(
        "a failure on the way to the server concerns the route, never the message",
        arguments: [
            (.connect(attempts: ["192.0.2.1: refused"]), .temporary),
            (.timeout(.greeting, after: .seconds(300)), .temporary),
            (.timeout(.content, after: .seconds(180)), .temporary),
            (.connectionLost(.mail, detail: ""), .temporary),
            (.protocolViolation(.hello, detail: "HTTP/1.1 400"), .temporary),
            (.tls("expired"), .configuration),
            (.credentials(CredentialError("no file")), .configuration),
            (.missingExtension("STARTTLS", reason: ""), .configuration),
            (.missingExtension("AUTH", reason: ""), .configuration),
            (.missingExtension("AUTH XOAUTH2", reason: ""), .configuration),
        ] as [(Failure, ReplyCategory)]
    )
    func routeFailures(failure: Failure, category: ReplyCategory) {
        let judgement = Judgement.of(failure)
        #expect(judgement.category == category)
        #expect(judgement.verdict == .retryLater)
        #expect(judgement.scope == .route)
        #expect(judgement.probing == .bySchedule)
    }

    @Test(
        "a failure of the message concerns the message",
        arguments: [
            (.missingExtension("8BITMIME", reason: ""), .rejected, .bySchedule),
            (.missingExtension("SMTPUTF8", reason: ""), .rejected, .bySchedule),
            (.tooLarge(octets: 2, limit: 1), .rejected, .bySchedule),
            (.content(.missing), .withdrawn, .bySchedule),
            (.content(.changed("size")), .retryLater, .bySchedule),
            (.content(.spool("read x: I/O error")), .retryLater, .bySchedule),
            (.stopped, .retryLater, .atOnce),
        ] as [(Failure, Verdict, RetryPace)]
    )
    func messageFailures(failure: Failure, verdict: Verdict, pace: RetryPace) {
        let judgement = Judgement.of(failure)
        #expect(judgement.verdict == verdict)
        #expect(judgement.scope == .message)
        #expect(judgement.pace == pace)
    }

    @Test func `when no recipient was accepted each recipient's reply decides`() {
        #expect(Judgement.of(.noRecipientAccepted).scope == .recipient)
    }

    @Test(
        "a reply is judged with its phase",
        arguments: [
            // RFC 5321's classes.
            Row("450 4.2.0 Busy", .greeting, .temporary, .retryLater, .route),
            Row("554 No service", .greeting, .configuration, .retryLater, .route),
            Row("550 Go away", .hello, .configuration, .retryLater, .route),
            Row("501 5.5.4 Invalid domain name", .hello, .configuration, .retryLater, .route),
            Row("454 4.7.0 TLS not available", .startTLS, .temporary, .retryLater, .route),
            Row("554 5.7.0 No TLS", .startTLS, .configuration, .retryLater, .route),
            Row("451 4.3.0 Later", .authentication, .temporary, .retryLater, .route),
            Row("501 5.5.2 Cannot decode", .authentication, .configuration, .retryLater, .route),
            Row("451 4.3.0 Later", .mail, .temporary, .retryLater, .message),
            Row("550 5.1.7 Invalid address", .mail, .permanent, .rejected, .message),
            Row("450 4.2.1 Greylisted", .recipient, .temporary, .retryLater, .recipient),
            Row("554 5.7.1 Relay access denied", .recipient, .permanent, .rejected, .recipient),
            Row("451 4.3.0 Later", .data, .temporary, .retryLater, .message),
            Row("554 5.6.0 Corrupt message", .endOfData, .permanent, .rejected, .message),
            Row("500 5.3.3 Unrecognized command", .mail, .configuration, .retryLater, .route),
            Row("500 5.5.2 Bad syntax", .recipient, .permanent, .rejected, .recipient),
            Row("503 5.5.2 Send hello first", .mail, .configuration, .retryLater, .route),
            Row("554 5.5.1 No", .reset, .configuration, .retryLater, .route),
            Row("250 2.0.0 OK", .data, .temporary, .retryLater, .route),
            // 421 anywhere.
            Row("421 4.3.2 Service not available", .connect, .temporary, .retryLater, .route),
            Row("421 4.4.2 Connection dropped", .recipient, .temporary, .retryLater, .route),
            Row("421 Bye", .endOfData, .temporary, .retryLater, .route),
            Row("421 4.4.2 MESSAGE SUBMISSION RATE exceeded", .mail, .rate, .retryLater, .route),
            // Rows whose scope or verdict differs from their phase.
            Row("530 5.7.57 Client not authenticated", .mail, .configuration, .retryLater, .route),
            Row("535 Wrong", .authentication, .authentication, .retryLater, .route),
            Row(
                "550 5.7.1 Client was not authenticated",
                .recipient,
                .configuration,
                .retryLater,
                .route
            ),
            Row("550 5.7.60 No", .endOfData, .configuration, .retryLater, .sender),
            Row(
                "554 5.2.0 STOREDRV.Submission.Exception:SENDASDENIEDException",
                .endOfData,
                .configuration,
                .retryLater,
                .sender
            ),
            Row(
                "432 4.3.2 Concurrent connections limit exceeded.",
                .authentication,
                .rate,
                .retryLater,
                .route
            ),
            Row("452 4.5.3 Too many recipients", .recipient, .rate, .retryLater, .recipient),
            Row("552 Too many recipients", .recipient, .rate, .retryLater, .recipient),
            Row("552 5.2.2 Mailbox full", .recipient, .permanent, .rejected, .recipient),
            Row("552 5.3.4 Too large", .recipient, .permanent, .rejected, .message),
            Row("552 5.3.4 Too large", .endOfData, .permanent, .rejected, .message),
            Row("550 5.1.1 User unknown", .recipient, .permanent, .rejected, .recipient),
            Row("550 5.1.10 RecipientNotFound", .recipient, .permanent, .rejected, .recipient),
        ]
    )
    func reply(row: Row) throws {
        let judgement = Judgement.of(reply: try Self.reply(row.reply), at: row.phase)
        #expect(judgement.category == row.category)
        #expect(judgement.verdict == row.verdict)
        #expect(judgement.scope == row.scope)
        #expect(
            Judgement.of(.refused(try Self.reply(row.reply), row.phase)) == judgement
        )
    }

    @Test(
        "a wrong password is not tried again by itself",
        arguments: [
            ("535 5.7.3 Authentication unsuccessful [AM0 2026 08DE]", .onSettingsChange),
            ("535 5.7.8 Error: authentication failed", .onSettingsChange),
            (
                "535 5.7.139 Authentication unsuccessful, the user credentials were incorrect.",
                .onSettingsChange
            ),
            ("535 5.7.139 Authentication unsuccessful, something new.", .onSettingsChange),
            ("534 5.7.9 Too weak", .onSettingsChange),
            (
                "550 5.7.30 Basic authentication is not supported for Client Submission.",
                .onSettingsChange
            ),
            ("432 4.7.12 A password transition is needed", .onSettingsChange),
            (
                "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.",
                .bySchedule
            ),
            (
                "535 5.7.139 Authentication unsuccessful, federated STS service was unreachable.",
                .bySchedule
            ),
            ("454 4.7.0 Temporary authentication failure", .bySchedule),
        ] as [(String, Probing)]
    )
    func probing(text: String, expected: Probing) throws {
        let judgement = Judgement.of(reply: try Self.reply(text), at: .authentication)
        #expect(judgement.probing == expected)
        #expect(judgement.verdict == .retryLater)
        #expect(judgement.scope == .route)
    }

    @Test func `a refused token is tried again by schedule, a refused password is not`() throws {
        let reply = try Self.reply("535 5.7.3 Authentication unsuccessful")
        let token = Judgement.of(.tokenRefused(reply, claims: ""))
        #expect(token.probing == .bySchedule)
        #expect(token.category == .authentication)
        #expect(token.scope == .route)
        #expect(Judgement.of(.refused(reply, .authentication)).probing == .onSettingsChange)
    }

    @Test(arguments: SessionPhase.allCases)
    func `before MAIL no reply rejects a message`(phase: SessionPhase) throws {
        guard Scope.usual(at: phase) == .route else { return }
        for value in 200...599 {
            let reply = Reply(try #require(ReplyCode(value)), lines: ["x"])
            let judgement = Judgement.of(reply: reply, at: phase)
            #expect(judgement.scope == .route, "\(value)")
            #expect(judgement.verdict == .retryLater, "\(value)")
        }
    }

    @Test func `acceptance is sent and a lost reply is uncertain`() throws {
        let ok = try Self.reply("250 2.0.0 OK")
        #expect(Verdict.of(.accepted(ok)) == .sent)
        #expect(Verdict.of(.uncertain(.connectionLost(.endOfData, detail: ""))) == .uncertain)
        #expect(Verdict.of(.failed(.tooLarge(octets: 2, limit: 1))) == .rejected)
    }

    @Test func `advice is one sentence`() {
        let failures: [Failure] = [
            .connect(attempts: []), .tls(""), .timeout(.mail, after: .zero),
            .credentials(CredentialError("")),
            .connectionLost(.mail, detail: ""), .protocolViolation(.mail, detail: ""),
            .missingExtension("STARTTLS", reason: ""), .missingExtension("AUTH", reason: ""),
            .missingExtension("8BITMIME", reason: ""), .missingExtension("SMTPUTF8", reason: ""),
            .noRecipientAccepted, .tooLarge(octets: 0, limit: 0), .content(.missing),
            .content(.changed("")), .content(.spool("")), .stopped,
        ]
        let advice = failures.map { Judgement.of($0).advice } + ReplyCatalogue.rows.map(\.advice)
        for sentence in advice {
            #expect(sentence.hasSuffix("."))
            #expect(!sentence.dropLast().contains(". "), "\(sentence)")
            #expect(sentence.first?.isUppercase == true)
        }
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let reply: String
        let phase: SessionPhase
        let category: ReplyCategory
        let verdict: Verdict
        let scope: Scope

        init(
            _ reply: String,
            _ phase: SessionPhase,
            _ category: ReplyCategory,
            _ verdict: Verdict,
            _ scope: Scope
        ) {
            self.reply = reply
            self.phase = phase
            self.category = category
            self.verdict = verdict
            self.scope = scope
        }

        var testDescription: String { "\(reply) while \(phase.phrase)" }
    }
}
