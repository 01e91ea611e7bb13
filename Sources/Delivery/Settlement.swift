package import Submission

/// What becomes of a message after one attempt.
package enum Settlement: Hashable, Sendable {
    /// Every recipient was accepted: the message goes to `sent/`.
    case sent
    /// Some recipients were accepted and others not offered: they go at once, in the next part.
    case nextPart
    /// Back to the queue with a history, due after the pause.
    case retry(after: Duration)
    /// Back to the queue as if nothing had happened: the trouble was not the message's.
    case again
    /// Back to the queue until its sender is usable again.
    case waitForSender
    /// To the next route of the pickup's list that can carry it: this one cannot.
    case elsewhere(Failure)
    /// To `failed/`.
    case fail(FailureCause)
    /// To `held/`: a second uncertain outcome, or the policy asks for a person.
    case hold
    /// Nothing to move: an operator took the file.
    case leave
}

/// Why a message ends in `failed/`.
package enum FailureCause: Hashable, Sendable {
    /// The message itself was refused or cannot be sent.
    case rejected(Failure)
    /// Some recipients, or all, were refused for good.
    case recipientsRefused
    /// It was tried for as long as the settings allow.
    case gaveUp(after: Duration, last: Failure?)
}

/// What an attempt says about the route or the sender beyond its message.
package enum AccountEffect: Hashable, Sendable {
    case none
    /// `wait` is how long the server asks to wait at least.
    case suspendRoute(
        RouteCondition.Cause,
        reason: String,
        advice: String,
        needsPerson: Bool,
        wait: Duration? = nil
    )
    case suspendSender(reason: String, advice: String, wait: Duration? = nil)
    /// One session fewer for the account; where it has only one, the route is throttled.
    case lowerSessions(reason: String, advice: String)
    /// The account's, or the tenant's, day is used up by the server's word.
    case closeDay(DayLimit, reason: String, advice: String)
}

/// A limit of a rolling day that a server tells of.
package enum DayLimit: Hashable, Sendable {
    /// Recipients of the account.
    case recipients
    /// Recipients outside the organisation, of all its accounts.
    case externalRecipients
}

/// Everything one attempt changes.
package struct AttemptConsequence: Hashable, Sendable {
    package var settlement: Settlement
    package var table: RecipientTable
    package var effect: AccountEffect
    /// Whether the history is to say that the message was retried once before its sender was
    /// suspended.
    package var isOnceMore = false
    /// How long a retry waits at least, as a reply about recipients or the message asks.
    var leastPause: Duration = .zero
}

extension RouteCondition.Cause {
    /// The cause a category of reply gives a suspension.
    init(_ category: ReplyCategory) {
        switch category {
        case .temporary, .permanent: self = .connection
        case .authentication: self = .authentication
        case .configuration: self = .configuration
        case .rate: self = .rate
        case .senderBlocked: self = .blocked
        }
    }
}
