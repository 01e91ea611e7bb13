internal import Submission

extension ReplyCategory {
    /// The category in a sentence for people, without full stop.
    var meaning: String {
        switch self {
        case .temporary: "temporary: the same may succeed later"
        case .permanent: "permanent: the same will not succeed"
        case .authentication: "authentication: the sign-in was refused"
        case .configuration:
            "configuration: nothing succeeds until somebody changes settings, rights or addresses"
        case .rate: "rate: too much at once, or too much today"
        case .senderBlocked:
            "sender blocked: Microsoft blocks the sender, the organisation or the public address"
        }
    }
}

extension Scope {
    /// Whom the scope means.
    var meaning: String {
        switch self {
        case .recipient: "this recipient; the others go on"
        case .message: "this message with all its recipients"
        case .sender: "all mail of this sender: of its pickup, its From and its mailbox"
        case .route: "all mail of the route"
        }
    }
}

extension Judgement {
    /// What becomes of the message.
    var consequence: String {
        switch (verdict, scope) {
        case (.rejected, .recipient):
            "this recipient is given up; the others still get the message"
        case (.rejected, _): "goes to failed/ with its reason"
        case (.retryLater, .route), (.retryLater, .sender):
            "stays queued, and the waiting does not count towards giving up"
        case (.retryLater, _): "stays queued and is tried again"
        case (.sent, _), (.uncertain, _), (.withdrawn, _): "\(verdict.rawValue)"
        }
    }

    /// When Postchute tries again.
    var nextAttempt: String {
        if verdict == .rejected {
            return "when somebody has put it right and calls postchute retry"
        }
        switch pace {
        case .atOnce: return "at once, with the next transaction"
        case .onceMore: return "once more after 15 minutes; if that fails too, the sender waits"
        case .bySchedule: break
        }
        switch wait {
        case .recipientsOfDay:
            return "when the mailbox's recipients of the last 24 hours are few enough again"
        case .externalRecipientsOfDay:
            return "when the external recipients of the last 24 hours are few enough again"
        case .atLeast(let pause):
            return "after \(Readable.span(seconds: pause.components.seconds)) at the earliest"
        case .usual: return usualPause
        }
    }

    /// The pauses of `RouteCondition` and `RetrySchedule`, in words.
    private var usualPause: String {
        switch (scope, category) {
        case (.route, _) where probing == .onSettingsChange:
            "when somebody resumes the route (postchute resume --route NAME) or changes its settings"
        case (.route, .temporary):
            "the connection is tried after 5 and 15 seconds, 1 and 2 minutes, then every 5 minutes"
        case (.route, .rate): "after 15 seconds at first, every 5 minutes in the end"
        case (.route, .senderBlocked), (.sender, _): "after an hour"
        case (.route, _):
            "the sign-in is tried after 1, 5 and 15 minutes, then every 30 minutes"
        case (.message, _), (.recipient, _):
            "after a minute at first, every hour in the end, until give_up_after has passed"
        }
    }
}
