/// One of Microsoft's clouds, each with hosts and tokens of its own.
package enum Cloud: String, Hashable, Sendable, CaseIterable {
    case worldwide
    case gccHigh = "gcc-high"
    case dod
    case china

    /// Where tokens come from.
    package var loginHost: String {
        switch self {
        case .worldwide: "login.microsoftonline.com"
        case .gccHigh, .dod: "login.microsoftonline.us"
        case .china: "login.partner.microsoftonline.cn"
        }
    }

    /// Where Microsoft Graph is.
    package var graphHost: String {
        switch self {
        case .worldwide: "graph.microsoft.com"
        case .gccHigh: "graph.microsoft.us"
        case .dod: "dod-graph.microsoft.us"
        case .china: "microsoftgraph.chinacloudapi.cn"
        }
    }

    /// The resource of Exchange Online, which SMTP tokens are for.
    ///
    /// Of `gcc-high`, `dod` and `china` not verified on a real tenant: a scope of the settings
    /// replaces what follows from it.
    package var exchangeResource: String {
        switch self {
        case .worldwide: "https://outlook.office365.com"
        case .gccHigh: "https://outlook.office365.us"
        case .dod: "https://outlook-dod.office365.us"
        case .china: "https://partner.outlook.cn"
        }
    }

    /// The hosts a token of this cloud may be shown to, in lower case.
    package var hosts: Set<String> {
        var hosts: Set = [loginHost, graphHost]
        switch self {
        case .worldwide:
            hosts.formUnion([
                "smtp.office365.com", "outlook.office365.com", "outlook.office.com",
                "smtp-legacy.office365.com", "smtp-mail.outlook.com", "smtp-hve.office365.com",
                "smtp.azurecomm.net",
            ])
        case .gccHigh: hosts.formUnion(["smtp.office365.us", "outlook.office365.us"])
        case .dod: hosts.formUnion(["outlook-dod.office365.us", "smtp-dod.office365.us"])
        case .china: hosts.formUnion(["smtp.partner.outlook.cn", "partner.outlook.cn"])
        }
        return hosts
    }
}

/// What a token is to be used for.
package enum TokenPurpose: String, Hashable, Sendable, CaseIterable {
    case smtp, hve, acs, graph

    /// The resource the token must be for, in a cloud.
    package func resource(in cloud: Cloud) -> String {
        switch self {
        case .smtp, .hve: cloud.exchangeResource
        case .acs: "https://communication.azure.com"
        case .graph: "https://\(cloud.graphHost)"
        }
    }

    /// The scope an application asks for.
    package func applicationScope(in cloud: Cloud) -> String { resource(in: cloud) + "/.default" }

    /// The scope of a token in the name of a person, with the one that brings a refresh token.
    package func delegatedScope(in cloud: Cloud) -> String {
        switch self {
        case .smtp, .hve:
            // The short name of the resource is the one this permission is published under.
            (cloud == .worldwide ? "https://outlook.office.com" : cloud.exchangeResource)
                + "/SMTP.Send offline_access"
        case .acs: resource(in: cloud) + "/.default offline_access"
        case .graph: resource(in: cloud) + "/Mail.Send offline_access"
        }
    }
}
