/// Sender and recipients of one message, apart from its content (RFC 5321 §2.3.1).
package struct Envelope: Hashable, Sendable {
    /// The reverse-path; `nil` is the null reverse-path `<>`.
    package var sender: MailAddress?
    /// The recipients in the order of the message, without duplicates.
    package var recipients: [EnvelopeRecipient]
    /// What a delivery status notification should return, if the writer asked (RFC 3461 §4.3).
    package var returnContent: ReturnContent?
    /// The envelope identifier in clear text, not yet xtext (RFC 3461 §4.4).
    package var envelopeID: String?

    /// Creates an envelope.
    package init(
        sender: MailAddress?,
        recipients: [EnvelopeRecipient],
        returnContent: ReturnContent? = nil,
        envelopeID: String? = nil
    ) {
        self.sender = sender
        self.recipients = recipients
        self.returnContent = returnContent
        self.envelopeID = envelopeID
    }

    /// Whether an address forces SMTPUTF8 on the transaction (RFC 6531 §3.1).
    package var needsSMTPUTF8: Bool {
        sender?.isASCII == false || recipients.contains { !$0.address.isASCII }
    }
}

/// One recipient with the notifications its writer asked for.
package struct EnvelopeRecipient: Hashable, Sendable {
    /// Where the message goes.
    package var address: MailAddress
    /// When to notify the sender; `nil` leaves it to the server (RFC 3461 §4.1).
    package var notify: NotifyConditions?
    /// The original recipient in clear text without its `rfc822;` (RFC 3461 §4.2).
    package var originalRecipient: String?

    /// Creates a recipient.
    package init(
        _ address: MailAddress,
        notify: NotifyConditions? = nil,
        originalRecipient: String? = nil
    ) {
        self.address = address
        self.notify = notify
        self.originalRecipient = originalRecipient
    }
}

/// The conditions of `NOTIFY=`; the empty set is `NEVER` (RFC 3461 §4.1).
package struct NotifyConditions: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let success = Self(rawValue: 1)
    package static let failure = Self(rawValue: 2)
    package static let delay = Self(rawValue: 4)
}

/// The value of `RET=` (RFC 3461 §4.3).
package enum ReturnContent: String, Hashable, Sendable {
    case full = "FULL"
    case headers = "HDRS"
}
