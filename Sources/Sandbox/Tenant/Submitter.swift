/// Who has signed in, to SMTP or to Graph, and will submit.
package struct Submitter: Hashable, Sendable {
    /// What kind of account it is, which decides about limits and rights.
    package enum Kind: Hashable, Sendable {
        /// A mailbox of the tenant file.
        case mailbox
        case highVolume
        /// A resource of Azure Communication Services.
        case resource
        /// A server that relays through a connector.
        case connector
        /// Nobody the tenant knows: a universal token, a fault address or open access. It has no
        /// limits and may send as everybody.
        case anybody
    }

    package let kind: Kind
    /// The primary address of the mailbox, or the name of the resource or connector; limits go by
    /// it.
    package let name: String
    /// Whether its application carries `SMTP.SendAsApp` and has no FullAccess: the sign-in is
    /// good, and every submission fails.
    package var lacksFullAccess = false

    /// Creates a submitter.
    package init(kind: Kind, name: String) {
        self.kind = kind
        self.name = name
    }
}

/// One message somebody wants to submit.
package struct SubmittedMessage: Hashable, Sendable {
    package var submitter: Submitter
    /// The session it came in, as told to ``TenantState/admitSession(_:of:)``; `nil` for Graph.
    package var session: String?
    /// The sender of the envelope; `nil` for an empty one, and for Graph, which has none.
    package var sender: String?
    /// The addresses of the From field; empty when it has none.
    package var headerSenders: [String] = []
    package var recipients: [String] = []
    package var octets = 0

    /// Creates a message without recipients and content.
    package init(_ submitter: Submitter) {
        self.submitter = submitter
    }
}

/// What becomes of a submitted message.
package enum SubmissionOutcome: Hashable, Sendable {
    /// It is accepted; the answer is to be held back so long, in the sandbox's time.
    case accepted(after: Duration)
    case refused(Refusal)
}
