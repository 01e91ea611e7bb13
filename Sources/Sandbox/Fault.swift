/// A moment of a session at which a fault can be committed.
package enum FaultPoint: String, Hashable, Sendable, CaseIterable {
    case greeting
    case handshake
    case ehlo = "EHLO"
    case startTLS = "STARTTLS"
    case auth = "AUTH"
    case signIn = "sign-in"
    case mail = "MAIL"
    case recipient = "RCPT"
    case data = "DATA"
    case content
    case dot
    case reset = "RSET"
    case noOperation = "NOOP"
    case verify = "VRFY"
    case quit = "QUIT"

    /// When the moment is, for the documentation.
    package var meaning: String {
        switch self {
        case .greeting: "a client has connected"
        case .handshake: "TLS is about to be negotiated, by STARTTLS or from the first octet"
        case .ehlo: "EHLO or HELO"
        case .startTLS: "STARTTLS, before the handshake"
        case .auth: "AUTH, before any challenge"
        case .signIn: "the client has presented credentials the sandbox would accept"
        case .mail: "MAIL FROM"
        case .recipient: "RCPT TO, once for each recipient"
        case .data: "DATA"
        case .content: "the first octets of the content have arrived, the final dot has not"
        case .dot: "the final dot has arrived"
        case .reset: "RSET"
        case .noOperation: "NOOP"
        case .verify: "VRFY"
        case .quit: "QUIT"
        }
    }
}

/// What a fault does instead of the ordinary reply.
package enum FaultEffect: Hashable, Sendable {
    /// Gives this reply; one that is not positive refuses the command.
    case reply(SandboxReply)
    /// Does what the command asks and closes the connection without a reply.
    case close
    /// Does what the command asks, sends half of the reply and closes the connection.
    case halfReply
    /// Does what the command asks and never finishes the reply.
    case endlessReply
    /// Leaves these keywords out of the reply to `EHLO` and out of the server's abilities.
    case hide([String])
    /// Spoils the TLS handshake.
    case handshake(SpoiltHandshake)
}

/// A way to spoil a TLS handshake.
package enum SpoiltHandshake: String, Hashable, Sendable, CaseIterable {
    /// Answers the client with octets that are not TLS.
    case garbage
    /// Closes the connection in the middle.
    case close
    /// Shows a certificate that expired a day ago.
    case expired
    /// Shows a certificate for another host.
    case wrongName = "wrong-name"
}

/// One fault: a pause, an effect, or both.
package struct Fault: Hashable, Sendable {
    /// How long the server hesitates first.
    package var delay: Duration?
    /// What happens then; nothing out of the ordinary if `nil`.
    package var effect: FaultEffect?

    /// Creates a fault.
    package init(delay: Duration? = nil, effect: FaultEffect? = nil) {
        self.delay = delay
        self.effect = effect
    }

    /// Whether the command is refused.
    var refuses: Bool {
        if case .reply(let reply)? = effect { !reply.isPositive } else { false }
    }
}

/// Whom a session deals with at a moment: what rules and fault addresses are compared with.
package struct FaultSubject: Hashable, Sendable {
    /// The address of `MAIL`; `nil` before it and for the null reverse-path.
    package var sender: SandboxAddress?
    /// The recipient of this `RCPT`, or all accepted ones from `DATA` on.
    package var recipients: [SandboxAddress] = []
    /// The mailbox that signs or signed in.
    package var mailbox: String?
    /// The Message-ID, known only at the final dot.
    package var messageID: String?

    /// Creates a subject of which nothing is known.
    package init() {}
}
