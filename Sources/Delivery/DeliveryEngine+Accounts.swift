internal import Submission

extension DeliveryEngine {
    /// How long a day that the server calls used up is believed, at least and at most.
    private static let closedDay: ClosedRange<Duration> = .seconds(3600) ... .seconds(86_400)
    /// How long an account rests after a session was refused.
    private static let rest = Duration.seconds(2)

    /// Runs one session fewer from now on; where there is only one, the route is throttled.
    func lowerSessions(
        _ message: LoadedMessage,
        _ route: RouteLane,
        reason: String,
        advice: String
    ) {
        let now = clock.monotonic()
        if let account = account(of: message, on: route), var sessions = account.sessions {
            let before = sessions.allowed
            let isLowered = sessions.refused(at: now)
            account.sessions = sessions
            if isLowered {
                account.pausedUntil = now + Self.rest
                guard sessions.allowed < before else { return }
                return log.accountLimited(
                    account.key,
                    reason: reason,
                    advice: advice,
                    seconds: nil
                )
            }
        }
        suspend(route, .rate, reason: reason, advice: advice, needsPerson: false)
    }

    /// Lets an account, or the mail to outside of a tenant, wait until its own window says that room
    /// returns.
    ///
    /// Without an account the route waits for the shortest such time.
    func closeDay(
        _ day: DayLimit,
        _ message: LoadedMessage,
        _ route: RouteLane,
        reason: String,
        advice: String
    ) {
        if let account = account(of: message, on: route),
            close(account, day, reason: reason, advice: advice)
        {
            return
        }
        suspend(
            route,
            .rate,
            reason: reason,
            advice: advice,
            needsPerson: false,
            atLeast: Self.closedDay.lowerBound
        )
    }

    /// The same for a known account; returns whether it counts such recipients at all.
    @discardableResult
    func close(
        _ account: AccountLane,
        _ day: DayLimit,
        reason: String,
        advice: String
    ) -> Bool {
        let now = clock.monotonic()
        let limit: LimitWindow? =
            switch day {
            case .recipients: account.recipients
            case .externalRecipients: account.external
            }
        guard let closed = limit else { return false }
        let room = closed.window.wait(for: 1, at: now)
        let pause = min(max(room, Self.closedDay.lowerBound), Self.closedDay.upperBound)
        state.book.close(closed, until: now + pause)
        account.reason = reason
        log.accountLimited(
            account.key,
            reason: reason,
            advice: advice,
            seconds: pause.components.seconds
        )
        return true
    }

    /// Counts the ways in which a submission failed, and suspends its sender before the server does.
    func noteErrors(of message: LoadedMessage, _ report: AttemptReport, _ route: RouteLane) {
        let kinds = report.errorKinds
        if kinds.isEmpty { return }
        let (now, sender) = (clock.monotonic(), message.senderKey)
        let key = route.account?.key ?? route.route.name
        for kind in kinds {
            guard
                let until = state.breakers[key, default: ErrorBreaker()].failed(
                    sender,
                    kind,
                    at: now
                )
            else { continue }
            for lane in route.pickups where (lane.suspendedSenders[sender]?.until ?? now) < until {
                suspend(
                    sender,
                    of: lane,
                    until: until,
                    reason: ErrorBreaker.reason(kind),
                    advice: ErrorBreaker.advice
                )
            }
        }
    }
}

extension ErrorBreaker {
    /// Why a sender waits, for people.
    static func reason(_ kind: String) -> String {
        "The server refused \(tolerated) submissions within an hour with \(kind); Postchute waits "
            + "for the rest of the hour, before Microsoft blocks the sender."
    }

    /// What to do about it.
    static let advice =
        "Correct what the refusals complain of, then resume the pickup or the route; messages stay "
        + "queued meanwhile."
}

extension AttemptReport {
    /// The kinds of refusal for which a server blocks a sender that repeats them: those that nothing
    /// but a change ends, of the message, its sender or a recipient.
    var errorKinds: Set<String> {
        var kinds: Set<String> = []
        if case .failed(let failure) = end, let kind = failure.errorKind { kinds.insert(kind) }
        for outcome in recipients {
            guard case .refused(let reply) = outcome else { continue }
            if Judgement.of(reply: reply, at: .recipient).isError { kinds.insert(reply.kind) }
        }
        return kinds
    }
}

extension Failure {
    fileprivate var errorKind: String? {
        guard Judgement.of(self).isError else { return nil }
        switch self {
        case .refused(let reply, _): return reply.kind
        case .serviceRefused(let refusal): return "\(refusal.status) \(refusal.code)"
        case .connect, .tls, .timeout, .connectionLost, .protocolViolation, .missingExtension,
            .tokenRefused, .unsuitable, .mailboxRefused, .noRecipientAccepted, .tooLarge,
            .credentials, .content, .stopped:
            return nil
        }
    }
}

extension Judgement {
    fileprivate var isError: Bool {
        switch category {
        case .permanent, .configuration: scope != .route
        case .temporary, .authentication, .rate, .senderBlocked: false
        }
    }
}

extension Reply {
    /// Code and enhanced status: what texts and host names differ in is the same kind.
    fileprivate var kind: String {
        enhanced.map { "\(code.value) \($0)" } ?? "\(code.value)"
    }
}
