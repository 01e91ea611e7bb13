extension ReplyCatalogue {
    /// Blocks: accounts, domains, organisations and public addresses that Microsoft takes no mail from.
    static let blocked = CatalogueSection(
        title: "Blocked senders and addresses",
        sources: "Microsoft Learn, “Email non-delivery reports and SMTP errors in Exchange Online”,"
            + " “Remove blocked users from the Restricted entities page” and “Outbound spam"
            + " protection in EOP”; RFC 3463",
        rows: [
            // RFC 3463 means a sender's domain that cannot be resolved: only the words say that
            // Exchange Online blocks a user.
            CatalogueRow(
                name: "550-5.1.8",
                pattern: ReplyPattern(
                    500...599,
                    .exactly(5, 1, 8),
                    saying: ["bad outbound sender"]
                ),
                example: "550 5.1.8 Access denied, bad outbound sender (AS:NSBOS=OUTBOUND)",
                phase: .endOfData,
                category: .senderBlocked,
                scope: .sender,
                advice: "Find out why this mailbox was taken for a source of spam, then have an"
                    + " administrator unblock it under Restricted entities in the Microsoft"
                    + " Defender portal."
            ),
            CatalogueRow(
                name: "550-5.7.501",
                pattern: ReplyPattern(
                    500...599,
                    .details(5, 7, 501...503),
                    phrases: ["access denied, spam abuse detected"]
                ),
                example: "550 5.7.501 Access denied, spam abuse detected",
                phase: .endOfData,
                category: .senderBlocked,
                scope: .sender,
                advice: "Find out who sent spam with this account, secure it, then have an"
                    + " administrator unblock it under Restricted entities in the Microsoft"
                    + " Defender portal or ask Microsoft's support."
            ),
            CatalogueRow(
                name: "550-5.7.705",
                pattern: ReplyPattern(
                    500...599,
                    .exactly(5, 7, 705),
                    phrases: ["tenant has exceeded threshold"]
                ),
                example: "550 5.7.705 Access denied, tenant has exceeded threshold",
                phase: .endOfData,
                category: .senderBlocked,
                scope: .route,
                advice: "Have an administrator find the accounts that sent too much or spam"
                    + " (Microsoft Defender portal, Restricted entities), then ask Microsoft's"
                    + " support to lift the block of the organisation."
            ),
            CatalogueRow(
                name: "550-5.7.708",
                pattern: ReplyPattern(
                    500...599,
                    .exactly(5, 7, 708),
                    phrases: ["traffic not accepted from this ip"]
                ),
                example: "550 5.7.708 Access denied, traffic not accepted from this IP",
                phase: .endOfData,
                category: .senderBlocked,
                scope: .route,
                advice: "Have an administrator ask Microsoft's support to lift the block: new"
                    + " organisations without paid licences often meet it."
            ),
            CatalogueRow(
                name: "550-5.7.700",
                pattern: ReplyPattern(500...599, .details(5, 7, 700...749)),
                example: "550 5.7.700 Access denied, tenant has exceeded its sending limits",
                phase: .endOfData,
                category: .senderBlocked,
                scope: .route,
                advice: "Have an administrator ask Microsoft's support why the organisation is"
                    + " blocked, naming the server, time and session of this reply."
            ),
            CatalogueRow(
                name: "550-5.7.750",
                pattern: ReplyPattern(
                    500...599,
                    .exactly(5, 7, 750),
                    phrases: ["blocked from sending from unregistered domains"]
                ),
                example: "550 5.7.750 Service unavailable. Client blocked from sending from"
                    + " unregistered domains",
                phase: .endOfData,
                category: .senderBlocked,
                scope: .route,
                advice: "Register every domain that writers use in From as an accepted domain"
                    + " (Exchange admin center, Mail flow, Accepted domains), then ask"
                    + " Microsoft's support to lift the block."
            ),
            CatalogueRow(
                name: "550-5.7.509",
                pattern: ReplyPattern(
                    500...599,
                    .exactly(5, 7, 509),
                    phrases: ["does not pass dmarc verification"]
                ),
                example: "550 5.7.509 Access denied, sending domain contoso.com does not pass DMARC"
                    + " verification and has a DMARC policy of reject",
                phase: .endOfData,
                category: .configuration,
                scope: .sender,
                advice: "Have this host's public address added to the SPF record of the sender's"
                    + " domain, or send by a route that signs in, where Exchange Online signs"
                    + " with DKIM."
            ),
            CatalogueRow(
                name: "550-5.7.515",
                pattern: ReplyPattern(
                    500...599,
                    .exactly(5, 7, 515),
                    phrases: ["meet the required authentication level"]
                ),
                example: "550 5.7.515 Access denied, sending domain contoso.com doesn't meet the"
                    + " required authentication level",
                phase: .endOfData,
                category: .configuration,
                scope: .sender,
                advice: "Set up SPF, DKIM and DMARC for the sender's domain: Outlook.com asks for"
                    + " all three of whoever sends much."
            ),
            CatalogueRow(
                name: "550-5.7.511",
                pattern: ReplyPattern(
                    500...599,
                    .exactly(5, 7, 511),
                    phrases: ["delist@messaging.microsoft.com"]
                ),
                example: "550 5.7.511 Access denied, banned sender[192.0.2.1]. To request removal"
                    + " from this list please forward this message to"
                    + " delist@messaging.microsoft.com",
                phase: .mail,
                category: .senderBlocked,
                scope: .route,
                advice: "Find out why this host's public address was taken for a source of spam,"
                    + " then forward the reply to delist@messaging.microsoft.com, or send by a"
                    + " route that signs in."
            ),
            CatalogueRow(
                name: "550-5.7.606",
                pattern: ReplyPattern(
                    500...599,
                    .details(5, 7, 606...649),
                    phrases: ["access denied, banned sending ip"]
                ),
                example: "550 5.7.606 Access denied, banned sending IP [192.0.2.1]. To request"
                    + " removal from this list please visit https://sender.office.com/",
                phase: .mail,
                category: .senderBlocked,
                scope: .route,
                advice: "Ask for removal of this host's public address at"
                    + " https://sender.office.com, or send by a route that signs in."
            ),
            CatalogueRow(
                name: "550-5.7.507",
                pattern: ReplyPattern(
                    500...599,
                    .exactly(5, 7, 507),
                    phrases: ["access denied, rejected by recipient"]
                ),
                example: "550 5.7.507 Access denied, rejected by recipient",
                phase: .recipient,
                category: .senderBlocked,
                scope: .route,
                advice: "Have the recipients' administrator take this host's public address off"
                    + " their block list (Microsoft Defender portal, Policies, Anti-spam,"
                    + " Connection filter)."
            ),
            CatalogueRow(
                name: "550-5.7.513",
                pattern: ReplyPattern(
                    500...599,
                    .exactly(5, 7, 513),
                    phrases: ["using customer block list"]
                ),
                example: "550 5.7.513 Service unavailable, Client host [192.0.2.1] blocked by"
                    + " contoso.com using Customer Block list (AS16012607)",
                phase: .recipient,
                category: .senderBlocked,
                scope: .route,
                advice: "Have the recipients' administrator take this host's public address off"
                    + " their block list (Microsoft Defender portal, Policies, Anti-spam,"
                    + " Connection filter)."
            ),
        ]
    )
}
