internal import AccessTokens
internal import SMTPProtocol
internal import SMTPSubmission
internal import Settings
internal import Submission
internal import TLSEngine

extension SMTPRoute {
    /// The route of a route's settings.
    ///
    /// - Throws: ``CredentialError`` when the passphrase of the client certificate cannot be read, or
    ///   the route's tokens may not go to its server.
    init(_ settings: RouteSettings, _ services: ServiceAccess) throws {
        self.init(
            name: settings.name,
            host: settings.host,
            port: Int(settings.port),
            tls: TransportSecurity(settings.tls),
            signIn: try SignIn(settings, services),
            ehlo: settings.ehlo ?? HostName.own
        )
        mxDomain = settings.mailDomain
        if case .proxy(let host, let port)? = settings.proxy {
            proxy = SMTPProxy(host: host, port: Int(port))
        }
        tlsName = settings.tlsName
        tlsClient = try TLSClientSettings(settings)
        pipelining = settings.pipelining == .off ? .off : .envelope
        bind = settings.bind
        addressFamily =
            switch settings.addressFamily {
            case .any: .any
            case .ipv4: .ipv4
            case .ipv6: .ipv6
            }
        idleTimeout = settings.idleTimeout
        allowsSandbox = settings.allowsSandbox
        timeouts = SMTPTimeouts(settings)
    }
}

extension SMTPTimeouts {
    /// The waits of a route's settings.
    init(_ settings: RouteSettings) {
        self.init()
        if let reply = settings.replyTimeout {
            (greeting, hello, mail, recipient) = (reply, reply, reply, reply)
            (data, content) = (reply, reply)
        }
        connect = settings.connectTimeout
        endOfData = settings.finalReplyTimeout
    }
}

extension TransportSecurity {
    /// The protection of a route's settings.
    init(_ mode: TLSMode) {
        switch mode {
        case .startTLS: self = .startTLS
        case .implicit: self = .implicit
        case .none: self = .none
        }
    }
}

extension SignIn {
    /// The sign-in of a route's settings; secrets are read when they are needed, not now.
    init(_ settings: RouteSettings, _ services: ServiceAccess) throws {
        switch settings.signIn {
        case .none:
            self = .none
        case .password(let user, let password, .plain):
            self = .plain(user: user, FileSecret(path: password.path))
        case .password(let user, let password, .login):
            self = .login(user: user, FileSecret(path: password.path))
        case .password(let user, let password, .any):
            self = .password(user: user, FileSecret(path: password.path))
        case .token(let user, _), .identity(let user, _):
            self = .xoauth2(mailbox: user, try services.tokens(for: settings))
        }
    }
}

extension TLSClientSettings {
    /// Trust and client certificate of a route's settings.
    init(_ settings: RouteSettings) throws {
        let identity = try settings.clientCertificate.map { try TLSIdentitySource($0) }
        switch settings.trust {
        case .system: self.init(trust: .system, clientIdentity: identity)
        case .file(let path): self.init(trust: .file(path), clientIdentity: identity)
        case .pinned(let digest):
            self.init(trust: .system, pinnedSHA256: digest, clientIdentity: identity)
        }
    }
}

extension TLSIdentitySource {
    /// The client certificate of a route's settings.
    init(_ settings: ClientCertificateSettings) throws {
        let passphrase = try settings.passphrase.map {
            Passphrase(try FileSecret(path: $0.path).secret())
        }
        if settings.isPKCS12 {
            self = .pkcs12(path: settings.certificate, passphrase: passphrase)
        } else {
            self = .pem(
                certificate: settings.certificate,
                key: settings.key?.path ?? settings.certificate,
                passphrase: passphrase
            )
        }
    }
}
