/// The refusals of Exchange Online that an address at `fault.test` can ask for by their codes.
package enum FaultCatalogue {
    /// One refusal.
    package struct Entry: Hashable, Sendable {
        package let code: Int
        package let status: String
        /// What tells it from the first entry with the same codes.
        package let variant: String?
        package let text: String

        init(_ code: Int, _ status: String, _ text: String, variant: String? = nil) {
            self.code = code
            self.status = status
            self.variant = variant
            self.text = text
        }

        /// The local part that asks for this refusal at `RCPT`.
        package var localPart: String {
            "\(code)-\(status)" + (variant.map { "-\($0)" } ?? "")
        }
    }

    /// The reply with these codes; codes without an entry get a text of the sandbox's own.
    static func reply(code: Int, status: String?, variant: String?) -> SandboxReply {
        guard let status else { return SandboxReply(code, "Reply requested by the address") }
        let entry = entries.first {
            $0.code == code && $0.status == status && $0.variant == variant
        }
        return SandboxReply(code, "\(status) \(entry?.text ?? "Reply requested by the address")")
    }

    /// Whether there is an entry of its own for this variant.
    static func has(code: Int, status: String, variant: String?) -> Bool {
        entries.contains { $0.code == code && $0.status == status && $0.variant == variant }
    }

    /// Whether a text is an enhanced status code (RFC 3463 §2).
    static func isStatus(_ text: String) -> Bool {
        let numbers = text.split(separator: ".", omittingEmptySubsequences: false)
        return numbers.count == 3 && ["2", "4", "5"].contains(numbers[0])
            && numbers.allSatisfy { number in
                (1...3).contains(number.utf8.count)
                    && number.utf8.allSatisfy { (0x30...0x39).contains($0) }
            }
    }

    /// Every refusal, connection first, message last.
    package static let entries: [Entry] = connection + authentication + sender + message

    private static let connection = [
        Entry(421, "4.3.2", "Service not available"),
        Entry(421, "4.4.1", "Connection timed out"),
        Entry(
            421,
            "4.4.2",
            "Message submission rate for this client has exceeded the configured limit"
        ),
        Entry(421, "4.4.2", "Connection dropped due to SocketError", variant: "socket"),
        Entry(
            421,
            "4.7.66",
            "TLS 1.0 and 1.1 are not supported. Please upgrade/update your client to support"
                + " TLS 1.2. Visit https://aka.ms/smtp_auth_tls."
        ),
        Entry(
            430,
            "4.2.0",
            "STOREDRV; mailbox logon failure; STOREDRV.Submission.Exception:"
                + "ConnectionFailedTransientException.MapiExceptionLogonFailed; Failed to process"
                + " message due to a transient exception with message Cannot open mailbox."
        ),
        Entry(
            432,
            "4.3.2",
            "Concurrent connections limit exceeded. Visit https://aka.ms/concurrent_sending for"
                + " more information."
        ),
        Entry(
            432,
            "4.3.2",
            "STOREDRV.ClientSubmit; sender thread limit exceeded",
            variant: "sender"
        ),
        Entry(
            432,
            "4.3.2",
            "STOREDRV.Deliver; recipient thread limit exceeded",
            variant: "recipient"
        ),
        Entry(450, "4.4.317", "Cannot connect to remote server"),
        Entry(450, "4.3.111", "Temporary server error. Please try again later MRH1"),
        Entry(
            450,
            "4.7.26",
            "Access denied, a message sent over IPv6 must pass either SPF or DKIM"
        ),
        Entry(451, "4.4.0", "DNS query failed"),
        Entry(451, "4.4.3", "Temporary server error. Please try again later ATTR18"),
        Entry(
            451,
            "4.4.25",
            "Message failed to be replicated: no healthy secondary server available to accept"
                + " replica at this time"
        ),
        Entry(451, "4.4.62", "Mail sent to the wrong Office 365 region. ATTR35"),
        Entry(451, "4.7.0", "Temporary server error. Please try again later. PRX4"),
        Entry(451, "4.7.500", "Server busy. Please try again later from [127.0.0.1]. (AS761)"),
        Entry(
            451,
            "4.7.650",
            "The mail server [127.0.0.1] has been temporarily rate limited due to IP reputation"
                + " (S775)"
        ),
        Entry(451, "4.7.700", "PFA agent busy, please try again"),
        Entry(452, "4.3.1", "Insufficient system resources"),
        Entry(452, "4.5.3", "Too many recipients"),
    ]

    private static let authentication = [
        Entry(454, "4.7.0", "Temporary authentication failure"),
        Entry(501, "5.5.4", "Invalid arguments"),
        Entry(504, "5.7.4", "Unrecognized authentication type"),
        Entry(530, "5.7.57", "Client not authenticated to send mail."),
        Entry(535, "5.7.3", "Authentication unsuccessful"),
        Entry(535, "5.7.139", refused("the user credentials were incorrect.")),
        Entry(535, "5.7.139", refused("basic authentication is disabled."), variant: "basic"),
        Entry(
            535,
            "5.7.139",
            refused(
                "SmtpClientAuthentication is disabled for the Tenant."
                    + " Visit https://aka.ms/smtp_auth_disabled for more information."
            ),
            variant: "tenant"
        ),
        Entry(
            535,
            "5.7.139",
            refused(
                "SmtpClientAuthentication is disabled for the Mailbox."
                    + " Visit https://aka.ms/smtp_auth_disabled for more information."
            ),
            variant: "mailbox"
        ),
        Entry(
            535,
            "5.7.139",
            refused(
                "user is locked by your organization's security defaults policy."
                    + " Contact your administrator."
            ),
            variant: "locked"
        ),
        Entry(
            535,
            "5.7.139",
            refused(
                "the request did not meet the criteria to be authenticated successfully."
                    + " Contact your administrator."
            ),
            variant: "criteria"
        ),
        Entry(550, "5.7.30", "Basic authentication is not supported for Client Submission."),
        Entry(
            550,
            "5.7.64",
            "TenantAttribution; Relay Access Denied ATTR36. For more information, see KB 3169958"
        ),
        Entry(
            550,
            "5.7.68",
            "TenantInboundAttribution; Direct Send not allowed for this organization from"
                + " unauthorized sources"
        ),
    ]

    private static func refused(_ reason: String) -> String {
        "Authentication unsuccessful, \(reason)"
    }

    private static let sender = [
        Entry(
            550,
            "5.7.60",
            "SMTP; Client does not have permissions to send as this sender"
        ),
        Entry(
            554,
            "5.2.0",
            submission("SendAsDeniedException.MapiExceptionSendAsDenied")
        ),
        Entry(554, "5.2.0", submission("SubmissionQuotaExceededException"), variant: "quota"),
        Entry(
            554,
            "5.2.0",
            submission("MessageSubmissionExceededException.MapiExceptionMaxSubmissionExceeded"),
            variant: "size"
        ),
        Entry(
            554,
            "5.2.2",
            "mailbox full; STOREDRV.Submission.Exception:QuotaExceededException."
                + "MapiExceptionShutoffQuotaExceeded"
        ),
        Entry(
            554,
            "5.2.252",
            "SendAsDenied; sandbox@example.com not allowed to send as other@example.com;"
                + " STOREDRV.Submission.Exception:SendAsDeniedException"
        ),
        Entry(
            550,
            "5.1.90",
            "Your message can't be sent because you've reached your daily limit for message"
                + " recipients"
        ),
        Entry(550, "5.1.7", "Invalid address"),
        Entry(550, "5.1.8", "Access denied, bad outbound sender (AS(42003))"),
        Entry(
            550,
            "5.2.252",
            "Sender throttled due to continuous send as denied errors"
        ),
        Entry(550, "5.7.501", "Access denied, spam abuse detected"),
        Entry(550, "5.7.705", "Access denied, tenant has exceeded threshold"),
        Entry(550, "5.7.708", "Access denied, traffic not accepted from this IP"),
        Entry(
            550,
            "5.7.750",
            "Service unavailable. Client blocked from sending from unregistered domains"
        ),
        Entry(
            550,
            "5.7.233",
            "Your message can't be sent because your tenant has exceeded its daily limit for"
                + " sending email to external recipients (tenant external recipient rate limit)"
        ),
    ]

    private static func submission(_ exception: String) -> String {
        "STOREDRV.Submission.Exception:\(exception); Failed to process message due to a permanent"
            + " exception with message Cannot submit message."
    }

    private static let message = [
        Entry(501, "5.1.3", "Invalid address"),
        Entry(550, "5.1.1", "RESOLVER.ADR.RecipNotFound; not found"),
        Entry(
            550,
            "5.1.10",
            "RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup"
        ),
        Entry(550, "5.1.20", "Multiple From addresses are not allowed without Sender address"),
        Entry(550, "5.2.3", "RESOLVER.RST.RecipSizeLimit; message too large for this recipient"),
        Entry(550, "5.4.1", "Recipient address rejected: Access denied"),
        Entry(
            550,
            "5.4.1",
            "All recipient addresses rejected : Access denied",
            variant: "all"
        ),
        Entry(550, "5.5.3", "Too many recipients"),
        Entry(550, "5.6.11", "Invalid characters"),
        Entry(550, "5.7.1", "Delivery not authorized, message refused"),
        Entry(550, "5.7.12", "Sender was not authenticated by organization"),
        Entry(
            550,
            "5.7.509",
            "Access denied, sending domain example.com does not pass DMARC verification"
        ),
        Entry(
            550,
            "5.7.512",
            "Access denied, message must be RFC 5322 section 3.6.2 compliant"
        ),
        Entry(552, "5.3.4", "Message size exceeds fixed maximum message size"),
        Entry(552, "5.3.4", "Header size exceeds fixed maximum size", variant: "header"),
        Entry(
            554,
            "5.2.121",
            "The sender has exceeded the limit for the number of messages they can send to this"
                + " recipient per hour"
        ),
        Entry(554, "5.4.6", "Routing loop detected"),
        Entry(554, "5.6.0", "Corrupt message content"),
    ]
}
