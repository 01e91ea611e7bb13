internal import Submission

extension SignInErrors {
    /// All rows, those of the application first.
    package static let rows: [SignInErrorRow] =
        application + tenant + person + refreshTokens + federation + passing + words

    private static let application = [
        SignInErrorRow(
            [7_000_215],
            "the client secret is wrong",
            advice:
                "Put the Value of the secret into client_secret_file, not its Secret ID; the portal"
                + " shows the Value only once, so make a new secret where it is lost.",
            .authentication
        ),
        SignInErrorRow(
            [7_000_222],
            "the client secret has expired",
            advice: "Make a new secret in the app registration, put its Value into"
                + " client_secret_file, and set client_secret_expires.",
            .authentication
        ),
        SignInErrorRow(
            [700_016],
            "the tenant does not know this application",
            advice: "Check client_id, tenant and cloud; in another organisation's tenant the"
                + " application needs the consent of an administrator first."
        ),
        SignInErrorRow(
            [700_027],
            "the certificate is not registered with the application, or the clock of this machine"
                + " is wrong",
            advice: "Upload the certificate in the app registration under Certificates & secrets,"
                + " and check the clock.",
            .authentication
        ),
        SignInErrorRow(
            [700_025],
            "the application is registered as a public client, which has no secret and no certificate",
            advice: "Register the application as a confidential client, or sign in with"
                + " postchute login."
        ),
        SignInErrorRow(
            [7_000_218],
            "the application is not registered as a public client, so that it needs a secret or a"
                + " certificate",
            advice: "For postchute login, allow public client flows in the app registration under"
                + " Authentication; else set client_secret_file or certificate."
        ),
        SignInErrorRow(
            [7_000_112],
            "the application is disabled in the tenant",
            advice: "Enable the enterprise application in the portal, or ask who disabled it."
        ),
        SignInErrorRow(
            [65_001],
            "nobody has consented to the permissions of the application",
            advice:
                "Let an administrator grant consent in the app registration under API permissions."
        ),
        SignInErrorRow(
            [500_011],
            "the tenant does not know the resource the token is for",
            advice: "Check cloud, and scope where it is set."
        ),
        SignInErrorRow(
            [70_011],
            "the scope is not valid",
            advice: "Remove scope from the identity, or end it in /.default."
        ),
        SignInErrorRow(
            [50_196],
            "the same token was asked for too often",
            advice:
                "Look for other programs that use the same application, and report this if there"
                + " are none: Postchute keeps its tokens.",
            .temporary
        ),
    ]

    private static let tenant = [
        SignInErrorRow(
            [90_002],
            "there is no such tenant in this cloud",
            advice: "Check tenant for a typing error, and cloud."
        ),
        SignInErrorRow(
            [90_038, 900_382, 900_432],
            "the tenant or the application belongs to another cloud",
            advice: "Set cloud to the one the tenant belongs to."
        ),
        SignInErrorRow(
            [50_194],
            "the application belongs to one tenant, which must be named",
            advice: "Set tenant to the tenant's domain or id, not to common."
        ),
    ]

    private static let person = [
        SignInErrorRow(
            [50_126],
            "user name or password is wrong",
            advice: "Correct them, then run postchute resume: trying again by itself would lock the"
                + " account.",
            .authentication,
            probing: .onSettingsChange
        ),
        SignInErrorRow(
            [50_053],
            "the account is locked, or the address of this machine is suspected",
            advice: "Unlock the account or wait, find out who else signs in with it, then run"
                + " postchute resume.",
            .authentication,
            probing: .onSettingsChange
        ),
        SignInErrorRow(
            [50_055],
            "the password of the account has expired",
            advice: "Set a new password and run postchute login again.",
            .authentication,
            probing: .onSettingsChange
        ),
        SignInErrorRow(
            [50_057],
            "the account is disabled",
            advice: "Enable the account, or sign in with another one.",
            .authentication,
            probing: .onSettingsChange
        ),
        SignInErrorRow(
            [50_034],
            "the tenant does not know this account",
            advice: "Check the account and the tenant.",
            .authentication,
            probing: .onSettingsChange
        ),
        SignInErrorRow(
            [50_074, 50_076, 50_079],
            "the account must confirm the sign-in with a second factor",
            advice: "Run postchute login again and confirm there, or use an application with a"
                + " certificate, which no second factor is asked of."
        ),
        SignInErrorRow(
            [53_003],
            "a Conditional Access policy blocks the sign-in",
            advice:
                "Let an administrator look the correlation id up in the sign-in logs, and exclude"
                + " this application or address from the policy."
        ),
        SignInErrorRow(
            [530_035],
            "security defaults block the sign-in",
            advice: "Use an application with a certificate, or let an administrator replace the"
                + " security defaults by Conditional Access policies."
        ),
    ]

    private static let refreshTokens = [
        SignInErrorRow(
            [70_043],
            "the sign-in of postchute login has ended by a policy of the tenant",
            advice: "Run postchute login again; the policy on sign-in frequency will end it again.",
            .authentication
        ),
        SignInErrorRow(
            [700_082],
            "the sign-in of postchute login was not used for 90 days and has ended",
            advice: "Run postchute login again.",
            .authentication
        ),
        SignInErrorRow(
            [50_173],
            "the sign-in of postchute login was revoked, for instance by a new password",
            advice: "Run postchute login again.",
            .authentication
        ),
    ]

    private static let federation = [
        SignInErrorRow(
            [700_211, 700_213],
            "no federated credential of the application fits issuer, subject and audience of the"
                + " federated token",
            advice:
                "Compare the federated credential in the app registration with the token's issuer"
                + " and subject."
        ),
        SignInErrorRow(
            [700_024],
            "the statement that proves the identity is not valid at this time",
            advice: "Check the clock of this machine, and that the federated token is kept fresh."
        ),
    ]

    private static let passing = [
        SignInErrorRow(
            [90_055, 90_024, 50_033, 90_006],
            "the sign-in service is too busy or has trouble",
            advice: "Nothing: it is tried again by itself.",
            .temporary
        )
    ]

    /// For numbers not above, and for services that give none.
    private static let words = [
        SignInErrorRow(
            error: "temporarily_unavailable",
            "the sign-in service is not available for the moment",
            advice: "Nothing: it is tried again by itself.",
            .temporary
        ),
        SignInErrorRow(
            error: "server_error",
            "the sign-in service has trouble",
            advice: "Nothing: it is tried again by itself.",
            .temporary
        ),
        SignInErrorRow(
            error: "access_denied",
            "the sign-in was declined",
            advice: "Run postchute login again and accept."
        ),
        SignInErrorRow(
            error: "authorization_declined",
            "the person declined the sign-in",
            advice: "Run postchute login again and accept."
        ),
        SignInErrorRow(
            error: "expired_token",
            "the code was not entered in time",
            advice: "Run postchute login again."
        ),
        SignInErrorRow(
            error: "bad_verification_code",
            "the sign-in service does not know the code any more",
            advice: "Run postchute login again."
        ),
    ]
}
