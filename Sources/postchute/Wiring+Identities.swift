internal import AccessTokens
internal import Operations
internal import Settings
internal import WebClient

extension IdentityOptions {
    /// The identity of the settings; secrets are read when they are needed, not now.
    init(_ identity: IdentitySettings, _ state: StateSettings) {
        self.init(
            name: identity.name,
            tenant: identity.tenant,
            clientID: identity.clientID,
            credential: IdentityCredential(identity.credential, state),
            cloud: AccessTokens.Cloud(identity.cloud),
            loginEndpoint: identity.authority == identity.cloud.loginHost
                ? nil : identity.authorityURL,
            scope: identity.scope,
            allowsForeignEndpoint: identity.allowsForeignEndpoint,
            clientSecretExpires: identity.clientSecretExpires?.seconds
        )
    }
}

extension IdentitySettings {
    /// The address of the host that issues tokens.
    fileprivate var authorityURL: String {
        authority.contains("://") ? authority : "https://\(authority)"
    }
}

extension IdentityCredential {
    /// The credential of the settings.
    fileprivate init(_ credential: CredentialSettings, _ state: StateSettings) {
        switch credential {
        case .clientSecret(let secret): self = .clientSecret(path: secret.path)
        case .certificates(let files): self = .certificates(files.map(CertificateFiles.init))
        case .federatedToken(let path): self = .federatedToken(path: path)
        case .managedIdentity(nil): self = .managedIdentity(ManagedIdentityOptions())
        case .managedIdentity(let id?):
            self = .managedIdentity(ManagedIdentityOptions(choice: .clientID(id)))
        case .deviceLogin: self = .deviceLogin(folder: state.tokenFolder)
        }
    }
}

extension AccessTokens.Cloud {
    /// The cloud of the settings.
    init(_ cloud: Settings.Cloud) {
        switch cloud {
        case .worldwide: self = .worldwide
        case .gccHigh: self = .gccHigh
        case .dod: self = .dod
        case .china: self = .china
        }
    }
}

extension TokenPurpose {
    /// What a service's tokens are for; a connector and direct send never ask.
    init(_ service: MailService) {
        switch service {
        case .smtp, .exchangeOnline, .connector, .directSend: self = .smtp
        case .hve: self = .hve
        case .acs: self = .acs
        case .graph: self = .graph
        }
    }
}

extension ProxyChoice {
    /// The proxy of an identity or a route, else of the network, else of the environment.
    ///
    /// - Throws: ``ProxyDefect`` when an address that settings accepted is none for the client.
    init(
        _ own: ProxySettings?,
        _ network: NetworkSettings,
        environment: [String: String]
    ) throws(ProxyDefect) {
        let exceptions = network.noProxy?.joined(separator: ",")
        switch own ?? network.proxy {
        case .some(.none): self = .direct
        case .proxy(let host, let port)?:
            let proxy = try ProxyAddress(ProxySettings.proxy(host: host, port: port).url ?? "")
            self = .setting(proxy, except: exceptions ?? "")
        case nil:
            var variables = environment
            if let exceptions { variables["no_proxy"] = exceptions }
            self = .environment(variables)
        }
    }
}
