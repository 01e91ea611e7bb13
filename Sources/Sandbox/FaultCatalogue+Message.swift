extension FaultCatalogue {
    /// The message: the texts of the reply catalogue's section of that name.
    static let message: [Entry] = [
        Entry(
            552,
            "5.3.4",
            "Header size exceeds fixed maximum size",
            variant: "header"
        ),
        Entry(
            552,
            "5.3.4",
            "Message size exceeds fixed maximum message size"
        ),
        Entry(
            554,
            "5.2.270",
            "Message too large for submission"
        ),
        Entry(
            554,
            "5.2.0",
            "STOREDRV.Submission.Exception:MessageSubmissionExceededException.MapiExceptionMaxSubmissionExceeded;"
                + " Failed to process message due to a permanent exception with message Cannot"
                + " submit message.",
            variant: "size"
        ),
        Entry(
            552,
            nil,
            "Message size exceeds fixed limit",
            variant: "size"
        ),
        Entry(
            550,
            "5.2.3",
            "RESOLVER.RST.RecipSizeLimit; message too large for this recipient"
        ),
        Entry(
            554,
            "5.6.0",
            "Corrupt message content"
        ),
        Entry(
            550,
            "5.6.11",
            "Invalid characters"
        ),
        Entry(
            550,
            "5.6.11",
            "SMTPSEND.BareLinefeedsAreIllegal; message contains bare linefeeds, which"
                + " cannot be sent via DATA and receiving system does not support BDAT",
            variant: "linefeed",
            row: "550-5.6.11"
        ),
        Entry(
            550,
            "5.5.6",
            "Invalid message content"
        ),
        Entry(
            550,
            "5.1.7",
            "Invalid address"
        ),
        Entry(
            501,
            "5.1.7",
            "Invalid address",
            row: "550-5.1.7"
        ),
        Entry(
            550,
            "5.1.20",
            "Multiple From addresses are not allowed without Sender address"
        ),
        Entry(
            550,
            "5.7.512",
            "Access denied, message must be RFC 5322 section 3.6.2 compliant"
        ),
        Entry(
            554,
            "5.4.6",
            "Routing loop detected"
        ),
        Entry(
            554,
            "5.4.14",
            "Hop count exceeded - possible mail loop"
        ),
        Entry(
            550,
            "5.7.367",
            "Remote server returned not permitted to relay"
        ),
        Entry(
            550,
            "5.7.1",
            "Delivery not authorized, message refused"
        ),
        Entry(
            550,
            "5.7.900",
            "Delivery not authorized, message refused by a mail flow rule"
        ),
        Entry(
            550,
            "5.0.350",
            "x-dg-ref header is too long",
            variant: "header"
        ),
        Entry(
            550,
            "5.0.350",
            "Message rejected because of a policy violation (AS345)"
        ),
    ]
}
