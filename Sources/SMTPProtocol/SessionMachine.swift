package import Submission

/// Drives one SMTP session, from the connection to QUIT.
///
/// Performs no input or output: feed it what happened and carry out the ``SessionAction`` it
/// returns. Whatever the server sends or omits is an action; only our own call order traps.
///
/// - Invariant: Under ``TransportSecurity/startTLS`` nothing but EHLO, STARTTLS and QUIT leaves
///   before the handshake: the states before it have no other exit (RFC 3207 §4.1).
package struct SessionMachine: Hashable, Sendable {
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
        /// EHLO went out on a connection that may carry the session. Next: `signingIn`, `idle`,
        /// `helo` or the end.
        case hello
        /// Next: `idle` or the end.
        case helo
        /// Credentials are being fetched. Next: `signingIn` or the end.
        case fetching(Capabilities, isRenewal: Bool)
        /// Next: `idle`, `fetching` once, or the end.
        case signingIn(AuthenticationExchange, Capabilities, isRenewal: Bool)
        /// Next: `transaction` or `quitting`.
        case idle(Capabilities, needsReset: Bool)
        /// Next: `idle` or `closed`.
        case transaction(TransactionMachine, Capabilities)
        /// QUIT is on the wire. Next: `closed`.
        case quitting
        case closed
    }

    private let policy: SessionPolicy
    private var state: State = .fresh

    /// Creates the machine of a session that is not connected yet.
    package init(_ policy: SessionPolicy) {
        self.policy = policy
    }

    /// What the session is doing or waiting for.
    package var phase: SessionPhase {
        switch state {
        case .fresh: .connect
        case .greeting: .greeting
        case .plainHello, .hello, .helo: .hello
        case .startTLS: .startTLS
        case .handshake: .tlsHandshake
        case .fetching, .signingIn: .authentication
        case .idle: .mail
        case .transaction(let transaction, _): transaction.phase
        case .quitting, .closed: .quit
        }
    }
}

extension SessionMachine {
    /// The connection stands.
    package mutating func connected() -> SessionAction {
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
    package mutating func tlsEstablished() -> SessionAction {
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

    /// The handshake or a check of the certificate failed.
    package mutating func tlsFailed(_ sentence: String) -> SessionAction {
        switch state {
        case .transaction: connectionLost(detail: sentence)
        case .fresh, .greeting, .plainHello, .startTLS, .handshake, .hello, .helo, .fetching,
            .signingIn:
            end(.tls(sentence))
        case .idle, .quitting: close()
        case .closed: .nothing
        }
    }

    /// Consumes a reply, knowing what else has arrived with it.
    package mutating func receive(_ reply: Reply, _ following: Following) -> SessionAction {
        switch state {
        case .transaction(var transaction, let capabilities):
            // Released while it changes, so that its arrays are not copied.
            state = .closed
            let action = transaction.receive(reply, following)
            return run(action, transaction, capabilities)
        case .idle, .quitting: return close()
        case .closed: return .nothing
        case .fresh, .greeting, .plainHello, .startTLS, .handshake, .hello, .helo, .fetching,
            .signingIn:
            return receiveBeforeReady(reply, following)
        }
    }

    private mutating func receiveBeforeReady(
        _ reply: Reply,
        _ following: Following
    ) -> SessionAction {
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
        case .fresh, .handshake, .fetching, .idle, .transaction, .quitting, .closed:
            return end(unexpected(reply))
        }
    }

    private mutating func receiveGreeting(_ reply: Reply) -> SessionAction {
        switch reply.code.replyClass {
        case .completed where reply.code.value == 220:
            sayHello(policy.security == .startTLS ? .plainHello : .hello)
        case .completed, .intermediate: end(unexpected(reply))
        // RFC 5321 §3.1: after 554 the server waits for QUIT.
        case .temporary, .permanent: end(.refused(reply, .greeting), politely: true)
        }
    }

    private mutating func sayHello(_ next: State) -> SessionAction {
        state = next
        return .send(Flight(.ehlo(policy.helloName)), awaiting: .hello)
    }

    private mutating func receivePlainHello(_ reply: Reply) -> SessionAction {
        switch reply.code.replyClass {
        case .completed: return askForTLS(Capabilities(reply))
        case .intermediate: return end(unexpected(reply))
        case .temporary, .permanent: return end(.refused(reply, .hello), politely: true)
        }
    }

    private mutating func askForTLS(_ capabilities: Capabilities) -> SessionAction {
        guard capabilities.offers(.startTLS) else {
            let reason = "the route requires TLS, and nothing is sent without it"
            return end(.missingExtension("STARTTLS", reason: reason), politely: true)
        }
        state = .startTLS
        return .send(Flight(.startTLS), awaiting: .startTLS)
    }

    private mutating func receiveStartTLS(_ reply: Reply) -> SessionAction {
        switch reply.code.replyClass {
        case .completed where reply.code.value == 220:
            state = .handshake
            return .startTLS
        case .completed, .intermediate: return end(unexpected(reply))
        case .temporary, .permanent: return end(.refused(reply, .startTLS), politely: true)
        }
    }

    private mutating func receiveHello(_ reply: Reply) -> SessionAction {
        switch reply.code.replyClass {
        case .completed: return greeted(Capabilities(reply))
        case .intermediate: return end(unexpected(reply))
        case .permanent where policy.admitsHELO:
            state = .helo
            return .send(Flight(.helo(policy.helloName)), awaiting: .hello)
        case .temporary, .permanent: return end(.refused(reply, .hello), politely: true)
        }
    }

    private mutating func receiveHELO(_ reply: Reply) -> SessionAction {
        switch reply.code.replyClass {
        case .completed: becomeReady(Capabilities())
        case .intermediate: end(unexpected(reply))
        case .temporary, .permanent: end(.refused(reply, .hello), politely: true)
        }
    }

    private mutating func greeted(_ capabilities: Capabilities) -> SessionAction {
        if capabilities.offers(.sandbox), !policy.allowsSandbox {
            let reason =
                "the server announces itself as the Postchute sandbox, which delivers "
                + "nothing; only a route with sandbox = true sends to it"
            return end(.missingExtension("production service", reason: reason), politely: true)
        }
        guard let mechanism = policy.mechanism else { return becomeReady(capabilities) }
        guard capabilities.mechanisms.contains(mechanism.rawValue) else {
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

extension SessionMachine {
    private mutating func fetch(_ capabilities: Capabilities, isRenewal: Bool) -> SessionAction {
        state = .fetching(capabilities, isRenewal: isRenewal)
        return .obtainCredentials(renewed: isRenewal)
    }

    /// User name and secret are at hand.
    package mutating func credentialsObtained(_ credentials: Credentials) -> SessionAction {
        guard case .fetching(let capabilities, let isRenewal) = state,
            let mechanism = policy.mechanism
        else { return .nothing }
        var exchange = AuthenticationExchange(mechanism)
        let action = exchange.start(credentials)
        return run(action, exchange, capabilities, isRenewal)
    }

    /// User name or secret cannot be had; the sentence says why.
    package mutating func credentialsFailed(_ sentence: String) -> SessionAction {
        guard case .fetching = state else { return .nothing }
        return end(.credentials(sentence), politely: true)
    }

    private mutating func receiveSignIn(
        _ reply: Reply,
        _ exchange: AuthenticationExchange,
        _ capabilities: Capabilities,
        _ isRenewal: Bool
    ) -> SessionAction {
        var exchange = exchange
        let action = exchange.receive(reply)
        return run(action, exchange, capabilities, isRenewal)
    }

    private mutating func run(
        _ action: AuthenticationExchange.Action,
        _ exchange: AuthenticationExchange,
        _ capabilities: Capabilities,
        _ isRenewal: Bool
    ) -> SessionAction {
        switch action {
        case .send(let flight):
            state = .signingIn(exchange, capabilities, isRenewal: isRenewal)
            return .send(flight, awaiting: .authentication)
        case .unusable(let sentence): return end(.credentials(sentence), politely: true)
        case .accepted: return becomeReady(capabilities)
        case .tokenRefused where !isRenewal: return fetch(capabilities, isRenewal: true)
        case .refused(let reply), .tokenRefused(let reply):
            return end(.refused(reply, .authentication), politely: true)
        case .violation(let reply): return end(unexpected(reply))
        }
    }

    private mutating func becomeReady(_ capabilities: Capabilities) -> SessionAction {
        state = .idle(capabilities, needsReset: false)
        return .becomeReady
    }
}

extension SessionMachine {
    /// Starts a transaction.
    ///
    /// - Precondition: The session is idle: the last action was `becomeReady` or a report to keep.
    package mutating func begin(_ request: TransactionRequest) -> SessionAction {
        guard case .idle(let capabilities, let needsReset) = state else {
            preconditionFailure("a transaction cannot begin while \(phase.phrase)")
        }
        var transaction = TransactionMachine(request, capabilities, policy.pipelining)
        let action = transaction.start(resetFirst: needsReset)
        return run(action, transaction, capabilities)
    }

    /// The source answered with a chunk.
    package mutating func contentReady(isLast: Bool) -> SessionAction {
        withTransaction { $0.contentReady(isLast: isLast) }
    }

    /// The network took the last chunk; there is room for the next.
    package mutating func contentSent() -> SessionAction {
        withTransaction { $0.contentSent() }
    }

    /// The source has no more to give.
    package mutating func contentFailed(_ failure: ContentFailure) -> SessionAction {
        withTransaction { $0.contentFailed(failure) }
    }

    private mutating func withTransaction(
        _ event: (inout TransactionMachine) -> TransactionMachine.Action
    ) -> SessionAction {
        guard case .transaction(var transaction, let capabilities) = state else { return .nothing }
        state = .closed
        let action = event(&transaction)
        return run(action, transaction, capabilities)
    }

    private mutating func run(
        _ action: TransactionMachine.Action,
        _ transaction: TransactionMachine,
        _ capabilities: Capabilities
    ) -> SessionAction {
        state = .transaction(transaction, capabilities)
        switch action {
        case .wait(let phase): return .wait(phase)
        case .send(let flight, let phase): return .send(flight, awaiting: phase)
        case .sendData(let flight, let phase): return .sendData(flight, awaiting: phase)
        case .pullContent: return .pullContent
        case .sendContent(let phase): return .sendContent(awaiting: phase)
        case .closeAndAwaitSource: return .close
        case .nothing: return .nothing
        case .finish(let report, .clean):
            state = .idle(capabilities, needsReset: false)
            return .report(report, then: .keep)
        case .finish(let report, .needsReset):
            state = .idle(capabilities, needsReset: true)
            return .report(report, then: .keep)
        case .finish(let report, .broken):
            state = .closed
            return .report(report, then: .close)
        }
    }
}

extension SessionMachine {
    /// No reply can arrive any more; `detail` is what the system said.
    package mutating func connectionLost(detail: String) -> SessionAction {
        switch state {
        case .transaction: return withTransaction { $0.connectionLost(detail: detail) }
        case .idle, .quitting: return close()
        case .closed: return .nothing
        case .fresh, .greeting, .plainHello, .startTLS, .handshake, .hello, .helo, .fetching,
            .signingIn:
            return end(.connectionLost(phase, detail: detail))
        }
    }

    /// The deadline of the last action passed; an idle session leaves.
    package mutating func deadlinePassed(after duration: Duration) -> SessionAction {
        switch state {
        case .transaction: return withTransaction { $0.timedOut(after: duration) }
        case .idle: return quit()
        case .quitting: return close()
        case .closed: return .nothing
        case .fetching:
            let seconds = duration.components.seconds
            return end(.credentials("the credentials did not arrive within \(seconds) seconds"))
        case .fresh, .greeting, .plainHello, .startTLS, .handshake, .hello, .helo, .signingIn:
            return end(.timeout(phase, after: duration))
        }
    }

    /// The server sent something that is no reply.
    package mutating func receiveMalformed(_ defect: ReplyDefect) -> SessionAction {
        switch state {
        case .transaction: return withTransaction { $0.receiveMalformed(defect) }
        case .idle, .quitting: return close()
        case .closed: return .nothing
        case .fresh, .greeting, .plainHello, .startTLS, .handshake, .hello, .helo, .fetching,
            .signingIn:
            return end(.protocolViolation(phase, detail: defect.sentence))
        }
    }

    /// The daemon stops: whatever has no final dot on the wire ends now.
    package mutating func stop() -> SessionAction {
        switch state {
        case .transaction: return withTransaction { $0.stop() }
        case .idle: return quit()
        case .quitting, .closed: return .nothing
        case .fresh, .greeting, .plainHello, .startTLS, .handshake, .hello, .helo, .fetching,
            .signingIn:
            return end(.stopped)
        }
    }

    /// Ends an idle session; in any other state nothing happens.
    package mutating func quit() -> SessionAction {
        guard case .idle = state else { return .nothing }
        state = .quitting
        return .send(Flight(.quit), awaiting: .quit)
    }

    private mutating func close() -> SessionAction {
        state = .closed
        return .close
    }

    private mutating func end(_ failure: Failure, politely: Bool = false) -> SessionAction {
        state = politely ? .quitting : .closed
        return .fail(failure, then: politely ? .quit(Flight(.quit)) : .close)
    }

    private func unexpected(_ reply: Reply) -> Failure {
        .protocolViolation(phase, detail: "unexpected reply: \(reply.summary)")
    }
}
