/// How a sandbox behaves; the defaults imitate client submission to Exchange Online.
package struct SandboxOptions: Sendable {
    /// How the connection is secured.
    package enum Security: String, Hashable, Sendable, CaseIterable {
        /// `STARTTLS` is offered, and required unless access is open (port 587).
        case startTLS = "starttls"
        /// TLS from the first octet (port 465).
        case implicit
        /// No TLS at all.
        case none
    }

    /// Who may send.
    package enum Access: Hashable, Sendable {
        /// Whoever signed in with one of the accounts or tokens.
        case accounts
        /// Everybody; signing in is possible but not needed.
        case open
    }

    /// The address to listen on; anything but loopback is refused.
    package var host = "127.0.0.1"
    /// The port to listen on; 0 lets the system choose.
    package var port = 0
    /// The name in the greeting, in `EHLO` and in the certificate.
    package var hostName = "SANDBOX01.postchute.example"
    /// How the connection is secured.
    package var security = Security.startTLS
    /// Who may send.
    package var access = Access.accounts
    /// Mailboxes that may sign in with a password.
    package var accounts = [SandboxAccount(mailbox: "sandbox@example.com", password: "sandbox")]
    /// Access tokens that may sign in with XOAUTH2, for any mailbox.
    package var tokens: Set<String> = ["sandbox-token"]
    /// Whether `AUTH PLAIN` is offered, which Exchange Online does not do.
    package var allowsPlain = false
    /// Whether `AUTH` is offered before TLS, which Exchange Online does not do.
    package var allowsSignInBeforeTLS = false
    /// The largest message in octets, announced with `SIZE` (RFC 1870 §4).
    package var maximumMessageOctets = 157_286_400
    /// The tenant a file describes; `nil` makes one of ``accounts`` and ``tokens``.
    package var rehearsal: Rehearsal? {
        didSet {
            if let rehearsal { maximumMessageOctets = rehearsal.limits.advertisedOctets }
        }
    }
    /// Whether limits and senders' rights are those of the service also without a tenant file.
    package var isStrict = false
    /// The clock that limits, tokens and dates go by.
    package var clock = SandboxClock()
    /// The ports of the sides that run beside client submission; 0 lets the system choose.
    package var sidePorts: [SandboxSide: Int] = [:]
    /// The HTTP side: tokens, metadata services, Graph and the inbox; `nil` leaves it out.
    package var web: WebOptions?
    /// The most recipients of one message, whoever sends it.
    package var maximumRecipients = 1000
    /// The most sessions at once; further ones are greeted with 432 4.3.2 and closed.
    package var maximumSessions = 10_000
    /// How long a client may stay silent (RFC 5321 §4.5.3.2.7).
    package var idleTimeout = Duration.seconds(300)
    /// Where messages and `ca.pem` are written; `nil` writes nothing at all.
    package var folder: String?
    /// Whether accepted messages are written to ``folder``; otherwise they are only counted.
    package var keep = true
    /// Faults to commit, beside those that addresses at `fault.test` ask for.
    package var script = FaultScript()
    /// Told of every accepted message, on the event loop of its session.
    package var onAccepted: (@Sendable (SandboxMessage) -> Void)?

    /// Creates options with their defaults.
    package init() {}

    /// The tenant that is played.
    package var tenant: Rehearsal {
        if let rehearsal { return rehearsal }
        var tenant = Rehearsal.builtIn(accounts: accounts, tokens: tokens, isStrict: isStrict)
        tenant.limits.advertisedOctets = maximumMessageOctets
        if !isStrict { tenant.limits.messageOctets = maximumMessageOctets }
        return tenant
    }

    /// How a side is secured: all but client submission offer STARTTLS, if there is TLS at all.
    func security(of side: SandboxSide) -> Security {
        side == .submission || security == .none ? security : .startTLS
    }
}

/// A mailbox that may sign in with a password.
package struct SandboxAccount: Hashable, Sendable {
    package var mailbox: String
    package var password: String

    /// Creates an account.
    package init(mailbox: String, password: String) {
        self.mailbox = mailbox
        self.password = password
    }
}
