extension ReplyCatalogue {
    /// Signing in: what Exchange Online, HVE and others answer to AUTH, and to mail without it.
    static let signIn = CatalogueSection(
        title: "Sign-in",
        sources: "Microsoft Learn, “Authenticated client SMTP submission (SMTP AUTH)” and “Fix"
            + " issues with printers, scanners, and LOB applications that send email using"
            + " Microsoft 365”; “Authenticate an IMAP, POP or SMTP connection using OAuth”; RFC"
            + " 4954 §4 and §6",
        rows: [
            CatalogueRow(
                name: "535-5.7.139-tenant",
                pattern: ReplyPattern(
                    500...599,
                    .exactly(5, 7, 139),
                    saying: ["disabled for the tenant"]
                ),
                example: "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is"
                    + " disabled for the Tenant. Visit https://aka.ms/smtp_auth_disabled for more"
                    + " information.",
                phase: .authentication,
                category: .configuration,
                scope: .route,
                advice: "Have an administrator allow SMTP AUTH for this mailbox (Set-CASMailbox"
                    + " -SmtpClientAuthenticationDisabled $false) or for the organisation"
                    + " (Set-TransportConfig -SmtpClientAuthenticationDisabled $false)."
            ),
            CatalogueRow(
                name: "535-5.7.139-mailbox",
                pattern: ReplyPattern(
                    500...599,
                    .exactly(5, 7, 139),
                    saying: ["disabled for the mailbox"]
                ),
                example: "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is"
                    + " disabled for the Mailbox. Visit https://aka.ms/smtp_auth_disabled for"
                    + " more information.",
                phase: .authentication,
                category: .configuration,
                scope: .route,
                advice: "Have an administrator allow SMTP AUTH for this mailbox (Set-CASMailbox"
                    + " -SmtpClientAuthenticationDisabled $false)."
            ),
            CatalogueRow(
                name: "535-5.7.139-basic",
                pattern: ReplyPattern(
                    500...599,
                    .exactly(5, 7, 139),
                    saying: ["basic authentication is disabled"]
                ),
                example:
                    "535 5.7.139 Authentication unsuccessful, basic authentication is disabled."
                    + " [AM0PR02CA0001.eurprd02.prod.outlook.com 2026-11-02T08:00:00.000Z"
                    + " 08DE19F4A0B1C2D3]",
                phase: .authentication,
                category: .configuration,
                scope: .route,
                advice: "Let the route sign in with OAuth instead of a password (identity), or have"
                    + " an administrator allow basic authentication for this account once more"
                    + " while Microsoft still offers that."
            ),
            CatalogueRow(
                name: "535-5.7.139",
                pattern: ReplyPattern(
                    500...599,
                    .exactly(5, 7, 139),
                    saying: ["credentials were incorrect"]
                ),
                example: "535 5.7.139 Authentication unsuccessful, the user credentials were"
                    + " incorrect.",
                phase: .authentication,
                category: .authentication,
                scope: .route,
                probing: .onSettingsChange,
                advice: "Correct user name and password, then resume the route: it is not tried"
                    + " again by itself, since repeated wrong passwords lock the account."
            ),
            CatalogueRow(
                name: "535-5.7.139-locked",
                pattern: ReplyPattern(
                    500...599,
                    .exactly(5, 7, 139),
                    saying: ["security defaults"]
                ),
                example: "535 5.7.139 Authentication unsuccessful, user is locked by your"
                    + " organization's security defaults policy. Contact your administrator.",
                phase: .authentication,
                category: .configuration,
                scope: .route,
                advice: "Let the route sign in with OAuth, or have an administrator replace"
                    + " security defaults (Microsoft Entra admin center, Overview, Properties) by"
                    + " Conditional Access with an exception for this account."
            ),
            CatalogueRow(
                name: "535-5.7.139-criteria",
                pattern: ReplyPattern(
                    500...599,
                    .exactly(5, 7, 139),
                    saying: ["did not meet the criteria"]
                ),
                example: "535 5.7.139 Authentication unsuccessful, the request did not meet the"
                    + " criteria to be authenticated successfully. Contact your administrator.",
                phase: .authentication,
                category: .configuration,
                scope: .route,
                advice: "Have an administrator look up the sign-in in the Microsoft Entra sign-in"
                    + " logs and except this account from the Conditional Access policy named"
                    + " there."
            ),
            CatalogueRow(
                name: "535-5.7.139-sts",
                pattern: ReplyPattern(
                    500...599,
                    .exactly(5, 7, 139),
                    saying: ["sts service was unreachable"]
                ),
                example: "535 5.7.139 Authentication unsuccessful, federated STS service was"
                    + " unreachable.",
                phase: .authentication,
                category: .temporary,
                scope: .route,
                advice: "Check that the organisation's federation service (AD FS) can be reached"
                    + " from the Internet."
            ),
            CatalogueRow(
                name: "535-5.7.139-https",
                pattern: ReplyPattern(
                    500...599,
                    .exactly(5, 7, 139),
                    saying: ["does not support https"]
                ),
                example: "535 5.7.139 Authentication unsuccessful, the federated STS URL does not"
                    + " support HTTPS.",
                phase: .authentication,
                category: .configuration,
                scope: .route,
                advice: "Have the organisation's federation service (AD FS) offer HTTPS."
            ),
            CatalogueRow(
                name: "535-5.7.3",
                pattern: ReplyPattern(535, .exactly(5, 7, 3)),
                example: "535 5.7.3 Authentication unsuccessful"
                    + " [AM0PR02CA0001.eurprd02.prod.outlook.com 2026-11-02T08:00:00.000Z"
                    + " 08DE19F4A0B1C2D3]",
                phase: .authentication,
                category: .authentication,
                scope: .route,
                probing: .onSettingsChange,
                advice: "Check the password, or for OAuth the token's audience, the consent and the"
                    + " application's registration in Exchange (Get-ServicePrincipal, with the"
                    + " object id of the enterprise application), then resume the route."
            ),
            CatalogueRow(
                name: "501-5.5.127",
                pattern: ReplyPattern(
                    500...599,
                    .exactly(5, 5, 127),
                    phrases: ["token will expire soon"]
                ),
                example: "501 5.5.127 Invalid XOAUTH2 auth data - Token will expire soon",
                phase: .authentication,
                category: .authentication,
                scope: .route,
                advice: "Nothing to do unless it lasts: High Volume Email refuses a token with less"
                    + " than ten minutes left, so let the program that writes token_file renew it"
                    + " earlier."
            ),
            CatalogueRow(
                name: "501-5.5.124",
                pattern: ReplyPattern(
                    500...599,
                    .exactly(5, 5, 124),
                    phrases: ["invalid xoauth2 auth data"]
                ),
                example: "501 5.5.124 Invalid XOAUTH2 auth data",
                phase: .authentication,
                category: .authentication,
                scope: .route,
                advice: "Check that the token was made for this tenant's Exchange Online, that the"
                    + " application may use this High Volume Email account (Add-HVEAppAccess) and"
                    + " that the route's mailbox is spelled right."
            ),
            // The words matter: RFC 8689 gives this code to REQUIRETLS.
            CatalogueRow(
                name: "550-5.7.30",
                pattern: ReplyPattern(
                    500...599,
                    .exactly(5, 7, 30),
                    saying: ["basic authentication is not supported"]
                ),
                example: "550 5.7.30 Basic authentication is not supported for Client Submission.",
                phase: .authentication,
                category: .configuration,
                scope: .route,
                probing: .onSettingsChange,
                advice: "Let the route sign in with OAuth (identity) instead of a password:"
                    + " Exchange Online no longer takes passwords here."
            ),
            CatalogueRow(
                name: "454-4.7.0",
                pattern: ReplyPattern(454, at: [.authentication]),
                example: "454 4.7.0 Temporary authentication failure",
                phase: .authentication,
                category: .temporary,
                scope: .route,
                advice: "Nothing to do unless it lasts: then check whether this account can sign in"
                    + " elsewhere, and look for an incident under Health, Service health in the"
                    + " Microsoft 365 admin center."
            ),
            CatalogueRow(
                name: "504-5.7.4",
                pattern: ReplyPattern(504, at: [.authentication]),
                example: "504 5.7.4 Unrecognized authentication type"
                    + " [AM0PR02CA0001.eurprd02.prod.outlook.com]",
                phase: .authentication,
                category: .configuration,
                scope: .route,
                advice: "Choose a way to sign in that the server offers (auth): this one is unknown"
                    + " to it or switched off for the account."
            ),
            CatalogueRow(
                name: "530-5.7.57",
                pattern: ReplyPattern(530),
                example: "530 5.7.57 Client not authenticated to send mail."
                    + " [AM0PR02CA0001.eurprd02.prod.outlook.com]",
                phase: .mail,
                category: .configuration,
                scope: .route,
                advice: "Give the route a sign-in and TLS: the server takes no mail without."
            ),
            CatalogueRow(
                name: "550-5.7.1-client",
                pattern: ReplyPattern(
                    500...599,
                    words: ["client was not authenticated", "client not authenticated"]
                ),
                example: "550 5.7.1 Client was not authenticated",
                phase: .mail,
                category: .configuration,
                scope: .route,
                wait: .atLeast(.quarterPause),
                advice: "Give the route a sign-in, or the host name of a server that takes mail"
                    + " without."
            ),
            CatalogueRow(
                name: "534-5.7.9",
                pattern: ReplyPattern(534),
                example: "534 5.7.9 Authentication mechanism is too weak",
                phase: .authentication,
                category: .authentication,
                scope: .route,
                probing: .onSettingsChange,
                advice: "Choose a stronger way to sign in, such as OAuth or an app password, then"
                    + " resume the route."
            ),
            CatalogueRow(
                name: "538-5.7.11",
                pattern: ReplyPattern(538),
                example: "538 5.7.11 Encryption required for requested authentication mechanism",
                phase: .authentication,
                category: .configuration,
                scope: .route,
                advice: "Let the route use TLS: the server takes no password without."
            ),
            CatalogueRow(
                name: "432-4.7.12",
                pattern: ReplyPattern(432, .exactly(4, 7, 12)),
                example: "432 4.7.12 A password transition is needed",
                phase: .authentication,
                category: .authentication,
                scope: .route,
                probing: .onSettingsChange,
                advice: "Sign in once with another program or have the password set anew, then"
                    + " resume the route."
            ),
            CatalogueRow(
                name: "535-5.7.8",
                pattern: ReplyPattern(535),
                example: "535 5.7.8 Error: authentication failed",
                phase: .authentication,
                category: .authentication,
                scope: .route,
                probing: .onSettingsChange,
                advice: "Correct the route's sign-in, then resume the route: repeated wrong"
                    + " passwords lock the account."
            ),
        ]
    )
}
