/// One of Microsoft's clouds: its own tenants, its own sign-in, its own servers.
package enum Cloud: String, Hashable, Sendable, CaseIterable {
    /// Everybody else's, the United States' GCC included.
    case worldwide
    /// US Government L4.
    case gccHigh = "gcc-high"
    /// US Government L5.
    case dod
    /// 21Vianet.
    case china

    /// The host that signs applications in.
    package var loginHost: String {
        switch self {
        case .worldwide: "login.microsoftonline.com"
        case .gccHigh, .dod: "login.microsoftonline.us"
        case .china: "login.partner.microsoftonline.cn"
        }
    }

    /// The root of Microsoft Graph.
    package var graphURL: String {
        switch self {
        case .worldwide: "https://graph.microsoft.com"
        case .gccHigh: "https://graph.microsoft.us"
        case .dod: "https://dod-graph.microsoft.us"
        case .china: "https://microsoftgraph.chinacloudapi.cn"
        }
    }

    /// The server for SMTP AUTH submission; that of DoD is not documented.
    var submissionHost: String {
        switch self {
        case .worldwide: "smtp.office365.com"
        case .gccHigh: "smtp.office365.us"
        case .dod: "outlook-dod.office365.us"
        case .china: "smtp.partner.outlook.cn"
        }
    }

    /// What a token for Exchange Online is for; Microsoft documents only that of `worldwide`.
    var exchangeScope: String {
        switch self {
        case .worldwide: "https://outlook.office365.com/.default"
        case .gccHigh: "https://outlook.office365.us/.default"
        case .dod: "https://outlook-dod.office365.us/.default"
        case .china: "https://partner.outlook.cn/.default"
        }
    }

    /// Whether a host belongs to this cloud, so that it may see the cloud's tokens.
    package func contains(_ host: String) -> Bool {
        let host = host.lowercased()
        return domains.contains { host == $0 || host.hasSuffix(".\($0)") }
    }

    private var domains: [String] {
        switch self {
        case .worldwide:
            [
                "office365.com", "outlook.com", "azurecomm.net", "graph.microsoft.com",
                "login.microsoftonline.com", "login.microsoft.com", "login.windows.net",
            ]
        case .gccHigh: ["office365.us", "graph.microsoft.us", "login.microsoftonline.us"]
        case .dod: ["office365.us", "dod-graph.microsoft.us", "login.microsoftonline.us"]
        case .china:
            [
                "partner.outlook.cn", "microsoftgraph.chinacloudapi.cn",
                "login.partner.microsoftonline.cn", "login.chinacloudapi.cn",
            ]
        }
    }
}
