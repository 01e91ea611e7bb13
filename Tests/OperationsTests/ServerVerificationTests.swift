import Submission
import Testing

@testable import Operations

@Suite("Steps of verify")
struct ServerVerificationTests {
    private static let now: Int64 = 1_800_000_000
    private static let day: Int64 = 86_400

    private static func reply(_ code: Int, _ text: String) throws -> Reply {
        Reply(try #require(ReplyCode(code)), lines: [text])
    }

    /// The survey of a route where everything went well.
    private static func survey() throws -> ServerSurvey {
        var survey = ServerSurvey()
        survey.host = "smtp.example.com"
        survey.addresses = ["192.0.2.1", "192.0.2.2"]
        survey.peer = "smtp.example.com [192.0.2.1]:587"
        survey.connectTime = .microseconds(34_900)
        survey.greeting = try reply(220, "mx ESMTP")
        survey.security = .init(
            summary: "TLSv1.3 TLS_AES_256_GCM_SHA384",
            names: ["*.example.com", "example.com"],
            issuers: ["CN=Inter", "CN=Root"],
            notAfter: now + 120 * day + 5
        )
        survey.offer = .init(
            mechanisms: ["LOGIN", "XOAUTH2"],
            maximumOctets: 157_286_400,
            extensions: ["PIPELINING", "DSN"]
        )
        survey.isReady = true
        survey.mail = try reply(250, "2.1.0 Sender OK")
        return survey
    }

    private static func verification(
        _ change: (inout ServerSurvey) throws -> Void = { _ in }
    ) throws -> ServerVerification {
        var survey = try survey()
        try change(&survey)
        var verification = ServerVerification(
            server: "smtp.example.com",
            signIn: .token(mailbox: "erp@contoso.com"),
            survey: survey,
            now: now
        )
        verification.sender = "erp@contoso.com"
        return verification
    }

    private func sentences(_ steps: [VerifyStep]) -> [String] {
        steps.map { step in
            switch step.outcome {
            case .passed: "ok: \(step.sentence)"
            case .failed(let advice, _): "FAILED: \(step.sentence) / \(advice)"
            case .skipped: "skipped: \(step.sentence)"
            }
        }
    }

    private static let notNamed =
        "skipped: Not tried: name a mailbox that the application must not use with"
        + " --out-of-scope ADDRESS."

    @Test func `every step that passed says what was found`() throws {
        let verification = try Self.verification()
        #expect(
            sentences(verification.connectionSteps) == [
                "ok: smtp.example.com has 2 addresses: 192.0.2.1, 192.0.2.2.",
                "ok: Connected to smtp.example.com [192.0.2.1]:587 in 34 ms; the server greets with"
                    + " \"220 mx ESMTP\".",
                "ok: TLSv1.3 TLS_AES_256_GCM_SHA384; the certificate for *.example.com, example.com"
                    + " is issued by CN=Inter, under CN=Root and is valid for 120 more days.",
                "ok: The server offers sign-in by LOGIN, XOAUTH2, messages of up to 157 MB,"
                    + " PIPELINING, DSN.",
            ]
        )
        #expect(
            sentences(verification.accountSteps) == [
                "ok: Signed in as erp@contoso.com with the token.",
                "ok: The server takes mail from erp@contoso.com (250 2.1.0 Sender OK); it was taken"
                    + " back, nothing was sent.",
                Self.notNamed,
            ]
        )
    }

    @Test func `a domain shows its mail exchangers, a proxy itself`() throws {
        var verification = try Self.verification {
            $0.exchangers = ["a.example.com", "b.example.com"]
            $0.host = "a.example.com"
            $0.addresses = ["192.0.2.1"]
        }
        verification.server = "contoso.com"
        verification.isDomain = true
        let exchangers =
            "The mail exchangers of contoso.com are, in this order, a.example.com, b.example.com"
        #expect(
            verification.connectionSteps[0].sentence
                == "\(exchangers); a.example.com has 1 address: 192.0.2.1."
        )
        verification.proxy = "proxy:3128"
        verification.survey.host = "proxy"
        #expect(
            verification.connectionSteps[0].sentence
                == "\(exchangers); of the proxy proxy:3128: proxy has 1 address: 192.0.2.1."
        )
        verification.isDomain = false
        verification.survey.host = "192.0.2.1"
        #expect(
            verification.connectionSteps[0].sentence
                == "Of the proxy proxy:3128: 192.0.2.1 is an address: there is nothing to look up."
        )
    }

    @Test func `a certificate of ours is told of, and missed when it has expired`() throws {
        var verification = try Self.verification()
        verification.ownCertificateEnds = Self.now + Self.day
        #expect(
            verification.connectionSteps[2].sentence.hasSuffix(
                " Our own certificate is valid for 1 more day."
            )
        )
        verification.ownCertificateEnds = Self.now
        let step = verification.connectionSteps[2]
        #expect(step.sentence.hasSuffix(" Our own certificate has expired."))
        #expect(
            step.outcome
                == .failed(
                    advice: "Renew the certificate that the route shows to the server.",
                    .configuration
                )
        )
    }

    @Test func `odd certificates and offers are told as they are`() throws {
        let verification = try Self.verification {
            $0.security?.names = ["a", "b", "c", "d", "e", "f"]
            $0.security?.issuers = []
            $0.security?.notAfter = .min
            $0.offer = .init(mechanisms: [], maximumOctets: nil, extensions: [])
        }
        let sentences = verification.connectionSteps.map(\.sentence)
        #expect(
            sentences[2] == "TLSv1.3 TLS_AES_256_GCM_SHA384; the certificate for a, b, c, d and 2"
                + " more vouches for itself and is valid for 0 more days."
        )
        #expect(sentences[3] == "The server offers no sign-in, messages of any size.")
    }

    /// A failure, and the outcomes of all steps from DNS to MAIL FROM.
    private static let failures: [(Failure, String)] = [
        (.connect(attempts: ["contoso.com: the domain does not exist (NXDOMAIN)"]), "F-----"),
        (.timeout(.greeting, after: .seconds(30)), "+F----"),
        (.tls("The certificate of the server x expired on y."), "++F---"),
        (.missingExtension("STARTTLS", reason: "x"), "++F---"),
        (.missingExtension("AUTH XOAUTH2", reason: "x"), "+++F--"),
        (.connectionLost(.authentication, detail: ""), "++++F-"),
        (.timeout(.mail, after: .seconds(30)), "+++++F"),
    ]

    @Test(arguments: failures)
    func `what comes behind a failure is skipped`(_ failure: Failure, _ pattern: String) throws {
        let verification = try Self.verification {
            $0.failure = failure
            if case .connect = failure { $0.addresses = [] }
            if case .tls = failure { $0.isReady = false }
        }
        let steps = verification.connectionSteps + verification.accountSteps.prefix(2)
        let marks = steps.map { step in
            switch step.outcome {
            case .passed: "+"
            case .failed: "F"
            case .skipped: "-"
            }
        }
        #expect(marks.joined() == pattern)
        let first = steps.first { $0.isFailure }
        let failed = try #require(first)
        for step in steps where step.outcome == .skipped {
            #expect(step.sentence == "Not tried, since \(failed.subject.label) failed.")
        }
    }

    @Test func `no connection to an address that was found is the network's matter`() throws {
        let verification = try Self.verification {
            $0.failure = .connect(attempts: ["mx [192.0.2.1]:25: Connection refused"])
        }
        #expect(
            sentences(verification.connectionSteps).prefix(2) == [
                "ok: smtp.example.com has 2 addresses: 192.0.2.1, 192.0.2.2.",
                "FAILED: No connection could be made: mx [192.0.2.1]:25: Connection refused. /"
                    + " Check that the network is up, that host and port are right and that no"
                    + " firewall is in the way.",
            ]
        )
    }

    @Test func `a refused token says what it was for`() throws {
        let refusal = try Self.reply(535, "5.7.3 Authentication unsuccessful")
        let verification = try Self.verification {
            $0.failure = .tokenRefused(refusal, claims: "token for Graph")
        }
        let step = verification.accountSteps[0]
        #expect(
            step.sentence == "The server refused the access token: 535 5.7.3 Authentication"
                + " unsuccessful (token for Graph)."
        )
        #expect(step.isFailure)
    }

    @Test(arguments: [
        ("token for x, roles a b", "A token was obtained: token for x, roles a b."),
        ("", "A token was obtained: what it is for cannot be read."),
    ])
    func `a token is told of and never shown`(_ claims: String, _ sentence: String) {
        let step = VerifyStep(token: AccessToken(secret: "secret", claims: claims))
        #expect(step.sentence == sentence)
    }

    @Test func `a token that cannot serve the route is missing what it needs`() {
        let token = AccessToken(secret: "secret", claims: "token for https://graph.microsoft.com")
        let problem = "The token is for https://graph.microsoft.com, not for SMTP."
        #expect(
            sentences([VerifyStep(token: token, problem: problem)]) == [
                "FAILED: The token is for https://graph.microsoft.com, not for SMTP. It is this one:"
                    + " token for https://graph.microsoft.com. / Check the identity's tenant,"
                    + " client_id, scope and cloud, and what the application was permitted."
            ]
        )
    }

    @Test func `Graph is asked for something harmless`() {
        #expect(
            sentences([VerifyStep(service: nil), .serviceNotTried]) == [
                "ok: Graph takes the token: it answered a request that changes nothing. Whether the"
                    + " application may send shows with --send-to ADDRESS.",
                "skipped: Not tried, since token failed.",
            ]
        )
        let refusal = ServiceRefusal(status: 403, code: "ErrorAccessDenied", message: "No")
        let step = VerifyStep(service: .serviceRefused(refusal))
        #expect(step.isFailure)
        #expect(step.sentence == "The service refused: 403 ErrorAccessDenied No.")
    }

    private static let tenants = [
        "11111111-2222-3333-4444-555555555555", "99999999-2222-3333-4444-555555555555",
    ]

    @Test(
        arguments: [
            (
                tenants[0], tenants[1],
                "The token is of the tenant \(tenants[0]), not of \(tenants[1])."
            ),
            (tenants[0], tenants[0].uppercased(), nil),
            (tenants[0], "contoso.onmicrosoft.com", nil),
            (tenants[0], "", nil), ("", tenants[0], nil),
            (tenants[0], "a-domain-of-thirty-six-octets.example", nil),
        ] as [(String, String, String?)]
    )
    func `a token of another tenant is named`(
        _ claimed: String,
        _ wanted: String,
        _ problem: String?
    ) {
        #expect(VerifyStep.tenantProblem(claimed: claimed, wanted: wanted) == problem)
    }

    @Test func `a token that could not be had is no failure of the sign-in`() throws {
        let verification = try Self.verification { $0.failure = .credentials(CredentialError("x")) }
        #expect(
            sentences(verification.accountSteps).prefix(2) == [
                "skipped: Not tried, since token failed.", "skipped: Not tried, since AUTH failed.",
            ]
        )
    }

    @Test func `a refused sender is missing by the reply's own advice`() throws {
        let verification = try Self.verification {
            $0.mail = try Self.reply(550, "5.7.60 SMTP; no permissions to send as this sender")
        }
        let step = verification.accountSteps[1]
        #expect(
            step.sentence == "The server refused while sending MAIL FROM: 550 5.7.60 SMTP; no"
                + " permissions to send as this sender."
        )
        #expect(step.isFailure)
    }

    @Test func `without sender, sign-in or TLS the steps say so`() throws {
        var verification = try Self.verification { $0.mail = nil }
        verification.sender = nil
        verification.signIn = .none
        verification.hasTLS = false
        #expect(
            sentences(verification.accountSteps) == [
                "skipped: This route signs in nobody.",
                "skipped: Not tried: no sender is known; name one with --from ADDRESS.",
                "skipped: Not tried: only a route that signs in with a token can reach too far.",
            ]
        )
        #expect(
            sentences(verification.connectionSteps)[2] == "skipped: This route does not encrypt"
                + " (tls = \"none\"), which is for this very host only."
        )
        verification.signIn = .anybody
        #expect(
            sentences(verification.accountSteps)[0] == "skipped: Not tried: this route signs in as"
                + " the From of each message; name one with --from ADDRESS."
        )
        verification.signIn = .password(user: "erp")
        #expect(sentences(verification.accountSteps)[0] == "ok: Signed in as erp with a password.")
    }

    @Test func `a mailbox out of scope has to be refused`() throws {
        var verification = try Self.verification()
        var survey = try Self.survey()
        verification.outOfScope = ("boss@contoso.com", survey)
        #expect(
            sentences(verification.accountSteps)[2] == "FAILED: The application can sign in as"
                + " boss@contoso.com, too: its rights reach beyond the mailboxes it is for. / Limit"
                + " the application to its mailboxes with RBAC for Applications"
                + " (New-ManagementScope, New-ManagementRoleAssignment), and remove permissions"
                + " given in Microsoft Entra: they reach every mailbox."
        )
        let refusal = try Self.reply(535, "5.7.3 Authentication unsuccessful")
        survey.failure = .tokenRefused(refusal, claims: "x")
        verification.outOfScope = ("boss@contoso.com", survey)
        #expect(
            sentences(verification.accountSteps)[2] == "ok: The server does not let the application"
                + " sign in as boss@contoso.com: 535 5.7.3 Authentication unsuccessful."
        )
        let trouble = try Self.reply(454, "4.7.0 Temporary authentication failure")
        survey.failure = .refused(trouble, .authentication)
        verification.outOfScope = ("boss@contoso.com", survey)
        #expect(verification.accountSteps[2].isFailure)
        survey.failure = .timeout(.greeting, after: .seconds(30))
        verification.outOfScope = ("boss@contoso.com", survey)
        #expect(
            sentences(verification.accountSteps)[2] == "skipped: Not tried, since TCP failed."
        )
    }
}
