extension SandboxSession {
    /// Gives a reply, unless a fault takes its place.
    mutating func reply(
        _ step: Step,
        at point: FaultPoint,
        about subject: FaultSubject? = nil,
        _ books: inout SandboxBooks
    ) -> [Action] {
        commit(books.faults.take(at: point, for: subject ?? self.subject()), on: step)
    }

    /// Gives a reply as a fault wants it.
    mutating func commit(_ fault: Fault?, on step: Step) -> [Action] {
        let pause = fault?.delay.map { [Action.wait($0)] } ?? []
        switch fault?.effect {
        case nil, .hide, .handshake:
            return pause + answer(step, with: step.reply)
        case .reply(let reply):
            return pause + answer(step, with: reply)
        case .close:
            accept(step)
            state = .closed
            return pause + step.before + [.abort]
        case .halfReply:
            accept(step)
            state = .closed
            return pause + step.before + [.send(step.reply.firstHalf), .close]
        case .endlessReply:
            accept(step)
            state = .closed
            return pause + step.before + [.sendEndlessly(step.reply.continuationLine)]
        }
    }

    private mutating func answer(_ step: Step, with reply: SandboxReply) -> [Action] {
        guard reply.isPositive else { return step.beforeRefusal + refuse(reply) }
        accept(step)
        return step.before + [.send(reply.octets)] + step.after
    }

    private mutating func accept(_ step: Step) {
        if let next = step.state { state = next }
        if let next = step.standing { standing = next }
    }

    /// Sends a negative reply and changes nothing; 421 closes (RFC 5321 §3.8).
    mutating func refuse(_ reply: SandboxReply) -> [Action] {
        guard reply.code == 421 else { return [.send(reply.octets)] }
        return end(reply)
    }

    /// Sends a last reply and closes.
    mutating func end(_ reply: SandboxReply) -> [Action] {
        guard state != .closed else { return [] }
        state = .closed
        return [.send(reply.octets), .close]
    }

    /// What is known of the session for the comparison with rules and fault addresses.
    func subject() -> FaultSubject {
        var subject = FaultSubject()
        subject.mailbox = standing.mailbox
        switch state {
        case .transaction(let transaction), .content(let transaction):
            subject.sender = transaction.sender
            subject.recipients = transaction.recipients.map(\.address)
        case .connected, .negotiating, .waitingForHello, .ready, .signingIn, .closed:
            break
        }
        return subject
    }
}
