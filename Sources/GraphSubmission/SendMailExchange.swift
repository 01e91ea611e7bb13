internal import Submission
internal import WebClient

/// Drives one message through a token and at most two sendMail requests.
///
/// Performs no input or output: tell it what came and carry out the ``Action`` it returns.
///
/// - Invariant: After a request has the message's last octet, only an answer makes the outcome
///   certain; before that, nothing the network does can have sent it.
struct SendMailExchange {
    /// What the caller must do next.
    enum Action {
        case obtainToken(renew: Bool)
        case post(AccessToken)
        case finish(AttemptReport.End)
    }

    private enum State {
        /// Next: `obtainingToken`.
        case idle
        /// A token is asked for, after a refusal a new one. Next: `posting` or `done`.
        case obtainingToken(after: ServiceRefusal?)
        /// A request is on its way. Next: `obtainingToken` after a first 401, else `done`.
        case posting(AccessToken, after: ServiceRefusal?)
        case done
    }

    private let mailbox: String
    private let now: @Sendable () -> Int
    private let timeout: Duration
    private var state = State.idle

    /// Begins with nothing known; `mailbox` is the message's own, where it has one.
    init(mailbox: String, timeout: Duration, now: @escaping @Sendable () -> Int) {
        self.mailbox = mailbox
        self.timeout = timeout
        self.now = now
    }

    /// Asks for a token, which the provider may have in store.
    mutating func start() -> Action {
        state = .obtainingToken(after: nil)
        return .obtainToken(renew: false)
    }

    /// Consumes the token asked for, or why there is none.
    mutating func tokenObtained(_ result: Result<AccessToken, CredentialError>) -> Action {
        guard case .obtainingToken(let refusal) = state else { return outOfOrder() }
        switch result {
        case .failure(let error): return fail(.credentials(error))
        case .success(let token):
            state = .posting(token, after: refusal)
            return .post(token)
        }
    }

    /// Consumes the answer to a request; `isHandedOver` says whether it has the last octet.
    mutating func answered(_ response: WebResponse, isHandedOver: Bool) -> Action {
        guard case .posting(let token, let earlier) = state else { return outOfOrder() }
        let answer = ServiceAnswer(response)
        if answer.isAcceptance, let reply = answer.reply {
            if isHandedOver { return end(.accepted(reply)) }
            let detail = "the message was accepted before it was complete"
            return end(.uncertain(.protocolViolation(.content, detail: detail)))
        }
        let refusal = answer.refusal(mailbox: mailbox, now: now())
        if answer.status == 401 {
            if earlier != nil { return fail(.refused(token, refusal)) }
            state = .obtainingToken(after: refusal)
            return .obtainToken(renew: true)
        }
        if (200...299).contains(answer.status), !answer.isGenuine {
            let detail = "something that is not Microsoft Graph answered \(answer.status)"
            return fail(.protocolViolation(.endOfData, detail: detail))
        }
        return fail(.serviceRefused(refusal))
    }

    /// The content cannot be had a second time, for the request with the new token.
    mutating func cannotRepeat() -> Action {
        guard case .posting(let token, let refusal?) = state else { return outOfOrder() }
        return fail(.refused(token, refusal))
    }

    /// Consumes why a request has no answer; `content` is why its body could not be read.
    mutating func unanswered(
        _ error: WebError,
        isHandedOver: Bool,
        content: ContentFailure?
    ) -> Action {
        guard case .posting = state else { return outOfOrder() }
        if let content { return fail(.content(content)) }
        let isUncertain = isHandedOver && error.fate == .unanswered
        let failure = Failure(
            error,
            at: isHandedOver ? .endOfData : .content,
            timeout: timeout
        )
        return end(isUncertain ? .uncertain(failure) : .failed(failure))
    }

    private mutating func fail(_ failure: Failure) -> Action { end(.failed(failure)) }

    private mutating func end(_ end: AttemptReport.End) -> Action {
        state = .done
        return .finish(end)
    }

    /// Only a caller that does not do what it is told comes here, and its message is tried again.
    private mutating func outOfOrder() -> Action {
        end(.failed(.protocolViolation(.content, detail: "the request was driven out of order")))
    }
}

extension Failure {
    /// A token that the service does not take although it is new.
    static func refused(_ token: AccessToken, _ refusal: ServiceRefusal) -> Failure {
        guard let code = ReplyCode(refusal.status) else { return .serviceRefused(refusal) }
        let id = refusal.requestID.isEmpty ? "" : "[request-id \(refusal.requestID)]"
        let words = [refusal.code, refusal.message, id].filter { !$0.isEmpty }
        return .tokenRefused(
            Reply(code, lines: [words.joined(separator: " ")]),
            claims: token.claims
        )
    }

    /// What an unanswered request means for an attempt.
    init(_ error: WebError, at phase: SessionPhase, timeout: Duration) {
        self =
            switch error.kind {
            case .connect: .connect(attempts: [error.sentence])
            case .tls: .tls(error.sentence)
            case .timeout: .timeout(phase, after: timeout)
            case .lost, .aborted: .connectionLost(phase, detail: error.sentence)
            case .response: .protocolViolation(phase, detail: error.sentence)
            }
    }
}
