extension ReplyCatalogue {
    /// Access: the wrong server, an unknown connector, or an address Microsoft does not take mail from.
    static let access = CatalogueSection(
        title: "Host, port, connector and address",
        sources: "Microsoft Learn, “Email non-delivery reports and SMTP errors in Exchange Online”,"
            + " “Set up a multifunction device or application to send email using Microsoft 365”"
            + " and “Set-OrganizationConfig”; RFC 3207 §4",
        rows: [
            // Commands the server does not know say nothing of a message; but 500 to RCPT may be about
            // an odd address, which must not hold up the others' mail.
            CatalogueRow(
                name: "500-5.3.3",
                pattern: ReplyPattern(500, at: [.hello, .startTLS, .authentication, .mail, .data]),
                example: "500 5.3.3 Unrecognized command",
                phase: .mail,
                category: .configuration,
                scope: .route,
                advice: "Check host and port, and that TLS is on: this server does not understand a"
                    + " command it should."
            ),
            CatalogueRow(
                name: "501-5.5.4-domain",
                pattern: ReplyPattern(501, words: ["invalid domain name"], at: [.hello]),
                example: "501 5.5.4 Invalid domain name",
                phase: .hello,
                category: .configuration,
                scope: .route,
                advice: "Give the route a full host name to introduce itself with (ehlo), such as"
                    + " relay.example.com."
            ),
            // One odd sender must not hold up the others.
            CatalogueRow(
                name: "501-5.5.4",
                pattern: ReplyPattern(
                    501,
                    .exactly(5, 5, 4),
                    words: ["invalid arguments"],
                    at: [.mail]
                ),
                example: "501 5.5.4 Invalid arguments",
                phase: .mail,
                category: .configuration,
                scope: .sender,
                advice: "Check the sender's address for characters that this server does not take,"
                    + " and that nothing between Postchute and the server rewrites commands."
            ),
            CatalogueRow(
                name: "503-5.5.2",
                pattern: ReplyPattern(502...503),
                example: "503 5.5.2 Send hello first",
                phase: .mail,
                category: .configuration,
                scope: .route,
                advice: "Check host and port, and that nothing between rewrites the connection: the"
                    + " server lost track of the session."
            ),
            CatalogueRow(
                name: "421-4.7.66",
                pattern: ReplyPattern(
                    400...599,
                    .eitherClass(7, 66),
                    phrases: ["tls 1.0 and 1.1 are not supported"]
                ),
                example: "421 4.7.66 TLS 1.0 and 1.1 are not supported. Please upgrade/update your"
                    + " client to support TLS 1.2. Visit https://aka.ms/smtp_auth_tls."
                    + " [AM0PR02CA0001.eurprd02.prod.outlook.com]",
                phase: .mail,
                category: .configuration,
                scope: .route,
                advice: "Find out what lowers the TLS version between here and the server:"
                    + " Postchute never offers less than TLS 1.2."
            ),
            CatalogueRow(
                name: "451-5.7.3",
                pattern: ReplyPattern(
                    400...599,
                    .exactly(5, 7, 3),
                    saying: ["starttls is required to send mail"]
                ),
                example: "451 5.7.3 STARTTLS is required to send mail"
                    + " [AM0PR02CA0001.eurprd02.prod.outlook.com]",
                phase: .mail,
                category: .configuration,
                scope: .route,
                advice: "Let the route use TLS (tls = \"starttls\"): the server takes no mail"
                    + " without."
            ),
            CatalogueRow(
                name: "451-4.4.62",
                pattern: ReplyPattern(
                    400...599,
                    .eitherClass(4, 62),
                    phrases: ["wrong office 365 region"]
                ),
                example: "451 4.4.62 Mail sent to the wrong Office 365 region. ATTR35"
                    + " [AM0PR02CA0001.eurprd02.prod.outlook.com]",
                phase: .recipient,
                category: .configuration,
                scope: .route,
                wait: .atLeast(.quarterPause),
                advice: "Give the route the host name that the MX record of the recipients' domain"
                    + " names now (Microsoft 365 admin center, Settings, Domains)."
            ),
            CatalogueRow(
                name: "550-5.7.64",
                pattern: ReplyPattern(
                    500...599,
                    .exactly(5, 7, 64),
                    phrases: ["relay access denied attr36"]
                ),
                example: "550 5.7.64 TenantAttribution; Relay Access Denied ATTR36. For more"
                    + " information, see KB 3169958 [AM0PR02CA0001.eurprd02.prod.outlook.com]",
                phase: .recipient,
                category: .configuration,
                scope: .route,
                wait: .atLeast(.quarterPause),
                advice: "Have an administrator correct the inbound connector (Exchange admin"
                    + " center, Mail flow, Connectors, or Set-InboundConnector): it must name"
                    + " this host's public address or its client certificate, and the sender's"
                    + " domain must be an accepted domain."
            ),
            CatalogueRow(
                name: "550-5.7.68",
                pattern: ReplyPattern(
                    500...599,
                    .exactly(5, 7, 68),
                    phrases: ["direct send not allowed"]
                ),
                example: "550 5.7.68 TenantInboundAttribution; Direct Send not allowed for this"
                    + " organization from unauthorized sources",
                phase: .endOfData,
                category: .configuration,
                scope: .route,
                wait: .atLeast(.quarterPause),
                advice: "Sign in to send (exchange-online or graph), or have an administrator make"
                    + " an inbound connector for this host's address or certificate: the"
                    + " organisation rejects direct send (Set-OrganizationConfig"
                    + " -RejectDirectSend)."
            ),
            CatalogueRow(
                name: "550-5.7.51",
                pattern: ReplyPattern(
                    500...599,
                    .exactly(5, 7, 51),
                    phrases: ["restrictdomainstoipaddresses", "restrictdomainstocertificate"]
                ),
                example: "550 5.7.51 TenantInboundAttribution; There is a partner connector"
                    + " configured that matched the message's recipient domain. The connector had"
                    + " either the RestrictDomainsToIPAddresses or RestrictDomainsToCertificate"
                    + " set",
                phase: .recipient,
                category: .configuration,
                scope: .route,
                wait: .atLeast(.quarterPause),
                advice: "Have an administrator add this host's address or certificate to the"
                    + " connector (Set-InboundConnector -SenderIPAddresses or"
                    + " -TlsSenderCertificateName)."
            ),
            // Kept and tried again, but as this recipient's trouble: recipients inside are still
            // served.
            CatalogueRow(
                name: "550-5.7.1-relay",
                pattern: ReplyPattern(500...599, .exactly(5, 7, 1), words: ["unable to relay"]),
                example: "550 5.7.1 Unable to relay",
                phase: .recipient,
                category: .configuration,
                advice: "Send to outside recipients by a route that signs in or has a connector:"
                    + " this one takes mail for the own organisation only."
            ),
            CatalogueRow(
                name: "550-5.7.506",
                pattern: ReplyPattern(
                    500...599,
                    .exactly(5, 7, 506),
                    phrases: ["access denied, bad helo"]
                ),
                example: "550 5.7.506 Access Denied, Bad HELO",
                phase: .mail,
                category: .configuration,
                scope: .route,
                wait: .atLeast(.quarterPause),
                advice: "Give the route a host name of its own to introduce itself with (ehlo),"
                    + " never the recipients' domain."
            ),
            CatalogueRow(
                name: "550-5.7.23",
                pattern: ReplyPattern(
                    500...599,
                    .exactly(5, 7, 23),
                    phrases: ["sender policy framework violation"]
                ),
                example: "550 5.7.23 The message was rejected because of Sender Policy Framework"
                    + " violation",
                phase: .endOfData,
                category: .configuration,
                scope: .sender,
                advice: "Have this host's public address added to the SPF record of the sender's"
                    + " domain."
            ),
            CatalogueRow(
                name: "550-5.7.25",
                pattern: ReplyPattern(
                    400...599,
                    .eitherClass(7, 25),
                    phrases: [
                        "ipv6 address must have a reverse dns record", "must have reverse dns",
                    ]
                ),
                example:
                    "550 5.7.25 Access denied, the sending IPv6 address must have a reverse DNS"
                    + " record",
                phase: .mail,
                category: .configuration,
                scope: .route,
                wait: .atLeast(.quarterPause),
                advice: "Give this host's public address a reverse DNS record, or let the route use"
                    + " IPv4 (address_family = \"ipv4\")."
            ),
            CatalogueRow(
                name: "450-4.7.26",
                pattern: ReplyPattern(
                    400...599,
                    .eitherClass(7, 26),
                    saying: ["must pass either spf or dkim"]
                ),
                example:
                    "450 4.7.26 Access denied, a message sent over IPv6 [2001:db8::1] must pass"
                    + " either SPF or DKIM validation, this message is not signed",
                phase: .endOfData,
                category: .configuration,
                scope: .sender,
                advice: "Let the route use IPv4 (address_family = \"ipv4\"), or have this host's"
                    + " IPv6 address added to the SPF record of the sender's domain."
            ),
            CatalogueRow(
                name: "550-5.7.510",
                pattern: ReplyPattern(
                    500...599,
                    .exactly(5, 7, 510),
                    phrases: ["does not accept email over ipv6"]
                ),
                example: "550 5.7.510 Access denied, contoso.com does not accept email over IPv6",
                phase: .recipient,
                category: .configuration,
                scope: .route,
                wait: .atLeast(.quarterPause),
                advice: "Let the route use IPv4 (address_family = \"ipv4\")."
            ),
        ]
    )
}
