// The rows of the catalogue, by what they are about. Whether a refusal is the message's, its
// mailbox's or everybody's decides how much mail waits: where that is in doubt, mail waits and no
// message is rejected.
extension ServiceCatalogue {
    /// The token and its permissions.
    static let signIn: [ServiceRow] = [
        ServiceRow(
            pattern: ServicePattern(401, words: ["audience"]),
            example: ServiceRefusal(
                status: 401,
                code: "InvalidAuthenticationToken",
                message: "Access token validation failure. Invalid audience."
            ),
            category: .configuration,
            concern: .route,
            advice: "Set the route's cloud, or the scope of its tokens: this token is for another"
                + " service than Microsoft Graph."
        ),
        ServiceRow(
            pattern: ServicePattern(401, words: ["expired", "not yet valid", "lifetime"]),
            example: ServiceRefusal(
                status: 401,
                code: "InvalidAuthenticationToken",
                message: "Lifetime validation failed, the token is expired."
            ),
            category: .authentication,
            concern: .route,
            advice: "Set this computer's clock right: a token that was obtained a moment ago counts"
                + " as expired."
        ),
        ServiceRow(
            pattern: ServicePattern(401),
            example: ServiceRefusal(
                status: 401,
                code: "InvalidAuthenticationToken",
                message: "CompactToken parsing failed with error code: 80049217"
            ),
            category: .authentication,
            concern: .route,
            advice: "Check the identity: its tenant, its application and that no policy has revoked"
                + " its tokens."
        ),
        ServiceRow(
            pattern: ServicePattern("Authorization_RequestDenied"),
            example: ServiceRefusal(
                status: 403,
                code: "Authorization_RequestDenied",
                message: "Insufficient privileges to complete the operation."
            ),
            category: .configuration,
            concern: .route,
            advice: "Give the application the role Application Mail.Send in Exchange Online, or the"
                + " permission Mail.Send with an administrator's consent."
        ),
    ]

    /// The mailbox that sends, and as whom it may.
    static let mailbox: [ServiceRow] = [
        ServiceRow(
            pattern: ServicePattern("ErrorSendAsDenied"),
            example: ServiceRefusal(
                status: 403,
                code: "ErrorSendAsDenied",
                message: "The user account which was used to submit this request does not have the"
                    + " right to send mail on behalf of the specified sending account."
            ),
            category: .configuration,
            concern: .sender,
            advice: "Give the mailbox the right Send As on the From address, or let the writer put"
                + " the mailbox's own address into From; aliases of it do not count."
        ),
        ServiceRow(
            pattern: ServicePattern("ErrorAccessDenied", "AccessDenied"),
            example: ServiceRefusal(
                status: 403,
                code: "ErrorAccessDenied",
                message: "Access to OData is disabled."
            ),
            category: .configuration,
            concern: .mailbox,
            advice: "Let the application send as this mailbox: check the permission Mail.Send, and"
                + " the scope of its role or access policy; a change takes up to two hours."
        ),
        ServiceRow(
            pattern: ServicePattern(
                "MailboxNotEnabledForRESTAPI",
                "MailboxNotSupportedForRESTAPI"
            ),
            example: ServiceRefusal(
                status: 404,
                code: "MailboxNotEnabledForRESTAPI",
                message: "The mailbox is either inactive, soft-deleted, or is hosted on-premise."
            ),
            category: .configuration,
            concern: .mailbox,
            advice: "Give the mailbox a licence, or name one that is in Exchange Online."
        ),
        ServiceRow(
            pattern: ServicePattern(
                "ErrorInvalidUser",
                "ErrorNonExistentMailbox",
                "Request_ResourceNotFound",
                "ResourceNotFound"
            ),
            example: ServiceRefusal(
                status: 404,
                code: "ErrorInvalidUser",
                message: "The requested user 'erp@contoso.com' is invalid."
            ),
            category: .configuration,
            concern: .mailbox,
            advice: "Correct the mailbox: the organisation has no such user."
        ),
        ServiceRow(
            pattern: ServicePattern("ErrorAccountSuspend", "ErrorMessageSubmissionBlocked"),
            example: ServiceRefusal(
                status: 403,
                code: "ErrorMessageSubmissionBlocked",
                message: "Cannot send mail."
            ),
            category: .senderBlocked,
            concern: .mailbox,
            advice: "Find out what sent too much or looked like spam, then have the mailbox taken"
                + " off the list of restricted entities in Microsoft Defender."
        ),
        ServiceRow(
            pattern: ServicePattern("ErrorQuotaExceeded"),
            example: ServiceRefusal(
                status: 403,
                code: "ErrorQuotaExceeded",
                message: "The mailbox has exceeded its quota."
            ),
            category: .configuration,
            concern: .mailbox,
            advice: "Make room in the mailbox: what it sends is kept in Sent Items and fills it up."
        ),
    ]

    /// Too much at once, or too much today.
    static let limits: [ServiceRow] = [
        ServiceRow(
            pattern: ServicePattern("ErrorExceededMessageLimit"),
            example: ServiceRefusal(
                status: 403,
                code: "ErrorExceededMessageLimit",
                message: "Cannot send mail. Daily Message/Recipient limit exceeded."
            ),
            category: .rate,
            concern: .route,
            wait: .recipientsOfDay,
            advice: "Nothing to do: the mailbox has reached its recipients of the day; for more,"
                + " send some of the mail from another mailbox."
        ),
        ServiceRow(
            pattern: ServicePattern(429, words: ["concurrency"]),
            example: ServiceRefusal(
                status: 429,
                code: "ApplicationThrottled",
                message: "Application is over its MailboxConcurrency limit."
            ),
            category: .rate,
            concern: .route,
            advice: "Lower the route's number of connections, and look for other programs that use"
                + " the same application with this mailbox."
        ),
        ServiceRow(
            pattern: ServicePattern(429),
            example: ServiceRefusal(
                status: 429,
                code: "TooManyRequests",
                message: "Too many requests."
            ),
            category: .rate,
            concern: .route,
            advice: "Nothing to do unless it lasts: the service asks for a pause."
        ),
    ]

    /// The message itself.
    static let message: [ServiceRow] = [
        ServiceRow(
            pattern: ServicePattern("ErrorInvalidRecipients", "ErrorMissingRecipients"),
            example: ServiceRefusal(
                status: 400,
                code: "ErrorInvalidRecipients",
                message: "At least one recipient isn't valid."
            ),
            category: .permanent,
            concern: .message,
            advice: "Correct the recipients' addresses: Microsoft Graph refuses the whole message"
                + " for one that it cannot read."
        ),
        ServiceRow(
            pattern: ServicePattern(
                "ErrorMimeContentInvalidBase64String",
                "ErrorMimeContentInvalid",
                "ErrorMimeContentConversionFailed"
            ),
            example: ServiceRefusal(
                status: 400,
                code: "ErrorMimeContentInvalidBase64String",
                message: "Invalid base64 string for MIME content."
            ),
            category: .permanent,
            concern: .message,
            advice: "Let the writer produce correct MIME, or use a route with SMTP: the service"
                + " cannot read the message."
        ),
        ServiceRow(
            pattern: ServicePattern(
                "ErrorMessageSizeExceeded",
                "RequestEntityTooLarge",
                "ErrorAttachmentSizeLimitExceeded"
            ),
            example: ServiceRefusal(
                status: 400,
                code: "ErrorMessageSizeExceeded",
                message: "The message exceeds the maximum supported size."
            ),
            category: .permanent,
            concern: .message,
            advice: "Make the message smaller, or have the mailbox's limit raised."
        ),
        ServiceRow(
            pattern: ServicePattern(413),
            example: ServiceRefusal(status: 413, message: "Request Entity Too Large"),
            category: .permanent,
            concern: .message,
            advice: "Make the message smaller, or use a route with SMTP: the request is larger than"
                + " the service takes."
        ),
        // Seen in 2021 with messages above 2,240 KB: microsoft-graph-docs#13979.
        ServiceRow(
            pattern: ServicePattern(200...299),
            example: ServiceRefusal(
                status: 200,
                message: "the service answered 200 instead of 202 and sent nothing"
            ),
            category: .permanent,
            concern: .message,
            advice: "Make the message smaller, or use a route with SMTP: Microsoft Graph drops some"
                + " large messages without a word of refusal."
        ),
    ]

    /// Trouble of the service, or of what stands between.
    static let trouble: [ServiceRow] = [
        ServiceRow(
            pattern: ServicePattern(
                "ErrorServerBusy",
                "ErrorMailboxStoreUnavailable",
                "ErrorMailboxMoveInProgress",
                "ErrorInternalServerTransientError",
                "ErrorTimeoutExpired",
                "ErrorConnectionFailed",
                "ServiceUnavailable"
            ),
            example: ServiceRefusal(
                status: 503,
                code: "ErrorServerBusy",
                message: "The server cannot service this request right now. Try again later."
            ),
            category: .temporary,
            concern: .route,
            advice: "Nothing to do unless it lasts: the service has trouble of its own."
        ),
        // One message must not hold up the others: the service may stumble over this one only.
        ServiceRow(
            pattern: ServicePattern(500, .oneOf(["ErrorInternalServerError", "UnknownError"])),
            example: ServiceRefusal(
                status: 500,
                code: "ErrorInternalServerError",
                message: "An internal server error occurred. The operation failed."
            ),
            category: .temporary,
            concern: .message,
            advice: "Nothing to do unless it lasts: then the service stumbles over this message,"
                + " which a route with SMTP may carry."
        ),
        ServiceRow(
            pattern: ServicePattern(500...599),
            example: ServiceRefusal(status: 504, message: "Gateway Timeout"),
            category: .temporary,
            concern: .route,
            advice: "Nothing to do unless it lasts: the service has trouble of its own."
        ),
        ServiceRow(
            pattern: ServicePattern(300...399),
            example: ServiceRefusal(status: 302, message: "Found"),
            category: .configuration,
            concern: .route,
            advice: "Check the route's address and the proxy: the service was asked for and"
                + " something pointed elsewhere, where no token is sent."
        ),
        ServiceRow(
            pattern: ServicePattern(407),
            example: ServiceRefusal(status: 407, message: "Proxy Authentication Required"),
            category: .configuration,
            concern: .route,
            advice: "Let the proxy pass this computer's requests, or put its user and password into"
                + " the settings."
        ),
        ServiceRow(
            pattern: ServicePattern(400...499, .absent),
            example: ServiceRefusal(status: 403, message: "Access to this site is blocked."),
            category: .configuration,
            concern: .route,
            advice: "Check the route's address and the proxy: this answer does not look like"
                + " Microsoft Graph's."
        ),
        ServiceRow(
            pattern: ServicePattern(400...499),
            example: ServiceRefusal(
                status: 400,
                code: "ErrorInvalidRequest",
                message: "The request is invalid."
            ),
            category: .permanent,
            concern: .message,
            advice: "Read the service's sentence, correct the message and submit it again."
        ),
        stranger,
    ]

    /// A status that no service may send.
    static let stranger = ServiceRow(
        pattern: ServicePattern(0...999),
        example: ServiceRefusal(status: 101, message: "Switching Protocols"),
        category: .configuration,
        concern: .route,
        advice: "Check the route's address and the proxy: this answer makes no sense."
    )
}
