/// The table `[network]`: how services that speak HTTPS are reached.
package struct NetworkSettings: Hashable, Sendable {
    /// The proxy for tokens and Graph; `nil` is what `HTTPS_PROXY` says.
    package var proxy: ProxySettings?
    /// Hosts and domains that are reached without it; `nil` is what `NO_PROXY` says.
    package var noProxy: [String]?

    /// Creates the table.
    package init(proxy: ProxySettings? = nil, noProxy: [String]? = nil) {
        self.proxy = proxy
        self.noProxy = noProxy
    }
}

/// Whether a proxy is used, and which.
package enum ProxySettings: Hashable, Sendable {
    /// None, whatever the environment says.
    case none
    /// A proxy that understands CONNECT.
    case proxy(host: String, port: UInt16)

    /// The proxy as the environment writes it.
    package var url: String? {
        guard case .proxy(let host, let port) = self else { return nil }
        return host.contains(":") ? "http://[\(host)]:\(port)" : "http://\(host):\(port)"
    }
}

/// The keys of `[network]`.
enum NetworkKey: String, SettingKey {
    case proxy
    case noProxy = "no_proxy"

    static let table = SettingTable.network

    var declaration: SettingDeclaration {
        switch self {
        case .proxy:
            SettingDeclaration(
                .proxy,
                .phrase("what `HTTPS_PROXY` of the environment says"),
                "The proxy to the hosts that issue tokens and to Microsoft Graph.",
                remark: """
                    `"none"` uses none, whatever the environment says. SMTP goes through a proxy only \
                    where the route names one, and the host's metadata service never does.
                    """,
                example: #"proxy = "http://proxy.contoso.com:3128""#
            )
        case .noProxy:
            SettingDeclaration(
                .hosts,
                .phrase("what `NO_PROXY` of the environment says"),
                "Hosts and domains that are reached without the proxy; a domain stands for all below it.",
                example: #"no_proxy = ["localhost", "contoso.com"]"#
            )
        }
    }
}
