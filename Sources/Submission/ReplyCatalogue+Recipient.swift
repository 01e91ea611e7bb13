extension ReplyCatalogue {
    /// Recipients: addresses that do not exist, do not want the message, or are too many.
    static let recipient = CatalogueSection(
        title: "Recipients",
        sources: "Microsoft Learn, “Email non-delivery reports and SMTP errors in Exchange Online”"
            + " and “Exchange Online limits”; RFC 3463, RFC 5321 §4.5.3.1.10",
        rows: [
            CatalogueRow(
                name: "452-4.5.3",
                pattern: ReplyPattern(452, .exactly(4, 5, 3), phrases: ["too many recipients"]),
                example: "452 4.5.3 Too many recipients",
                phase: .recipient,
                category: .rate,
                pace: .atOnce,
                advice: "Nothing to do: the other recipients go with the next transaction."
            ),
            CatalogueRow(
                name: "550-5.5.3",
                pattern: ReplyPattern(550...554, .exactly(5, 5, 3), at: [.recipient]),
                example: "550 5.5.3 Too many recipients",
                phase: .recipient,
                category: .rate,
                pace: .atOnce,
                advice: "Nothing to do: the other recipients go with the next transaction."
            ),
            CatalogueRow(
                name: "550-5.5.3-dot",
                pattern: ReplyPattern(
                    550...554,
                    .exactly(5, 5, 3),
                    at: [.data, .content, .endOfData]
                ),
                example: "550 5.5.3 Too many recipients; the message was refused",
                phase: .endOfData,
                category: .permanent,
                scope: .message,
                advice: "Lower the route's max_recipients to what the server takes, then retry."
            ),
            // 5yz by the code, but Microsoft says to try again later.
            CatalogueRow(
                name: "554-5.2.121",
                pattern: ReplyPattern(
                    500...599,
                    .exactly(5, 2, 121),
                    phrases: ["number of messages they can send to this recipient"]
                ),
                example: "554 5.2.121 The sender has exceeded the limit for the number of messages"
                    + " they can send to this recipient per hour",
                phase: .recipient,
                category: .rate,
                scope: .recipient,
                wait: .atLeast(.hourPause),
                advice: "Nothing to do: the message is tried again when an hour has passed, but let"
                    + " the writer send less to this one mailbox if this comes again."
            ),
            CatalogueRow(
                name: "554-5.2.122",
                pattern: ReplyPattern(
                    500...599,
                    .exactly(5, 2, 122),
                    phrases: ["per hour message receive limit exceeded"]
                ),
                example: "554 5.2.122 Recipient's per hour message receive limit exceeded",
                phase: .recipient,
                category: .rate,
                scope: .recipient,
                wait: .atLeast(.hourPause),
                advice: "Nothing to do: the message is tried again when an hour has passed, since"
                    + " the mailbox takes 3,600 messages in an hour from all senders."
            ),
            CatalogueRow(
                name: "552-5.2.2",
                pattern: ReplyPattern(500...599, .exactly(5, 2, 2), at: [.recipient]),
                example: "552 5.2.2 Mailbox full",
                phase: .recipient,
                category: .permanent,
                advice: "Ask the recipient to make room in the mailbox, then retry."
            ),
            // RFC 5321 §4.5.3.1.10: clients treat 552 to RCPT as they treat 452.
            CatalogueRow(
                name: "552",
                pattern: ReplyPattern(552, .absent, at: [.recipient]),
                example: "552 Too many recipients",
                phase: .recipient,
                category: .rate,
                pace: .atOnce,
                advice: "Nothing to do: the other recipients go with the next transaction."
            ),
            // The words matter: RFC 7505 gives this code to domains that take no mail at all.
            CatalogueRow(
                name: "550-5.1.10",
                pattern: ReplyPattern(
                    500...599,
                    .exactly(5, 1, 10),
                    words: ["recipientnotfound", "not found"],
                    phrases: [
                        "resolver.adr.recipientnotfound",
                        "recipient not found by smtp address lookup",
                    ],
                    at: [.recipient, .data, .content, .endOfData]
                ),
                example: "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP"
                    + " address lookup",
                phase: .recipient,
                category: .permanent,
                advice: "Correct the recipient's address: the organisation has no such mailbox."
            ),
            CatalogueRow(
                name: "550-5.1.1",
                pattern: ReplyPattern(
                    500...599,
                    .exactly(5, 1, 1),
                    saying: ["resolver.adr."],
                    at: [.recipient, .data, .content, .endOfData]
                ),
                example: "550 5.1.1 RESOLVER.ADR.RecipNotFound; not found",
                phase: .recipient,
                category: .permanent,
                advice: "Correct the recipient's address: the organisation has no such mailbox."
            ),
            CatalogueRow(
                name: "501-5.1.3",
                pattern: ReplyPattern(
                    500...599,
                    .exactly(5, 1, 3),
                    phrases: ["storedrv.submit; invalid recipient address"],
                    at: [.recipient, .data, .content, .endOfData]
                ),
                example: "501 5.1.3 Invalid address; STOREDRV.Submit; invalid recipient address",
                phase: .recipient,
                category: .permanent,
                advice: "Correct the recipient's address: it is not written as an address must be."
            ),
            CatalogueRow(
                name: "550-5.1.4",
                pattern: ReplyPattern(
                    500...599,
                    .details(5, 1, 4...5),
                    saying: ["reserved by rfc 2606"],
                    at: [.recipient, .data, .content, .endOfData]
                ),
                example: "550 5.1.4 Recipient address reserved by RFC 2606",
                phase: .recipient,
                category: .permanent,
                advice: "Correct the recipient's address: domains such as example.com exist for"
                    + " documentation only."
            ),
            CatalogueRow(
                name: "550-5.1.1-other",
                pattern: ReplyPattern(550...554, .details(5, 1, 0...6), at: [.recipient]),
                example: "550 5.1.1 User unknown",
                phase: .recipient,
                category: .permanent,
                advice: "Correct the recipient's address: there is no such mailbox or domain."
            ),
            CatalogueRow(
                name: "550-5.4.1",
                pattern: ReplyPattern(
                    500...599,
                    .exactly(5, 4, 1),
                    words: ["access denied"],
                    phrases: ["all recipient addresses rejected : access denied"],
                    at: [.recipient, .data, .content, .endOfData]
                ),
                example: "550 5.4.1 Recipient address rejected: Access denied. AS(201806281)"
                    + " [AM0PR02CA0001.eurprd02.prod.outlook.com 2026-11-02T08:00:00.000Z"
                    + " 08DE19F4A0B1C2D3]",
                phase: .recipient,
                category: .permanent,
                advice: "Correct the recipient's address: its organisation has no such mailbox, or"
                    + " the domain is not set up to receive mail there (Exchange admin center,"
                    + " Mail flow, Accepted domains)."
            ),
            CatalogueRow(
                name: "550-5.7.12",
                pattern: ReplyPattern(
                    500...599,
                    .exactly(5, 7, 12),
                    saying: ["sender was not authenticated by organization"],
                    at: [.recipient, .data, .content, .endOfData]
                ),
                example: "550 5.7.12 Sender was not authenticated by organization",
                phase: .recipient,
                category: .permanent,
                advice: "Send by a route that signs in, or have the recipients' administrator let"
                    + " outside senders write to this address (Set-Mailbox"
                    + " -RequireSenderAuthenticationEnabled $false)."
            ),
            CatalogueRow(
                name: "550-5.7.13",
                pattern: ReplyPattern(
                    500...599,
                    .exactly(5, 7, 13),
                    saying: ["sender was not authenticated for public folder"],
                    at: [.recipient, .data, .content, .endOfData]
                ),
                example: "550 5.7.13 Sender was not authenticated for public folder",
                phase: .recipient,
                category: .permanent,
                advice: "Send by a route that signs in, or have the public folder accept outside"
                    + " senders (Set-MailPublicFolder -RequireSenderAuthenticationEnabled"
                    + " $false)."
            ),
            CatalogueRow(
                name: "550-5.7.135",
                pattern: ReplyPattern(
                    500...599,
                    .exactly(5, 7, 135),
                    at: [.recipient, .data, .content, .endOfData]
                ),
                example: "550 5.7.135 Sender was not authenticated for public folder",
                phase: .recipient,
                category: .permanent,
                advice: "Send by a route that signs in, or have the public folder accept outside"
                    + " senders (Set-MailPublicFolder -RequireSenderAuthenticationEnabled"
                    + " $false)."
            ),
            CatalogueRow(
                name: "550-5.7.124",
                pattern: ReplyPattern(
                    500...599,
                    .exactly(5, 7, 124),
                    phrases: ["sender not in allowed-senders list"],
                    at: [.recipient, .data, .content, .endOfData]
                ),
                example: "550 5.7.124 Sender not in allowed-senders list",
                phase: .recipient,
                category: .permanent,
                advice: "Have the group's owner let this sender write to it (Exchange admin center,"
                    + " Recipients, Groups, Settings, Delivery management)."
            ),
            CatalogueRow(
                name: "550-5.7.133",
                pattern: ReplyPattern(
                    500...599,
                    .exactly(5, 7, 133),
                    phrases: ["sender was not authenticated for group"],
                    at: [.recipient, .data, .content, .endOfData]
                ),
                example: "550 5.7.133 Sender was not authenticated for group",
                phase: .recipient,
                category: .permanent,
                advice: "Send by a route that signs in, or have the group's owner let outside"
                    + " senders write to it (Exchange admin center, Recipients, Groups,"
                    + " Settings)."
            ),
            CatalogueRow(
                name: "550-5.7.134",
                pattern: ReplyPattern(
                    500...599,
                    .exactly(5, 7, 134),
                    phrases: ["sender was not authenticated for mailbox"],
                    at: [.recipient, .data, .content, .endOfData]
                ),
                example: "550 5.7.134 Sender was not authenticated for mailbox",
                phase: .recipient,
                category: .permanent,
                advice: "Send by a route that signs in, or have the mailbox accept outside senders"
                    + " (Set-Mailbox -RequireSenderAuthenticationEnabled $false)."
            ),
            CatalogueRow(
                name: "550-5.7.136",
                pattern: ReplyPattern(
                    500...599,
                    .exactly(5, 7, 136),
                    phrases: ["sender was not authenticated for mail user"],
                    at: [.recipient, .data, .content, .endOfData]
                ),
                example: "550 5.7.136 Sender was not authenticated",
                phase: .recipient,
                category: .permanent,
                advice: "Send by a route that signs in, or have the mail user accept outside"
                    + " senders (Set-MailUser -RequireSenderAuthenticationEnabled $false)."
            ),
            CatalogueRow(
                name: "550-5.7.504",
                pattern: ReplyPattern(
                    500...599,
                    .exactly(5, 7, 504),
                    at: [.recipient, .data, .content, .endOfData]
                ),
                example: "550 5.7.504 Recipient address rejected: Access denied",
                phase: .recipient,
                category: .permanent,
                advice: "Correct the recipient's address: its organisation has no such mailbox."
            ),
            CatalogueRow(
                name: "550-5.7.505",
                pattern: ReplyPattern(
                    500...599,
                    .exactly(5, 7, 505),
                    phrases: ["access denied, banned recipient"],
                    at: [.recipient, .data, .content, .endOfData]
                ),
                example: "550 5.7.505 Access denied, banned recipient",
                phase: .recipient,
                category: .permanent,
                advice: "Remove this recipient: its organisation takes no mail for the address."
            ),
        ]
    )
}
