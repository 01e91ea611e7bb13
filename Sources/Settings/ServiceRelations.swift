/// Checks that a route has what its service needs, and nothing that it cannot use.
struct ServiceRelations {
    let service: MailService
    /// `nil` where the service is not known to exist in the route's cloud.
    let preset: ServicePreset?
    let route: RouteSettings
    let reader: TableReader<RouteKey>

    /// Adds its complaints to those of the route.
    func check() {
        checkCloud()
        checkServer()
        checkForeignKeys()
        checkConnections()
        checkExternalRecipients()
        checkUser()
    }

    private func checkCloud() {
        guard preset == nil, reader.isSound(.cloud) else { return }
        reader.complain(
            .service,
            "\(quoted(service.rawValue)) is not known to exist in cloud = "
                + "\(quoted(route.cloud.rawValue)).",
            "Use another service, or service = \"smtp\" with the host that Microsoft names."
        )
    }

    // The name of an MX is the service's to change: nothing of it can be derived from the domain.
    private func checkServer() {
        guard service.isReachedByMX else { return }
        if reader.has(.host), reader.has(.domain) {
            reader.complain(
                .host,
                "stands beside domain, whose MX is the server.",
                "Remove one of them."
            )
        } else if !reader.has(.host), !reader.has(.domain) {
            reader.complain(
                .domain,
                "is missing: the MX of a domain of the tenant is the server.",
                "Add it, for example: \(RouteKey.domain.declaration.example)"
            )
        }
    }

    private func checkForeignKeys() {
        for (keys, reason, advice) in foreignKeys {
            for key in keys where reader.has(key) { reader.complain(key, reason, advice) }
        }
    }

    private var foreignKeys: [(keys: [RouteKey], reason: String, advice: String)] {
        switch service {
        case .graph:
            [
                (
                    Self.keysOfSMTP, "is of SMTP, and Graph is reached by HTTPS.",
                    "Remove it; graph_url names another server."
                ),
                (
                    [.auth, .username, .passwordFile],
                    "has no use with \"graph\", which takes tokens only.",
                    "Remove it, and set mailbox and identity."
                ),
            ]
        case .connector, .directSend:
            [
                Self.graphKeys,
                (
                    [.auth, .username, .mailbox, .identity, .passwordFile, .tokenFile],
                    "has no use with \(quoted(service.rawValue)): nobody signs in.",
                    service == .connector
                        ? "Remove it; the address of this host or client_certificate says who sends."
                        : "Remove it."
                ),
                (
                    service == .directSend
                        ? [.clientCertificate, .clientKey, .clientPassphraseFile] : [],
                    "has no use with \"direct-send\": it knows nobody.",
                    "Set service = \"connector\", or remove it."
                ),
            ]
        case .acs:
            [
                Self.graphKeys, Self.domainKey,
                (
                    [.mailbox], "has no use with \"acs\", which has no mailboxes.",
                    "Write its user name in username."
                ),
            ]
        case .smtp, .exchangeOnline, .hve:
            [Self.graphKeys, Self.domainKey]
        }
    }

    private static let graphKeys: (keys: [RouteKey], reason: String, advice: String) = (
        [.graphURL, .large], "is for service = \"graph\".", "Remove it."
    )

    private static let domainKey: (keys: [RouteKey], reason: String, advice: String) = (
        [.domain], "is for \"connector\" and \"direct-send\", whose server is an MX.", "Remove it."
    )

    private static let keysOfSMTP: [RouteKey] = [
        .host, .domain, .port, .tls, .tlsName, .pinSHA256, .clientCertificate, .clientKey,
        .clientPassphraseFile, .pipelining, .ehlo, .bind, .addressFamily, .replyTimeout,
        .idleTimeout,
    ]

    private func checkConnections() {
        guard let most = preset?.maximumConnections, reader.isSound(.connections),
            route.connections > most
        else { return }
        reader.complain(
            .connections,
            "\(route.connections) is more than \(service.title) allows a mailbox: \(most).",
            "Make it \(most) at most."
        )
    }

    private func checkExternalRecipients() {
        if reader.has(.externalRecipientsPerDay), !reader.has(.internalDomains) {
            reader.complain(
                .externalRecipientsPerDay,
                "needs internal_domains, or every recipient would count.",
                "Add, for example: \(RouteKey.internalDomains.declaration.example)"
            )
        } else if reader.has(.internalDomains), !reader.has(.externalRecipientsPerDay) {
            reader.complain(
                .internalDomains,
                "has no use without external_recipients_per_day.",
                "Remove it."
            )
        }
    }

    /// A user name of Azure Communication Services in its long form: RESOURCE.CLIENT-ID.TENANT-ID.
    private func checkUser() {
        guard service == .acs, let user = reader.writtenText(.username) else { return }
        let separator: Character = user.contains("|") ? "|" : "."
        let parts = user.split(separator: separator, omittingEmptySubsequences: false)
        let isLong = separator == "|" || parts.last.map(ValueSyntax.isGUID) == true
        guard isLong else { return }
        let isSound =
            parts.count >= 3 && !parts[0].isEmpty
            && parts.suffix(2).allSatisfy(ValueSyntax.isGUID)
        if !isSound {
            reader.complain(
                .username,
                "\(quoted(user)) is not a user name of Azure Communication Services.",
                "Write RESOURCE.CLIENT-ID.TENANT-ID, or an SMTP user name of the resource."
            )
        }
    }
}
