/// The table `[http]`: the dashboard, and what monitoring asks.
package struct HTTPSettings: Hashable, Sendable {
    package var listen: ListenAddress
    /// The server's certificate; without one it speaks plain HTTP, on this host only.
    package var certificate: ClientCertificateSettings?
    /// Names, beside those of the address itself, under which browsers reach it; in lower case.
    package var allowedHosts: [String]
    /// Whether `/metrics` asks for no token.
    package var hasPublicMetrics: Bool

    /// Creates the table.
    package init(
        listen: ListenAddress,
        certificate: ClientCertificateSettings? = nil,
        allowedHosts: [String] = [],
        hasPublicMetrics: Bool = false
    ) {
        (self.listen, self.certificate) = (listen, certificate)
        (self.allowedHosts, self.hasPublicMetrics) = (allowedHosts, hasPublicMetrics)
    }
}

/// Where a server listens.
package enum ListenAddress: Hashable, Sendable {
    /// An IP address or `localhost`; port 0 is any that is free.
    case network(host: String, port: UInt16)
    /// The path of a socket in the file system.
    case unix(path: String)

    /// Whether nobody from another host can reach it.
    package var isLocal: Bool {
        switch self {
        case .network(let host, _): ValueSyntax.isLoopback(host)
        case .unix: true
        }
    }

    /// The address as the settings file writes it.
    package var text: String {
        switch self {
        case .network(let host, let port):
            host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }
}

/// The keys of `[http]`.
enum HTTPKey: String, SettingKey {
    case listen, certificate, key
    case passphraseFile = "passphrase_file"
    case allowedHosts = "allowed_hosts"
    case publicMetrics = "public_metrics"

    static let table = SettingTable.http

    var declaration: SettingDeclaration {
        switch self {
        case .listen:
            SettingDeclaration(
                .listen,
                .value("127.0.0.1:8025"),
                "The address and port that the dashboard answers on.",
                remark: """
                    Every address but this very host's needs `certificate`. `"0.0.0.0:8025"` and \
                    `"[::]:8025"` are all addresses of the host; `"unix:/run/postchute/http"` is a \
                    socket for a reverse proxy, open to the daemon's user and group.
                    """,
                example: #"listen = "127.0.0.1:8025""#
            )
        case .certificate:
            SettingDeclaration(
                .file(isSecret: false),
                .phrase("plain HTTP, on this host only"),
                "The certificate that browsers see; issuers may follow it in the file.",
                remark: "PEM, or PKCS #12 when the name ends in `.p12` or `.pfx`.",
                example: #"certificate = "/etc/postchute/dashboard.pem""#
            )
        case .key:
            SettingDeclaration(
                .file(isSecret: true),
                .phrase("the key inside `certificate`"),
                "The PEM file with the private key of `certificate`.",
                remark: "Not with PKCS #12, which holds its key itself.",
                example: #"key = "credential:dashboard-key""#
            )
        case .passphraseFile:
            SettingDeclaration(
                .file(isSecret: true),
                .phrase("the key is not encrypted"),
                "The file with the passphrase of the private key.",
                example: #"passphrase_file = "credential:dashboard-passphrase""#
            )
        case .allowedHosts:
            SettingDeclaration(
                .hosts,
                .phrase("only those of `listen`"),
                "The names under which browsers reach the dashboard.",
                remark: """
                    A request for another name is refused: a hostile page could give its own name \
                    this host's address. Behind a reverse proxy these are the proxy's names.
                    """,
                example: #"allowed_hosts = ["mail-relay.contoso.com"]"#
            )
        case .publicMetrics:
            SettingDeclaration(
                .flag,
                .value(false),
                "Whether `/metrics` may be read without a token.",
                remark: "Only where `listen` is an address of this very host.",
                example: "public_metrics = true"
            )
        }
    }
}
