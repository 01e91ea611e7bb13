/// Why Graph refuses a request, with the words of the service.
///
/// Codes are those of the service; statuses and texts are as commonly seen, and not documented for
/// each code.
enum GraphError: Error, Hashable, Sendable {
    case tokenMissing, tokenMalformed, tokenSignature, tokenExpired, tokenAudience
    case noSuchAddress
    case methodNotAllowed
    case notDelegated
    case malformed(String)
    case base64Invalid
    case contentInvalid
    case recipientsInvalid
    case accessDenied
    /// The mailbox is outside of the application's scope.
    case outOfScope
    case sendAsDenied
    case submissionBlocked
    case messageLimit
    case userInvalid(String)
    case mailboxMissing
    case itemMissing
    case requestTooLarge
    case messageTooLarge
    case attachmentTooSmall
    case attachmentTooLarge
    case rangeInvalid
    case uploadAuthorized
    case quotaExceeded
    case throttled(Throttle)
    case serverBusy
    case gatewayTimeout
    case internalError

    /// What a throttled client had too much of.
    enum Throttle: String, Hashable, Sendable {
        case concurrency = "MailboxConcurrency"
        case requests = "MailboxRequests"
        case upload = "MailboxUpload"
        case submission = "MailboxSubmission"
    }

    /// The HTTP status.
    var status: Int {
        switch self {
        case .tokenMissing, .tokenMalformed, .tokenSignature, .tokenExpired, .tokenAudience: 401
        case .notDelegated, .malformed, .base64Invalid, .contentInvalid, .recipientsInvalid,
            .messageTooLarge, .attachmentTooSmall, .attachmentTooLarge, .uploadAuthorized:
            400
        case .accessDenied, .outOfScope, .sendAsDenied, .submissionBlocked, .messageLimit: 403
        case .noSuchAddress, .userInvalid, .mailboxMissing, .itemMissing: 404
        case .methodNotAllowed: 405
        case .requestTooLarge: 413
        case .rangeInvalid: 416
        case .throttled: 429
        case .internalError: 500
        case .serverBusy: 503
        case .gatewayTimeout: 504
        case .quotaExceeded: 507
        }
    }

    /// The `code` of the error.
    var code: String {
        switch self {
        case .tokenMissing, .tokenMalformed, .tokenSignature, .tokenExpired, .tokenAudience:
            "InvalidAuthenticationToken"
        case .noSuchAddress, .notDelegated, .malformed, .requestTooLarge: "BadRequest"
        case .methodNotAllowed: "MethodNotAllowed"
        case .base64Invalid: "ErrorMimeContentInvalidBase64String"
        case .contentInvalid: "ErrorMimeContentInvalid"
        case .recipientsInvalid: "ErrorInvalidRecipients"
        case .accessDenied, .outOfScope: "ErrorAccessDenied"
        case .sendAsDenied: "ErrorSendAsDenied"
        case .submissionBlocked: "ErrorMessageSubmissionBlocked"
        case .messageLimit: "ErrorExceededMessageLimit"
        case .userInvalid: "ErrorInvalidUser"
        case .mailboxMissing: "MailboxNotEnabledForRESTAPI"
        case .itemMissing: "ErrorItemNotFound"
        case .messageTooLarge: "ErrorMessageSizeExceeded"
        case .attachmentTooSmall: "ErrorAttachmentSizeShouldNotBeLessThanMinimumSize"
        case .attachmentTooLarge: "ErrorAttachmentSizeLimitExceeded"
        case .rangeInvalid: "ErrorInvalidRange"
        case .uploadAuthorized: "ErrorInvalidRequest"
        case .quotaExceeded: "ErrorQuotaExceeded"
        case .throttled: "ApplicationThrottled"
        case .serverBusy: "ErrorServerBusy"
        case .gatewayTimeout: "UnknownError"
        case .internalError: "ErrorInternalServerError"
        }
    }

    /// The `message` of the error.
    var message: String {
        switch self {
        case .tokenMissing: "Access token is empty."
        case .tokenMalformed: "CompactToken parsing failed with error code: 80049217"
        case .tokenSignature: "Access token validation failure. Invalid signature."
        case .tokenExpired: "Lifetime validation failed, the token is expired."
        case .tokenAudience: "Access token validation failure. Invalid audience."
        case .noSuchAddress: "Resource not found for the segment."
        case .methodNotAllowed: "The HTTP method is not allowed for this address."
        case .notDelegated: "/me request is only valid with delegated authentication flow."
        case .malformed(let reason): reason
        case .base64Invalid: "Invalid base64 string for MIME content."
        case .contentInvalid: "The MIME content is not valid."
        case .recipientsInvalid:
            "At least one recipient isn't valid., A message can't be sent because it contains no"
                + " recipients."
        case .accessDenied: "Access is denied. Check credentials and try again."
        case .outOfScope:
            "Access to OData is disabled: [RAOP] : Blocked by tenant configured AppOnly"
                + " AccessPolicy settings."
        case .sendAsDenied:
            "The user account which was used to submit this request does not have the right to"
                + " send mail on behalf of the specified sending account., Cannot submit message."
        case .submissionBlocked: "The account is blocked from sending, Cannot submit message."
        case .messageLimit:
            "The mailbox has reached its daily limit for message recipients., Cannot submit"
                + " message."
        case .userInvalid(let name): "The requested user '\(name)' is invalid."
        case .mailboxMissing:
            "The mailbox is either inactive, soft-deleted, or is hosted on-premise."
        case .itemMissing: "The specified object was not found in the store."
        case .requestTooLarge: "Maximum request length exceeded."
        case .messageTooLarge:
            "The message exceeds the maximum supported size., Cannot save changes made to an item"
                + " to store."
        case .attachmentTooSmall:
            "The attachment is smaller than 3 MB and must be added without an upload session."
        case .attachmentTooLarge: "The attachment exceeds the maximum supported size."
        case .rangeInvalid: "The uploaded range is not the expected one."
        case .uploadAuthorized:
            "The upload URL is authorized already: the Authorization header must not be sent."
        case .quotaExceeded: "The mailbox quota has been exceeded."
        case .throttled(let kind): "Application is over its \(kind.rawValue) limit."
        case .serverBusy: "The server cannot service this request right now. Try again later."
        case .gatewayTimeout: "The gateway did not receive a response in time."
        case .internalError: "An internal server error occurred. The operation failed."
        }
    }

    /// The error of a code in any case, or of a status, as faults on request name it.
    init?(named name: String) {
        let found = Self.examples.first {
            $0.code.lowercased() == name.lowercased() || "\($0.status)" == name
        }
        guard let found else { return nil }
        self = found
    }

    /// One error of each code, the first of a status standing for it.
    static let examples: [GraphError] = [
        .malformed("The request was refused because a fault asked for it."), .tokenExpired,
        .accessDenied, .sendAsDenied, .submissionBlocked, .messageLimit, .mailboxMissing,
        .userInvalid("fault"), .itemMissing, .methodNotAllowed, .requestTooLarge,
        .messageTooLarge, .base64Invalid, .contentInvalid, .recipientsInvalid,
        .attachmentTooSmall, .attachmentTooLarge, .rangeInvalid, .throttled(.concurrency),
        .internalError, .serverBusy, .gatewayTimeout, .quotaExceeded,
    ]

    /// The body of the response.
    func body(_ requestID: String, _ now: SandboxTime) -> JSONValue {
        .members([
            (
                "error",
                .members([
                    ("code", .string(code)),
                    ("message", .string(message)),
                    (
                        "innerError",
                        .members([
                            ("date", .string(String(now.internetTime.prefix(19)))),
                            ("request-id", .string(requestID)),
                            ("client-request-id", .string(requestID)),
                        ])
                    ),
                ])
            )
        ])
    }
}

extension GraphError {
    /// How Graph says what the rehearsed service refuses.
    init(_ refusal: Refusal) {
        switch refusal {
        case .wrongPassword, .tokenRefused, .tokenExpiresSoon: self = .tokenMalformed
        case .passwordsDisabled, .securityDefaults, .smtpDisabledForTenant,
            .smtpDisabledForMailbox, .mailboxClosed, .relayDenied, .directSendRejected:
            self = .accessDenied
        case .senderDenied, .headerSenderDenied, .senderUnknown: self = .sendAsDenied
        case .mailboxFull: self = .quotaExceeded
        case .tooLarge: self = .messageTooLarge
        case .tooManyRecipients, .externalRecipient: self = .recipientsInvalid
        case .tooManySessions: self = .throttled(.concurrency)
        case .tooManyMessages: self = .throttled(.submission)
        case .dailyRecipients, .externalRecipients, .onmicrosoftRecipients: self = .messageLimit
        case .senderBlocked: self = .submissionBlocked
        }
    }
}
