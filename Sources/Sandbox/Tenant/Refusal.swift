/// Why the rehearsed service refuses a sign-in, a sender or a message.
///
/// One list for SMTP and Graph: each side words it in its own way.
package enum Refusal: Error, Hashable, Sendable {
    /// Mailbox and password do not belong together.
    case wrongPassword
    /// The token is unknown, expired, for another audience or tenant, or without the right.
    case tokenRefused
    /// The token is for an account for high volumes and will expire soon.
    case tokenExpiresSoon
    case passwordsDisabled
    case securityDefaults
    case smtpDisabledForTenant
    case smtpDisabledForMailbox
    /// The sender of the envelope is neither the mailbox's own nor one it may send as.
    case senderDenied
    /// The same for an address of the From field.
    case headerSenderDenied(mailbox: String, sender: String)
    /// The resource has no such MailFrom address.
    case senderUnknown
    /// The application has no FullAccess to the mailbox.
    case mailboxClosed
    case mailboxFull
    case tooLarge
    case tooManyRecipients
    case tooManySessions
    case tooManyMessages
    case dailyRecipients
    case externalRecipients
    case onmicrosoftRecipients
    /// An account for high volumes has internal recipients only.
    case externalRecipient
    /// The sender failed too often in the same way.
    case senderBlocked(ContinuousFailure)
    /// Nobody may relay to that recipient through this organisation.
    case relayDenied
    case directSendRejected
}

/// A failure that, repeated, has its sender blocked (continuous error throttling).
package enum ContinuousFailure: String, Hashable, Sendable, CaseIterable {
    case mailboxFull = "mailbox full"
    case sendAsDenied = "send as denied"
    case tooManyRecipients = "too many recipients"

    /// The enhanced code of the block.
    var status: String {
        switch self {
        case .mailboxFull: "5.2.251"
        case .sendAsDenied: "5.2.252"
        case .tooManyRecipients: "5.2.254"
        }
    }
}

extension Refusal {
    /// The limit that was run into, if it is one.
    package var limit: RehearsalCounts.Limit? {
        switch self {
        case .tooManySessions: .sessions
        case .tooManyMessages: .messageRate
        case .dailyRecipients: .recipientsPerDay
        case .tooManyRecipients: .recipientsPerMessage
        case .externalRecipients, .onmicrosoftRecipients: .externalRecipients
        case .tooLarge: .size
        case .senderBlocked: .equalFailures
        case .wrongPassword, .tokenRefused, .tokenExpiresSoon, .passwordsDisabled,
            .securityDefaults, .smtpDisabledForTenant, .smtpDisabledForMailbox, .senderDenied,
            .headerSenderDenied, .senderUnknown, .mailboxClosed, .mailboxFull,
            .externalRecipient, .relayDenied, .directSendRejected:
            nil
        }
    }

    /// The kind of failure it counts as for continuous error throttling.
    var continuousFailure: ContinuousFailure? {
        switch self {
        case .senderDenied, .headerSenderDenied: .sendAsDenied
        case .mailboxFull: .mailboxFull
        case .tooManyRecipients: .tooManyRecipients
        default: nil
        }
    }
}
