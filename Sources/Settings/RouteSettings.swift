/// A table `[route.NAME]`: a server, an account and its limits.
package struct RouteSettings: Hashable, Sendable {
    /// The name after `route.`: letters, digits, `-` and `_`.
    package var name: String
    package var service: MailService
    package var cloud = Cloud.worldwide
    /// A host name, or an IP address without brackets; empty where ``mailDomain`` leads to it.
    package var host: String
    /// The domain whose MX is the server, in place of ``host``.
    package var mailDomain: String?
    package var port: UInt16
    package var tls: TLSMode
    /// The name the server's certificate must carry; ``host`` unless set.
    package var tlsName: String?
    package var trust: TrustSettings
    package var clientCertificate: ClientCertificateSettings?
    package var signIn: SignInSettings
    /// The root of Microsoft Graph, of routes to it.
    package var graphURL: String?
    /// The tenant that the route sends for, as far as the file tells.
    package var tenant: String?
    /// The name that the file gives to whose limits these are.
    package var account: String?
    /// The most sessions at a time.
    package var connections: Int
    package var rate: RateLimit
    /// The most recipients of the account in any 24 hours.
    package var recipientsPerDay: Int?
    /// The most recipients of the tenant outside ``internalDomains`` in any 24 hours.
    package var externalRecipientsPerDay: Int?
    /// The tenant's own domains, in lower case.
    package var internalDomains: [String] = []
    /// The largest message, counted as it goes out.
    package var maximumOctets: Int?
    package var large: LargePolicy
    package var pipelining: Pipelining
    /// The name said in EHLO; the host's own unless set.
    package var ehlo: String?
    /// The local address connections are made from.
    package var bind: String?
    package var addressFamily: AddressFamily
    /// The proxy to the server; `nil` is none for SMTP and the general one for Graph.
    package var proxy: ProxySettings?
    /// How long an unused session stays open.
    package var idleTimeout: Duration
    package var connectTimeout: Duration
    /// Replaces the waits of RFC 5321 §4.5.3.2.1 to §4.5.3.2.5; `nil` keeps them.
    package var replyTimeout: Duration?
    /// The wait for the reply after the final dot (RFC 5321 §4.5.3.2.6).
    package var finalReplyTimeout: Duration
    package var retryFirst: Duration
    package var retryMaximum: Duration
    package var giveUpAfter: Duration
    /// Whether a server that announces itself as the sandbox is accepted.
    package var allowsSandbox: Bool
    /// The most recipients of one transaction; `nil` leaves it to the server.
    package var maximumRecipients: Int?

    /// Creates a route with the defaults of every key that has one.
    package init(name: String, service: MailService = .smtp, host: String, port: UInt16) {
        self.name = name
        self.service = service
        self.host = host
        self.port = port
        tls = RouteKey.tls.standard(RouteKey.tls.choice)
        trust = .system
        signIn = .none
        connections = RouteKey.connections.standard(RouteKey.connections.count)
        rate = RouteKey.rate.standard(ValueSyntax.rate)
        large = RouteKey.large.standard(RouteKey.large.choice)
        pipelining = RouteKey.pipelining.standard(RouteKey.pipelining.choice)
        addressFamily = RouteKey.addressFamily.standard(RouteKey.addressFamily.choice)
        idleTimeout = RouteKey.idleTimeout.standardDuration
        connectTimeout = RouteKey.connectTimeout.standardDuration
        finalReplyTimeout = RouteKey.finalReplyTimeout.standardDuration
        retryFirst = RouteKey.retryFirst.standardDuration
        retryMaximum = RouteKey.retryMaximum.standardDuration
        giveUpAfter = RouteKey.giveUpAfter.standardDuration
        allowsSandbox = RouteKey.sandbox.standard(ValueSyntax.flag)
    }
}

/// How a connection is protected.
package enum TLSMode: String, Hashable, Sendable, CaseIterable {
    /// Upgraded with STARTTLS; without it nothing is sent (RFC 3207 §4.1).
    case startTLS = "starttls"
    /// TLS from the first octet (RFC 8314 §3.3).
    case implicit
    /// No protection; only to this very host.
    case none
}

/// What a server's certificate is checked against.
package enum TrustSettings: Hashable, Sendable {
    /// The trust store of the system.
    case system
    /// Only the certificates of this PEM file.
    case file(String)
    /// Only the certificate with this SHA-256 digest of 32 octets.
    case pinned([UInt8])
}

/// The certificate shown to a server that asks for one.
package struct ClientCertificateSettings: Hashable, Sendable {
    /// A PEM file, or PKCS #12 when it ends in `.p12` or `.pfx`.
    package var certificate: String
    /// The PEM file of the key; `nil` when the certificate's file holds it.
    package var key: SecretReference?
    package var passphrase: SecretReference?

    /// Creates a reference to a client certificate.
    package init(
        certificate: String,
        key: SecretReference? = nil,
        passphrase: SecretReference? = nil
    ) {
        self.certificate = certificate
        self.key = key
        self.passphrase = passphrase
    }

    /// Whether the certificate's file is PKCS #12.
    package var isPKCS12: Bool {
        certificate.lowercased().hasSuffix(".p12") || certificate.lowercased().hasSuffix(".pfx")
    }
}

/// How a session signs in.
package enum SignInSettings: Hashable, Sendable {
    case none
    /// AUTH LOGIN or PLAIN.
    case password(user: String, password: SecretReference, PasswordMechanism)
    /// AUTH XOAUTH2, or a bearer token, with an access token that something else keeps fresh.
    case token(user: String, token: SecretReference)
    /// The same with a token that the identity of this name obtains.
    case identity(user: String, identity: String)

    /// The user of a route that signs in as each message's own From.
    package static let eachAuthor = "{from}"

    /// As whom; `nil` without a sign-in.
    package var user: String? {
        switch self {
        case .none: nil
        case .password(let user, _, _), .token(let user, _), .identity(let user, _): user
        }
    }

    /// Whether each message is sent as its own author.
    package var isEachAuthor: Bool {
        switch self {
        case .token(Self.eachAuthor, _), .identity(Self.eachAuthor, _): true
        case .none, .password, .token, .identity: false
        }
    }

    /// The name of the identity that obtains the token, if one does.
    package var identity: String? {
        if case .identity(_, let identity) = self { identity } else { nil }
    }
}

/// Which way a password is sent.
package enum PasswordMechanism: Hashable, Sendable {
    /// LOGIN where the server offers it, else PLAIN.
    case any
    case login
    case plain
}

/// What becomes of a message that is too large for one request to Graph.
package enum LargePolicy: String, Hashable, Sendable, CaseIterable {
    /// Another route carries it, or none.
    case refuse
    /// It is rebuilt as a draft with uploaded attachments.
    case draft
}

/// How many messages may be sent in a time.
package enum RateLimit: Hashable, Sendable {
    case unlimited
    /// At most `messages`, at least 1, in every span of `per`.
    case limited(messages: Int, per: Duration)
}

/// Whether commands wait for the reply before them (RFC 2920).
package enum Pipelining: String, Hashable, Sendable, CaseIterable {
    case off
    /// MAIL, every RCPT and DATA in one flight.
    case envelope
}

/// Which addresses of a host are tried.
package enum AddressFamily: String, Hashable, Sendable, CaseIterable {
    case any, ipv4, ipv6
}
