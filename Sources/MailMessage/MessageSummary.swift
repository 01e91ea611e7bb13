package import Submission

/// What is to be known of a message beside its content.
package struct MessageSummary: Hashable, Sendable {
    /// Sender and recipients.
    package let envelope: Envelope
    /// The subject decoded for people and cut to ``DisplayText/maximumCharacters``.
    package let subject: String?
    /// The Message-ID that goes out, with its angle brackets.
    package let messageID: String
    /// The From field decoded for people and cut to ``DisplayText/maximumCharacters``.
    package let from: String
    /// Whom the message is from, where that is one address.
    package let author: MailAddress?

    /// Creates a summary.
    package init(
        envelope: Envelope,
        subject: String?,
        messageID: String,
        from: String,
        author: MailAddress?
    ) {
        self.envelope = envelope
        self.subject = subject
        self.messageID = messageID
        self.from = from
        self.author = author
    }
}

extension InspectedMessage {
    /// What is to be known of the message beside its content.
    package var summary: MessageSummary {
        MessageSummary(
            envelope: envelope,
            subject: subject,
            messageID: messageID,
            from: from,
            author: author
        )
    }
}
