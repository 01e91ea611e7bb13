package import MailMessage
package import Submission

/// The small message that `verify --send-to` sends, in wire form.
package struct VerifyMessage: Hashable, Sendable {
    package let sender: MailAddress
    package let recipient: MailAddress
    /// What makes its Message-ID and Date.
    package let identity: MessageIdentity
    package let route: String

    /// Prepares the message.
    package init(
        from sender: MailAddress,
        to recipient: MailAddress,
        by route: String,
        identity: MessageIdentity
    ) {
        self.sender = sender
        self.recipient = recipient
        self.route = route
        self.identity = identity
    }

    /// The Message-ID, to look for in a message trace.
    package var messageID: String { identity.messageID(domain: sender.domain) }

    /// Header and body in lines that end in CRLF, without the final dot; no line begins with one.
    package var text: String {
        [
            "From: <\(sender.text)>", "To: <\(recipient.text)>",
            "Subject: Postchute: test message by route \(route)", "Date: \(identity.date)",
            "Message-ID: \(messageID)", "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=us-ascii", "Content-Transfer-Encoding: 7bit",
            "Auto-Submitted: auto-generated", "",
            "This message was sent by \"postchute verify --send-to\" to see whether the route",
            "\(route) works. It needs no answer.", "",
        ].joined(separator: "\r\n")
    }
}

extension VerifyStep {
    /// The step of the message that was sent.
    package init(_ report: AttemptReport, of message: VerifyMessage) {
        switch report.end {
        case .accepted(let reply):
            self.init(
                .message,
                .passed,
                "The message \(message.messageID) to \(message.recipient.text) was accepted:"
                    + " \(reply.summary)".asEnd
            )
        case .failed(.noRecipientAccepted):
            let replies = report.recipients.compactMap { outcome -> Reply? in
                if case .refused(let reply) = outcome { reply } else { nil }
            }
            guard let reply = replies.first else {
                self.init(.message, .noRecipientAccepted)
                return
            }
            self.init(.message, .refused(reply, .recipient))
        case .failed(let failure): self.init(.message, failure)
        case .uncertain(let failure):
            self.init(.message, failure)
            sentence += " The server may have the message all the same."
        }
    }
}

extension String {
    /// The text with a full stop at its end.
    fileprivate var asEnd: String { hasSuffix(".") ? self : self + "." }
}
