extension FaultCatalogue {
    /// Host, port, connector and address: the texts of the reply catalogue's section of that name.
    static let access: [Entry] = [
        Entry(
            500,
            "5.3.3",
            "Unrecognized command"
        ),
        Entry(
            501,
            "5.5.4",
            "Invalid domain name",
            variant: "domain"
        ),
        Entry(
            501,
            "5.5.4",
            "Invalid arguments"
        ),
        Entry(
            503,
            "5.5.2",
            "Send hello first"
        ),
        Entry(
            421,
            "4.7.66",
            "TLS 1.0 and 1.1 are not supported. Please upgrade/update your client to"
                + " support TLS 1.2. Visit https://aka.ms/smtp_auth_tls."
        ),
        Entry(
            451,
            "5.7.3",
            "STARTTLS is required to send mail"
        ),
        Entry(
            451,
            "4.4.62",
            "Mail sent to the wrong Office 365 region. ATTR35"
        ),
        Entry(
            550,
            "5.7.64",
            "TenantAttribution; Relay Access Denied ATTR36. For more information, see KB 3169958"
        ),
        Entry(
            550,
            "5.7.64",
            "Relay Access Denied ATTR36. For more information, see KB 3169958",
            variant: "old",
            row: "550-5.7.64"
        ),
        Entry(
            550,
            "5.7.68",
            "TenantInboundAttribution; Direct Send not allowed for this organization from"
                + " unauthorized sources"
        ),
        Entry(
            550,
            "5.7.51",
            "TenantInboundAttribution; There is a partner connector configured that matched"
                + " the message's recipient domain. The connector had either the"
                + " RestrictDomainsToIPAddresses or RestrictDomainsToCertificate set"
        ),
        Entry(
            550,
            "5.7.1",
            "Unable to relay",
            variant: "relay"
        ),
        Entry(
            550,
            "5.7.506",
            "Access Denied, Bad HELO"
        ),
        Entry(
            550,
            "5.7.23",
            "The message was rejected because of Sender Policy Framework violation"
        ),
        Entry(
            550,
            "5.7.25",
            "Access denied, the sending IPv6 address must have a reverse DNS record"
        ),
        Entry(
            450,
            "4.7.26",
            "Access denied, a message sent over IPv6 [2001:db8::1] must pass either SPF or"
                + " DKIM validation, this message is not signed"
        ),
        Entry(
            550,
            "5.7.510",
            "Access denied, example.com does not accept email over IPv6"
        ),
    ]
}
