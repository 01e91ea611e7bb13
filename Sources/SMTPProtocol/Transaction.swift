package import Submission

/// One message as the protocol sees it: the envelope, and what must be known of the content
/// before it is sent.
package struct TransactionRequest: Hashable, Sendable {
    package var envelope: Envelope
    /// Octets of the content without stuffed dots and final dot (RFC 1870 §6).
    package var contentOctets: Int
    /// Whether the content holds an octet above 127 (RFC 6152 §2).
    package var has8BitContent: Bool

    /// Creates a request.
    package init(envelope: Envelope, contentOctets: Int, has8BitContent: Bool) {
        self.envelope = envelope
        self.contentOctets = contentOctets
        self.has8BitContent = has8BitContent
    }
}

/// How one transaction ended.
package struct TransactionReport: Hashable, Sendable {
    package var end: AttemptReport.End
    /// One outcome for each recipient of the envelope, in its order.
    package var recipients: [RecipientOutcome]
    /// Whether the session ended before the server said anything about this message.
    ///
    /// On a session that was idle before, such an end says that the session had died unnoticed;
    /// it says nothing of message or route.
    package var isUntouched: Bool

    /// Creates a report.
    package init(end: AttemptReport.End, recipients: [RecipientOutcome], isUntouched: Bool) {
        self.end = end
        self.recipients = recipients
        self.isUntouched = isUntouched
    }
}

/// Whether several commands of the envelope leave in one write (RFC 2920 §3.1).
package enum Pipelining: String, Hashable, Sendable {
    /// Each command waits for the reply to the one before.
    case off
    /// MAIL, every RCPT and DATA leave together, where the server offers PIPELINING.
    case envelope
}

/// What else the network has already delivered when a reply is handed over.
///
/// A reply that arrives before its command was sent belongs to another command: from there on no
/// reply can be trusted.
package enum Following: Hashable, Sendable {
    case nothing
    /// A 421, which a server may send at any time (RFC 5321 §3.8).
    case farewell
    /// Another reply, or the start of one.
    case more
}
