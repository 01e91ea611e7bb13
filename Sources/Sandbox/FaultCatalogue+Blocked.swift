extension FaultCatalogue {
    /// Blocked senders and addresses: the texts of the reply catalogue's section of that name.
    static let blocked: [Entry] = [
        Entry(
            550,
            "5.1.8",
            "Access denied, bad outbound sender (AS:NSBOS=OUTBOUND)"
        ),
        Entry(
            550,
            "5.7.501",
            "Access denied, spam abuse detected"
        ),
        Entry(
            550,
            "5.7.502",
            "Access denied, banned sender",
            row: "550-5.7.501"
        ),
        Entry(
            550,
            "5.7.503",
            "Access denied, banned sender",
            row: "550-5.7.501"
        ),
        Entry(
            550,
            "5.7.705",
            "Access denied, tenant has exceeded threshold"
        ),
        Entry(
            550,
            "5.7.708",
            "Access denied, traffic not accepted from this IP"
        ),
        Entry(
            550,
            "5.7.700",
            "Access denied, tenant has exceeded its sending limits"
        ),
        Entry(
            550,
            "5.7.750",
            "Service unavailable. Client blocked from sending from unregistered domains"
        ),
        Entry(
            550,
            "5.7.509",
            "Access denied, sending domain example.com does not pass DMARC verification and"
                + " has a DMARC policy of reject"
        ),
        Entry(
            550,
            "5.7.515",
            "Access denied, sending domain example.com doesn't meet the required"
                + " authentication level"
        ),
        Entry(
            550,
            "5.7.511",
            "Access denied, banned sender[127.0.0.1]. To request removal from this list"
                + " please forward this message to delist@messaging.microsoft.com"
        ),
        Entry(
            550,
            "5.7.606",
            "Access denied, banned sending IP [127.0.0.1]. To request removal from this"
                + " list please visit https://sender.office.com/"
        ),
        Entry(
            550,
            "5.7.507",
            "Access denied, rejected by recipient"
        ),
        Entry(
            550,
            "5.7.513",
            "Service unavailable, Client host [127.0.0.1] blocked by example.com using"
                + " Customer Block list (AS16012607)"
        ),
    ]
}
