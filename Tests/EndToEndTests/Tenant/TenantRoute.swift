import Testing

/// One way to hand mail to Microsoft 365, as a test sets it up against a rehearsal tenant.
struct TenantRoute: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// Lines of `[route.lab]`.
    let route: [String]
    /// Lines of `[pickup.erp]` besides.
    var pickup: [String] = []
    /// Whom its messages are from.
    var from = "erp@contoso.com"
    /// Lines of `[identity.contoso]` about the application and its credential.
    var identity = [
        "client_id = '0b1e6a7c-93a4-4d5f-8f1b-3f6f2d9a1c01'",
        "client_secret_file = '{root}/secret'",
    ]
    /// Whether the route signs in with tokens.
    var usesTokens = false
    /// Whether it is Graph: no envelope, and HTTP in place of replies.
    var isGraph = false

    /// Every service with every way to sign in that it has.
    static let all: [TenantRoute] = [
        exchangeOnline, password, hve, acs, acsToken, graph, connector, directSend, smtp,
    ]

    static let exchangeOnline = TenantRoute(
        testDescription: "exchange-online with OAuth",
        route: submission("exchange-online", "submission") + sender + ["identity = 'contoso'"],
        usesTokens: true
    )
    static let password = TenantRoute(
        testDescription: "exchange-online with a password",
        route: submission("exchange-online", "submission") + sender
            + ["password_file = '{root}/mailbox-password'"]
    )
    static let hve = TenantRoute(
        testDescription: "hve",
        route: submission("hve", "hve") + [
            "mailbox = 'alerts@contoso.com'", "identity = 'contoso'",
        ],
        from: "alerts@contoso.com",
        usesTokens: true
    )
    static let acs = TenantRoute(
        testDescription: "acs with the application's secret",
        route: submission("acs", "acs") + ["password_file = '{root}/secret'"]
            + [
                "username = 'contoso-mail.0b1e6a7c-93a4-4d5f-8f1b-3f6f2d9a1c01"
                    + ".5a4db0c5-2f10-4f6e-9d1c-0c0f5d7b1a01'"
            ],
        from: "DoNotReply@contoso.com"
    )
    static let acsToken = TenantRoute(
        testDescription: "acs with OAuth",
        route: submission("acs", "acs")
            + ["username = 'erp-mailer'", "identity = 'contoso'"],
        from: "DoNotReply@contoso.com",
        usesTokens: true
    )
    static let graph = TenantRoute(
        testDescription: "graph",
        route: ["service = 'graph'", "graph_url = 'https://localhost:{https}'"] + trust
            + sender + ["identity = 'contoso'"],
        usesTokens: true,
        isGraph: true
    )
    static let connector = TenantRoute(
        testDescription: "connector",
        route: submission("connector", "relay") + ["bind = '127.0.0.2'"],
        pickup: ["allow_from = ['erp@contoso.com']"]
    )
    static let directSend = TenantRoute(
        testDescription: "direct-send",
        route: submission("direct-send", "relay"),
        pickup: ["allow_from = ['erp@contoso.com']"]
    )
    static let smtp = TenantRoute(
        testDescription: "smtp",
        route: submission("smtp", "submission")
            + ["username = 'erp@contoso.com'", "password_file = '{root}/mailbox-password'"]
    )

    private static let sender = ["mailbox = 'erp@contoso.com'"]
    private static let trust = ["ca_file = '{root}/sandbox/ca.pem'", "sandbox = true"]

    private static func submission(_ service: String, _ side: String) -> [String] {
        ["service = '\(service)'", "host = 'localhost'", "port = {\(side)}"] + trust
            + ["address_family = 'ipv4'"]
    }
}
