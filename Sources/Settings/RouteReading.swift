/// One `[route.NAME]` as read, with what is needed to complain about it later.
struct ReadRoute {
    var settings: RouteSettings
    var reader: TableReader<RouteKey>
    private let credentialsDirectory: String?
}

extension ReadRoute {
    /// Reads the table; what is faulty keeps its standard value and is in the reader's complaints.
    init(_ plain: TableReader<RouteKey>, name: String, credentialsDirectory: String?) {
        reader = plain
        self.credentialsDirectory = credentialsDirectory
        let service: MailService? = reader.choice(.service)
        reader.presets =
            switch service {
            case .exchangeOnline: .exchangeOnline
            case .smtp: .standard
            case nil: .unknown
            }
        let host = reader.host(.host) ?? ""
        settings = RouteSettings(name: name, service: service ?? .smtp, host: host, port: 0)
        readTLS()
        let port = reader.count(.port) ?? settings.tls.standardPort
        settings.port = UInt16(clamping: port)
        readLimits()
        readDialogue()
        settings.signIn = SignInReading(reader, service, credentialsDirectory).signIn()
        RouteRelations(route: settings, reader: reader).check()
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
        settings.maximumRecipients = reader.count(.maxRecipients)
        reader.duration(.retryFirst).map { settings.retryFirst = $0 }
        reader.duration(.retryMaximum).map { settings.retryMaximum = $0 }
        reader.duration(.giveUpAfter).map { settings.giveUpAfter = $0 }
        reader.flag(.sandbox).map { settings.allowsSandbox = $0 }
    }

    private mutating func readDialogue() {
        reader.choice(.pipelining).map { settings.pipelining = $0 }
        settings.ehlo = reader.read(.ehlo, ValueSyntax.ehloName)
        settings.bind = reader.read(.bind, ValueSyntax.ipAddress)
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
