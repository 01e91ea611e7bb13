extension FaultCatalogue {
    /// Recipients: the texts of the reply catalogue's section of that name.
    static let recipient: [Entry] = [
        Entry(
            452,
            "4.5.3",
            "Too many recipients"
        ),
        Entry(
            550,
            "5.5.3",
            "Too many recipients"
        ),
        Entry(
            550,
            "5.5.3",
            "Too many recipients; the message was refused",
            variant: "dot"
        ),
        Entry(
            554,
            "5.2.121",
            "The sender has exceeded the limit for the number of messages they can send to"
                + " this recipient per hour"
        ),
        Entry(
            554,
            "5.2.122",
            "Recipient's per hour message receive limit exceeded"
        ),
        Entry(
            552,
            "5.2.2",
            "Mailbox full"
        ),
        Entry(
            552,
            nil,
            "Too many recipients"
        ),
        Entry(
            550,
            "5.1.10",
            "RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup"
        ),
        Entry(
            550,
            "5.1.1",
            "RESOLVER.ADR.RecipNotFound; not found"
        ),
        Entry(
            501,
            "5.1.3",
            "Invalid address; STOREDRV.Submit; invalid recipient address"
        ),
        Entry(
            550,
            "5.1.4",
            "Recipient address reserved by RFC 2606"
        ),
        Entry(
            550,
            "5.1.5",
            "Recipient address reserved by RFC 2606",
            row: "550-5.1.4"
        ),
        Entry(
            550,
            "5.1.1",
            "User unknown",
            variant: "other"
        ),
        Entry(
            550,
            "5.4.1",
            "Recipient address rejected: Access denied. AS(201806281)"
        ),
        Entry(
            550,
            "5.4.1",
            "Relay Access Denied",
            variant: "relay",
            row: "550-5.4.1"
        ),
        Entry(
            550,
            "5.4.1",
            "All recipient addresses rejected : Access denied",
            variant: "all",
            row: "550-5.4.1"
        ),
        Entry(
            550,
            "5.7.12",
            "Sender was not authenticated by organization"
        ),
        Entry(
            550,
            "5.7.13",
            "Sender was not authenticated for public folder"
        ),
        Entry(
            550,
            "5.7.135",
            "Sender was not authenticated for public folder"
        ),
        Entry(
            550,
            "5.7.124",
            "Sender not in allowed-senders list"
        ),
        Entry(
            550,
            "5.7.133",
            "Sender was not authenticated for group"
        ),
        Entry(
            550,
            "5.7.134",
            "Sender was not authenticated for mailbox"
        ),
        Entry(
            550,
            "5.7.136",
            "Sender was not authenticated"
        ),
        Entry(
            550,
            "5.7.504",
            "Recipient address rejected: Access denied"
        ),
        Entry(
            550,
            "5.7.505",
            "Access denied, banned recipient"
        ),
    ]
}
