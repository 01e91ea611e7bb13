/// Where in a session something happened.
package enum SessionPhase: String, Hashable, Sendable, CaseIterable {
    case connect, greeting, hello, startTLS, tlsHandshake, authentication
    case mail, recipient, data, content, endOfData, reset, quit

    /// The phase in an operator's words, to follow "while".
    package var phrase: String {
        switch self {
        case .connect: "connecting"
        case .greeting: "waiting for the greeting"
        case .hello: "saying EHLO"
        case .startTLS: "asking for STARTTLS"
        case .tlsHandshake: "negotiating TLS"
        case .authentication: "signing in"
        case .mail: "sending MAIL FROM"
        case .recipient: "sending RCPT TO"
        case .data: "sending DATA"
        case .content: "sending the content"
        case .endOfData: "waiting for the reply after the final dot"
        case .reset: "sending RSET"
        case .quit: "sending QUIT"
        }
    }
}

/// What happened when an attempt did not end in acceptance.
///
/// Says nothing of consequences: ``Judgement/of(_:)`` derives what becomes of the message.
package enum Failure: Hashable, Sendable {
    /// No connection: one line for each address tried, in order.
    case connect(attempts: [String])
    /// The TLS handshake or the server's certificate failed; the sentence names the check and name.
    case tls(String)
    /// The server did not answer in time.
    case timeout(SessionPhase, after: Duration)
    /// The connection was lost; `detail` is what the system said, if anything.
    case connectionLost(SessionPhase, detail: String)
    /// The server broke the protocol; `detail` quotes what it sent.
    case protocolViolation(SessionPhase, detail: String)
    /// The server does not offer what this message or route needs, such as `STARTTLS`.
    case missingExtension(String, reason: String)
    /// The server refused a command or the message.
    case refused(Reply, SessionPhase)
    /// The server refused a fresh access token; the claims say what the token is for.
    case tokenRefused(Reply, claims: String)
    /// A service that speaks HTTP refused the message.
    case serviceRefused(ServiceRefusal)
    /// This route cannot carry this message, another one may.
    case unsuitable(reason: String, advice: String)
    /// The server did not let us sign in as the mailbox of this message's author; the claims say
    /// what the access token is for.
    case mailboxRefused(mailbox: String, Reply, claims: String)
    /// Every recipient was refused; the replies stand with the recipients.
    case noRecipientAccepted
    /// The message is larger than the server's announced limit (RFC 1870 §3).
    case tooLarge(octets: Int, limit: Int)
    /// Our own credentials could not be had: a missing file, a token that cannot be obtained.
    case credentials(CredentialError)
    /// Our own content could not be read, or changed after it was inspected.
    case content(ContentFailure)
    /// The daemon stopped before the final dot.
    case stopped
}

/// A refusal in HTTP: what Microsoft Graph says instead of an SMTP reply.
package struct ServiceRefusal: Hashable, Sendable {
    /// The HTTP status, such as 429.
    package var status: Int
    /// The service's own word for it, such as `ErrorSendAsDenied`; empty where it gave none.
    package var code: String
    /// The service's sentence; never more than a few hundred octets.
    package var message: String
    /// How long the service asks to wait (RFC 9110 §10.2.3).
    package var retryAfter: Duration?
    /// The id that Microsoft's support asks for; empty where there is none.
    package var requestID: String
    /// The mailbox of the request, where the route uses that of each message's author; empty where
    /// all messages go from the same.
    package var mailbox: String

    /// Creates a refusal.
    package init(
        status: Int,
        code: String = "",
        message: String = "",
        retryAfter: Duration? = nil,
        requestID: String = "",
        mailbox: String = ""
    ) {
        self.status = status
        self.code = code
        self.message = message
        self.retryAfter = retryAfter
        self.requestID = requestID
        self.mailbox = mailbox
    }

    /// The refusal on one line, as the service gave it.
    package var summary: String {
        let words = ["\(status)", code, message].filter { !$0.isEmpty }.joined(separator: " ")
        return requestID.isEmpty ? words : "\(words) [request-id \(requestID)]"
    }
}

/// Why the content of a claimed message could not be handed over.
package enum ContentFailure: Error, Hashable, Sendable {
    /// The file is not where it was claimed to: an operator moved or removed it.
    case missing
    /// Size, times or identity differ from what was inspected; the word says which.
    case changed(String)
    /// The system refused an operation on the spool; the sentence names call, path and cause.
    case spool(String)
}

/// What became of one recipient in one attempt.
package enum RecipientOutcome: Hashable, Sendable {
    /// 2yz to RCPT; final only when the whole attempt ended in acceptance.
    case accepted(Reply)
    /// 4yz or 5yz to RCPT.
    case refused(Reply)
    /// Never offered, or offered without a reply: goes with the next attempt.
    case untried
}

/// How one attempt ended, for the message and for each recipient.
package struct AttemptReport: Sendable, Hashable {
    /// How the attempt as a whole ended.
    package enum End: Hashable, Sendable {
        /// 2yz after the final dot: the server took responsibility for every accepted recipient.
        case accepted(Reply)
        /// The server cannot hold the message: a retry is safe.
        case failed(Failure)
        /// The server may hold the message: a retry can deliver a second copy
        /// (RFC 5321 §4.5.3.2.6).
        case uncertain(Failure)
    }

    package var end: End
    /// One outcome for each recipient of the envelope, in its order.
    package var recipients: [RecipientOutcome]
    /// Host, address and TLS version of the session, for log and support; empty before a connection.
    package var peer: String
    /// Tells the session from others, as messages that shared one have it; empty before a connection.
    package var session: String

    /// Creates a report.
    package init(end: End, recipients: [RecipientOutcome], peer: String, session: String = "") {
        self.end = end
        self.recipients = recipients
        self.peer = peer
        self.session = session
    }
}
