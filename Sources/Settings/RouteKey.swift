/// The keys of `[route.NAME]`.
enum RouteKey: String, SettingKey {
    case service, cloud, host, domain, port
    case graphURL = "graph_url"
    case identity
    case tls
    case tlsName = "tls_name"
    case caFile = "ca_file"
    case pinSHA256 = "pin_sha256"
    case clientCertificate = "client_certificate"
    case clientKey = "client_key"
    case clientPassphraseFile = "client_passphrase_file"
    case auth, username, mailbox
    case passwordFile = "password_file"
    case tokenFile = "token_file"
    case account, connections, rate
    case maxRecipients = "max_recipients"
    case recipientsPerDay = "recipients_per_day"
    case externalRecipientsPerDay = "external_recipients_per_day"
    case internalDomains = "internal_domains"
    case maxSize = "max_size"
    case large
    case pipelining, ehlo, bind, proxy
    case addressFamily = "address_family"
    case connectTimeout = "connect_timeout"
    case replyTimeout = "reply_timeout"
    case finalReplyTimeout = "final_reply_timeout"
    case idleTimeout = "idle_timeout"
    case retryFirst = "retry_first"
    case retryMaximum = "retry_maximum"
    case giveUpAfter = "give_up_after"
    case sandbox

    static let table = SettingTable.route

    var declaration: SettingDeclaration {
        switch self {
        case .service: RouteDeclarations.service
        case .cloud: RouteDeclarations.cloud
        case .host: RouteDeclarations.host
        case .domain: RouteDeclarations.domain
        case .port: RouteDeclarations.port
        case .graphURL: RouteDeclarations.graphURL
        case .sandbox: RouteDeclarations.sandbox
        case .identity: RouteDeclarations.identity
        case .tls: RouteDeclarations.tls
        case .tlsName: RouteDeclarations.tlsName
        case .caFile: RouteDeclarations.caFile
        case .pinSHA256: RouteDeclarations.pinSHA256
        case .clientCertificate: RouteDeclarations.clientCertificate
        case .clientKey: RouteDeclarations.clientKey
        case .clientPassphraseFile: RouteDeclarations.clientPassphraseFile
        case .auth: RouteDeclarations.auth
        case .username: RouteDeclarations.username
        case .mailbox: RouteDeclarations.mailbox
        case .passwordFile: RouteDeclarations.passwordFile
        case .tokenFile: RouteDeclarations.tokenFile
        case .account: RouteDeclarations.account
        case .connections: RouteDeclarations.connections
        case .rate: RouteDeclarations.rate
        case .maxRecipients: RouteDeclarations.maxRecipients
        case .recipientsPerDay: RouteDeclarations.recipientsPerDay
        case .externalRecipientsPerDay: RouteDeclarations.externalRecipientsPerDay
        case .internalDomains: RouteDeclarations.internalDomains
        case .maxSize: RouteDeclarations.maxSize
        case .large: RouteDeclarations.large
        case .pipelining: RouteDeclarations.pipelining
        case .ehlo: RouteDeclarations.ehlo
        case .bind: RouteDeclarations.bind
        case .proxy: RouteDeclarations.proxy
        case .addressFamily: RouteDeclarations.addressFamily
        case .connectTimeout: RouteDeclarations.connectTimeout
        case .replyTimeout: RouteDeclarations.replyTimeout
        case .finalReplyTimeout: RouteDeclarations.finalReplyTimeout
        case .idleTimeout: RouteDeclarations.idleTimeout
        case .retryFirst: RouteDeclarations.retryFirst
        case .retryMaximum: RouteDeclarations.retryMaximum
        case .giveUpAfter: RouteDeclarations.giveUpAfter
        }
    }
}

/// How a route signs in, as the file says it.
enum AuthChoice: String, CaseIterable {
    case auto, login, plain, xoauth2, none
}
