/// What kind of trouble a failure is, with the classes of the reply catalogue.
package enum ReplyCategory: String, Hashable, Sendable, CaseIterable {
    /// The same attempt may succeed later.
    case temporary
    /// The same attempt will not succeed.
    case permanent
    /// The sign-in was refused.
    case authentication
    /// Nothing succeeds until settings, rights or addresses of the server are changed.
    case configuration
    /// Too much at once, or too much today.
    case rate
    /// Microsoft blocks the sender or the organisation.
    case senderBlocked = "sender blocked"
}

/// What becomes of a message, or of one recipient where the scope says so.
package enum Verdict: String, Hashable, Sendable, CaseIterable {
    /// Accepted: the server answers for it.
    case sent
    /// Stays queued and is tried again.
    case retryLater = "retry later"
    /// Goes to `failed/` with its reason.
    case rejected
    /// May have been accepted: a retry can deliver a second copy.
    case uncertain
    /// An operator took the file: nothing is left to do.
    case withdrawn

    /// The verdict on one attempt as a whole; recipients have their own.
    package static func of(_ end: AttemptReport.End) -> Verdict {
        switch end {
        case .accepted: .sent
        case .failed(let failure): Judgement.of(failure).verdict
        case .uncertain: .uncertain
        }
    }
}

/// Whom a failure concerns, from the smallest to the largest.
package enum Scope: String, Hashable, Sendable, CaseIterable {
    /// One recipient; the others go on.
    case recipient
    /// The message with all its recipients.
    case message
    /// Pickup, From and mailbox together: other messages of this sender would meet the same.
    case sender
    /// Every message of the route would meet the same.
    case route
}

/// When to try a suspended route again.
package enum Probing: String, Hashable, Sendable, CaseIterable {
    /// By signing in without a message, after 1, 5, 15, then every 30 minutes.
    case bySchedule = "by schedule"
    /// Only when settings change or an operator resumes: repeated sign-ins lock accounts.
    case onSettingsChange = "on settings change"
}

/// When a message that is tried again has its turn.
package enum RetryPace: String, Hashable, Sendable, CaseIterable {
    /// By the retry schedule.
    case bySchedule = "by schedule"
    /// With the next transaction, without counting as a failed attempt.
    case atOnce = "at once"
    /// By the retry schedule the first time; the second time its scope is suspended.
    case onceMore = "once more"
}

/// How long a refusal asks to wait, or implies.
package enum ImpliedWait: Hashable, Sendable {
    /// Nothing is said: the usual pauses of the category.
    case usual
    /// At least this long.
    case atLeast(Duration)
    /// Until the account's recipients of the last 24 hours are few enough again.
    case recipientsOfDay
    /// Until the tenant's external recipients of the last 24 hours are few enough again.
    case externalRecipientsOfDay
}

/// What follows from a failure: the answers to "what becomes of the message" and "whom does it
/// concern", with what to do about it.
package struct Judgement: Hashable, Sendable {
    /// What kind of trouble it is.
    package var category: ReplyCategory
    /// What becomes of the message, or of the recipient where ``scope`` says so.
    package var verdict: Verdict
    /// Whom it concerns.
    package var scope: Scope
    /// One sentence for the operator: what to do.
    package var advice: String
    /// Meaningful where ``scope`` is the route or the sender.
    package var probing: Probing
    /// Meaningful where ``verdict`` is to retry.
    package var pace: RetryPace
    /// Meaningful where a route or sender waits.
    package var wait: ImpliedWait

    /// Creates a judgement.
    package init(
        _ category: ReplyCategory,
        _ verdict: Verdict,
        _ scope: Scope,
        advice: String,
        probing: Probing = .bySchedule,
        pace: RetryPace = .bySchedule,
        wait: ImpliedWait = .usual
    ) {
        self.category = category
        self.verdict = verdict
        self.scope = scope
        self.advice = advice
        self.probing = probing
        self.pace = pace
        self.wait = wait
    }
}
