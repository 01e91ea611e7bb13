import Submission
import Testing

/// What Microsoft's public pages and published transcripts list, with the class they give it.
@Suite("Known replies of Exchange Online")
struct ReferenceRepliesTests {
    @Test(arguments: connection + signIn + sender + message)
    func `a known reply is judged by its own row`(known: Known) throws {
        let reply = try known.checked
        let judgement = Judgement.of(reply: reply, at: known.phase)
        #expect(judgement.category == known.category)
        #expect(judgement.scope == known.scope)
        #expect(judgement.verdict == (known.category == .permanent ? .rejected : .retryLater))
        #expect(judgement.wait == known.wait)
        #expect(ReplyCatalogue.row(for: reply, at: known.phase) != nil)
    }

    private static let quarter = ImpliedWait.atLeast(.seconds(900))
    private static let hour = ImpliedWait.atLeast(.seconds(3600))
    private static let again = "Temporary server error. Please try again later"
    private static let store = "STOREDRV.Submission.Exception:"

    static let connection = [
        Known("421 4.3.2 Service not available", .mail, .temporary, .route),
        Known("421 4.3.2 Service not active", .endOfData, .temporary, .route),
        Known("421 4.4.1 Connection timed out", .mail, .temporary, .route),
        Known(
            "421 4.4.2 Message submission rate for this client has exceeded the configured limit",
            .mail,
            .rate,
            .route
        ),
        Known("421 4.4.2 Connection dropped due to SocketError", .mail, .temporary, .route),
        Known("421 4.4.2 Connection dropped due to TimedOut", .content, .temporary, .route),
        Known(
            "421 4.7.66 TLS 1.0 and 1.1 are not supported. Please upgrade/update your client to"
                + " support TLS 1.2. Visit https://aka.ms/smtp_auth_tls.",
            .mail,
            .configuration,
            .route
        ),
        Known(
            "430 4.2.0 STOREDRV; mailbox logon failure; \(store)ConnectionFailedTransientException"
                + ".MapiExceptionLogonFailed; Failed to process message due to a transient"
                + " exception with message Cannot open mailbox.",
            .endOfData,
            .configuration,
            .route,
            quarter
        ),
        Known(
            "432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded [Hostname=A]",
            .endOfData,
            .rate,
            .route
        ),
        Known(
            "432 4.3.2 Concurrent connections limit exceeded. Visit"
                + " https://aka.ms/concurrent_sending for more information. [Hostname=A]",
            .endOfData,
            .rate,
            .route
        ),
        Known(
            "432 4.3.2 STOREDRV.Deliver; recipient thread limit exceeded",
            .endOfData,
            .rate,
            .message
        ),
        Known("452 4.3.1 Insufficient system resources", .mail, .temporary, .route),
        Known("451 4.3.2 System not accepting network messages", .mail, .temporary, .route),
        Known("450 4.3.111 \(again) MRH1 [Hostname=A]", .endOfData, .temporary, .message),
        Known(
            "450 4.4.317 STARTTLS is required to send mail",
            .recipient,
            .temporary,
            .recipient
        ),
        Known("450 4.4.317 Cannot connect to remote server", .endOfData, .temporary, .message),
        Known("451 4.4.0 DNS query failed", .endOfData, .temporary, .message),
        Known("451 4.4.3 \(again) ATTR18", .recipient, .temporary, .recipient),
        Known(
            "451 4.4.24 Message failed to be replicated: insufficient system resource",
            .endOfData,
            .temporary,
            .message
        ),
        Known(
            "451 4.4.25 Message failed to be replicated: no healthy secondary server available to"
                + " accept replica at this time",
            .endOfData,
            .temporary,
            .message
        ),
        Known(
            "451 4.4.28 Message failed to be replicated: the operation was canceled",
            .endOfData,
            .temporary,
            .message
        ),
        Known(
            "451 4.4.62 Mail sent to the wrong Office 365 region. ATTR35",
            .recipient,
            .configuration,
            .route,
            quarter
        ),
        Known("451 4.7.0 \(again). PRX4 [host.example.com]", .endOfData, .temporary, .message),
        Known("451 4.7.0 \(again). PRX2", .authentication, .temporary, .route),
        Known("451 4.7.0 \(again). NextHop: x", .endOfData, .temporary, .message),
        Known(
            "451 4.7.500 Server busy. Please try again later from [192.0.2.1]. (AS761)",
            .mail,
            .rate,
            .route,
            quarter
        ),
        Known(
            "451 4.7.699 Access denied, please try again later",
            .recipient,
            .rate,
            .route,
            quarter
        ),
        Known(
            "451 4.7.650 The mail server [192.0.2.1] has been temporarily rate limited due to IP"
                + " reputation (S775)",
            .mail,
            .rate,
            .route,
            quarter
        ),
        Known("451 4.7.651 The mail server (S3150)", .mail, .rate, .route, quarter),
        Known(
            "451 4.7.652 mail server has exceeded the maximum number of connections",
            .greeting,
            .rate,
            .route
        ),
        Known("451 4.7.700 PFA agent busy, please try again", .mail, .temporary, .message),
        Known(
            "451 4.7.850 Access denied, please try again later",
            .mail,
            .rate,
            .route,
            quarter
        ),
        Known("451 4.7.899 Access denied", .mail, .rate, .route, quarter),
        Known("452 4.5.3 Too many recipients", .recipient, .rate, .recipient),
        Known("454 4.7.0 Temporary authentication failure", .authentication, .temporary, .route),
        Known(
            "450 4.7.26 Access denied, a message sent over IPv6 [2001:db8::1] must pass either SPF"
                + " or DKIM validation, this message is not signed",
            .endOfData,
            .configuration,
            .sender
        ),
        Known("450 4.4.7 Message expired", .endOfData, .temporary, .message),
        Known("550 5.4.300 Message expired", .endOfData, .permanent, .message),
    ]

    private static func denied(_ reason: String) -> String {
        "535 5.7.139 Authentication unsuccessful, \(reason)"
    }

    static let signIn = [
        Known("500 5.3.3 Unrecognized command", .authentication, .configuration, .route),
        Known("500 5.3.3 Unrecognized command", .mail, .configuration, .route),
        Known("501 5.5.4 Invalid domain name", .hello, .configuration, .route),
        Known("501 5.5.4 Invalid arguments", .mail, .configuration, .sender),
        Known("501 5.5.124 Invalid XOAUTH2 auth data", .authentication, .authentication, .route),
        Known(
            "501 5.5.127 Invalid XOAUTH2 auth data - Token will expire soon",
            .authentication,
            .authentication,
            .route
        ),
        Known("503 5.5.2 Send hello first", .mail, .configuration, .route),
        Known(
            "504 5.7.4 Unrecognized authentication type [host.example.com]",
            .authentication,
            .configuration,
            .route
        ),
        Known("530 5.7.57 Client not authenticated to send mail.", .mail, .configuration, .route),
        Known(
            "550 5.7.57 SMTP; Client was not authenticated to send anonymous mail during MAIL FROM",
            .mail,
            .configuration,
            .route,
            quarter
        ),
        Known(
            "535 5.7.3 Authentication unsuccessful [host.example.com]",
            .authentication,
            .authentication,
            .route
        ),
        Known(
            denied("SmtpClientAuthentication is disabled for the Tenant."),
            .authentication,
            .configuration,
            .route
        ),
        Known(
            denied("SmtpClientAuthentication is disabled for the Mailbox."),
            .authentication,
            .configuration,
            .route
        ),
        Known(
            denied("basic authentication is disabled."),
            .authentication,
            .configuration,
            .route
        ),
        Known(
            denied("the user credentials were incorrect."),
            .authentication,
            .authentication,
            .route
        ),
        Known(
            denied("user is locked by your organization's security defaults policy."),
            .authentication,
            .configuration,
            .route
        ),
        Known(
            denied("the request did not meet the criteria to be authenticated successfully."),
            .authentication,
            .configuration,
            .route
        ),
        Known(
            denied("federated STS service was unreachable."),
            .authentication,
            .temporary,
            .route
        ),
        Known(
            denied("the federated STS URL does not support HTTPS."),
            .authentication,
            .configuration,
            .route
        ),
        Known(
            "550 5.7.30 Basic authentication is not supported for Client Submission.",
            .authentication,
            .configuration,
            .route
        ),
        Known(
            "550 5.7.1 Client was not authenticated",
            .recipient,
            .configuration,
            .route,
            quarter
        ),
        Known("550 5.7.1 Unable to relay", .recipient, .configuration, .recipient),
        Known(
            "550 5.7.64 TenantAttribution; Relay Access Denied ATTR36. For more information, see"
                + " KB 3169958",
            .recipient,
            .configuration,
            .route,
            quarter
        ),
        Known(
            "550 5.7.64 Relay Access Denied ATTR36",
            .recipient,
            .configuration,
            .route,
            quarter
        ),
        Known(
            "550 5.7.68 TenantInboundAttribution; Direct Send not allowed for this organization"
                + " from unauthorized sources",
            .endOfData,
            .configuration,
            .route,
            quarter
        ),
        Known(
            "550 5.7.51 RestrictDomainsToIPAddresses or RestrictDomainsToCertificate",
            .recipient,
            .configuration,
            .route,
            quarter
        ),
    ]

    private static func penalty(_ detail: Int, _ errors: String) -> Known {
        Known(
            "550 5.2.\(detail) Sender throttled due to continuous \(errors) errors",
            .endOfData,
            .configuration,
            .sender,
            hour
        )
    }

    private static let daily = "Your message can't be sent because"

    static let sender = [
        Known(
            "550 5.7.60 SMTP; Client does not have permissions to send as this sender",
            .mail,
            .configuration,
            .sender
        ),
        Known(
            "554 5.7.60 SMTP; Client does not have permissions to send as this sender",
            .endOfData,
            .configuration,
            .sender
        ),
        Known(
            "554 5.2.0 \(store)SendAsDeniedException.MapiExceptionSendAsDenied; Failed to process",
            .endOfData,
            .configuration,
            .sender
        ),
        Known(
            "554 5.2.252 SendAsDenied; user@x not allowed to send as other@y;"
                + " \(store)SendAsDeniedException",
            .endOfData,
            .configuration,
            .sender
        ),
        Known(
            "554 5.2.0 \(store)SubmissionQuotaExceededException",
            .endOfData,
            .rate,
            .route,
            .recipientsOfDay
        ),
        Known(
            "554 5.2.2 mailbox full; \(store)QuotaExceededException"
                + ".MapiExceptionShutoffQuotaExceeded",
            .endOfData,
            .configuration,
            .route,
            quarter
        ),
        Known(
            "550 5.2.2 Submission quota exceeded",
            .endOfData,
            .rate,
            .route,
            .recipientsOfDay
        ),
        Known(
            "550 5.1.90 \(daily) you've reached your daily limit for message recipients",
            .endOfData,
            .rate,
            .route,
            .recipientsOfDay
        ),
        penalty(251, "mailbox full"), penalty(252, "send as denied"),
        penalty(253, "invalid license"), penalty(254, "too many recipients"),
        penalty(255, "invalid recipients"),
        Known(
            "550 5.1.8 Access denied, bad outbound sender (AS(42003))",
            .endOfData,
            .senderBlocked,
            .sender
        ),
        Known("550 5.7.501 Access denied, spam abuse detected", .mail, .senderBlocked, .sender),
        Known("550 5.7.502 Access denied, banned sender", .mail, .senderBlocked, .sender),
        Known("550 5.7.503 Access denied, banned sender", .mail, .senderBlocked, .sender),
        Known("550 5.7.700 Access denied", .endOfData, .senderBlocked, .route),
        Known("550 5.7.749 Access denied", .endOfData, .senderBlocked, .route),
        Known(
            "550 5.7.705 Access denied, tenant has exceeded threshold",
            .endOfData,
            .senderBlocked,
            .route
        ),
        Known(
            "550 5.7.708 Access denied, traffic not accepted from this IP",
            .endOfData,
            .senderBlocked,
            .route
        ),
        Known(
            "550 5.7.750 Service unavailable. Client blocked from sending from unregistered domains",
            .endOfData,
            .senderBlocked,
            .route
        ),
        Known(
            "550 5.7.232 \(daily) your trial tenant has exceeded its daily limit",
            .endOfData,
            .rate,
            .route,
            .externalRecipientsOfDay
        ),
        Known(
            "550 5.7.233 \(daily) your tenant has exceeded its daily limit for sending email to"
                + " external recipients (tenant external recipient rate limit)",
            .endOfData,
            .rate,
            .route,
            .externalRecipientsOfDay
        ),
        Known("550 5.7.236 onmicrosoft.com limit", .endOfData, .configuration, .sender, hour),
        Known(
            "550 5.7.367 Remote server returned not permitted to relay",
            .endOfData,
            .permanent,
            .message
        ),
        Known("550 5.1.7 Invalid address", .mail, .permanent, .message),
        Known(
            "550 5.1.20 Multiple From addresses are not allowed without Sender address",
            .endOfData,
            .permanent,
            .message
        ),
        Known(
            "550 5.7.512 Access denied, message must be RFC 5322 section 3.6.2 compliant",
            .endOfData,
            .permanent,
            .message
        ),
        Known(
            "550 5.7.509 Access denied, sending domain example.com does not pass DMARC verification",
            .endOfData,
            .configuration,
            .sender
        ),
        Known(
            "550 5.7.515 Access denied, sending domain example.com doesn't meet the required"
                + " authentication level",
            .endOfData,
            .configuration,
            .sender
        ),
    ]

    private static func refusedRecipient(_ text: String) -> Known {
        Known(text, .recipient, .permanent, .recipient)
    }

    static let message = [
        Known(
            "552 5.3.4 Message size exceeds fixed maximum message size",
            .mail,
            .permanent,
            .message
        ),
        Known("552 5.3.4 Header size exceeds fixed maximum size", .endOfData, .permanent, .message),
        Known("554 5.2.270 too large for submission", .endOfData, .permanent, .message),
        Known(
            "554 5.2.0 \(store)x.MapiExceptionMaxSubmissionExceeded",
            .endOfData,
            .permanent,
            .message
        ),
        Known(
            "554 5.2.0 \(store)MessageSubmissionExceededException",
            .endOfData,
            .permanent,
            .message
        ),
        Known("554 5.6.0 Corrupt message content", .endOfData, .permanent, .message),
        Known("550 5.6.11 Invalid characters", .endOfData, .permanent, .message),
        Known("550 5.5.6 Invalid message content", .endOfData, .permanent, .message),
        Known("550 5.7.1 Delivery not authorized", .endOfData, .permanent, .message),
        Known("550 5.7.900 Not here", .endOfData, .permanent, .message),
        Known("550 5.7.999 Not here", .endOfData, .permanent, .message),
        Known("554 5.4.6 Routing loop detected", .endOfData, .permanent, .message),
        Known("554 5.4.14 Routing loop detected", .endOfData, .permanent, .message),
        Known("550 5.0.350 x-dg-ref header is too long", .endOfData, .permanent, .message),
        Known("550 5.0.350 policy violation (AS345)", .endOfData, .permanent, .message),
        refusedRecipient("550 5.2.3 RESOLVER.RST.RecipSizeLimit; message too large"),
        refusedRecipient("501 5.1.3 Invalid address"),
        Known(
            "554 5.1.3 STOREDRV.Submit; invalid recipient address",
            .endOfData,
            .permanent,
            .message
        ),
        refusedRecipient("550 5.1.1 RESOLVER.ADR.RecipNotFound"),
        refusedRecipient("550 5.1.10 RecipientNotFound"),
        refusedRecipient("550 5.1.10 Recipient not found by SMTP address lookup"),
        refusedRecipient("550 5.1.4 Recipient address reserved by RFC 2606"),
        refusedRecipient("550 5.1.5 Recipient address reserved by RFC 2606"),
        refusedRecipient("550 5.4.1 Recipient address rejected: Access denied"),
        refusedRecipient("550 5.4.1 Relay Access Denied"),
        refusedRecipient("550 5.4.1 All recipient addresses rejected : Access denied"),
        Known("550 5.5.3 Too many recipients", .recipient, .rate, .recipient),
        Known("550 5.5.3 Too many recipients", .endOfData, .permanent, .message),
        Known(
            "554 5.2.121 The sender has exceeded the limit for the number of messages they can"
                + " send to this recipient per hour",
            .recipient,
            .rate,
            .recipient,
            hour
        ),
        Known(
            "554 5.2.122 Recipient's per hour message receive limit exceeded",
            .recipient,
            .rate,
            .recipient,
            hour
        ),
        refusedRecipient("550 5.7.12 Sender was not authenticated by organization"),
        refusedRecipient("550 5.7.13 Sender was not authenticated for public folder"),
        refusedRecipient("550 5.7.135 Sender was not authenticated for public folder"),
        refusedRecipient("550 5.7.124 Sender not in allowed-senders list"),
        refusedRecipient("550 5.7.133 Sender was not authenticated for group"),
        refusedRecipient("550 5.7.134 Sender was not authenticated for mailbox"),
        refusedRecipient("550 5.7.136 Sender was not authenticated"),
        refusedRecipient("550 5.7.504 Recipient address rejected: Access denied"),
        refusedRecipient("550 5.7.505 Access denied, banned recipient"),
        Known("550 5.7.506 Access Denied, Bad HELO", .mail, .configuration, .route, quarter),
        Known("550 5.7.507 Access denied", .recipient, .senderBlocked, .route),
        Known("550 5.7.511 Access denied, banned sender", .mail, .senderBlocked, .route),
        Known(
            "550 5.7.513 Service unavailable, blocked using Customer Block list (AS16012607)",
            .mail,
            .senderBlocked,
            .route
        ),
        Known(
            "550 5.7.606 Access denied, banned sending IP [192.0.2.1]",
            .mail,
            .senderBlocked,
            .route
        ),
        Known("550 5.7.649 banned sending IP", .greeting, .senderBlocked, .route),
        Known(
            "550 5.7.508 has exceeded permitted limits within x range",
            .mail,
            .rate,
            .route,
            quarter
        ),
        Known(
            "550 5.7.510 does not accept email over IPv6",
            .recipient,
            .configuration,
            .route,
            quarter
        ),
        Known("550 5.7.23 SPF violation", .endOfData, .configuration, .sender),
        Known(
            "550 5.7.25 IPv6 must have reverse DNS",
            .mail,
            .configuration,
            .route,
            quarter
        ),
    ]

    @Test func `only the plain SendAsDenied is tried once more`() throws {
        func pace(_ text: String) throws -> RetryPace {
            Judgement.of(reply: try Known(text, .endOfData, .rate, .route).checked, at: .endOfData)
                .pace
        }
        #expect(try pace("554 5.2.252 SendAsDenied; a@x not allowed to send as b@y") == .onceMore)
        #expect(
            try pace("550 5.2.252 Sender throttled due to continuous send as denied errors")
                == .bySchedule
        )
        #expect(try pace("554 5.2.0 \(Self.store)SendAsDeniedException") == .bySchedule)
    }
}

/// A reply with what is expected of it.
struct Known: Sendable, CustomTestStringConvertible {
    let text: String
    let phase: SessionPhase
    let category: ReplyCategory
    let scope: Scope
    let wait: ImpliedWait

    init(
        _ text: String,
        _ phase: SessionPhase,
        _ category: ReplyCategory,
        _ scope: Scope,
        _ wait: ImpliedWait = .usual
    ) {
        self.text = text
        self.phase = phase
        self.category = category
        self.scope = scope
        self.wait = wait
    }

    /// The reply, or a failed test.
    var checked: Reply {
        get throws { try #require(Reply(verbatim: text)) }
    }

    var testDescription: String { "\(text) while \(phase.phrase)" }
}
