/// What `init` must know to write a settings file, in the order in which it asks.
package enum SettingsQuestion: String, Hashable, Sendable, CaseIterable {
    case pickup, path, operators, service
    case mailbox, domain, host, tls, port
    case signIn = "sign-in"
    case username, password, tenant
    case clientID = "client-id"
    case certificate, secret, user
    case allowFrom = "allow-from"
    case clientCertificate = "client-certificate"

    /// The question, with what there is to know before answering.
    package var words: String {
        switch self {
        case .pickup: "A name for the first drop folder; log lines carry it."
        case .path: "The drop folder: *.eml files put there are sent."
        case .operators:
            "The group of people who may read and move its messages; \"none\" for nobody."
        case .service:
            "How mail goes to Microsoft 365: exchange-online (SMTP), graph, connector, direct-send, "
                + "hve, acs, or smtp for any other server."
        case .mailbox: "The mailbox that sends; \"{from}\" is each message's own From."
        case .domain: "The tenant's domain, whose MX is the server."
        case .host: "The server's name or address."
        case .port: "The server's port."
        case .tls: "TLS: starttls, implicit, or none, which only loopback may have."
        case .signIn:
            "How the route signs in: certificate or secret of an application, device (a person "
                + "signs in once), managed (an Azure host), password, or none."
        case .username: "The user name."
        case .password: "The file that holds the password, or credential:NAME."
        case .tenant: "The tenant: its id, or one of its domains."
        case .clientID: "The application's (client) id."
        case .certificate: "The file with the application's certificate and key, PFX or PEM."
        case .secret: "The file that holds the application's client secret."
        case .user: "The person who signs in."
        case .allowFrom:
            "Who may send: an address or a domain. Microsoft does not look at it on this way."
        case .clientCertificate:
            "The file with the certificate and key by which the tenant knows this host; \"none\" "
                + "where it knows the address."
        }
    }

    /// The option that answers it without asking.
    package var option: String {
        switch self {
        case .pickup, .path: "--pickup NAME=PATH"
        default: "--\(rawValue)"
        }
    }

    /// A value that the settings accept, for answers that are not known yet.
    var example: String {
        switch self {
        case .pickup: "erp"
        case .path: "/srv/drop/erp"
        case .operators, .clientCertificate: SettingsDraft.nothing
        case .service: "exchange-online"
        case .mailbox, .user: "erp@contoso.com"
        case .username: "erp"
        case .domain, .tenant, .allowFrom: "contoso.com"
        case .host: "mail.contoso.com"
        case .port: "587"
        case .tls: "starttls"
        case .signIn: "certificate"
        case .password: "/etc/postchute/password"
        case .clientID: "00000000-0000-0000-0000-000000000000"
        case .certificate: "/etc/postchute/certificate.pfx"
        case .secret: "/etc/postchute/secret"
        }
    }
}
