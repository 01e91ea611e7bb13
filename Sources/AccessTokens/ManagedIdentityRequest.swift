package import Submission
package import WebClient

/// How the identity of this machine or service is asked for a token: by resource, not by scope.
package enum ManagedIdentityRequest {
    /// Who is asked.
    package enum Host: Hashable, Sendable {
        /// The metadata service of a virtual machine.
        case metadata
        /// The environment of App Service or Functions, which brings address and secret.
        case appService(endpoint: String, secret: String)
        /// The agent of Azure Arc.
        case arc(endpoint: String)
    }

    /// The largest key file the agent of Azure Arc writes.
    static let maximumKeyOctets = 4_096

    /// Who is to be asked here, as the environment says.
    package static func host(
        _ variables: [String: String],
        _ options: ManagedIdentityOptions
    ) -> Host {
        if let endpoint = variables["IDENTITY_ENDPOINT"], let secret = variables["IDENTITY_HEADER"]
        {
            return .appService(endpoint: endpoint, secret: secret)
        }
        guard variables["IMDS_ENDPOINT"] != nil else { return .metadata }
        let own = options.arcEndpoint + "/metadata/identity/oauth2/token"
        return .arc(endpoint: variables["IDENTITY_ENDPOINT"] ?? own)
    }

    /// The first request; the agent of Azure Arc answers it with a challenge.
    package static func make(
        _ host: Host,
        scope: String,
        _ options: ManagedIdentityOptions
    ) -> WebRequest {
        let resource = FormText.encode(resource(of: scope))
        let choice = query(options.choice, host)
        switch host {
        case .metadata:
            return get(
                "\(options.metadataEndpoint)/metadata/identity/oauth2/token"
                    + "?api-version=2018-02-01&resource=\(resource)\(choice)",
                ("Metadata", "true")
            )
        case .appService(let endpoint, let secret):
            let mark = endpoint.contains("?") ? "&" : "?"
            return get(
                "\(endpoint)\(mark)api-version=2019-08-01&resource=\(resource)\(choice)",
                ("X-IDENTITY-HEADER", secret)
            )
        case .arc(let endpoint):
            return get(
                "\(endpoint)?api-version=2020-06-01&resource=\(resource)",
                ("Metadata", "true")
            )
        }
    }

    /// The file that the challenge of Azure Arc names, if it is one we may read.
    ///
    /// Whoever answers on that port could name any file, whose content would then be sent to it:
    /// so only a `.key` directly in the agent's own folder will do.
    package static func keyFile(
        challenge: String,
        folder: String
    ) throws(CredentialError) -> String {
        let opening = "basic realm="
        guard challenge.lowercased().hasPrefix(opening) else {
            throw arcError("gave no challenge that names a key file")
        }
        var path = challenge.dropFirst(opening.count)
        if path.hasPrefix("\""), path.hasSuffix("\""), path.count >= 2 {
            path = path.dropFirst().dropLast()
        }
        let name = path.dropFirst(folder.count + 1)
        guard path.hasPrefix("\(folder)/"), name.hasSuffix(".key"), name.count > 4,
            !name.contains("/"), path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else {
            throw arcError("named a key file that is not a .key directly in \(folder)")
        }
        return String(path)
    }

    /// The second request to the agent of Azure Arc, with the content of its key file.
    package static func answer(_ first: WebRequest, key: String) -> WebRequest {
        var request = first
        request.headers.append((name: "Authorization", value: "Basic \(key)"))
        return request
    }

    /// An error of the Azure Arc agent.
    static func arcError(_ phrase: String) -> CredentialError {
        CredentialError(
            "the Azure Arc agent of this machine \(phrase)",
            advice: "Check that the agent runs, and that the service's user is in the group himds."
        )
    }

    private static func resource(of scope: String) -> String {
        scope.hasSuffix("/.default") ? String(scope.dropLast(9)) : scope
    }

    private static func query(_ choice: ManagedIdentityOptions.Choice, _ host: Host) -> String {
        switch choice {
        case .system: return ""
        case .clientID(let id): return "&client_id=\(FormText.encode(id))"
        case .objectID(let id):
            // The same thing has another name in App Service.
            if case .appService = host { return "&principal_id=\(FormText.encode(id))" }
            return "&object_id=\(FormText.encode(id))"
        case .resourceID(let id):
            if case .appService = host { return "&mi_res_id=\(FormText.encode(id))" }
            return "&msi_res_id=\(FormText.encode(id))"
        }
    }

    private static func get(_ url: String, _ field: (String, String)) -> WebRequest {
        WebRequest(method: "GET", url: url, headers: [field], timeout: .seconds(20))
    }
}
