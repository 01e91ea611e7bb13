import Submission

/// Drives one mail transaction, from MAIL to the reply after the final dot.
///
/// Performs no input or output. Command order follows RFC 5321 §4.1.4, grouping RFC 2920 §3.1.
///
/// - Invariant: Once the chunk with the final dot was handed over, only a reply to it ends the
///   transaction as accepted or failed; anything else is uncertain (RFC 5321 §4.5.3.2.6).
/// - Invariant: No report is given while the source has been asked for a chunk and has not
///   answered: the source may be moving the message at that moment.
struct TransactionMachine: Hashable, Sendable {
    /// What the session must do next.
    enum Action: Hashable, Sendable {
        case wait(SessionPhase)
        case send(Flight, awaiting: SessionPhase)
        /// As `send`, and `DATA` is part of the flight.
        case sendData(Flight, awaiting: SessionPhase)
        case pullContent
        case sendContent(awaiting: SessionPhase)
        /// Close the connection without the final dot; the report follows the source's answer.
        case closeAndAwaitSource
        case finish(TransactionReport, Fate)
        case nothing
    }

    /// What the server's side of the session looks like after the transaction.
    enum Fate: Hashable, Sendable {
        /// Ready for MAIL.
        case clean
        /// An envelope may still be open there: RSET comes before MAIL (RFC 5321 §4.1.1.5).
        case needsReset
        /// Closed, or no longer to be trusted.
        case broken
    }

    private typealias Step = EnvelopePlan.Step

    private enum State: Hashable, Sendable {
        case initial
        /// The reply to a command is awaited. Next: itself, `content`, `loneDot` or `done`.
        case command(Step)
        /// The source was asked for a chunk. Next: `sending`, `endOfData`, `abandoned` or `done`.
        case pulling
        /// A chunk is being written. Next: `pulling` or `done`.
        case sending
        /// A DATA that nobody is to receive is being closed. Next: `done`.
        case loneDot(Failure)
        /// The final dot is out. Next: `done`.
        case endOfData
        /// The connection is closed; the source has not answered yet. Next: `done`.
        case abandoned(Failure)
        case done
    }

    private let plan: EnvelopePlan
    private let isPipelined: Bool
    private var state: State = .initial
    private var outcomes: [RecipientOutcome]
    private var mailRefusal: Reply?
    /// The first recipient beyond the server's limit (RFC 5321 §4.5.3.1.10).
    private var limitReached = false
    private var isUntouched = true

    init(_ request: TransactionRequest, _ capabilities: Capabilities, _ pipelining: Pipelining) {
        plan = EnvelopePlan(request: request, capabilities: capabilities)
        isPipelined = pipelining == .envelope && capabilities.offers(.pipelining)
        outcomes = Array(repeating: .untried, count: request.envelope.recipients.count)
    }

    private var hasAccepted: Bool { outcomes.contains(where: \.isAccepted) }

    /// What the session is waiting for.
    var phase: SessionPhase {
        switch state {
        case .initial, .done: .mail
        case .command(let step): step.phase
        case .pulling, .sending, .abandoned: .content
        case .loneDot, .endOfData: .endOfData
        }
    }
}

extension TransactionMachine {
    /// Starts the transaction, with RSET first where the one before left an envelope open.
    mutating func start(resetFirst: Bool) -> Action {
        if let obstacle = plan.obstacle {
            return finish(.failed(obstacle), resetFirst ? .needsReset : .clean)
        }
        let first: Step = resetFirst ? .reset : .mail
        state = .command(first)
        guard isPipelined else {
            return .send(Flight(plan.command(first)), awaiting: first.phase)
        }
        return .sendData(plan.wholeEnvelope(resetFirst: resetFirst), awaiting: first.phase)
    }

    /// Consumes a reply.
    mutating func receive(_ reply: Reply, _ following: Following) -> Action {
        switch state {
        case .command(let step): return receive(reply, to: step, following)
        case .pulling, .sending: return abort(contentInterruption(reply))
        case .loneDot(let failure): return closeLoneDot(failure, reply, following)
        case .endOfData: return finishContent(reply, following)
        case .abandoned: return .nothing
        case .initial, .done:
            return finish(.failed(violation(.mail, reply)), .broken)
        }
    }

    private mutating func receive(
        _ reply: Reply,
        to step: Step,
        _ following: Following
    ) -> Action {
        // RFC 5321 §3.8: 421 closes the session whatever it seems to answer.
        if reply.code.value == 421 { return abort(.refused(reply, phase)) }
        if step != .reset { isUntouched = false }
        let isLastExpected = !isPipelined || step == .data
        if isLastExpected, following == .more { return abort(outOfStep(after: reply)) }
        if reply.code.replyClass == .intermediate, step != .data {
            return abort(violation(phase, reply))
        }
        switch step {
        case .reset: return receiveReset(reply)
        case .mail: return receiveMail(reply)
        case .recipient(let index): return receiveRecipient(index, reply)
        case .data: return receiveData(reply)
        }
    }

    private mutating func receiveReset(_ reply: Reply) -> Action {
        guard reply.code.replyClass == .completed else { return abort(.refused(reply, .reset)) }
        return proceed(to: .mail)
    }

    private mutating func receiveMail(_ reply: Reply) -> Action {
        guard reply.code.replyClass == .completed else {
            guard isPipelined else { return finish(.failed(.refused(reply, .mail)), .clean) }
            mailRefusal = reply
            return proceed(to: .recipient(0))
        }
        return proceed(to: .recipient(0))
    }

    private mutating func receiveRecipient(_ index: Int, _ reply: Reply) -> Action {
        if mailRefusal == nil { record(reply, for: index) }
        let next = index + 1
        let isDone = next == outcomes.count || (limitReached && !isPipelined)
        if !isDone { return proceed(to: .recipient(next)) }
        guard isPipelined || hasAccepted else {
            return finish(.failed(.noRecipientAccepted), .needsReset)
        }
        return proceed(to: .data)
    }

    private mutating func record(_ reply: Reply, for index: Int) {
        if reply.code.replyClass == .completed {
            outcomes[index] = .accepted(reply)
        } else if hasAccepted, reply.saysTooManyRecipients {
            // RFC 5321 §4.5.3.1.10: send to those accepted; the rest goes in another transaction.
            limitReached = true
            outcomes[index] = .untried
        } else {
            outcomes[index] = .refused(reply)
        }
    }

    private mutating func proceed(to step: Step) -> Action {
        state = .command(step)
        let phase = step.phase
        if isPipelined { return .wait(phase) }
        let flight = Flight(plan.command(step))
        return step == .data
            ? .sendData(flight, awaiting: phase) : .send(flight, awaiting: phase)
    }

    private mutating func receiveData(_ reply: Reply) -> Action {
        let noReceiver: Failure? =
            mailRefusal.map { .refused($0, .mail) } ?? (hasAccepted ? nil : .noRecipientAccepted)
        switch reply.code.replyClass {
        case .intermediate where reply.code.value == 354:
            guard let noReceiver else {
                state = .pulling
                return .pullContent
            }
            // RFC 2920 §3.1: a DATA that was let in without recipients must still be ended.
            state = .loneDot(noReceiver)
            return .send(Flight(words: "."), awaiting: .endOfData)
        case .intermediate, .completed:
            return abort(violation(.data, reply))
        case .temporary, .permanent:
            let fate: Fate = mailRefusal == nil ? .needsReset : .clean
            return finish(.failed(noReceiver ?? .refused(reply, .data)), fate)
        }
    }
}

extension TransactionMachine {
    /// The source answered with a chunk.
    mutating func contentReady(isLast: Bool) -> Action {
        switch state {
        case .pulling:
            state = isLast ? .endOfData : .sending
            return .sendContent(awaiting: isLast ? .endOfData : .content)
        case .abandoned(let failure):
            return finish(.failed(failure), .broken)
        case .initial, .command, .sending, .loneDot, .endOfData, .done:
            return .nothing
        }
    }

    /// The network took the last chunk; there is room for the next.
    mutating func contentSent() -> Action {
        guard case .sending = state else { return .nothing }
        state = .pulling
        return .pullContent
    }

    /// The source has no more to give: the content must not become a message.
    mutating func contentFailed(_ failure: ContentFailure) -> Action {
        switch state {
        case .pulling: return finish(.failed(.content(failure)), .broken)
        case .abandoned(let earlier): return finish(.failed(earlier), .broken)
        case .initial, .command, .sending, .loneDot, .endOfData, .done: return .nothing
        }
    }

    private func contentInterruption(_ reply: Reply) -> Failure {
        switch reply.code.replyClass {
        case .temporary, .permanent: .refused(reply, .content)
        case .completed, .intermediate: violation(.content, reply)
        }
    }

    private mutating func finishContent(_ reply: Reply, _ following: Following) -> Action {
        guard following != .more else { return abort(outOfStep(after: reply)) }
        switch reply.code.replyClass {
        case .completed: return finish(.accepted(reply), .clean)
        case .intermediate: return abort(violation(.endOfData, reply))
        case .temporary, .permanent:
            let fate: Fate = reply.code.value == 421 ? .broken : .clean
            return finish(.failed(.refused(reply, .endOfData)), fate)
        }
    }

    private mutating func closeLoneDot(
        _ failure: Failure,
        _ reply: Reply,
        _ following: Following
    ) -> Action {
        // Even 250 is no acceptance: no recipient was.
        let isInStep = following != .more && reply.code.replyClass != .intermediate
        let isOpen = isInStep && reply.code.value != 421
        return finish(.failed(failure), isOpen ? .clean : .broken)
    }
}

extension TransactionMachine {
    /// No reply can arrive any more.
    mutating func connectionLost(detail: String) -> Action {
        abort(.connectionLost(phase, detail: detail))
    }

    /// The deadline of the phase passed.
    mutating func timedOut(after duration: Duration) -> Action {
        abort(.timeout(phase, after: duration))
    }

    /// The server sent something that is no reply.
    mutating func receiveMalformed(_ defect: ReplyDefect) -> Action {
        abort(.protocolViolation(phase, detail: defect.sentence))
    }

    /// The daemon stops: a transaction whose final dot is out keeps waiting for its reply.
    mutating func stop() -> Action {
        if case .endOfData = state { return .nothing }
        return abort(.stopped)
    }

    private mutating func abort(_ failure: Failure) -> Action {
        switch state {
        case .endOfData: return finish(.uncertain(failure), .broken)
        case .loneDot(let earlier): return finish(.failed(earlier), .broken)
        case .pulling:
            state = .abandoned(failure)
            return .closeAndAwaitSource
        case .initial, .command, .sending: return finish(.failed(failure), .broken)
        case .abandoned, .done: return .nothing
        }
    }

    private mutating func finish(_ end: AttemptReport.End, _ fate: Fate) -> Action {
        state = .done
        let report = TransactionReport(
            end: end,
            recipients: outcomes,
            isUntouched: isUntouched && fate == .broken && end != .failed(.stopped)
        )
        return .finish(report, fate)
    }

    private func violation(_ phase: SessionPhase, _ reply: Reply) -> Failure {
        .protocolViolation(phase, detail: reply.asUnexpected)
    }

    private func outOfStep(after reply: Reply) -> Failure {
        .protocolViolation(phase, detail: "more replies than commands after: \(reply.excerpt)")
    }
}

extension RecipientOutcome {
    fileprivate var isAccepted: Bool {
        if case .accepted = self { return true }
        return false
    }
}

extension Reply {
    /// Whether a recipient was refused only for being one too many (RFC 5321 §4.5.3.1.10).
    fileprivate var saysTooManyRecipients: Bool {
        if let enhanced { return enhanced.subject == 5 && enhanced.detail == 3 }
        return code.value == 452
    }

    /// The reply on one line, cut where it would flood a log.
    fileprivate var excerpt: String {
        summary.count > 200 ? summary.prefix(200) + "…" : summary
    }

    /// What to say of a reply that makes no sense where it came.
    var asUnexpected: String { "unexpected reply: \(excerpt)" }
}
