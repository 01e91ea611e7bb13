/// What clients did, and how often they ran into a limit: kept whether or not there are limits.
package struct RehearsalCounts: Hashable, Sendable {
    /// A kind of limit.
    package enum Limit: String, Hashable, Sendable, CaseIterable {
        case messageRate = "message-rate"
        case sessions
        case recipientsPerDay = "recipients-per-day"
        case recipientsPerMessage = "recipients-per-message"
        case externalRecipients = "external-recipients"
        case size
        case equalFailures = "equal-failures"
        case graphRequests = "graph-requests"
        case graphRequestsAtOnce = "graph-requests-at-once"
        case graphUpload = "graph-upload"

        /// Which limit it is, for the documentation.
        package var meaning: String {
            switch self {
            case .messageRate: "messages in a minute; of ACS, in a minute or an hour"
            case .sessions: "sessions of a mailbox at once"
            case .recipientsPerDay: "recipients of a mailbox in 24 hours"
            case .recipientsPerMessage: "recipients of one message"
            case .externalRecipients: "external recipients of a tenant in 24 hours"
            case .size: "octets of one message, below what is announced"
            case .equalFailures: "submissions of a sender that is blocked for equal failures"
            case .graphRequests: "Graph: requests to a mailbox in ten minutes"
            case .graphRequestsAtOnce: "Graph: requests to a mailbox at once"
            case .graphUpload: "Graph: octets uploaded in five minutes"
            }
        }
    }

    /// What one account did.
    package struct Account: Hashable, Sendable {
        /// Messages submitted, accepted or not.
        package var submitted = 0
        package var accepted = 0
        /// Recipients of accepted messages.
        package var recipients = 0
        /// The most messages submitted in any 60 seconds.
        package var mostMessagesPerMinute = 0
        /// The most messages submitted in any hour.
        package var mostMessagesPerHour = 0
        /// The most sessions at once.
        package var mostSessions = 0
        /// The most accepted recipients in any 24 hours.
        package var mostRecipientsPerDay = 0
    }

    /// By the name of the submitter.
    package var accounts: [String: Account] = [:]
    /// The most accepted external recipients in any 24 hours, by the name of the organisation.
    package var mostExternalRecipientsPerDay: [String: Int] = [:]
    /// How often a client ran into a limit; absent when never.
    package var violations: [Limit: Int] = [:]
}
