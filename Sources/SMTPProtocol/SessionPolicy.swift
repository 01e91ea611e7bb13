package import Submission

/// How a connection is protected.
package enum TransportSecurity: String, Hashable, Sendable {
    /// STARTTLS on a plain connection (RFC 3207); without it there is no session.
    case startTLS
    /// TLS from the first octet (RFC 8314 §3.3).
    case implicit
    /// No TLS: for servers on loopback only.
    case none
}

/// What a session must reach before it may carry a message.
package struct SessionPolicy: Hashable, Sendable {
    package var helloName: HelloName
    package var security: TransportSecurity
    /// `nil` signs nobody in.
    package var mechanism: Mechanism?
    /// What to sign in with where the server offers it and not ``mechanism``.
    package var secondMechanism: Mechanism?
    package var pipelining: Pipelining
    /// Whether a server that announces itself as the Postchute sandbox is acceptable.
    package var allowsSandbox: Bool

    /// Creates a policy.
    package init(
        helloName: HelloName,
        security: TransportSecurity,
        mechanism: Mechanism?,
        pipelining: Pipelining,
        allowsSandbox: Bool
    ) {
        self.helloName = helloName
        self.security = security
        self.mechanism = mechanism
        self.pipelining = pipelining
        self.allowsSandbox = allowsSandbox
    }

    /// The mechanism to use with a server, or `nil` when it offers none of ours.
    func mechanism(offered capabilities: Capabilities) -> Mechanism? {
        [mechanism, secondMechanism].compactMap { $0 }
            .first { capabilities.mechanisms.contains($0.rawValue) }
    }

    /// Whether a server that knows no EHLO can serve (RFC 5321 §3.2).
    var admitsHELO: Bool {
        switch security {
        case .none: mechanism == nil
        case .startTLS, .implicit: false
        }
    }
}

/// What the driver of a session must do after an event.
package enum SessionAction: Hashable, Sendable {
    /// Go on reading; the deadline of the phase runs.
    case wait(SessionPhase)
    /// Write the flight; the deadline of the phase runs.
    case send(Flight, awaiting: SessionPhase)
    /// As `send`, and tell the source that its content will be needed.
    case sendData(Flight, awaiting: SessionPhase)
    /// Discard what was read and not used, and begin the TLS handshake.
    case startTLS
    /// Fetch user name and secret, anew where `renewed`.
    case obtainCredentials(renewed: Bool)
    /// The session is signed in and can take a message.
    case becomeReady
    /// Ask the source for a chunk; no deadline runs.
    case pullContent
    /// Write the chunk; the deadline of the phase runs.
    case sendContent(awaiting: SessionPhase)
    /// A transaction ended.
    case report(TransactionReport, then: Afterwards)
    /// The session never became ready.
    case fail(Failure, then: Afterwards)
    /// The server answered the MAIL of a rehearsal with this.
    case rehearsed(Reply, then: Afterwards)
    /// Close the connection; there is nothing to report, or not yet.
    case close
    case nothing

    /// What becomes of the session after a report.
    package enum Afterwards: Hashable, Sendable {
        /// It can take another message.
        case keep
        /// Write the flight and close on the reply.
        case quit(Flight)
        case close
    }
}
