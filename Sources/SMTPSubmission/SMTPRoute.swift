package import SMTPProtocol
package import Submission
package import TLSEngine

/// Everything a session to one server on behalf of one account needs to know.
package struct SMTPRoute: Sendable {
    /// The route as the settings name it, for log lines.
    package var name: String
    /// Host name or address of the server; not used where ``mxDomain`` is set.
    package var host: String
    /// The domain whose mail exchangers are the servers: looked up, never constructed.
    package var mxDomain: String?
    /// Whether a domain without any MX record is its own server (RFC 5321 §5.1).
    ///
    /// Not for Microsoft 365: there the records of a domain say everything.
    package var usesDomainWithoutMX: Bool
    /// Whom to ask for MX records; `nil` are the system's name servers.
    package var nameServer: NameServer?
    /// The HTTP proxy every connection goes through.
    package var proxy: SMTPProxy?
    package var port: Int
    package var tls: TransportSecurity
    package var tlsClient: TLSClientSettings
    /// The name the certificate must carry, if it is not `host`.
    package var tlsName: String?
    package var signIn: SignIn
    package var pipelining: Pipelining
    /// The name in EHLO; see ``HelloName`` for what becomes of odd ones.
    package var ehlo: String
    /// The local address to connect from; confines the route to its family.
    package var bind: String?
    package var addressFamily: AddressFamily
    package var timeouts: SMTPTimeouts
    /// How long a session without a message is kept.
    package var idleTimeout: Duration
    /// How many messages one session carries; `nil` is no limit.
    package var maximumMessagesPerSession: Int?
    /// Whether a server that announces itself as the Postchute sandbox is acceptable.
    package var allowsSandbox: Bool

    /// Creates a route; the defaults suit a submission server that asks for nothing.
    package init(
        name: String,
        host: String,
        port: Int,
        tls: TransportSecurity = .startTLS,
        signIn: SignIn = .none,
        ehlo: String
    ) {
        self.name = name
        self.host = host
        self.port = port
        self.tls = tls
        self.signIn = signIn
        self.ehlo = ehlo
        usesDomainWithoutMX = false
        tlsClient = TLSClientSettings()
        pipelining = .off
        addressFamily = .any
        timeouts = SMTPTimeouts()
        idleTimeout = .seconds(60)
        allowsSandbox = false
    }

    /// The route as the session machine needs it.
    var policy: SessionPolicy {
        var policy = SessionPolicy(
            helloName: HelloName(ehlo),
            security: tls,
            mechanism: signIn.mechanism,
            pipelining: pipelining,
            allowsSandbox: allowsSandbox
        )
        if case .password = signIn { policy.secondMechanism = .plain }
        return policy
    }
}

/// An HTTP proxy that lets connections to mail servers through (RFC 9110 §9.3.6).
package struct SMTPProxy: Sendable {
    /// Host name or address.
    package var host: String
    package var port: Int
    /// The user whom the proxy knows; `nil` where it asks nobody.
    package var user: String?
    /// The user's password.
    package var password: (any SecretProvider)?

    /// Names a proxy.
    package init(
        host: String,
        port: Int,
        user: String? = nil,
        password: (any SecretProvider)? = nil
    ) {
        self.host = host
        self.port = port
        self.user = user
        self.password = password
    }
}

/// Which addresses of a host are tried.
package enum AddressFamily: String, Hashable, Sendable {
    /// Both, alternating (RFC 8305).
    case any
    case ipv4, ipv6
}

/// As whom a route signs in.
package enum SignIn: Sendable {
    case none
    case plain(user: String, any SecretProvider)
    case login(user: String, any SecretProvider)
    /// LOGIN where the server offers it, as Exchange Online does, else PLAIN.
    case password(user: String, any SecretProvider)
    case xoauth2(mailbox: String, any TokenProvider)

    var mechanism: Mechanism? {
        switch self {
        case .none: nil
        case .plain: .plain
        case .login, .password: .login
        case .xoauth2: .xoauth2
        }
    }
}

/// How long the server may take for each step.
package struct SMTPTimeouts: Hashable, Sendable {
    /// For name resolution and every address together.
    package var connect: Duration = .seconds(30)
    /// RFC 5321 §4.5.3.2.1.
    package var greeting: Duration = .seconds(300)
    /// EHLO, STARTTLS and each step of AUTH: RFC 5321 names no figure; this is the one of MAIL.
    package var hello: Duration = .seconds(300)
    package var tlsHandshake: Duration = .seconds(60)
    /// RFC 5321 §4.5.3.2.2.
    package var mail: Duration = .seconds(300)
    /// RFC 5321 §4.5.3.2.3.
    package var recipient: Duration = .seconds(300)
    /// RFC 5321 §4.5.3.2.4.
    package var data: Duration = .seconds(120)
    /// RFC 5321 §4.5.3.2.5.
    package var content: Duration = .seconds(180)
    /// RFC 5321 §4.5.3.2.6: a shorter one makes second copies.
    package var endOfData: Duration = .seconds(600)
    /// The message is safe by then: nobody waits for this one.
    package var quit: Duration = .seconds(5)

    /// Creates the timeouts of RFC 5321 §4.5.3.2.
    package init() {}

    /// Creates timeouts that are all the same, for a server known to be near.
    package init(all duration: Duration) {
        connect = duration
        greeting = duration
        hello = duration
        tlsHandshake = duration
        mail = duration
        recipient = duration
        data = duration
        content = duration
        endOfData = duration
        quit = duration
    }

    /// The timeout of a phase.
    package subscript(phase: SessionPhase) -> Duration {
        switch phase {
        case .connect: connect
        case .greeting: greeting
        case .hello, .startTLS, .authentication: hello
        case .tlsHandshake: tlsHandshake
        case .mail, .reset: mail
        case .recipient: recipient
        case .data: data
        case .content: content
        case .endOfData: endOfData
        case .quit: quit
        }
    }
}
