package import Submission

/// Drives one SMTP session, from the connection to QUIT.
///
/// Performs no input or output: feed it what happened and carry out the ``SessionAction`` it
/// returns. Whatever the server sends or omits is an action; only our own call order traps.
package struct SessionMachine: Hashable, Sendable {
    private enum State: Hashable, Sendable {
        /// Next: `idle`, `quitting` or `closed`.
        case opening(OpeningMachine)
        /// Next: `transaction` or `quitting`.
        case idle(Capabilities, needsReset: Bool)
        /// Next: `idle` or `closed`.
        case transaction(TransactionMachine, Capabilities)
        /// Next: `quitting` or `closed`.
        case rehearsal(RehearsalMachine)
        /// QUIT is on the wire. Next: `closed`.
        case quitting
        case closed
    }

    private let pipelining: Pipelining
    private var state: State

    /// Creates the machine of a session that is not connected yet.
    package init(_ policy: SessionPolicy) {
        pipelining = policy.pipelining
        state = .opening(OpeningMachine(policy))
    }

    /// Whether a transaction may begin.
    package var isIdle: Bool {
        if case .idle = state { true } else { false }
    }

    /// Whether an idle session's server takes octets above 127 in a content (RFC 6152).
    package var offersEightBit: Bool {
        guard case .idle(let capabilities, _) = state else { return false }
        return capabilities.offers(.eightBitMIME)
    }

    /// What the session is doing or waiting for.
    package var phase: SessionPhase {
        switch state {
        case .opening(let opening): opening.phase
        case .idle: .mail
        case .transaction(let transaction, _): transaction.phase
        case .rehearsal(let rehearsal): rehearsal.phase
        case .quitting, .closed: .quit
        }
    }
}

extension SessionMachine {
    /// The connection stands.
    package mutating func connected() -> SessionAction {
        withOpening { $0.connected() }
    }

    /// The handshake and every check of the certificate succeeded.
    package mutating func tlsEstablished() -> SessionAction {
        withOpening { $0.tlsEstablished() }
    }

    /// User name and secret are at hand.
    package mutating func credentialsObtained(_ credentials: Credentials) -> SessionAction {
        withOpening { $0.credentialsObtained(credentials) }
    }

    /// User name or secret cannot be had; the sentence says why.
    package mutating func credentialsFailed(_ error: CredentialError) -> SessionAction {
        withOpening { $0.credentialsFailed(error) }
    }

    private mutating func withOpening(
        _ event: (inout OpeningMachine) -> OpeningMachine.Action
    ) -> SessionAction {
        guard case .opening(var opening) = state else { return .nothing }
        let action = event(&opening)
        state = .opening(opening)
        return run(action)
    }

    private mutating func run(_ action: OpeningMachine.Action) -> SessionAction {
        switch action {
        case .wait(let phase): return .wait(phase)
        case .send(let flight, let phase): return .send(flight, awaiting: phase)
        case .startTLS: return .startTLS
        case .obtainCredentials(let renewed): return .obtainCredentials(renewed: renewed)
        case .nothing: return .nothing
        case .becomeReady(let capabilities):
            state = .idle(capabilities, needsReset: false)
            return .becomeReady
        case .fail(let failure, politely: true):
            state = .quitting
            return .fail(failure, then: .quit(Flight(.quit)))
        case .fail(let failure, politely: false):
            state = .closed
            return .fail(failure, then: .close)
        }
    }
}

extension SessionMachine {
    /// Starts a transaction.
    ///
    /// - Precondition: ``isIdle``; a session that was may have left or been left since.
    package mutating func begin(_ request: TransactionRequest) -> SessionAction {
        guard case .idle(let capabilities, let needsReset) = state else {
            preconditionFailure("a transaction cannot begin while \(phase.phrase)")
        }
        var transaction = TransactionMachine(request, capabilities, pipelining)
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
        // Released while it changes, so that its arrays are not copied.
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
    /// Names a sender and takes that back; the session leaves afterwards.
    ///
    /// - Precondition: ``isIdle``, and no transaction has been begun on the session.
    package mutating func rehearse(_ sender: MailAddress?) -> SessionAction {
        guard case .idle(let capabilities, _) = state else {
            preconditionFailure("a rehearsal cannot begin while \(phase.phrase)")
        }
        state = .rehearsal(RehearsalMachine())
        return .send(RehearsalMachine.firstFlight(sender, capabilities), awaiting: .mail)
    }

    private mutating func withRehearsal(
        _ event: (inout RehearsalMachine) -> RehearsalMachine.Action
    ) -> SessionAction {
        guard case .rehearsal(var rehearsal) = state else { return .nothing }
        let action = event(&rehearsal)
        switch action {
        case .send(let flight, let phase):
            state = .rehearsal(rehearsal)
            return .send(flight, awaiting: phase)
        case .finish(let reply, inStep: true):
            state = .quitting
            return .rehearsed(reply, then: .quit(Flight(.quit)))
        case .finish(let reply, inStep: false):
            state = .closed
            return .rehearsed(reply, then: .close)
        case .fail(let failure):
            state = .closed
            return .fail(failure, then: .close)
        }
    }
}

extension SessionMachine {
    /// Consumes a reply, knowing what else has arrived with it.
    package mutating func receive(_ reply: Reply, _ following: Following) -> SessionAction {
        settle(
            opening: { $0.receive(reply, following) },
            transaction: { $0.receive(reply, following) },
            rehearsal: { $0.receive(reply, following) }
        )
    }

    /// The server sent something that is no reply.
    package mutating func receiveMalformed(_ defect: ReplyDefect) -> SessionAction {
        settle(
            opening: { $0.end(.protocolViolation($0.phase, detail: defect.sentence)) },
            transaction: { $0.receiveMalformed(defect) },
            rehearsal: { $0.end(.protocolViolation($0.phase, detail: defect.sentence)) }
        )
    }

    /// The handshake or a check of the certificate failed, or TLS failed later.
    package mutating func tlsFailed(_ sentence: String) -> SessionAction {
        settle(
            opening: { $0.end(.tls(sentence)) },
            transaction: { $0.connectionLost(detail: sentence) },
            rehearsal: { $0.end(.connectionLost($0.phase, detail: sentence)) }
        )
    }

    /// No reply can arrive any more; `detail` is what the system said.
    package mutating func connectionLost(detail: String) -> SessionAction {
        settle(
            opening: { $0.end(.connectionLost($0.phase, detail: detail)) },
            transaction: { $0.connectionLost(detail: detail) },
            rehearsal: { $0.end(.connectionLost($0.phase, detail: detail)) }
        )
    }

    /// The deadline of the last action passed; an idle session leaves.
    package mutating func deadlinePassed(after duration: Duration) -> SessionAction {
        if case .idle = state { return quit() }
        return settle(
            opening: { $0.deadlinePassed(after: duration) },
            transaction: { $0.timedOut(after: duration) },
            rehearsal: { $0.end(.timeout($0.phase, after: duration)) }
        )
    }

    /// The daemon stops: whatever has no final dot on the wire ends now.
    package mutating func stop() -> SessionAction {
        switch state {
        case .opening: withOpening { $0.end(.stopped) }
        case .transaction: withTransaction { $0.stop() }
        case .rehearsal: withRehearsal { $0.end(.stopped) }
        case .idle: quit()
        case .quitting, .closed: .nothing
        }
    }

    /// Ends an idle session; in any other state nothing happens.
    package mutating func quit() -> SessionAction {
        guard case .idle = state else { return .nothing }
        state = .quitting
        return .send(Flight(.quit), awaiting: .quit)
    }

    /// Hands an event that no idle or leaving session survives to whom it concerns.
    private mutating func settle(
        opening: (inout OpeningMachine) -> OpeningMachine.Action,
        transaction: (inout TransactionMachine) -> TransactionMachine.Action,
        rehearsal: (inout RehearsalMachine) -> RehearsalMachine.Action
    ) -> SessionAction {
        switch state {
        case .opening: return withOpening(opening)
        case .transaction: return withTransaction(transaction)
        case .rehearsal: return withRehearsal(rehearsal)
        case .idle, .quitting:
            state = .closed
            return .close
        case .closed: return .nothing
        }
    }
}
