/// The keys of `[limits]`.
enum LimitKey: String, TenantKey {
    case messagesPerMinute = "messages_per_minute"
    case excess
    case sessions
    case recipientsPerDay = "recipients_per_day"
    case recipientsPerMessage = "recipients_per_message"
    case externalRecipientsPerDay = "external_recipients_per_day"
    case onmicrosoftRecipientsPerDay = "onmicrosoft_recipients_per_day"
    case advertisedSize = "advertised_size"
    case maxSize = "max_size"
    case equalFailures = "equal_failures"
    case failurePenalty = "failure_penalty"
    case tokenLife = "token_life"
    case hveTokenRest = "hve_token_rest"
    case acsMessagesPerMinute = "acs_messages_per_minute"
    case acsMessagesPerHour = "acs_messages_per_hour"
    case acsRecipientsPerMessage = "acs_recipients_per_message"
    case acsMaxSize = "acs_max_size"
    case graphRequests = "graph_requests"
    case graphRequestsAtOnce = "graph_requests_at_once"
    case graphRequestSize = "graph_request_size"
    case graphUploadSize = "graph_upload_size"

    static var table: TenantTable { .limits }

    var declaration: TenantKeyDeclaration {
        switch self {
        case .messagesPerMinute:
            Self.count("30", "Messages of a mailbox in any 60 seconds.")
        case .excess:
            TenantKeyDeclaration(
                "`refuse` or `delay`",
                "`refuse`",
                "What becomes of a message beyond that: 421 4.4.2, or a reply that waits."
            )
        case .sessions:
            Self.count("3", "Sessions of a mailbox at once; others get 432 4.3.2 after the dot.")
        case .recipientsPerDay:
            Self.count("10000", "Recipients of a mailbox in any 24 hours.")
        case .recipientsPerMessage:
            Self.count("500", "Recipients of one message.")
        case .externalRecipientsPerDay:
            Self.count(
                "500 × licences^0.7 + 9,500",
                "External recipients of a tenant in any 24 hours (TERRL)."
            )
        case .onmicrosoftRecipientsPerDay:
            Self.count(
                "100",
                "Of these, with a sender whose domain ends in `onmicrosoft.com`."
            )
        case .advertisedSize:
            TenantKeyDeclaration("size", "\"150 MB\"", "What SIZE announces.")
        case .maxSize:
            TenantKeyDeclaration("size", "\"35 MB\"", "The largest message a mailbox may send.")
        case .equalFailures:
            Self.count("10", "Equal failures of a sender in an hour that block it.")
        case .failurePenalty:
            TenantKeyDeclaration("time", "\"1 h\"", "How long such a sender is blocked.")
        case .tokenLife:
            TenantKeyDeclaration("time", "\"1 h\"", "How long an access token lives.")
        case .hveTokenRest:
            TenantKeyDeclaration(
                "time",
                "\"10 min\"",
                "How long a token must still live for an HVE account."
            )
        case .acsMessagesPerMinute:
            Self.count("30", "Messages of a resource in any 60 seconds.")
        case .acsMessagesPerHour:
            Self.count("100", "Messages of a resource in any hour.")
        case .acsRecipientsPerMessage:
            Self.count("50", "Recipients of one message.")
        case .acsMaxSize:
            TenantKeyDeclaration("size", "\"10 MB\"", "The largest message of a resource.")
        case .graphRequests:
            Self.count("10000", "Requests of an application to a mailbox in any ten minutes.")
        case .graphRequestsAtOnce:
            Self.count("4", "Such requests at once.")
        case .graphRequestSize:
            TenantKeyDeclaration("size", "\"4 MB\"", "The largest body of a request.")
        case .graphUploadSize:
            TenantKeyDeclaration("size", "\"150 MB\"", "What is uploaded in any five minutes.")
        }
    }

    private static func count(_ absence: String, _ sentence: String) -> TenantKeyDeclaration {
        TenantKeyDeclaration("number or \"unlimited\"", absence, sentence)
    }
}
