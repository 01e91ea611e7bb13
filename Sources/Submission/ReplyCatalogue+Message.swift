extension ReplyCatalogue {
    /// Messages: too large, malformed, or refused by a rule.
    static let message = CatalogueSection(
        title: "The message",
        sources: "Microsoft Learn, “Email non-delivery reports and SMTP errors in Exchange Online”,"
            + " “Exchange Online limits” and “Mail flow rule actions in Exchange Online”; RFC"
            + " 1870 §6, RFC 3463",
        rows: [
            CatalogueRow(
                name: "552-5.3.4-header",
                pattern: ReplyPattern(500...599, .exactly(5, 3, 4), saying: ["header size"]),
                example: "552 5.3.4 Header size exceeds fixed maximum size",
                phase: .endOfData,
                category: .permanent,
                scope: .message,
                advice: "Let the writer produce a smaller header: fewer recipients or shorter"
                    + " fields."
            ),
            CatalogueRow(
                name: "552-5.3.4",
                pattern: ReplyPattern(
                    500...599,
                    .exactly(5, 3, 4),
                    phrases: ["exceeds fixed maximum message size"]
                ),
                example: "552 5.3.4 Message size exceeds fixed maximum message size",
                phase: .mail,
                category: .permanent,
                scope: .message,
                advice: "Make the message smaller, or have the server's limit raised."
            ),
            CatalogueRow(
                name: "554-5.2.270",
                pattern: ReplyPattern(
                    500...599,
                    .exactly(5, 2, 270),
                    phrases: ["message too large for submission"]
                ),
                example: "554 5.2.270 Message too large for submission",
                phase: .endOfData,
                category: .permanent,
                scope: .message,
                advice: "Make the message smaller, or have the mailbox's limit raised (Set-Mailbox"
                    + " -MaxSendSize, at most 150 MB)."
            ),
            CatalogueRow(
                name: "554-5.2.0-size",
                pattern: ReplyPattern(
                    500...599,
                    words: ["maxsubmissionexceeded", "messagesubmissionexceeded"]
                ),
                example: "554 5.2.0"
                    + " STOREDRV.Submission.Exception:MessageSubmissionExceededException.MapiExceptionMaxSubmissionExceeded;"
                    + " Failed to process message due to a permanent exception with message"
                    + " Cannot submit message.",
                phase: .endOfData,
                category: .permanent,
                scope: .message,
                advice: "Make the message smaller, or have the mailbox's limit raised (Set-Mailbox"
                    + " -MaxSendSize, at most 150 MB)."
            ),
            CatalogueRow(
                name: "552-size",
                pattern: ReplyPattern(552, .absent, at: [.mail, .data, .content, .endOfData]),
                example: "552 Message size exceeds fixed limit",
                phase: .mail,
                category: .permanent,
                scope: .message,
                advice: "Make the message smaller, or have the server's limit raised."
            ),
            CatalogueRow(
                name: "550-5.2.3",
                pattern: ReplyPattern(
                    500...599,
                    .exactly(5, 2, 3),
                    phrases: ["resolver.rst.recipsizelimit"]
                ),
                example: "550 5.2.3 RESOLVER.RST.RecipSizeLimit; message too large for this"
                    + " recipient",
                phase: .recipient,
                category: .permanent,
                advice: "Make the message smaller, or have the recipient's limit raised"
                    + " (Set-Mailbox -MaxReceiveSize)."
            ),
            CatalogueRow(
                name: "554-5.6.0",
                pattern: ReplyPattern(
                    500...599,
                    .exactly(5, 6, 0),
                    saying: ["corrupt message content"]
                ),
                example: "554 5.6.0 Corrupt message content",
                phase: .endOfData,
                category: .permanent,
                scope: .message,
                advice: "Open the message with a mail program and have the writer correct it: the"
                    + " server cannot read its structure."
            ),
            CatalogueRow(
                name: "550-5.6.11",
                pattern: ReplyPattern(
                    500...599,
                    .exactly(5, 6, 11),
                    phrases: ["barelinefeedsareillegal", "message contains bare linefeeds"]
                ),
                example: "550 5.6.11 Invalid characters",
                phase: .endOfData,
                category: .permanent,
                scope: .message,
                advice: "Let the writer end each line with CR LF, or take line-ends out of"
                    + " no_repair so that Postchute does."
            ),
            CatalogueRow(
                name: "550-5.5.6",
                pattern: ReplyPattern(
                    500...599,
                    .exactly(5, 5, 6),
                    at: [.data, .content, .endOfData]
                ),
                example: "550 5.5.6 Invalid message content",
                phase: .endOfData,
                category: .permanent,
                scope: .message,
                advice: "Open the message with a mail program and have the writer correct it: the"
                    + " server cannot read its content."
            ),
            CatalogueRow(
                name: "550-5.1.7",
                pattern: ReplyPattern(500...599, .exactly(5, 1, 7)),
                example: "550 5.1.7 Invalid address",
                phase: .mail,
                category: .permanent,
                scope: .message,
                advice: "Correct the sender's address in From, or give the pickup one (from)."
            ),
            CatalogueRow(
                name: "550-5.1.20",
                pattern: ReplyPattern(
                    500...599,
                    .exactly(5, 1, 20),
                    phrases: ["multiple from addresses are not allowed without sender"]
                ),
                example:
                    "550 5.1.20 Multiple From addresses are not allowed without Sender address",
                phase: .endOfData,
                category: .permanent,
                scope: .message,
                advice: "Let the writer put one address into From, or add a Sender field with one."
            ),
            CatalogueRow(
                name: "550-5.7.512",
                pattern: ReplyPattern(
                    500...599,
                    .exactly(5, 7, 512),
                    phrases: ["message must be rfc 5322 section 3.6.2 compliant"]
                ),
                example: "550 5.7.512 Access denied, message must be RFC 5322 section 3.6.2"
                    + " compliant",
                phase: .endOfData,
                category: .permanent,
                scope: .message,
                advice: "Let the writer put exactly one valid From field into the header, or give"
                    + " the pickup a sender (from)."
            ),
            CatalogueRow(
                name: "554-5.4.6",
                pattern: ReplyPattern(
                    500...599,
                    .exactly(5, 4, 6),
                    phrases: ["routing loop detected"]
                ),
                example: "554 5.4.6 Routing loop detected",
                phase: .endOfData,
                category: .permanent,
                advice: "Have an administrator find the loop among forwarding rules, connectors and"
                    + " MX records (Exchange admin center, Mail flow), then retry."
            ),
            CatalogueRow(
                name: "554-5.4.14",
                pattern: ReplyPattern(
                    500...599,
                    .exactly(5, 4, 14),
                    phrases: ["hop count exceeded"]
                ),
                example: "554 5.4.14 Hop count exceeded - possible mail loop",
                phase: .endOfData,
                category: .permanent,
                advice: "Have an administrator find the loop among forwarding rules, connectors and"
                    + " MX records (Exchange admin center, Mail flow), then retry."
            ),
            CatalogueRow(
                name: "550-5.7.367",
                pattern: ReplyPattern(
                    500...599,
                    .exactly(5, 7, 367),
                    phrases: ["remote server returned not permitted to relay"]
                ),
                example: "550 5.7.367 Remote server returned not permitted to relay",
                phase: .recipient,
                category: .permanent,
                advice: "Ask the recipient's administrator why their server refuses what Exchange"
                    + " Online brings or forwards."
            ),
            CatalogueRow(
                name: "550-5.7.1",
                pattern: ReplyPattern(
                    500...599,
                    .exactly(5, 7, 1),
                    saying: ["delivery not authorized", "transport.rules.rejectmessage"]
                ),
                example: "550 5.7.1 Delivery not authorized, message refused",
                phase: .endOfData,
                category: .permanent,
                advice: "Have an administrator look for the mail flow rule that refuses this"
                    + " message (Exchange admin center, Mail flow, Rules)."
            ),
            CatalogueRow(
                name: "550-5.7.900",
                pattern: ReplyPattern(500...599, .details(5, 7, 900...999)),
                example: "550 5.7.900 Delivery not authorized, message refused by a mail flow rule",
                phase: .endOfData,
                category: .permanent,
                advice: "Have an administrator look for the mail flow rule that refuses this"
                    + " message (Exchange admin center, Mail flow, Rules)."
            ),
            CatalogueRow(
                name: "550-5.0.350-header",
                pattern: ReplyPattern(500...599, .exactly(5, 0, 350), words: ["x-dg-ref"]),
                example: "550 5.0.350 x-dg-ref header is too long",
                phase: .endOfData,
                category: .permanent,
                scope: .message,
                advice: "Let the writer leave the x-dg-ref field out of the header."
            ),
            CatalogueRow(
                name: "550-5.0.350",
                pattern: ReplyPattern(500...599, .exactly(5, 0, 350)),
                example: "550 5.0.350 Message rejected because of a policy violation (AS345)",
                phase: .endOfData,
                category: .permanent,
                advice: "Read the server's reply: it stands for many reasons, such as an attachment"
                    + " or a link that a policy forbids."
            ),
        ]
    )
}
