/// What is at the other end; a service presets server, sign-in and limits.
package enum MailService: String, Hashable, Sendable, CaseIterable {
    /// Any SMTP server.
    case smtp
    /// SMTP AUTH submission to Exchange Online.
    case exchangeOnline = "exchange-online"
    /// The tenant's MX, which knows us by our address or certificate.
    case connector
    /// The tenant's MX without any sign-in, for recipients of the tenant only.
    case directSend = "direct-send"
    /// High Volume Email.
    case hve
    /// Azure Communication Services Email over SMTP.
    case acs
    /// Microsoft Graph.
    case graph

    /// The service as a sentence names it.
    package var title: String {
        switch self {
        case .smtp: "an SMTP server"
        case .exchangeOnline: "Exchange Online"
        case .connector: "a connector"
        case .directSend: "direct send"
        case .hve: "High Volume Email"
        case .acs: "Azure Communication Services"
        case .graph: "Microsoft Graph"
        }
    }

    /// Whether the server is the MX of a domain, looked up for each connection.
    package var isReachedByMX: Bool { self == .connector || self == .directSend }

    /// Whether the service takes a message from any sender, so that we have to look.
    package var trustsAnySender: Bool { isReachedByMX }

    /// Whether the service sends as a mailbox of a tenant, whose limits count for it.
    package var sendsAsMailbox: Bool {
        switch self {
        case .exchangeOnline, .hve, .graph: true
        case .smtp, .connector, .directSend, .acs: false
        }
    }

    /// Whether messages are handed over by SMTP.
    package var speaksSMTP: Bool { self != .graph }

    /// The ways to sign in that it has.
    package var signIns: [SignInWay] {
        switch self {
        case .smtp: [.identity, .tokenFile, .password, .none]
        case .exchangeOnline, .hve, .acs: [.identity, .tokenFile, .password]
        case .connector, .directSend: [.none]
        case .graph: [.identity, .tokenFile]
        }
    }
}

/// A way to sign in, by the key that asks for it.
package enum SignInWay: String, Hashable, Sendable, CaseIterable {
    /// XOAUTH2, or a bearer token, with a token that Postchute obtains.
    case identity
    /// The same with a token from a file.
    case tokenFile = "token_file"
    /// LOGIN or PLAIN.
    case password = "password_file"
    /// No sign-in; the address or a certificate says who we are.
    case none
}
