import Testing

@testable import Sandbox

@Suite("Tenant sign-in")
struct TenantSignInTests {
    /// A password at client submission, under a changed tenant.
    struct PasswordCase: CustomTestStringConvertible, Sendable {
        let testDescription: String
        var mailbox = "erp@contoso.com"
        var password = "erp-password"
        var side = SandboxSide.submission
        let outcome: Refusal?
        var change: @Sendable (inout Rehearsal) -> Void = { _ in }
    }

    @Test(arguments: passwords)
    func `a password is judged as the service judges it`(sample: PasswordCase) throws {
        let state = TenantState(try Contoso.rehearsal(sample.change))
        let credentials = SandboxCredentials.password(
            mailbox: sample.mailbox,
            password: sample.password
        )
        #expect(Self.outcome(state, credentials, sample.side) == sample.outcome)
    }

    /// Why somebody is refused; `nil` when not.
    static func outcome(
        _ state: TenantState,
        _ credentials: SandboxCredentials,
        _ side: SandboxSide,
        minutes: Int = 0
    ) -> Refusal? {
        do throws(Refusal) {
            _ = try state.signIn(
                credentials,
                at: side,
                Contoso.start.advanced(by: .seconds(minutes * 60))
            )
            return nil
        } catch {
            return error
        }
    }

    static let passwords = [
        PasswordCase(testDescription: "right", outcome: nil),
        PasswordCase(
            testDescription: "right, by an alias",
            mailbox: "ERP@contoso.onmicrosoft.com",
            outcome: nil
        ),
        PasswordCase(testDescription: "wrong", password: "erp", outcome: .wrongPassword),
        PasswordCase(
            testDescription: "of nobody",
            mailbox: "nobody@contoso.com",
            outcome: .wrongPassword
        ),
        PasswordCase(
            testDescription: "of a mailbox without one",
            mailbox: "invoices@contoso.com",
            password: "",
            outcome: .wrongPassword
        ),
        PasswordCase(
            testDescription: "forbidden, even wrong",
            password: "x",
            outcome: .passwordsDisabled
        ) {
            $0.organisations[0].allowsPasswords = false
        },
        PasswordCase(testDescription: "with security defaults", outcome: .securityDefaults) {
            $0.organisations[0].hasSecurityDefaults = true
        },
        PasswordCase(
            testDescription: "of a mailbox with SMTP AUTH disabled",
            mailbox: "printer@contoso.com",
            password: "printer-password",
            outcome: .smtpDisabledForMailbox
        ),
        PasswordCase(
            testDescription: "in a tenant with SMTP AUTH disabled",
            mailbox: "robot@fabrikam.example",
            password: "robot-password",
            outcome: .smtpDisabledForTenant
        ),
        PasswordCase(
            testDescription: "of a mailbox that overrides its tenant",
            mailbox: "robot@fabrikam.example",
            password: "robot-password",
            outcome: nil
        ) { rehearsal in
            for index in rehearsal.mailboxes.indices {
                rehearsal.mailboxes[index].smtpSignIn = .enabled
            }
        },
        PasswordCase(
            testDescription: "for high volumes, although passwords are forbidden elsewhere",
            mailbox: "alerts@contoso.com",
            password: "alerts-password",
            side: .highVolume,
            outcome: nil
        ) { $0.organisations[0].allowsPasswords = false },
        PasswordCase(
            testDescription: "of a mailbox at the high volume side",
            side: .highVolume,
            outcome: .wrongPassword
        ),
        PasswordCase(
            testDescription: "of a resource, by its composite name",
            mailbox: "contoso-mail.0b1e6a7c-93a4-4d5f-8f1b-3f6f2d9a1c01.\(Contoso.contosoID)",
            password: "erp-secret",
            side: .communication,
            outcome: nil
        ),
        PasswordCase(
            testDescription: "of a resource, by its composite name with bars",
            mailbox: "Contoso-Mail|0B1E6A7C-93a4-4d5f-8f1b-3f6f2d9a1c01|\(Contoso.contosoID)",
            password: "erp-secret",
            side: .communication,
            outcome: nil
        ),
        PasswordCase(
            testDescription: "of a resource, by its own user name",
            mailbox: "erp-mailer",
            password: "erp-secret",
            side: .communication,
            outcome: nil
        ),
        PasswordCase(
            testDescription: "of a resource, expired",
            mailbox: "erp-mailer",
            password: "erp-old-secret",
            side: .communication,
            outcome: .tokenRefused
        ),
        PasswordCase(
            testDescription: "of a resource of another tenant",
            mailbox: "contoso-mail.0b1e6a7c-93a4-4d5f-8f1b-3f6f2d9a1c01.\(Contoso.fabrikamID)",
            password: "erp-secret",
            side: .communication,
            outcome: .tokenRefused
        ),
    ]
}

extension TenantSignInTests {
    /// A token, by the claims it was issued with.
    struct TokenCase: CustomTestStringConvertible, Sendable {
        let testDescription: String
        var application = "erp"
        var audience = AccessGrant.Audience.exchange
        var mailbox = "erp@contoso.com"
        var side = SandboxSide.submission
        /// Minutes after it was issued.
        var age = 0
        let outcome: Refusal?
        var change: @Sendable (inout AccessGrant) -> Void = { _ in }
    }

    @Test(arguments: tokens)
    func `a token is judged by its claims`(sample: TokenCase) throws {
        var state = TenantState(try Contoso.rehearsal())
        let grant = try Contoso.grant(sample.application, sample.audience, sample.change)
        state.issue("t", for: grant, at: Contoso.start)
        let credentials = SandboxCredentials.token(mailbox: sample.mailbox, token: "t")
        let outcome = Self.outcome(state, credentials, sample.side, minutes: sample.age)
        #expect(outcome == sample.outcome)
    }

    static let tokens = [
        TokenCase(testDescription: "in the scope of RBAC", outcome: nil),
        TokenCase(
            testDescription: "outside the scope of RBAC",
            mailbox: "invoices@contoso.com",
            outcome: .tokenRefused
        ),
        TokenCase(testDescription: "for Graph", audience: .graph, outcome: .tokenRefused),
        TokenCase(testDescription: "a minute before it expires", age: 59, outcome: nil),
        TokenCase(testDescription: "when it expires", age: 60, outcome: .tokenRefused),
        TokenCase(testDescription: "of another tenant", outcome: .tokenRefused) {
            $0.tenantID = Contoso.fabrikamID
        },
        TokenCase(
            testDescription: "for a mailbox with SMTP AUTH disabled",
            application: "archive",
            mailbox: "printer@contoso.com",
            outcome: .smtpDisabledForMailbox
        ),
        TokenCase(
            testDescription: "without consent",
            application: "forgotten",
            outcome: .tokenRefused
        ),
        TokenCase(testDescription: "of a person, for its own mailbox", outcome: nil) {
            $0.user = "erp@contoso.com"
            $0.scopes = ["SMTP.Send"]
        },
        TokenCase(
            testDescription: "of a person, for a mailbox it may send as",
            mailbox: "invoices@contoso.com",
            outcome: nil
        ) {
            $0.user = "erp@contoso.com"
            $0.scopes = ["SMTP.Send"]
        },
        TokenCase(testDescription: "of a person, without the scope", outcome: .tokenRefused) {
            $0.user = "erp@contoso.com"
        },
        TokenCase(
            testDescription: "of a person, for a stranger's mailbox",
            mailbox: "scanner@contoso.com",
            outcome: .tokenRefused
        ) {
            $0.user = "erp@contoso.com"
            $0.scopes = ["SMTP.Send"]
        },
        TokenCase(
            testDescription: "for high volumes",
            application: "worker",
            mailbox: "alerts@contoso.com",
            side: .highVolume,
            outcome: nil
        ),
        TokenCase(
            testDescription: "for high volumes, of an application that is not allowed",
            application: "archive",
            mailbox: "alerts@contoso.com",
            side: .highVolume,
            outcome: .tokenRefused
        ) { $0.roles = ["Mail.Send"] },
        TokenCase(
            testDescription: "for high volumes, with ten minutes to live",
            application: "worker",
            mailbox: "alerts@contoso.com",
            side: .highVolume,
            age: 50,
            outcome: nil
        ),
        TokenCase(
            testDescription: "for high volumes, with less",
            application: "worker",
            mailbox: "alerts@contoso.com",
            side: .highVolume,
            age: 51,
            outcome: .tokenExpiresSoon
        ),
        TokenCase(
            testDescription: "of a resource",
            audience: .communication,
            mailbox: "erp-mailer",
            side: .communication,
            outcome: nil
        ),
        TokenCase(
            testDescription: "of a resource, for Exchange",
            mailbox: "erp-mailer",
            side: .communication,
            outcome: .tokenRefused
        ),
    ]

    @Test func `with the role in its token an application needs FullAccess to submit`() throws {
        var state = TenantState(try Contoso.rehearsal())
        state.issue("t", for: try Contoso.grant("archive"), at: Contoso.start)
        for (mailbox, lacks) in [("invoices@contoso.com", false), ("erp@contoso.com", true)] {
            let submitter = try state.signIn(
                .token(mailbox: mailbox, token: "t"),
                at: .submission,
                Contoso.start
            )
            #expect(submitter.lacksFullAccess == lacks)
            var message = SubmittedMessage(submitter)
            message.headerSenders = [mailbox]
            message.recipients = ["a@example.com"]
            let outcome = state.submit(message, at: Contoso.start)
            #expect(outcome == (lacks ? .refused(.mailboxClosed) : .accepted(after: .zero)))
        }
    }

    @Test func `a script makes the tokens of before expire`() throws {
        let later = Contoso.start.advanced(by: .seconds(1800))
        var state = TenantState(try Contoso.rehearsal(), revocations: [later])
        let grant = try Contoso.grant("erp")
        state.issue("old", for: grant, at: Contoso.start)
        #expect(state.grant(of: "old", at: Contoso.start.advanced(by: .seconds(1799))) == grant)
        #expect(state.grant(of: "old", at: later) == nil)
        state.issue("new", for: grant, at: later)
        #expect(state.grant(of: "new", at: later) == grant)
    }

    @Test func `a token nobody issued opens nothing`() throws {
        let state = TenantState(try Contoso.rehearsal())
        let credentials = SandboxCredentials.token(
            mailbox: "erp@contoso.com",
            token: "sandbox-token"
        )
        #expect(Self.outcome(state, credentials, .submission) == .tokenRefused)
    }
}
