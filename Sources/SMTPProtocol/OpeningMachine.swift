import Submission

/// Brings a session from the connection to the point where it can take a message.
///
/// Performs no input or output.
///
/// - Invariant: Under ``TransportSecurity/startTLS`` nothing but EHLO, STARTTLS and QUIT leaves
///   before the handshake: the states before it have no other exit (RFC 3207 §4.1).
struct OpeningMachine: Hashable, Sendable {
    /// What the session must do next.
    enum Action: Hashable, Sendable {
        case wait(SessionPhase)
        case send(Flight, awaiting: SessionPhase)
        case startTLS
        case obtainCredentials(renewed: Bool)
        /// Signed in, as far as the policy asks for it.
        case becomeReady(Capabilities)
        /// The end, with QUIT where the server is still in step.
        case fail(Failure, politely: Bool)
        case nothing
    }

    private enum State: Hashable, Sendable {
        /// Not connected. Next: `handshake` or `greeting`.
        case fresh
        /// Next: `plainHello` or `hello`.
        case greeting
        /// EHLO went out without TLS where TLS is required. Next: `startTLS` or the end.
        case plainHello
        /// Next: `handshake` or the end.
        case startTLS
        /// Next: `greeting` under implicit TLS, otherwise `hello`.
        case handshake
        /// EHLO went out on a connection that may carry the session. Next: `fetching`, `helo` or
        /// the end.
        case hello
        /// Next: the end.
        case helo
        /// Credentials are being fetched. Next: `signingIn` or the end.
        case fetching(Capabilities, isRenewal: Bool)
        /// Next: `fetching` once, or the end.
        case signingIn(AuthenticationExchange, Capabilities, isRenewal: Bool)
        /// Ready or failed: the session machine feeds no more events.
        case done
    }

    private let policy: SessionPolicy
    private var state: State = .fresh

    init(_ policy: SessionPolicy) {
        self.policy = policy
    }

    /// What the session is doing or waiting for.
    var phase: SessionPhase {
        switch state {
        case .fresh: .connect
        case .greeting: .greeting
        case .plainHello, .hello, .helo: .hello
        case .startTLS: .startTLS
        case .handshake: .tlsHandshake
        case .fetching, .signingIn, .done: .authentication
        }
    }

    /// The connection stands.
    mutating func connected() -> Action {
        switch policy.security {
        case .implicit:
            state = .handshake
            return .startTLS
        case .startTLS, .none:
            state = .greeting
            return .wait(.greeting)
        }
    }

    /// The handshake and every check of the certificate succeeded.
    mutating func tlsEstablished() -> Action {
        guard case .handshake = state else { return .nothing }
        switch policy.security {
        case .implicit:
            state = .greeting
            return .wait(.greeting)
        case .startTLS, .none:
            // RFC 3207 §4.2: what the server said before the handshake counts for nothing.
            return sayHello(.hello)
        }
    }

    /// Consumes a reply, knowing what else has arrived with it.
    mutating func receive(_ reply: Reply, _ following: Following) -> Action {
        if reply.code.value == 421 { return end(.refused(reply, phase)) }
        // Behind the reply to STARTTLS the driver discards; elsewhere it is a reply too many.
        if following == .more, state != .startTLS { return end(unexpected(reply)) }
        switch state {
        case .greeting: return receiveGreeting(reply)
        case .plainHello: return receivePlainHello(reply)
        case .startTLS: return receiveStartTLS(reply)
        case .hello: return receiveHello(reply)
        case .helo: return receiveHELO(reply)
        case .signingIn(let exchange, let capabilities, let isRenewal):
            return receiveSignIn(reply, exchange, capabilities, isRenewal)
        case .fresh, .handshake, .fetching, .done: return end(unexpected(reply))
        }
    }

    /// The deadline of the last action passed.
    mutating func deadlinePassed(after duration: Duration) -> Action {
        guard case .fetching = state else { return end(.timeout(phase, after: duration)) }
        return end(
            .credentials(
                CredentialError(
                    "the credentials did not arrive within \(duration)",
                    category: .temporary
                )
            )
        )
    }

    /// The session cannot be opened for a reason from outside the dialogue.
    mutating func end(_ failure: Failure, politely: Bool = false) -> Action {
        state = .done
        return .fail(failure, politely: politely)
    }

    private func unexpected(_ reply: Reply) -> Failure {
        .protocolViolation(phase, detail: reply.asUnexpected)
    }
}

extension OpeningMachine {
    private mutating func receiveGreeting(_ reply: Reply) -> Action {
        switch reply.code.replyClass {
        case .completed where reply.code.value == 220:
            sayHello(policy.security == .startTLS ? .plainHello : .hello)
        case .completed, .intermediate: end(unexpected(reply))
        // RFC 5321 §3.1: after 554 the server waits for QUIT.
        case .temporary, .permanent: end(.refused(reply, .greeting), politely: true)
        }
    }

    private mutating func sayHello(_ next: State) -> Action {
        state = next
        return .send(Flight(.ehlo(policy.helloName)), awaiting: .hello)
    }

    private mutating func receivePlainHello(_ reply: Reply) -> Action {
        switch reply.code.replyClass {
        case .completed: return askForTLS(Capabilities(reply))
        case .intermediate: return end(unexpected(reply))
        case .temporary, .permanent: return end(.refused(reply, .hello), politely: true)
        }
    }

    private mutating func askForTLS(_ capabilities: Capabilities) -> Action {
        guard capabilities.offers(.startTLS) else {
            let reason = "the route requires TLS, and nothing is sent without it"
            return end(.missingExtension("STARTTLS", reason: reason), politely: true)
        }
        state = .startTLS
        return .send(Flight(.startTLS), awaiting: .startTLS)
    }

    private mutating func receiveStartTLS(_ reply: Reply) -> Action {
        switch reply.code.replyClass {
        case .completed where reply.code.value == 220:
            state = .handshake
            return .startTLS
        case .completed, .intermediate: return end(unexpected(reply))
        case .temporary, .permanent: return end(.refused(reply, .startTLS), politely: true)
        }
    }

    private mutating func receiveHello(_ reply: Reply) -> Action {
        switch reply.code.replyClass {
        case .completed: return greeted(Capabilities(reply))
        case .intermediate: return end(unexpected(reply))
        case .permanent where policy.admitsHELO:
            state = .helo
            return .send(Flight(.helo(policy.helloName)), awaiting: .hello)
        case .temporary, .permanent: return end(.refused(reply, .hello), politely: true)
        }
    }

    private mutating func receiveHELO(_ reply: Reply) -> Action {
        switch reply.code.replyClass {
        case .completed: becomeReady(Capabilities())
        case .intermediate: end(unexpected(reply))
        case .temporary, .permanent: end(.refused(reply, .hello), politely: true)
        }
    }

    private mutating func greeted(_ capabilities: Capabilities) -> Action {
        if capabilities.offers(.sandbox), !policy.allowsSandbox {
            let reason =
                "the server announces itself as the Postchute sandbox, which delivers "
                + "nothing; only a route with sandbox = true sends to it"
            return end(.missingExtension("delivery", reason: reason), politely: true)
        }
        guard let mechanism = policy.mechanism else { return becomeReady(capabilities) }
        guard policy.mechanism(offered: capabilities) != nil else {
            return end(Self.missing(mechanism, capabilities), politely: true)
        }
        return fetch(capabilities, isRenewal: false)
    }

    private static func missing(_ mechanism: Mechanism, _ capabilities: Capabilities) -> Failure {
        let offered = capabilities.mechanisms
        let reason =
            offered.isEmpty
            ? "the route signs in, and the server offers no AUTH"
            : "the server offers only \(offered.joined(separator: ", "))"
        return .missingExtension("AUTH \(mechanism.rawValue)", reason: reason)
    }
}

extension OpeningMachine {
    private mutating func fetch(_ capabilities: Capabilities, isRenewal: Bool) -> Action {
        state = .fetching(capabilities, isRenewal: isRenewal)
        return .obtainCredentials(renewed: isRenewal)
    }

    /// User name and secret are at hand.
    mutating func credentialsObtained(_ credentials: Credentials) -> Action {
        guard case .fetching(let capabilities, let isRenewal) = state,
            let mechanism = policy.mechanism(offered: capabilities)
        else { return .nothing }
        var exchange = AuthenticationExchange(mechanism)
        let action = exchange.start(credentials)
        return run(action, exchange, capabilities, isRenewal)
    }

    /// User name or secret cannot be had; the sentence says why.
    mutating func credentialsFailed(_ error: CredentialError) -> Action {
        guard case .fetching = state else { return .nothing }
        return end(.credentials(error), politely: true)
    }

    private mutating func receiveSignIn(
        _ reply: Reply,
        _ exchange: AuthenticationExchange,
        _ capabilities: Capabilities,
        _ isRenewal: Bool
    ) -> Action {
        var exchange = exchange
        let action = exchange.receive(reply)
        return run(action, exchange, capabilities, isRenewal)
    }

    private mutating func run(
        _ action: AuthenticationExchange.Action,
        _ exchange: AuthenticationExchange,
        _ capabilities: Capabilities,
        _ isRenewal: Bool
    ) -> Action {
        switch action {
        case .send(let flight):
            state = .signingIn(exchange, capabilities, isRenewal: isRenewal)
            return .send(flight, awaiting: .authentication)
        case .unusable(let sentence):
            return end(.credentials(CredentialError(sentence)), politely: true)
        case .accepted: return becomeReady(capabilities)
        case .tokenRefused where !isRenewal: return fetch(capabilities, isRenewal: true)
        case .tokenRefused(let reply, let claims):
            return end(.tokenRefused(reply, claims: claims), politely: true)
        case .refused(let reply): return end(.refused(reply, .authentication), politely: true)
        case .violation(let reply): return end(unexpected(reply))
        }
    }

    private mutating func becomeReady(_ capabilities: Capabilities) -> Action {
        state = .done
        return .becomeReady(capabilities)
    }
}
