/// What each key of `[route.NAME]` is.
enum RouteDeclarations {}

/// The server itself.
extension RouteDeclarations {
    static let service = SettingDeclaration(
        .choice(MailService.self),
        .required,
        "What is at the other end; it presets server, sign-in and limits.",
        remark: """
            Every preset can be overridden by its own key; [the table](#what-a-service-presets) below \
            has them all.
            """,
        example: #"service = "exchange-online""#
    )

    static let cloud = SettingDeclaration(
        .choice(Cloud.self),
        .phrase("that of `identity`, else `\"worldwide\"`"),
        "The cloud that the service belongs to.",
        remark: "GCC is `\"worldwide\"`. The identity of the route must be of the same cloud.",
        example: #"cloud = "gcc-high""#
    )

    static let host = SettingDeclaration(
        .host,
        .required,
        "The server's name, or its IP address.",
        remark: """
            Microsoft's servers want the name: IP addresses are not supported. With `"connector"` \
            and `"direct-send"` `domain` is better: the name of the MX is the service's to change.
            """,
        example: #"host = "mail.example.com""#
    )

    static let domain = SettingDeclaration(
        .domain,
        .phrase("`host` names the server"),
        "The domain whose MX is the server of `\"connector\"` and `\"direct-send\"`.",
        remark: """
            One of the tenant's own domains whose MX is Microsoft's: where another filter stands \
            before it, name the `host` that the admin center shows. It is looked up and never made up.
            """,
        example: #"domain = "contoso.com""#
    )

    static let port = SettingDeclaration(
        .count(1...65_535),
        .phrase("587; 465 with `tls = \"implicit\"`; 25 with `tls = \"none\"`"),
        "The server's port.",
        example: "port = 587"
    )

    static let graphURL = SettingDeclaration(
        .serviceURL,
        .phrase("no other service than `\"graph\"` has it"),
        "The root of Microsoft Graph.",
        example: #"graph_url = "https://graph.microsoft.com""#
    )

    static let sandbox = SettingDeclaration(
        .flag,
        .value(false),
        "Whether a server that announces itself as the sandbox is accepted.",
        remark: """
            Without it a route refuses the sandbox, so that no real message is swallowed by \
            a test server.
            """,
        example: "sandbox = true"
    )
}

/// How a connection is protected.
extension RouteDeclarations {
    static let tls = SettingDeclaration(
        .choice(TLSMode.self),
        .value("starttls"),
        "How the connection is protected: STARTTLS, TLS from the start, or not at all.",
        remark: """
            TLS never falls back: a server that does not offer STARTTLS gets nothing. \
            `"none"` is accepted only for this very host: `localhost`, `127.0.0.0/8`, `::1`.
            """,
        example: #"tls = "implicit""#
    )

    static let tlsName = SettingDeclaration(
        .host,
        .phrase("`host`"),
        "The name the server's certificate must carry.",
        remark: "Needed where `host` is an IP address or an alias.",
        example: #"tls_name = "mail.example.com""#
    )

    static let caFile = SettingDeclaration(
        .file(isSecret: false),
        .phrase("the trust store of the system"),
        "A PEM file with the certificates that may have signed the server's.",
        remark: "Takes the place of the system's trust store; it does not add to it.",
        example: #"ca_file = "/etc/postchute/ca.pem""#
    )

    static let pinSHA256 = SettingDeclaration(
        .fingerprint,
        .phrase("no pin"),
        "The SHA-256 digest of the one certificate that is accepted from the server.",
        remark: """
            Nothing else is checked then, not even name and expiry. Renewing the server's \
            certificate stops the route until the pin is changed.
            """,
        example: """
            pin_sha256 = "4f0ca5b1e4d7a9f6c3b28e5d7a1f0b9c8d7e6f5a4b3c2d1e0f9a8b7c6d5e4f3a"
            """
    )
}

/// The certificate shown to the server.
extension RouteDeclarations {
    static let clientCertificate = SettingDeclaration(
        .file(isSecret: false),
        .phrase("none is shown"),
        "The certificate shown to a server that asks for one.",
        remark: "PEM, or PKCS #12 when the name ends in `.p12` or `.pfx`.",
        example: #"client_certificate = "/etc/postchute/relay.pem""#
    )

    static let clientKey = SettingDeclaration(
        .file(isSecret: true),
        .phrase("the key inside `client_certificate`"),
        "The PEM file with the private key of `client_certificate`.",
        remark: "Not with PKCS #12, which holds its key itself.",
        example: #"client_key = "/etc/postchute/relay.key""#
    )

    static let clientPassphraseFile = SettingDeclaration(
        .file(isSecret: true),
        .phrase("the key is not encrypted"),
        "The file with the passphrase of the private key.",
        example: #"client_passphrase_file = "credential:relay-passphrase""#
    )
}

/// How a session signs in.
extension RouteDeclarations {
    static let identity = SettingDeclaration(
        .word,
        .phrase("no token is obtained"),
        "The `[identity.NAME]` with which the route signs in.",
        remark: """
            The way to sign in with OAuth. Routes that name the same identity share its tokens. Not \
            together with `token_file` or `password_file`.
            """,
        example: #"identity = "contoso""#
    )

    static let auth = SettingDeclaration(
        .choice(AuthChoice.self),
        .value("auto"),
        "How to sign in: with the password by LOGIN or PLAIN, or with a token.",
        remark: """
            `"auto"` takes XOAUTH2 with `identity` or `token_file`, LOGIN or PLAIN with \
            `password_file`, and does not sign in without any of them.
            """,
        example: #"auth = "plain""#
    )

    static let username = SettingDeclaration(
        .word,
        .phrase("`mailbox`"),
        "The user who signs in.",
        remark: """
            Needed only where it is not the mailbox itself. `"acs"` wants its SMTP user name here, or \
            `RESOURCE.CLIENT-ID.TENANT-ID`, with dots or with `|`.
            """,
        example: #"username = "relay""#
    )

    static let mailbox = SettingDeclaration(
        .mailbox,
        .phrase("`username`"),
        "The mailbox that sends.",
        remark: """
            Exchange Online counts its limits for this mailbox. `"{from}"` sends each message as the \
            mailbox of its own From, with an identity or a token that is valid for all of them; \
            `allow_from` of the pickups then says whom their writers may speak for.
            """,
        example: #"mailbox = "erp@contoso.com""#
    )

    static let passwordFile = SettingDeclaration(
        .file(isSecret: true),
        .phrase("no password"),
        "The file with the password.",
        remark: """
            Read again at every sign-in, so a new password needs no restart. For `"acs"` it holds the \
            client secret. Exchange Online refuses passwords by default from the end of December 2026.
            """,
        example: #"password_file = "credential:erp-password""#
    )

    static let tokenFile = SettingDeclaration(
        .file(isSecret: true),
        .phrase("no token"),
        "The file with an OAuth access token, which another program keeps fresh.",
        remark: "Read again at every sign-in. Not together with `identity` or `password_file`.",
        example: #"token_file = "/run/postchute/erp.token""#
    )
}
