// Narrow rows stand above wide ones: the first that matches decides.

extension ReplyCatalogue {
    /// Sign-in: replies of Exchange Online first, then RFC 4954 §4 and §6.
    static let signIn: [CatalogueRow] = [
        CatalogueRow(
            pattern: ReplyPattern(535, .exactly(5, 7, 139), words: ["disabled for the tenant"]),
            example: "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled"
                + " for the Tenant. Visit https://aka.ms/smtp_auth_disabled for more information.",
            phase: .authentication,
            category: .configuration,
            scope: .route,
            advice: "Have an administrator allow SMTP AUTH for the organisation"
                + " (Set-TransportConfig) or for this mailbox (Set-CASMailbox)."
        ),
        CatalogueRow(
            pattern: ReplyPattern(535, .exactly(5, 7, 139), words: ["disabled for the mailbox"]),
            example: "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled"
                + " for the Mailbox. Visit https://aka.ms/smtp_auth_disabled for more information.",
            phase: .authentication,
            category: .configuration,
            scope: .route,
            advice: "Have an administrator allow SMTP AUTH for this mailbox (Set-CASMailbox"
                + " -SmtpClientAuthenticationDisabled $false)."
        ),
        CatalogueRow(
            pattern: ReplyPattern(
                535,
                .exactly(5, 7, 139),
                words: ["basic authentication is disabled"]
            ),
            example: "535 5.7.139 Authentication unsuccessful, basic authentication is disabled."
                + " [AM0PR02CA0001.eurprd02.prod.outlook.com 2026-11-02T08:00:00.000Z"
                + " 08DE19F4A0B1C2D3]",
            phase: .authentication,
            category: .configuration,
            scope: .route,
            advice: "Let the route sign in with OAuth instead of a password."
        ),
        CatalogueRow(
            pattern: ReplyPattern(535, .exactly(5, 7, 139), words: ["credentials were incorrect"]),
            example:
                "535 5.7.139 Authentication unsuccessful, the user credentials were incorrect.",
            phase: .authentication,
            category: .authentication,
            scope: .route,
            probing: .onSettingsChange,
            advice: "Correct user name and password, then resume the route: it is not tried again"
                + " by itself, since repeated wrong passwords lock the account."
        ),
        CatalogueRow(
            pattern: ReplyPattern(535, .exactly(5, 7, 139), words: ["security defaults"]),
            example: "535 5.7.139 Authentication unsuccessful, user is locked by your"
                + " organization's security defaults policy. Contact your administrator.",
            phase: .authentication,
            category: .configuration,
            scope: .route,
            advice: "Let the route sign in with OAuth, or have an administrator replace security"
                + " defaults by Conditional Access with an exception for this account."
        ),
        CatalogueRow(
            pattern: ReplyPattern(535, .exactly(5, 7, 139), words: ["did not meet the criteria"]),
            example:
                "535 5.7.139 Authentication unsuccessful, the request did not meet the criteria"
                + " to be authenticated successfully. Contact your administrator.",
            phase: .authentication,
            category: .configuration,
            scope: .route,
            advice: "Have an administrator look up the sign-in in Microsoft Entra's log and except"
                + " this account from the Conditional Access policy named there."
        ),
        CatalogueRow(
            pattern: ReplyPattern(
                535,
                .exactly(5, 7, 139),
                words: ["sts service was unreachable"]
            ),
            example: "535 5.7.139 Authentication unsuccessful, federated STS service was"
                + " unreachable.",
            phase: .authentication,
            category: .temporary,
            scope: .route,
            advice: "Check that the organisation's federation service (AD FS) can be reached from"
                + " the Internet."
        ),
        CatalogueRow(
            pattern: ReplyPattern(535, .exactly(5, 7, 139), words: ["does not support https"]),
            example: "535 5.7.139 Authentication unsuccessful, the federated STS URL does not"
                + " support HTTPS.",
            phase: .authentication,
            category: .configuration,
            scope: .route,
            advice: "Have the organisation's federation service (AD FS) offer HTTPS."
        ),
        CatalogueRow(
            pattern: ReplyPattern(535, .exactly(5, 7, 3)),
            example:
                "535 5.7.3 Authentication unsuccessful [AM0PR02CA0001.eurprd02.prod.outlook.com"
                + " 2026-11-02T08:00:00.000Z 08DE19F4A0B1C2D3]",
            phase: .authentication,
            category: .authentication,
            scope: .route,
            probing: .onSettingsChange,
            advice: "Check the password, or for OAuth the token's audience, consent and the"
                + " registration of the application in Exchange, then resume the route."
        ),
        CatalogueRow(
            pattern: ReplyPattern(535),
            example: "535 5.7.8 Error: authentication failed",
            phase: .authentication,
            category: .authentication,
            scope: .route,
            probing: .onSettingsChange,
            advice: "Correct the route's sign-in, then resume the route: repeated wrong passwords"
                + " lock the account."
        ),
        CatalogueRow(
            pattern: ReplyPattern(550, .exactly(5, 7, 30)),
            example: "550 5.7.30 Basic authentication is not supported for Client Submission.",
            phase: .authentication,
            category: .configuration,
            scope: .route,
            probing: .onSettingsChange,
            advice: "Let the route sign in with OAuth: Exchange Online no longer takes passwords"
                + " here."
        ),
        CatalogueRow(
            pattern: ReplyPattern(454, at: [.authentication]),
            example: "454 4.7.0 Temporary authentication failure",
            phase: .authentication,
            category: .temporary,
            scope: .route,
            advice: "Nothing to do unless it lasts: then check whether this account can sign in"
                + " elsewhere."
        ),
        CatalogueRow(
            pattern: ReplyPattern(504, at: [.authentication]),
            example: "504 5.7.4 Unrecognized authentication type"
                + " [AM0PR02CA0001.eurprd02.prod.outlook.com]",
            phase: .authentication,
            category: .configuration,
            scope: .route,
            advice: "Choose a way to sign in that the server offers: this one is unknown to it or"
                + " switched off for the account."
        ),
        CatalogueRow(
            pattern: ReplyPattern(530),
            example: "530 5.7.57 Client not authenticated to send mail."
                + " [AM0PR02CA0001.eurprd02.prod.outlook.com]",
            phase: .mail,
            category: .configuration,
            scope: .route,
            advice: "Give the route a sign-in and TLS: the server takes no mail without."
        ),
        CatalogueRow(
            pattern: ReplyPattern(
                500...599,
                words: ["client was not authenticated", "client not authenticated"]
            ),
            example: "550 5.7.1 Client was not authenticated",
            phase: .mail,
            category: .configuration,
            scope: .route,
            advice: "Give the route a sign-in, or the host name of a server that takes mail"
                + " without."
        ),
        CatalogueRow(
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
            pattern: ReplyPattern(538),
            example: "538 5.7.11 Encryption required for requested authentication mechanism",
            phase: .authentication,
            category: .configuration,
            scope: .route,
            advice: "Let the route use TLS: the server takes no password without."
        ),
        CatalogueRow(
            pattern: ReplyPattern(432, .exactly(4, 7, 12)),
            example: "432 4.7.12 A password transition is needed",
            phase: .authentication,
            category: .authentication,
            scope: .route,
            probing: .onSettingsChange,
            advice: "Sign in once with another program or have the password set anew, then resume"
                + " the route."
        ),
    ]

    /// Senders: rights of the account, not a fault of one message.
    static let sender: [CatalogueRow] = [
        CatalogueRow(
            pattern: ReplyPattern(
                500...599,
                words: ["SendAsDenied", "permissions to send as this sender"]
            ),
            example: "554 5.2.252 SendAsDenied; erp@contoso.com not allowed to send as"
                + " sales@contoso.com; STOREDRV.Submission.Exception:SendAsDeniedException.",
            phase: .endOfData,
            category: .configuration,
            scope: .sender,
            advice: "Give the route's mailbox the right to send as the address in From, or let the"
                + " writer use the mailbox's own address."
        ),
        CatalogueRow(
            pattern: ReplyPattern(500...599, .exactly(5, 7, 60)),
            example: "550 5.7.60 SMTP; Not allowed for this sender",
            phase: .mail,
            category: .configuration,
            scope: .sender,
            advice: "Give the route's mailbox the right to send as this sender, or let the writer"
                + " use the mailbox's own address."
        ),
        CatalogueRow(
            pattern: ReplyPattern(550, .exactly(5, 1, 8)),
            example: "550 5.1.8 Access denied, bad outbound sender (AS:NSBOS=OUTBOUND)",
            phase: .endOfData,
            category: .senderBlocked,
            scope: .sender,
            advice: "Find out why this mailbox was taken for a source of spam, then have an"
                + " administrator unblock it under Restricted entities."
        ),
    ]

    /// The connection and the server as a whole.
    static let connection: [CatalogueRow] = [
        CatalogueRow(
            pattern: ReplyPattern(421, .exactly(4, 4, 2), words: ["submission rate"]),
            example: "421 4.4.2 Message submission rate for this client has exceeded the configured"
                + " limit",
            phase: .mail,
            category: .rate,
            scope: .route,
            advice: "Nothing to do unless it lasts: then lower the route's rate."
        ),
        CatalogueRow(
            pattern: ReplyPattern(421, .exactly(4, 7, 66)),
            example: "421 4.7.66 TLS 1.0 and 1.1 are not supported. Please upgrade/update your"
                + " client to support TLS 1.2.",
            phase: .mail,
            category: .configuration,
            scope: .route,
            advice: "Find out what lowers the TLS version between here and the server: Postchute"
                + " never offers less than TLS 1.2."
        ),
        // The server closes the connection: RFC 5321 §3.8.
        CatalogueRow(
            pattern: ReplyPattern(421),
            example: "421 4.3.2 Service not available",
            phase: .endOfData,
            category: .temporary,
            scope: .route,
            advice: "Nothing to do unless it lasts: the server ended the connection and is tried"
                + " again later."
        ),
        CatalogueRow(
            pattern: ReplyPattern(432, .exactly(4, 3, 2)),
            example: "432 4.3.2 Concurrent connections limit exceeded. Visit"
                + " https://aka.ms/concurrent_sending for more information."
                + " [Hostname=AM0PR02CA0001.eurprd02.prod.outlook.com]",
            phase: .endOfData,
            category: .rate,
            scope: .route,
            advice: "Lower the route's number of connections, and look for other programs that"
                + " send with the same mailbox."
        ),
        // Commands the server does not know or want now say nothing of a message; but 500 to RCPT may
        // be about an odd address, which must not hold up the others' mail.
        CatalogueRow(
            pattern: ReplyPattern(500, at: [.mail, .data]),
            example: "500 5.3.3 Unrecognized command",
            phase: .mail,
            category: .configuration,
            scope: .route,
            advice: "Check host and port: this server does not understand a command it should."
        ),
        CatalogueRow(
            pattern: ReplyPattern(502...503),
            example: "503 5.5.2 Send hello first",
            phase: .mail,
            category: .configuration,
            scope: .route,
            advice: "Check host and port, and that nothing between rewrites the connection: the"
                + " server lost track of the session."
        ),
    ]

    /// Recipients.
    static let recipient: [CatalogueRow] = [
        CatalogueRow(
            pattern: ReplyPattern(452, .exactly(4, 5, 3)),
            example: "452 4.5.3 Too many recipients",
            phase: .recipient,
            category: .rate,
            pace: .atOnce,
            advice: "Nothing to do: the other recipients go with the next transaction."
        ),
        CatalogueRow(
            pattern: ReplyPattern(500...599, .exactly(5, 2, 2), at: [.recipient]),
            example: "552 5.2.2 Mailbox full",
            phase: .recipient,
            category: .permanent,
            advice: "Ask the recipient to make room in the mailbox, then retry."
        ),
        // RFC 5321 §4.5.3.1.10: clients treat 552 to RCPT as they treat 452.
        CatalogueRow(
            pattern: ReplyPattern(552, .absent, at: [.recipient]),
            example: "552 Too many recipients",
            phase: .recipient,
            category: .rate,
            pace: .atOnce,
            advice: "Nothing to do: the other recipients go with the next transaction."
        ),
        CatalogueRow(
            pattern: ReplyPattern(550...554, .exactly(5, 5, 3), at: [.recipient]),
            example: "550 5.5.3 Too many recipients",
            phase: .recipient,
            category: .rate,
            pace: .atOnce,
            advice: "Nothing to do: the other recipients go with the next transaction."
        ),
        CatalogueRow(
            pattern: ReplyPattern(550...554, .details(5, 1, 0...6), at: [.recipient]),
            example: "550 5.1.1 User unknown",
            phase: .recipient,
            category: .permanent,
            advice: "Correct the recipient's address: there is no such mailbox or domain."
        ),
        CatalogueRow(
            pattern: ReplyPattern(550...554, .exactly(5, 1, 10), at: [.recipient]),
            example:
                "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address"
                + " lookup",
            phase: .recipient,
            category: .permanent,
            advice: "Correct the recipient's address: the organisation has no such mailbox."
        ),
    ]

    /// Size.
    static let size: [CatalogueRow] = [
        CatalogueRow(
            pattern: ReplyPattern(500...599, .exactly(5, 3, 4), words: ["header size"]),
            example: "552 5.3.4 Header size exceeds fixed maximum size",
            phase: .endOfData,
            category: .permanent,
            scope: .message,
            advice: "Let the writer produce a smaller header: fewer recipients or shorter fields."
        ),
        CatalogueRow(
            pattern: ReplyPattern(500...599, .exactly(5, 3, 4)),
            example: "552 5.3.4 Message size exceeds fixed maximum message size",
            phase: .mail,
            category: .permanent,
            scope: .message,
            advice: "Make the message smaller, or have the server's limit raised."
        ),
        CatalogueRow(
            pattern: ReplyPattern(500...599, .details(5, 2, 270...270)),
            example: "554 5.2.270 Message too large for submission",
            phase: .endOfData,
            category: .permanent,
            scope: .message,
            advice: "Make the message smaller, or have the mailbox's limit raised."
        ),
        CatalogueRow(
            pattern: ReplyPattern(552, .absent, at: [.mail, .data, .endOfData]),
            example: "552 Message size exceeds fixed limit",
            phase: .mail,
            category: .permanent,
            scope: .message,
            advice: "Make the message smaller, or have the server's limit raised."
        ),
    ]
}
