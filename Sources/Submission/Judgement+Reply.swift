extension Judgement {
    /// The judgement on a reply that is not the one hoped for: the first row of
    /// ``ReplyCatalogue/rows`` that matches, else what the first digit says (RFC 5321 §4.2.1).
    package static func of(reply: Reply, at phase: SessionPhase) -> Judgement {
        if let row = ReplyCatalogue.row(for: reply, at: phase) { return row.judgement(at: phase) }
        return of(reply.code.replyClass, at: phase)
    }

    /// The judgement by the first digit of a reply that no row of the catalogue knows.
    package static func of(_ replyClass: ReplyClass, at phase: SessionPhase) -> Judgement {
        let scope = Scope.usual(at: phase)
        switch replyClass {
        case .completed, .intermediate:
            // Out of step: whatever the server thinks it answers, it is not the message's fault.
            return .of(.protocolViolation(phase, detail: ""))
        case .temporary:
            return Judgement(
                .temporary,
                .retryLater,
                scope,
                advice: "Nothing to do unless it lasts: then read the server's reply."
            )
        case .permanent where scope == .route:
            return Judgement(
                .configuration,
                .retryLater,
                .route,
                advice: "Read the server's reply and check the route's host, port and sign-in."
            )
        case .permanent where scope == .recipient:
            return Judgement(
                .permanent,
                .rejected,
                .recipient,
                advice: "Read the server's reply and correct or remove the address."
            )
        case .permanent:
            return Judgement(
                .permanent,
                .rejected,
                .message,
                advice: "Read the server's reply, correct the message and submit it again."
            )
        }
    }
}

extension Scope {
    /// Whom a refusal concerns when only the phase is known: before MAIL no server has seen
    /// anything of the message.
    package static func usual(at phase: SessionPhase) -> Scope {
        switch phase {
        case .connect, .greeting, .hello, .startTLS, .tlsHandshake, .authentication, .reset, .quit:
            .route
        case .recipient:
            .recipient
        case .mail, .data, .content, .endOfData:
            .message
        }
    }
}
