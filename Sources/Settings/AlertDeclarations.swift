/// What each key of `[alert.NAME]` is.
enum AlertDeclarations {}

/// Which alerts a channel tells.
extension AlertDeclarations {
    static let kind = SettingDeclaration(
        .choice(AlertMeans.Kind.self),
        .required,
        "How people are told: by mail, by a request to a chat or another service, or by a program.",
        example: #"kind = "mail""#
    )

    static let severity = SettingDeclaration(
        .choice(AlertLevel.self),
        .value("warning"),
        "From which severity on the channel is told.",
        remark: """
            `"critical"` leaves out what does not stop mail yet. [docs/alerts.md](alerts.md) has the \
            severity of every condition.
            """,
        example: #"severity = "critical""#
    )

    static let conditions = SettingDeclaration(
        .words(AlertCondition.allCases.map(\.rawValue)),
        .phrase("all of them"),
        "What the channel is told of.",
        example: #"conditions = ["message-failed", "route-suspended"]"#
    )

    static let pickups = SettingDeclaration(
        .names,
        .phrase("all of them"),
        "The pickups that the channel is told of.",
        remark:
            "What concerns no pickup by itself, such as a suspended route, is told all the same.",
        example: #"pickups = ["erp"]"#
    )
}

/// Mail.
extension AlertDeclarations {
    static let route = SettingDeclaration(
        .routes,
        .phrase("must be given with `kind = \"mail\"`"),
        "The route that carries the mail, or several in order of preference.",
        remark: """
            While a route is suspended the mail waits for it: let another channel tell what the mail \
            cannot.
            """,
        example: #"route = "m365""#
    )

    static let from = SettingDeclaration(
        .address,
        .phrase("must be given with `kind = \"mail\"`"),
        "The sender of the mail, which the route's account must be allowed to use.",
        example: #"from = "postchute@contoso.com""#
    )

    static let to = SettingDeclaration(
        .addresses,
        .phrase("must be given with `kind = \"mail\"`"),
        "Who gets the mail.",
        example: #"to = ["it@contoso.com"]"#
    )
}

/// Requests and programs.
extension AlertDeclarations {
    static let urlFile = SettingDeclaration(
        .file(isSecret: true),
        .phrase("must be given with `kind = \"webhook\"`"),
        "The file with the address that the request goes to.",
        remark: """
            Whoever knows the address can post there, so it is a secret. The file is read again for \
            every notice.
            """,
        example: #"url_file = "/etc/postchute/teams-url""#
    )

    static let format = SettingDeclaration(
        .choice(AlertWebhook.Format.self),
        .value("json"),
        "What the service understands: a Teams workflow, Slack, or plain JSON.",
        example: #"format = "teams""#
    )

    static let hosts = SettingDeclaration(
        .hosts,
        .phrase("those of Teams or Slack; must be given with `format = \"json\"`"),
        "The hosts that the address may name; a domain stands for all below it.",
        example: #"hosts = ["alerts.contoso.com"]"#
    )

    static let caFile = SettingDeclaration(
        .file(isSecret: false),
        .phrase("the trust store of the system"),
        "A PEM file with the certificates that may have signed that of the service.",
        example: #"ca_file = "/etc/postchute/contoso-ca.pem""#
    )

    static let allowLoopback = SettingDeclaration(
        .flag,
        .value(false),
        "Whether `http://` is allowed to this very host.",
        example: "allow_loopback = true"
    )

    static let command = SettingDeclaration(
        .arguments,
        .phrase("must be given with `kind = \"command\"`"),
        "The program and its arguments.",
        remark: """
            No shell is involved. The program runs as the daemon's user with an empty environment, \
            gets the notice as JSON on its standard input, and has done its work when it exits with 0.
            """,
        example: #"command = ["/usr/local/bin/page", "--team", "mail"]"#
    )

    static let timeout = SettingDeclaration(
        .duration(.seconds(1)...(.seconds(300))),
        .value("30 s"),
        "How long the service or the program may take.",
        remark: "A program that takes longer is killed, with all it has started in its group.",
        example: #"timeout = "10 s""#
    )
}

/// What senders are told.
extension PickupDeclarations {
    static let bounceFrom = SettingDeclaration(
        .address,
        .phrase("the sender is not told"),
        "Who tells the sender of a message by mail that it failed for good (RFC 3464).",
        remark: """
            The mail goes by the pickup's route, whose account must be allowed to use this address. \
            Nothing is sent about automatic messages and lists, nor more than ten in an hour to one \
            sender.
            """,
        example: #"bounce_from = "postmaster@contoso.com""#
    )
}
