extension ReplyCatalogue {
    /// Servers: trouble on Microsoft's side that passes, or seems to.
    static let connection = CatalogueSection(
        title: "Trouble of the servers",
        sources: "Microsoft Learn, “Email non-delivery reports and SMTP errors in Exchange Online”"
            + " and “Shadow redundancy in Exchange Server”; RFC 3463, RFC 5321 §3.8",
        rows: [
            CatalogueRow(
                name: "421-4.4.1",
                pattern: ReplyPattern(421, .exactly(4, 4, 1)),
                example: "421 4.4.1 Connection timed out",
                phase: .mail,
                category: .temporary,
                scope: .route,
                advice: "Nothing to do unless it lasts: then look for a firewall or proxy that"
                    + " holds connections up."
            ),
            CatalogueRow(
                name: "421-4.4.2-socket",
                pattern: ReplyPattern(421, .exactly(4, 4, 2)),
                example: "421 4.4.2 Connection dropped due to SocketError",
                phase: .mail,
                category: .temporary,
                scope: .route,
                advice: "Nothing to do unless it lasts: then look for a firewall or proxy that cuts"
                    + " connections."
            ),
            // The server closes the connection: RFC 5321 §3.8.
            CatalogueRow(
                name: "421-4.3.2",
                pattern: ReplyPattern(421),
                example: "421 4.3.2 Service not available",
                phase: .endOfData,
                category: .temporary,
                scope: .route,
                advice: "Nothing to do unless it lasts: the server ended the connection and is"
                    + " tried again later."
            ),
            // A 4yz that lasts until an administrator acts.
            CatalogueRow(
                name: "430-4.2.0",
                pattern: ReplyPattern(
                    400...499,
                    .exactly(4, 2, 0),
                    saying: [
                        "mailbox logon failure", "mapiexceptionlogonfailed", "cannot open mailbox",
                    ]
                ),
                example: "430 4.2.0 STOREDRV; mailbox logon failure;"
                    + " STOREDRV.Submission.Exception:ConnectionFailedTransientException.MapiExceptionLogonFailed;"
                    + " Failed to process message due to a transient exception with message"
                    + " Cannot open mailbox. [Hostname=AM0PR02MB0001.eurprd02.prod.outlook.com]",
                phase: .endOfData,
                category: .configuration,
                scope: .route,
                wait: .atLeast(.quarterPause),
                advice: "Give the application the right to open the route's mailbox"
                    + " (Add-MailboxPermission -AccessRights FullAccess, or"
                    + " New-ManagementRoleAssignment with the role Application SMTP.SendAsApp):"
                    + " only the code says that this passes."
            ),
            CatalogueRow(
                name: "452-4.3.1",
                pattern: ReplyPattern(
                    400...499,
                    .exactly(4, 3, 1),
                    saying: ["insufficient system resources"]
                ),
                example: "452 4.3.1 Insufficient system resources",
                phase: .mail,
                category: .temporary,
                scope: .route,
                advice: "Nothing to do unless it lasts: then look for an incident under Health,"
                    + " Service health in the Microsoft 365 admin center."
            ),
            CatalogueRow(
                name: "451-4.3.2",
                pattern: ReplyPattern(
                    400...499,
                    .exactly(4, 3, 2),
                    saying: ["system not accepting network messages"]
                ),
                example: "451 4.3.2 System not accepting network messages",
                phase: .mail,
                category: .temporary,
                scope: .route,
                advice: "Nothing to do unless it lasts: then look for an incident under Health,"
                    + " Service health in the Microsoft 365 admin center."
            ),
            CatalogueRow(
                name: "450-4.3.111",
                pattern: ReplyPattern(400...499, .exactly(4, 3, 111)),
                example: "450 4.3.111 Temporary server error. Please try again later MRH1"
                    + " [Hostname=AM0PR02MB0001.eurprd02.prod.outlook.com]",
                phase: .endOfData,
                category: .temporary,
                advice: "Nothing to do unless it lasts: then look for an incident under Health,"
                    + " Service health in the Microsoft 365 admin center."
            ),
            CatalogueRow(
                name: "450-4.4.317",
                pattern: ReplyPattern(400...499, .exactly(4, 4, 317)),
                example:
                    "450 4.4.317 Cannot connect to remote server [Message=451 5.7.3 STARTTLS is"
                    + " required to send mail]",
                phase: .recipient,
                category: .temporary,
                advice: "Nothing to do unless it lasts: then ask the recipient's administrator,"
                    + " since Exchange Online does not get through to their server."
            ),
            CatalogueRow(
                name: "451-4.4.0",
                pattern: ReplyPattern(400...499, .exactly(4, 4, 0), saying: ["dns query failed"]),
                example: "451 4.4.0 DNS query failed",
                phase: .recipient,
                category: .temporary,
                advice: "Nothing to do unless it lasts: then check the domains of the recipients,"
                    + " whose DNS records Exchange Online cannot read."
            ),
            CatalogueRow(
                name: "451-4.4.3",
                pattern: ReplyPattern(
                    400...499,
                    .exactly(4, 4, 3),
                    words: ["temporary server error", "attr"]
                ),
                example: "451 4.4.3 Temporary server error. Please try again later ATTR18"
                    + " [AM0PR02CA0001.eurprd02.prod.outlook.com]",
                phase: .recipient,
                category: .temporary,
                advice: "Nothing to do unless it lasts: then check the domains of the recipients,"
                    + " whose DNS records Exchange Online cannot read."
            ),
            CatalogueRow(
                name: "451-4.4.25",
                pattern: ReplyPattern(
                    400...499,
                    .details(4, 4, 24...28),
                    phrases: ["message failed to be replicated"]
                ),
                example: "451 4.4.25 Message failed to be replicated: no healthy secondary server"
                    + " available to accept replica at this time",
                phase: .endOfData,
                category: .temporary,
                advice: "Nothing to do: the server did not take the message, and it is tried again."
            ),
            CatalogueRow(
                name: "451-4.7.700",
                pattern: ReplyPattern(400...499, .exactly(4, 7, 700), phrases: ["pfa agent busy"]),
                example: "451 4.7.700 PFA agent busy, please try again",
                phase: .mail,
                category: .temporary,
                advice: "Nothing to do unless it lasts: then look for an incident under Health,"
                    + " Service health in the Microsoft 365 admin center."
            ),
            CatalogueRow(
                name: "451-4.7.0",
                pattern: ReplyPattern(
                    400...499,
                    .exactly(4, 7, 0),
                    saying: ["temporary server error"]
                ),
                example: "451 4.7.0 Temporary server error. Please try again later. PRX4"
                    + " [AM0PR02CA0001.eurprd02.prod.outlook.com]",
                phase: .endOfData,
                category: .temporary,
                advice: "Nothing to do unless it lasts: then have an administrator open a support"
                    + " request with the server, time and session of this reply, since trouble of"
                    + " this kind can belong to one mailbox."
            ),
            CatalogueRow(
                name: "450-4.4.7",
                pattern: ReplyPattern(400...499, .exactly(4, 4, 7), saying: ["message expired"]),
                example: "450 4.4.7 Message expired",
                phase: .endOfData,
                category: .temporary,
                advice: "Nothing to do: the message is tried again, but ask the recipient's"
                    + " administrator if this lasts, since Exchange Online does not get through"
                    + " to their server."
            ),
            CatalogueRow(
                name: "550-5.4.300",
                pattern: ReplyPattern(500...599, .exactly(5, 4, 300), phrases: ["message expired"]),
                example: "550 5.4.300 Message expired",
                phase: .endOfData,
                category: .permanent,
                advice: "Ask the recipient's administrator why their server took no mail for a day,"
                    + " then retry."
            ),
        ]
    )
}
