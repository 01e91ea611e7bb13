import Submission

/// Names a sender and takes that back: what can be tried without a message (RFC 5321 §4.1.1.5).
///
/// Performs no input or output.
struct RehearsalMachine: Hashable, Sendable {
    /// What the session must do next.
    enum Action: Hashable, Sendable {
        case send(Flight, awaiting: SessionPhase)
        case finish(Reply, inStep: Bool)
        case fail(Failure)
    }

    private enum State: Hashable, Sendable {
        /// MAIL is on the wire. Next: `reset`, or the end.
        case mail
        /// RSET is on the wire; the reply is the one to MAIL. Next: the end.
        case reset(Reply)
        /// Next: nothing.
        case done
    }

    private var state: State = .mail

    /// What the session is doing or waiting for.
    var phase: SessionPhase {
        switch state {
        case .mail: .mail
        case .reset, .done: .reset
        }
    }

    /// The first command: MAIL without a size, since there is no message.
    static func firstFlight(_ sender: MailAddress?, _ capabilities: Capabilities) -> Flight {
        let envelope = Envelope(sender: sender, recipients: [])
        let request = TransactionRequest(
            envelope: envelope,
            contentOctets: 0,
            has8BitContent: false
        )
        var parameters = MailParameters(request, capabilities)
        parameters.size = nil
        return Flight(.mail(parameters))
    }

    /// Consumes the reply to the last command.
    mutating func receive(_ reply: Reply, _ following: Following) -> Action {
        let isFarewell = reply.code.value == 421
        switch state {
        case .mail where isFarewell || following == .more:
            return end(.finish(reply, inStep: false))
        case .mail where reply.code.replyClass == .intermediate:
            return end(.fail(.protocolViolation(.mail, detail: reply.asUnexpected)))
        case .mail:
            state = .reset(reply)
            return .send(Flight(.reset), awaiting: .reset)
        case .reset(let answer):
            return end(.finish(answer, inStep: !isFarewell && following == .nothing))
        case .done: return end(.fail(.protocolViolation(.reset, detail: reply.asUnexpected)))
        }
    }

    /// The session cannot go on; a reply to MAIL counts all the same.
    mutating func end(_ failure: Failure) -> Action {
        if case .reset(let answer) = state { return end(.finish(answer, inStep: false)) }
        return end(.fail(failure))
    }

    private mutating func end(_ action: Action) -> Action {
        state = .done
        return action
    }
}
