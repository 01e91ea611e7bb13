extension ReplyCatalogue {
    /// Senders: rights of the account, and the penalty for what fails again and again.
    static let sender = CatalogueSection(
        title: "Rights of the sender",
        sources: "Microsoft Learn, “Email non-delivery reports and SMTP errors in Exchange Online”"
            + " and “Continuous error throttling of SMTP AUTH submissions”; RFC 3463",
        rows: [
            CatalogueRow(
                name: "550-5.2.251",
                pattern: ReplyPattern(
                    500...599,
                    .exactly(5, 2, 251),
                    saying: ["throttled due to continuous mailbox full"]
                ),
                example: "550 5.2.251 Sender throttled due to continuous mailbox full errors",
                phase: .endOfData,
                category: .configuration,
                scope: .sender,
                wait: .atLeast(.hourPause),
                advice: "Make room in the route's own mailbox, above all in Sent Items, and wait:"
                    + " Microsoft blocks this sender for a while after the same error came too"
                    + " often."
            ),
            // The same code as the plain SendAsDenied below: the words tell the penalty from the
            // error.
            CatalogueRow(
                name: "550-5.2.252",
                pattern: ReplyPattern(
                    500...599,
                    .exactly(5, 2, 252),
                    words: ["throttled due to continuous"],
                    phrases: ["throttled due to continuous send as denied"]
                ),
                example: "550 5.2.252 Sender throttled due to continuous send as denied errors",
                phase: .endOfData,
                category: .configuration,
                scope: .sender,
                wait: .atLeast(.hourPause),
                advice: "Give the route's mailbox the right to send as this From"
                    + " (Add-RecipientPermission -AccessRights SendAs) and wait: Microsoft blocks"
                    + " this sender for a while after the same error came too often."
            ),
            CatalogueRow(
                name: "550-5.2.253",
                pattern: ReplyPattern(
                    500...599,
                    .exactly(5, 2, 253),
                    saying: ["throttled due to continuous invalid license"]
                ),
                example: "550 5.2.253 Sender throttled due to continuous invalid license errors",
                phase: .endOfData,
                category: .configuration,
                scope: .sender,
                wait: .atLeast(.hourPause),
                advice: "Give the route's mailbox a valid licence (Microsoft 365 admin center,"
                    + " Users, Active users) and wait: Microsoft blocks this sender for a while"
                    + " after the same error came too often."
            ),
            CatalogueRow(
                name: "550-5.2.254",
                pattern: ReplyPattern(
                    500...599,
                    .exactly(5, 2, 254),
                    saying: ["throttled due to continuous too many recipients"]
                ),
                example:
                    "550 5.2.254 Sender throttled due to continuous too many recipients errors",
                phase: .endOfData,
                category: .configuration,
                scope: .sender,
                wait: .atLeast(.hourPause),
                advice: "Lower the route's max_recipients to the limit of its mailbox (Get-Mailbox,"
                    + " RecipientLimits) and wait: Microsoft blocks this sender for a while after"
                    + " the same error came too often."
            ),
            CatalogueRow(
                name: "550-5.2.255",
                pattern: ReplyPattern(
                    500...599,
                    .exactly(5, 2, 255),
                    saying: ["throttled due to continuous invalid recipients"]
                ),
                example: "550 5.2.255 Sender throttled due to continuous invalid recipients errors",
                phase: .endOfData,
                category: .configuration,
                scope: .sender,
                wait: .atLeast(.hourPause),
                advice: "Remove addresses that do not exist from what the writer sends to, and"
                    + " wait: Microsoft blocks this sender for a while after the same error came"
                    + " too often."
            ),
            CatalogueRow(
                name: "554-5.2.252",
                pattern: ReplyPattern(
                    500...599,
                    .exactly(5, 2, 252),
                    words: ["sendasdenied", "not allowed to send as"]
                ),
                example: "554 5.2.252 SendAsDenied; erp@contoso.com not allowed to send as"
                    + " sales@contoso.com; STOREDRV.Submission.Exception:SendAsDeniedException",
                phase: .endOfData,
                category: .configuration,
                scope: .sender,
                pace: .onceMore,
                advice: "Give the route's mailbox the right to send as the address in From"
                    + " (Add-RecipientPermission -AccessRights SendAs), or let the writer use the"
                    + " mailbox's own address: Postchute tries once more, since Microsoft"
                    + " sometimes says so without reason."
            ),
            CatalogueRow(
                name: "554-5.2.0",
                pattern: ReplyPattern(500...599, words: ["sendasdenied"]),
                example: "554 5.2.0"
                    + " STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied;"
                    + " Failed to process message due to a permanent exception with message"
                    + " Cannot submit message.",
                phase: .endOfData,
                category: .configuration,
                scope: .sender,
                advice: "Give the route's mailbox the right to send as the address in From"
                    + " (Add-RecipientPermission -AccessRights SendAs), or let the writer use the"
                    + " mailbox's own address."
            ),
            CatalogueRow(
                name: "550-5.7.60",
                pattern: ReplyPattern(
                    500...599,
                    .exactly(5, 7, 60),
                    phrases: ["permissions to send as this sender"]
                ),
                example: "550 5.7.60 SMTP; Client does not have permissions to send as this sender",
                phase: .mail,
                category: .configuration,
                scope: .sender,
                advice: "Give the route's mailbox the right to send as this sender"
                    + " (Add-RecipientPermission -AccessRights SendAs), or let the writer use the"
                    + " mailbox's own address."
            ),
            CatalogueRow(
                name: "550-5.2.251-other",
                pattern: ReplyPattern(500...599, .details(5, 2, 251...255), words: ["throttled"]),
                example: "550 5.2.251 Sender throttled",
                phase: .endOfData,
                category: .configuration,
                scope: .sender,
                wait: .atLeast(.hourPause),
                advice: "Find the error that came again and again before, in the log or in failed/,"
                    + " and correct its cause: Microsoft blocks this sender for a while."
            ),
            CatalogueRow(
                name: "554-5.2.2",
                pattern: ReplyPattern(
                    500...599,
                    .exactly(5, 2, 2),
                    saying: ["shutoffquotaexceeded", "submission.exception:quotaexceeded"]
                ),
                example: "554 5.2.2 mailbox full;"
                    + " STOREDRV.Submission.Exception:QuotaExceededException.MapiExceptionShutoffQuotaExceeded",
                phase: .endOfData,
                category: .configuration,
                scope: .route,
                wait: .atLeast(.quarterPause),
                advice: "Make room in the route's own mailbox, whose Sent Items keep a copy of"
                    + " every message: empty them, or set a retention policy in the Microsoft"
                    + " Purview portal."
            ),
        ]
    )
}
