/// One `[route.NAME]` as read, with what is needed to complain about it later.
struct ReadRoute {
    var settings: RouteSettings
    var reader: TableReader<RouteKey>
    /// What is at the other end; `nil` where the file does not say it.
    let service: MailService?
    private let credentialsDirectory: String?
}

extension ReadRoute {
    /// Reads the table; what is faulty keeps its standard value and is in the reader's complaints.
    init(
        _ plain: TableReader<RouteKey>,
        name: String,
        identities: [ReadIdentity],
        credentialsDirectory: String?
    ) {
        reader = plain
        self.credentialsDirectory = credentialsDirectory
        service = reader.choice(.service)
        settings = RouteSettings(name: name, service: service ?? .smtp, host: "", port: 0)
        let identity = reader.has(.identity) ? reader.writtenText(.identity) : nil
        let owner = identities.first { $0.settings.name == identity }
        settings.cloud = reader.choice(.cloud) ?? owner?.settings.cloud ?? .worldwide
        let preset = service?.preset(in: settings.cloud)
        reader.presets = preset.map { .known($0.values) } ?? .unknown
        readServer()
        readTLS()
        let port = reader.count(.port) ?? settings.tls.standardPort
        settings.port = UInt16(clamping: port)
        if service == .graph { (settings.tls, settings.port) = (.implicit, 443) }
        readLimits()
        readDialogue()
        let signIn = SignInReading(reader, service, identities, credentialsDirectory)
        settings.signIn = signIn.signIn()
        settings.tenant = tenant(owner?.settings)
        if let service {
            ServiceRelations(service: service, preset: preset, route: settings, reader: reader)
                .check()
        }
        RouteRelations(route: settings, reader: reader).check()
        owner.map { IdentityRelations(route: settings, reader: reader, identity: $0).check() }
    }

    private mutating func readServer() {
        switch service {
        case .graph:
            settings.graphURL = reader.read(.graphURL, ValueSyntax.serviceURL)
            settings.host = settings.graphURL.flatMap(ValueSyntax.host(ofURL:)) ?? ""
        case .connector, .directSend:
            settings.mailDomain = reader.read(.domain, ValueSyntax.domain)?.lowercased()
            if reader.has(.host) { settings.host = reader.host(.host) ?? "" }
        case .smtp, .exchangeOnline, .hve, .acs, nil:
            settings.host = reader.host(.host) ?? ""
        }
    }

    private func tenant(_ identity: IdentitySettings?) -> String? {
        if let tenant = identity?.tenant, !tenant.isEmpty { return tenant }
        guard settings.service.sendsAsMailbox, let user = settings.signIn.user,
            let at = user.lastIndex(of: "@")
        else { return settings.mailDomain }
        return user[user.index(after: at)...].lowercased()
    }

    private mutating func readTLS() {
        reader.choice(.tls).map { settings.tls = $0 }
        settings.tlsName = reader.host(.tlsName)
        let file = reader.file(.caFile, credentialsDirectory: credentialsDirectory)
        let pin = reader.read(.pinSHA256, ValueSyntax.fingerprint)
        settings.trust = pin.map { .pinned($0) } ?? file.map { .file($0.path) } ?? .system
        let key = reader.file(.clientKey, credentialsDirectory: credentialsDirectory)
        let passphrase = reader.file(
            .clientPassphraseFile,
            credentialsDirectory: credentialsDirectory
        )
        settings.clientCertificate =
            reader.file(.clientCertificate, credentialsDirectory: credentialsDirectory).map {
                ClientCertificateSettings(certificate: $0.path, key: key, passphrase: passphrase)
            }
    }

    private mutating func readLimits() {
        reader.count(.connections).map { settings.connections = $0 }
        reader.read(.rate, ValueSyntax.rate).map { settings.rate = $0 }
        settings.account = reader.word(.account)
        settings.maximumRecipients = reader.count(.maxRecipients)
        settings.recipientsPerDay = reader.count(.recipientsPerDay)
        settings.externalRecipientsPerDay = reader.count(.externalRecipientsPerDay)
        settings.internalDomains =
            reader.read(.internalDomains, ValueSyntax.domains)?.map { $0.lowercased() } ?? []
        settings.maximumOctets = reader.read(.maxSize, RouteKey.maxSize.size)
        reader.choice(.large).map { settings.large = $0 }
        reader.duration(.retryFirst).map { settings.retryFirst = $0 }
        reader.duration(.retryMaximum).map { settings.retryMaximum = $0 }
        reader.duration(.giveUpAfter).map { settings.giveUpAfter = $0 }
        reader.flag(.sandbox).map { settings.allowsSandbox = $0 }
    }

    private mutating func readDialogue() {
        reader.choice(.pipelining).map { settings.pipelining = $0 }
        settings.ehlo = reader.read(.ehlo, ValueSyntax.ehloName)
        settings.bind = reader.read(.bind, ValueSyntax.ipAddress)
        settings.proxy = reader.read(.proxy, ValueSyntax.proxy)
        reader.choice(.addressFamily).map { settings.addressFamily = $0 }
        reader.duration(.connectTimeout).map { settings.connectTimeout = $0 }
        settings.replyTimeout = reader.duration(.replyTimeout)
        reader.duration(.finalReplyTimeout).map { settings.finalReplyTimeout = $0 }
        reader.duration(.idleTimeout).map { settings.idleTimeout = $0 }
    }
}

extension TLSMode {
    /// The port of a route that gives none.
    var standardPort: Int {
        switch self {
        case .startTLS: 587
        case .implicit: 465
        case .none: 25
        }
    }
}
