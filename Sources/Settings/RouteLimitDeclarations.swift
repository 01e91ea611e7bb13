/// What the account allows.
extension RouteDeclarations {
    static let account = SettingDeclaration(
        .word,
        .phrase("the mailbox; without one the server, or this route alone"),
        "Whose limits these are: routes of one account share them.",
        remark: """
            Two routes that send as one mailbox, by SMTP and by Graph, are one account without a word \
            here. Give two routes the same name to make them share, different ones so that they do not.
            """,
        example: #"account = "erp@contoso.com""#
    )

    static let connections = SettingDeclaration(
        .count(1...100),
        .value(2),
        "The most sessions with the server at a time.",
        remark: """
            Exchange Online allows a mailbox three, other programs' included, and Graph four requests \
            at a time.
            """,
        example: "connections = 4"
    )

    static let rate = SettingDeclaration(
        .rate,
        .value("unlimited"),
        "The most messages in a second, minute or hour.",
        remark: """
            They are spaced evenly. Exchange Online throttles a mailbox above 30 messages a minute, \
            by Graph too; `"acs"` allows a new domain 100 an hour until support raises it.
            """,
        example: #"rate = "30/min""#
    )

    static let maxRecipients = SettingDeclaration(
        .count(1...100_000),
        .phrase("as many as the server takes"),
        "The most recipients of one transaction.",
        remark: """
            A message with more of them is sent in several transactions; Graph, which cannot do that, \
            leaves it to the next route.
            """,
        example: "max_recipients = 500"
    )

    static let recipientsPerDay = SettingDeclaration(
        .count(1...1_000_000_000),
        .phrase("no limit"),
        "The most recipients in any 24 hours.",
        remark: "Kept across restarts. Recipients are counted for each message, not once for all.",
        example: "recipients_per_day = 10000"
    )

    static let externalRecipientsPerDay = SettingDeclaration(
        .count(1...1_000_000_000),
        .phrase("no limit"),
        "The most recipients outside the tenant in any 24 hours, all its routes together.",
        remark: """
            Microsoft's limit for a tenant is 500 × licences^0.7 + 9500, and 5000 in a trial; leave \
            room for what people send. It needs `internal_domains`.
            """,
        example: "external_recipients_per_day = 8000"
    )

    static let internalDomains = SettingDeclaration(
        .domains,
        .phrase("every recipient is external"),
        "The tenant's own domains, whose recipients `external_recipients_per_day` does not count.",
        example: #"internal_domains = ["contoso.com", "contoso.onmicrosoft.com"]"#
    )

    static let maxSize = SettingDeclaration(
        .size(1024...1_073_741_824),
        .phrase("what the server announces"),
        "The largest message that this route carries, counted as it goes out.",
        remark: """
            A larger one is left to the next route of its pickup; without one it goes to `failed/`. \
            `max_size` of a pickup is about its writers.
            """,
        example: #"max_size = "10 MB""#
    )

    static let large = SettingDeclaration(
        .choice(LargePolicy.self),
        .value("refuse"),
        "What becomes of a message above the 4 MB of a Graph request that no other route can carry.",
        remark: """
            `"draft"` rebuilds it as a draft with uploaded attachments and logs a warning: its structure \
            is not kept, so signed and encrypted messages are still refused, and it needs the permission \
            Mail.ReadWrite. Only for `"graph"`.
            """,
        example: #"large = "draft""#
    )
}

/// How a session talks.
extension RouteDeclarations {
    static let pipelining = SettingDeclaration(
        .choice(Pipelining.self),
        .value("off"),
        "Whether the envelope goes out in one flight or waits for each reply.",
        remark: """
            `"envelope"` is used only with servers that announce PIPELINING and saves a \
            round trip for each recipient.
            """,
        example: #"pipelining = "envelope""#
    )

    static let ehlo = SettingDeclaration(
        .ehloName,
        .phrase("the full name of this host"),
        "The name this host gives in EHLO.",
        remark: "A full domain name, or an address in brackets such as `[192.0.2.1]`.",
        example: #"ehlo = "relay.contoso.com""#
    )

    static let bind = SettingDeclaration(
        .ipAddress,
        .phrase("the system chooses"),
        "The local IP address that connections are made from.",
        example: #"bind = "192.0.2.10""#
    )

    static let proxy = SettingDeclaration(
        .proxy,
        .phrase("SMTP connects directly; Graph uses that of `[network]`"),
        "The proxy through which the route reaches its server, by CONNECT.",
        example: #"proxy = "http://proxy.contoso.com:3128""#
    )

    static let addressFamily = SettingDeclaration(
        .choice(AddressFamily.self),
        .value("any"),
        "Which addresses of the server are tried.",
        example: #"address_family = "ipv4""#
    )
}

/// The waits for a server.
extension RouteDeclarations {
    static let connectTimeout = SettingDeclaration(
        .duration(.milliseconds(100) ... .seconds(300)),
        .value("30 s"),
        "How long to wait for a connection to one address of the server.",
        example: #"connect_timeout = "10 s""#
    )

    static let replyTimeout = SettingDeclaration(
        .duration(.milliseconds(100) ... .seconds(3600)),
        .phrase("5 min; 2 min after DATA; 3 min for a block of content"),
        "How long to wait for a reply, the one after the final dot excepted.",
        remark: "The defaults are those of RFC 5321 §4.5.3.2; one value replaces them all.",
        example: #"reply_timeout = "2 min""#
    )

    static let finalReplyTimeout = SettingDeclaration(
        .duration(.milliseconds(100) ... .seconds(7200)),
        .value("10 min"),
        "How long to wait for the reply after the final dot.",
        remark: """
            Giving up earlier than RFC 5321 §4.5.3.2.6 asks makes duplicates: the server may \
            already hold the message.
            """,
        example: #"final_reply_timeout = "15 min""#
    )

    static let idleTimeout = SettingDeclaration(
        .duration(.zero ... .seconds(600)),
        .value("30 s"),
        "How long a session without work stays open for the next message.",
        remark: "`\"0 s\"` closes it after each message.",
        example: #"idle_timeout = "2 min""#
    )
}

/// The waits between attempts.
extension RouteDeclarations {
    static let retryFirst = SettingDeclaration(
        .duration(.milliseconds(100) ... .seconds(86_400)),
        .value("1 min"),
        "The wait before the second attempt.",
        example: #"retry_first = "5 min""#
    )

    static let retryMaximum = SettingDeclaration(
        .duration(.milliseconds(100) ... .seconds(604_800)),
        .value("1 h"),
        "The longest wait between two attempts.",
        remark: "Each wait is twice the one before, give or take some chance, up to this.",
        example: #"retry_maximum = "2 h""#
    )

    static let giveUpAfter = SettingDeclaration(
        .duration(.milliseconds(100) ... .seconds(2_592_000)),
        .value("2 d"),
        "How long a message is tried before it goes to `failed/`.",
        remark: "Time during which the route is suspended or paused does not count.",
        example: #"give_up_after = "5 d""#
    )
}
