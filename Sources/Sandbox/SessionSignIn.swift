extension SandboxSession {
    /// Whether `AUTH` is offered now.
    var offersSignIn: Bool {
        standing.tls != nil || options.allowsSignInBeforeTLS || options.security == .none
    }

    /// The mechanisms of `AUTH`, those of Exchange Online first.
    var mechanisms: [String] {
        ["LOGIN", "XOAUTH2"] + (options.allowsPlain ? ["PLAIN"] : [])
    }

    /// Consumes `AUTH` (RFC 4954 §4).
    mutating func receiveAuth(
        _ name: String,
        _ initialResponse: String?,
        at now: SandboxTime,
        _ faults: inout FaultBook
    ) -> [Action] {
        switch state {
        case .ready: break
        case .waitingForHello: return refuse(.helloFirst)
        case .transaction: return refuse(.notDuringTransaction)
        case .connected, .negotiating, .signingIn, .content, .closed: return []
        }
        guard standing.offered.contains("AUTH") else { return refuse(.unknownCommand) }
        guard standing.mailbox == nil else { return refuse(.alreadySignedIn) }
        guard mechanisms.contains(name), let mechanism = SignInDialogue.Mechanism(rawValue: name)
        else { return refuse(texts.unknownMechanism) }
        let dialogue = SignInDialogue(mechanism)
        let fault = faults.take(at: .auth, for: subject())
        if let initialResponse, fault?.effect == nil {
            let pause = fault?.delay.map { [Action.wait($0)] } ?? []
            return pause + receive(response: initialResponse, in: dialogue, at: now, &faults)
        }
        return commit(fault, on: Step(reply: dialogue.firstChallenge, state: .signingIn(dialogue)))
    }

    /// Consumes a response to a challenge.
    mutating func receive(
        response: String,
        in dialogue: SignInDialogue,
        at now: SandboxTime,
        _ faults: inout FaultBook
    ) -> [Action] {
        var dialogue = dialogue
        switch dialogue.receive(response) {
        case .challenge(let challenge):
            state = .signingIn(dialogue)
            return [.send(challenge.octets)]
        case .malformed:
            state = .ready
            return refuse(.invalidBase64)
        case .cancelled:
            state = .ready
            return refuse(texts.signInRefused(at: now))
        case .complete(let credentials):
            state = .ready
            guard isAccepted(credentials) else { return refuse(texts.signInRefused(at: now)) }
            return signIn(credentials.mailbox, by: dialogue.mechanism, &faults)
        }
    }

    private mutating func signIn(
        _ mailbox: String,
        by mechanism: SignInDialogue.Mechanism,
        _ faults: inout FaultBook
    ) -> [Action] {
        var standing = standing
        standing.mailbox = mailbox
        standing.mechanism = mechanism
        var subject = subject()
        subject.mailbox = mailbox
        let step = Step(reply: .signedIn, standing: standing)
        return reply(step, at: .signIn, about: subject, &faults)
    }

    /// Whether credentials are good; mailboxes at `fault.test` are, so that the fault can answer.
    private func isAccepted(_ credentials: SandboxCredentials) -> Bool {
        if options.access == .open { return true }
        if let mailbox = SandboxAddress(credentials.mailbox), FaultAddress.isFault(mailbox) {
            return true
        }
        switch credentials {
        case .password(let mailbox, let password):
            return options.accounts.contains {
                $0.mailbox.lowercased() == mailbox.lowercased() && $0.password == password
            }
        case .token(_, let token):
            return options.tokens.contains(token)
        }
    }
}
