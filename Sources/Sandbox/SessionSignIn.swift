extension SandboxSession {
    /// Whether `AUTH` is offered now.
    var offersSignIn: Bool {
        guard side != .relay else { return false }
        return standing.tls != nil || options.allowsSignInBeforeTLS
            || options.security(of: side) == .none
    }

    /// The mechanisms of `AUTH`, those of Exchange Online first.
    var mechanisms: [String] {
        let hasPlain = side == .communication || options.allowsPlain
        return ["LOGIN", "XOAUTH2"] + (hasPlain ? ["PLAIN"] : [])
    }

    /// Consumes `AUTH` (RFC 4954 §4).
    mutating func receiveAuth(
        _ name: String,
        _ initialResponse: String?,
        at now: SandboxTime,
        _ books: inout SandboxBooks
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
        let fault = books.faults.take(at: .auth, for: subject())
        if let initialResponse, fault?.effect == nil {
            let pause = fault?.delay.map { [Action.wait($0)] } ?? []
            return pause + receive(response: initialResponse, in: dialogue, at: now, &books)
        }
        return commit(fault, on: Step(reply: dialogue.firstChallenge, state: .signingIn(dialogue)))
    }

    /// Consumes a response to a challenge.
    mutating func receive(
        response: String,
        in dialogue: SignInDialogue,
        at now: SandboxTime,
        _ books: inout SandboxBooks
    ) -> [Action] {
        var dialogue = dialogue
        switch dialogue.receive(response) {
        case .challenge(let challenge):
            state = .signingIn(dialogue)
            return [.send(challenge.octets)]
        case .malformed:
            state = .ready
            let isXOAUTH2 = side == .highVolume && dialogue.mechanism == .xoauth2
            return refuse(isXOAUTH2 ? ReplyTexts.invalidXOAUTH2 : .invalidBase64)
        case .cancelled:
            state = .ready
            return refuse(texts.signInRefused(at: now))
        case .complete(let credentials):
            state = .ready
            do throws(Refusal) {
                let submitter = try judge(credentials, at: now, books.tenant)
                return signIn(submitter, credentials.mailbox, by: dialogue.mechanism, &books)
            } catch {
                return refuse(text(of: error, at: now))
            }
        }
    }

    private mutating func signIn(
        _ submitter: Submitter,
        _ mailbox: String,
        by mechanism: SignInDialogue.Mechanism,
        _ books: inout SandboxBooks
    ) -> [Action] {
        var standing = standing
        standing.mailbox = mailbox
        standing.mechanism = mechanism
        standing.submitter = submitter
        var subject = subject()
        subject.mailbox = mailbox
        let step = Step(reply: .signedIn, standing: standing)
        let actions = reply(step, at: .signIn, about: subject, &books)
        if self.standing.submitter != nil {
            books.tenant.admitSession(texts.sessionID, of: submitter)
        }
        return actions
    }

    /// Whom credentials are good for; mailboxes at `fault.test` are somebody, so that the fault can
    /// answer.
    private func judge(
        _ credentials: SandboxCredentials,
        at now: SandboxTime,
        _ tenant: TenantState
    ) throws(Refusal) -> Submitter {
        let isFault = SandboxAddress(credentials.mailbox).map(FaultAddress.isFault) ?? false
        if isFault || options.access == .open {
            return tenant.submitter(named: credentials.mailbox)
        }
        return try tenant.signIn(credentials, at: side, now)
    }

    /// What a refusal sounds like here.
    func text(of refusal: Refusal, at now: SandboxTime) -> SandboxReply {
        texts.reply(
            to: refusal,
            at: now,
            isStrict: options.rehearsal?.isStrict ?? options.isStrict
        )
    }
}
