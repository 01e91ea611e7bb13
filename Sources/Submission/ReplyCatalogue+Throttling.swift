extension ReplyCatalogue {
    /// Limits: too many connections, messages or recipients, or a public address with a bad name.
    static let throttling = CatalogueSection(
        title: "Too much at once, or in a day",
        sources: "Microsoft Learn, “Improvements in SMTP authenticated submission client protocol"
            + " (concurrent connections)”, “Exchange Online limits” and “Email non-delivery"
            + " reports and SMTP errors in Exchange Online”; RFC 3463",
        rows: [
            CatalogueRow(
                name: "421-4.4.2",
                pattern: ReplyPattern(
                    421,
                    .exactly(4, 4, 2),
                    words: ["submission rate"],
                    phrases: ["message submission rate"]
                ),
                example: "421 4.4.2 Message submission rate for this client has exceeded the"
                    + " configured limit",
                phase: .mail,
                category: .rate,
                scope: .route,
                advice: "Nothing to do unless it lasts: then lower the route's rate, and look for"
                    + " other programs that send with the same mailbox."
            ),
            CatalogueRow(
                name: "432-4.3.2-recipient",
                pattern: ReplyPattern(
                    432,
                    .exactly(4, 3, 2),
                    saying: ["recipient thread limit exceeded"]
                ),
                example: "432 4.3.2 STOREDRV.Deliver; recipient thread limit exceeded"
                    + " [Hostname=AM0PR02MB0001.eurprd02.prod.outlook.com]",
                phase: .endOfData,
                category: .rate,
                advice: "Nothing to do: the recipient's mailbox is busy, and the message is tried"
                    + " again."
            ),
            CatalogueRow(
                name: "432-4.3.2-sender",
                pattern: ReplyPattern(
                    432,
                    .exactly(4, 3, 2),
                    saying: ["sender thread limit exceeded"]
                ),
                example: "432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded"
                    + " [Hostname=AM0PR02MB0001.eurprd02.prod.outlook.com]",
                phase: .endOfData,
                category: .rate,
                scope: .route,
                advice: "Lower the route's number of connections (three are allowed for each"
                    + " mailbox), and look for other programs that send with the same mailbox."
            ),
            CatalogueRow(
                name: "432-4.3.2",
                pattern: ReplyPattern(
                    432,
                    .exactly(4, 3, 2),
                    phrases: ["concurrent connections limit exceeded"]
                ),
                example: "432 4.3.2 Concurrent connections limit exceeded. Visit"
                    + " https://aka.ms/concurrent_sending for more information."
                    + " [Hostname=AM0PR02MB0001.eurprd02.prod.outlook.com]",
                phase: .endOfData,
                category: .rate,
                scope: .route,
                advice: "Lower the route's number of connections (three are allowed for each"
                    + " mailbox), and look for other programs that send with the same mailbox."
            ),
            CatalogueRow(
                name: "451-4.7.652",
                pattern: ReplyPattern(
                    400...499,
                    .exactly(4, 7, 652),
                    phrases: ["exceeded the maximum number of connections"]
                ),
                example:
                    "451 4.7.652 The mail server [192.0.2.1] has exceeded the maximum number of"
                    + " connections. (S3115)",
                phase: .mail,
                category: .rate,
                scope: .route,
                advice: "Lower the route's number of connections, and look for other senders behind"
                    + " the same public address."
            ),
            CatalogueRow(
                name: "451-4.7.650",
                pattern: ReplyPattern(
                    400...499,
                    .details(4, 7, 650...651),
                    phrases: ["temporarily rate limited due to ip reputation"]
                ),
                example: "451 4.7.650 The mail server [192.0.2.1] has been temporarily rate limited"
                    + " due to IP reputation. For e-mail delivery information, see"
                    + " https://postmaster.live.com (S775)",
                phase: .mail,
                category: .rate,
                scope: .route,
                wait: .atLeast(.quarterPause),
                advice: "Find out what else sends by this host's public address, or send by a route"
                    + " that signs in: Microsoft slows the address down because of its"
                    + " reputation."
            ),
            CatalogueRow(
                name: "451-4.7.500",
                pattern: ReplyPattern(
                    400...499,
                    .details(4, 7, 500...699),
                    phrases: ["server busy. please try again later from"]
                ),
                example:
                    "451 4.7.500 Server busy. Please try again later from [192.0.2.1]. (AS761)",
                phase: .mail,
                category: .rate,
                scope: .route,
                wait: .atLeast(.quarterPause),
                advice: "Find out what else sends by this host's public address, or send by a route"
                    + " that signs in: Microsoft slows down addresses that are new to it, send"
                    + " much or send spam."
            ),
            CatalogueRow(
                name: "451-4.7.850",
                pattern: ReplyPattern(400...499, .details(4, 7, 850...899)),
                example: "451 4.7.850 Access denied, please try again later",
                phase: .mail,
                category: .rate,
                scope: .route,
                wait: .atLeast(.quarterPause),
                advice: "Find out what else sends by this host's public address, or send by a route"
                    + " that signs in: Microsoft slows down addresses it has no good opinion of."
            ),
            CatalogueRow(
                name: "550-5.7.508",
                pattern: ReplyPattern(
                    400...599,
                    .eitherClass(7, 508),
                    phrases: ["exceeded permitted limits within"]
                ),
                example: "550 5.7.508 Access denied, [2001:db8::1] has exceeded permitted limits"
                    + " within 2001:db8::/64 range",
                phase: .mail,
                category: .rate,
                scope: .route,
                wait: .atLeast(.quarterPause),
                advice: "Let the route use IPv4 (address_family = \"ipv4\"), or find out what else"
                    + " sends from this range of IPv6 addresses."
            ),
            CatalogueRow(
                name: "554-5.2.0-quota",
                pattern: ReplyPattern(
                    500...599,
                    words: ["submissionquotaexceeded", "submission quota exceeded"]
                ),
                example: "554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException;"
                    + " Failed to process message due to a permanent exception with message"
                    + " Cannot submit message.",
                phase: .endOfData,
                category: .rate,
                scope: .route,
                wait: .recipientsOfDay,
                advice: "Nothing to do: the mailbox has reached its recipients for 24 hours and"
                    + " goes on when they allow it, but if this comes again give the writers more"
                    + " mailboxes or use High Volume Email for inside mail."
            ),
            CatalogueRow(
                name: "550-5.1.90",
                pattern: ReplyPattern(
                    500...599,
                    .exactly(5, 1, 90),
                    phrases: ["daily limit for message recipients"]
                ),
                example: "550 5.1.90 Your message can't be sent because you've reached your daily"
                    + " limit for message recipients",
                phase: .endOfData,
                category: .rate,
                scope: .route,
                wait: .recipientsOfDay,
                advice: "Nothing to do: the mailbox has reached its recipients for 24 hours and"
                    + " goes on when they allow it, but if this comes again give the writers more"
                    + " mailboxes or use High Volume Email for inside mail."
            ),
            CatalogueRow(
                name: "550-5.7.233",
                pattern: ReplyPattern(
                    500...599,
                    .details(5, 7, 232...233),
                    phrases: [
                        "tenant external recipient rate limit",
                        "daily limit for sending email to external recipients",
                    ]
                ),
                example: "550 5.7.233 Your message can't be sent because your tenant has exceeded"
                    + " its daily limit for sending email to external recipients (tenant external"
                    + " recipient rate limit)",
                phase: .endOfData,
                category: .rate,
                scope: .route,
                wait: .externalRecipientsOfDay,
                advice: "Nothing to do but to send less to the outside: the organisation has"
                    + " reached its external recipients for 24 hours (Exchange admin center,"
                    + " Reports, Mail flow), which more licences raise and Azure Communication"
                    + " Services does not count."
            ),
            CatalogueRow(
                name: "550-5.7.236",
                pattern: ReplyPattern(
                    500...599,
                    .exactly(5, 7, 236),
                    phrases: ["onmicrosoft.com domain has exceeded"]
                ),
                example: "550 5.7.236 Message can't be sent because the onmicrosoft.com domain has"
                    + " exceeded its limit for external recipients",
                phase: .endOfData,
                category: .configuration,
                scope: .sender,
                wait: .atLeast(.hourPause),
                advice: "Let the writer use an address in a domain of your own: addresses at"
                    + " onmicrosoft.com may reach 100 outside recipients in 24 hours."
            ),
        ]
    )
}
