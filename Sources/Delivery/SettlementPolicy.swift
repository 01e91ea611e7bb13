package import Submission

/// The policy of a pickup that settling needs.
package struct SettlementPolicy: Hashable, Sendable {
    /// What follows an uncertain outcome (DESIGN: at least once, and honest about it).
    package enum WhenUncertain: String, Hashable, Sendable {
        case retry, hold
    }

    package var schedule: RetrySchedule
    package var whenUncertain: WhenUncertain
    /// Whether a message whose outcome is unknown may go by another route of the list than that of
    /// the attempt.
    package var anyRouteAfterUncertain: Bool

    /// Creates a policy.
    package init(
        schedule: RetrySchedule = RetrySchedule(),
        whenUncertain: WhenUncertain = .retry,
        anyRouteAfterUncertain: Bool = false
    ) {
        self.schedule = schedule
        self.whenUncertain = whenUncertain
        self.anyRouteAfterUncertain = anyRouteAfterUncertain
    }

    /// The longest pause any message of the pickup can have been given.
    var longestPause: Duration {
        max(schedule.maximum * 1.1, schedule.afterUncertain, AttemptConsequence.longestWait)
    }
}

/// What the engine knows of a message before it settles an attempt.
package struct AttemptContext: Sendable {
    /// The table before this attempt.
    package var table: RecipientTable
    /// Positions in the table that were offered, in the order of the report's outcomes.
    package var offered: [Int]
    /// Attempts that failed before this one and counted.
    package var earlierAttempts: Int
    /// Uncertain outcomes before this one.
    package var earlierUncertain: Int
    /// Whether the message was retried once already where the second time suspends its sender.
    package var wasOnceMore: Bool
    /// Time the message has waited while its route was usable.
    package var age: Duration
    /// A number in `0..<1` for the jitter.
    package var jitter: Double

    /// Creates a context.
    package init(
        table: RecipientTable,
        offered: [Int],
        earlierAttempts: Int = 0,
        earlierUncertain: Int = 0,
        wasOnceMore: Bool = false,
        age: Duration = .zero,
        jitter: Double = 0.5
    ) {
        self.table = table
        self.offered = offered
        self.earlierAttempts = earlierAttempts
        self.earlierUncertain = earlierUncertain
        self.wasOnceMore = wasOnceMore
        self.age = age
        self.jitter = jitter
    }
}

extension SettlementPolicy {
    /// Decides what one attempt changes: the only place where a failure becomes a move.
    package func settle(_ report: AttemptReport, _ context: AttemptContext) -> AttemptConsequence {
        var consequence = AttemptConsequence(
            settlement: .again,
            table: context.table,
            effect: .none
        )
        let wasUntried = apply(report, context, to: &consequence)
        // A large envelope is offered in parts.
        let hasUntried =
            wasUntried || consequence.table.pending.contains { !context.offered.contains($0) }
        switch report.end {
        case .accepted:
            consequence.settlement = afterAcceptance(consequence, context, hasUntried: hasUntried)
        case .uncertain:
            consequence.settlement =
                whenUncertain == .hold || context.earlierUncertain > 0
                ? .hold : .retry(after: schedule.afterUncertain)
        case .failed(let failure):
            settleFailure(failure, context, &consequence)
            goOnWithNextPart(failure, context, &consequence)
        }
        return consequence
    }

    /// Enters the recipients' outcomes; returns whether some were never offered.
    private func apply(
        _ report: AttemptReport,
        _ context: AttemptContext,
        to consequence: inout AttemptConsequence
    ) -> Bool {
        var hasUntried = false
        for (index, outcome) in zip(context.offered, report.recipients) {
            switch outcome {
            case .untried:
                hasUntried = true
            case .accepted(let reply):
                // A 2yz to RCPT is a promise of nothing until the final dot was accepted.
                if case .accepted = report.end {
                    consequence.table.set(.accepted(reply: reply.verbatim), at: index)
                }
            case .refused(let reply):
                let judgement = Judgement.of(reply: reply, at: .recipient)
                let isFinal = judgement.scope == .recipient && judgement.verdict == .rejected
                consequence.table.set(
                    isFinal
                        ? .refused(reply: reply.verbatim) : .pending(reply: reply.verbatim),
                    at: index
                )
                if !isFinal { consequence.await(judgement.wait) }
                // Too many recipients for one transaction, not too many for the message.
                if judgement.verdict == .retryLater, judgement.pace == .atOnce {
                    hasUntried = true
                }
                if isOnceMore(judgement, context) {
                    consequence.isOnceMore = true
                } else if case .none = consequence.effect {
                    consequence.effect = effect(of: judgement, reason: reply)
                }
            }
        }
        return hasUntried
    }

    private func afterAcceptance(
        _ consequence: AttemptConsequence,
        _ context: AttemptContext,
        hasUntried: Bool
    ) -> Settlement {
        if hasUntried { return .nextPart }
        if !consequence.table.pending.isEmpty { return retryOrGiveUp(context, consequence) }
        return consequence.table.refused.isEmpty ? .sent : .fail(.recipientsRefused)
    }

    private func settleFailure(
        _ failure: Failure,
        _ context: AttemptContext,
        _ consequence: inout AttemptConsequence
    ) {
        switch failure {
        case .noRecipientAccepted:
            consequence.settlement = afterRefusals(consequence, context)
        case .content(.missing):
            consequence.settlement = .leave
        case .stopped, .content(.spool):
            consequence.settlement = .again
        case .unsuitable:
            consequence.settlement = .elsewhere(failure)
        case .connect, .tls, .timeout, .connectionLost, .protocolViolation, .missingExtension,
            .refused, .tokenRefused, .serviceRefused, .mailboxRefused, .tooLarge, .credentials,
            .content(.changed):
            settle(failure, Judgement.of(failure), context, &consequence)
        }
    }

    /// Decides by a judgement what a failure of the message, its sender or the route changes.
    func settle(
        _ failure: Failure,
        _ judgement: Judgement,
        _ context: AttemptContext,
        _ consequence: inout AttemptConsequence
    ) {
        if isOnceMore(judgement, context) {
            consequence.isOnceMore = true
            consequence.settlement = .retry(after: Self.pauseOnceMore)
            return
        }
        let reply: Reply? = if case .refused(let reply, _) = failure { reply } else { nil }
        consequence.effect = effect(of: judgement, reason: failure.sentence, reply)
        if judgement.verdict == .retryLater { consequence.await(judgement.wait) }
        // The day's limit is the account's, whatever the phase says: no message fails for it.
        if case .closeDay = consequence.effect { return }
        switch judgement.scope {
        case .route:
            // A message on which every session breaks would otherwise be the first again as soon as
            // the route is back, and nobody else's would get through.
            consequence.settlement =
                judgement.category == .temporary && failure.concernsTransaction
                ? retryOrGiveUp(context, consequence, last: failure) : .again
        case .sender: consequence.settlement = .waitForSender
        case .message, .recipient:
            consequence.settlement =
                judgement.verdict == .rejected
                ? .fail(.rejected(failure))
                : retryOrGiveUp(context, consequence, last: failure)
        }
    }

    /// Lets the recipients that were not offered go at once, when all of a part were refused.
    ///
    /// Only if the part got anywhere: one that is refused for now would be offered again and again.
    private func goOnWithNextPart(
        _ failure: Failure,
        _ context: AttemptContext,
        _ consequence: inout AttemptConsequence
    ) {
        guard failure == .noRecipientAccepted, consequence.effect == .none else { return }
        let pending = consequence.table.pending
        let offered = Set(context.offered)
        if pending.contains(where: { !offered.contains($0) }),
            pending.count < context.table.pending.count
        {
            consequence.settlement = .nextPart
        }
    }

    private func afterRefusals(
        _ consequence: AttemptConsequence,
        _ context: AttemptContext
    ) -> Settlement {
        switch consequence.effect {
        case .suspendRoute, .lowerSessions, .closeDay: return .again
        case .suspendSender: return .waitForSender
        case .none: break
        }
        return consequence.table.pending.isEmpty
            ? .fail(.recipientsRefused) : retryOrGiveUp(context, consequence)
    }

    private func retryOrGiveUp(
        _ context: AttemptContext,
        _ consequence: AttemptConsequence,
        last: Failure? = nil
    ) -> Settlement {
        if context.age >= schedule.giveUpAfter {
            return .fail(.gaveUp(after: context.age, last: last))
        }
        let pause = schedule.pause(
            afterAttempts: context.earlierAttempts + 1,
            jitter: context.jitter
        )
        return .retry(after: max(pause, consequence.leastPause))
    }

    /// How long a message waits that is tried once more before its sender is suspended.
    private static let pauseOnceMore = Duration.seconds(900)

    private func isOnceMore(_ judgement: Judgement, _ context: AttemptContext) -> Bool {
        judgement.pace == .onceMore && judgement.verdict == .retryLater && !context.wasOnceMore
    }

    private func effect(of judgement: Judgement, reason reply: Reply) -> AccountEffect {
        effect(of: judgement, reason: reply.summary, reply)
    }

    private func effect(
        of judgement: Judgement,
        reason: String,
        _ reply: Reply?
    ) -> AccountEffect {
        let advice = judgement.advice
        switch judgement.wait {
        case .recipientsOfDay: return .closeDay(.recipients, reason: reason, advice: advice)
        case .externalRecipientsOfDay:
            return .closeDay(.externalRecipients, reason: reason, advice: advice)
        case .usual, .atLeast: break
        }
        switch judgement.scope {
        case .recipient, .message:
            return .none
        case .sender:
            return .suspendSender(reason: reason, advice: advice, wait: judgement.wait.minimum)
        case .route where judgement.category == .rate && reply?.isOfTooManySessions == true:
            return .lowerSessions(reason: reason, advice: advice)
        case .route:
            return .suspendRoute(
                RouteCondition.Cause(judgement.category),
                reason: reason,
                advice: advice,
                needsPerson: judgement.probing == .onSettingsChange,
                wait: judgement.wait.minimum
            )
        }
    }
}

extension AttemptConsequence {
    /// The longest wait of one message that a server may ask for: a reply must not park it for days.
    static let longestWait = Duration.seconds(3600)

    fileprivate mutating func `await`(_ wait: ImpliedWait) {
        leastPause = max(leastPause, min(wait.minimum ?? .zero, Self.longestWait))
    }
}

extension ImpliedWait {
    /// How long to wait at least, where that is said.
    var minimum: Duration? { if case .atLeast(let wait) = self { wait } else { nil } }
}

extension Reply {
    /// Whether the server says that too many sessions of the account run: `432 4.3.2`.
    fileprivate var isOfTooManySessions: Bool {
        code.value == 432 && enhanced == EnhancedStatus(4, 3, 2)
    }
}

extension Failure {
    /// Whether it came after the server had been told of the message.
    fileprivate var concernsTransaction: Bool {
        switch self {
        case .timeout(let phase, _), .connectionLost(let phase, _),
            .protocolViolation(let phase, _), .refused(_, let phase):
            Scope.usual(at: phase) != .route
        case .connect, .tls, .missingExtension, .tokenRefused, .serviceRefused, .unsuitable,
            .mailboxRefused, .noRecipientAccepted, .tooLarge, .credentials, .content, .stopped:
            false
        }
    }
}
