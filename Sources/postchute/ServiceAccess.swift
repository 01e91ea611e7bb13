internal import AccessTokens
internal import FoundationEssentials
internal import Glibc
internal import NIOCore
internal import Settings
internal import Submission
internal import Synchronization
internal import WebClient

/// What routes share to reach Microsoft's services: the tokens of identities, and HTTPS.
///
/// One source of tokens for each identity and scope, so that routes never ask twice. Nothing is
/// asked for before a route needs it.
final class ServiceAccess: Sendable {
    private let settings: RelaySettings
    private let identities: [String: IdentityTokens]
    private let surroundings: [String: SignInSurroundings]
    private let environment: [String: String]
    private let group: any EventLoopGroup
    private let transports = Mutex<[HTTPTransportOptions: HTTPTransport]>([:])

    /// Prepares the identities of the settings; `report` gets an identity's name with what became of
    /// its tokens.
    ///
    /// - Throws: ``ProxyDefect`` when the address of a proxy cannot be used.
    init(
        _ settings: RelaySettings,
        loop: any EventLoop,
        environment: [String: String] = ProcessInfo.processInfo.environment,
        report: @escaping @Sendable (String, TokenSource.Event) -> Void = { _, _ in }
    ) throws {
        self.settings = settings
        self.environment = environment
        group = loop
        var transports: [HTTPTransportOptions: HTTPTransport] = [:]
        func transport(_ options: HTTPTransportOptions) -> HTTPTransport {
            let made = transports[options] ?? HTTPTransport(options: options, group: loop)
            transports[options] = made
            return made
        }
        var identities: [String: IdentityTokens] = [:]
        var surroundingsOf: [String: SignInSurroundings] = [:]
        for identity in settings.identities {
            let proxy = try ProxyChoice(
                identity.proxy,
                settings.network,
                environment: environment
            )
            let surroundings = SignInSurroundings(
                web: transport(HTTPTransportOptions(proxy: proxy, caFile: identity.caFile)),
                directWeb: transport(HTTPTransportOptions(proxy: .direct)),
                unixTime: { Int64(time(nil)) },
                uniqueID: { UUID().uuidString.lowercased() },
                variables: environment
            )
            surroundingsOf[identity.name] = surroundings
            identities[identity.name] = IdentityTokens(
                IdentityOptions(identity, settings.state),
                surroundings,
                loop: loop,
                report: report
            )
        }
        self.identities = identities
        surroundings = surroundingsOf
        self.transports.withLock { [transports] in $0 = transports }
    }

    /// Where a route's tokens come from.
    ///
    /// - Throws: ``CredentialError`` when tokens of the identity may not go to the route's server.
    func tokens(for route: RouteSettings) throws(CredentialError) -> any TokenProvider {
        switch route.signIn {
        case .token(_, let file):
            return FileToken(path: file.path)
        case .identity(_, let name):
            guard let identity = identities[name] else {
                throw CredentialError(
                    "there is no identity '\(name)'",
                    advice: "Add [identity.\(name)] to the settings."
                )
            }
            return try identity.source(for: TokenPurpose(route.service), host: route.host)
        case .none, .password:
            throw CredentialError(
                "route '\(route.name)' signs in without a token",
                advice: "Set identity in the settings of the route."
            )
        }
    }

    /// The sign-in of a person for an identity, for what its first route needs.
    ///
    /// - Throws: ``CredentialError`` when no route uses the identity.
    func deviceLogin(for identity: IdentitySettings) throws(CredentialError) -> DeviceLogin {
        let route = settings.routes.first { $0.signIn.identity == identity.name }
        guard let route, let surroundings = surroundings[identity.name] else {
            throw CredentialError(
                "no route uses the identity '\(identity.name)'",
                advice: "Name it in a route: identity = \"\(identity.name)\"."
            )
        }
        let options = IdentityOptions(identity, settings.state)
        return DeviceLogin(
            options,
            scope: options.scope(for: TokenPurpose(route.service)),
            surroundings,
            pause: { try await Task.sleep(for: $0) }
        )
    }

    /// How a route to Graph is reached.
    ///
    /// - Throws: ``ProxyDefect`` when the address of a proxy cannot be used.
    func transport(for route: RouteSettings) throws -> any WebTransport {
        var caFile: String?
        if case .file(let path) = route.trust { caFile = path }
        return try transport(
            proxy: route.proxy,
            caFile: caFile,
            connectTimeout: route.connectTimeout
        )
    }

    /// HTTPS with a trust of its own, through this proxy or that of `[network]`.
    ///
    /// - Throws: ``ProxyDefect`` when the address of a proxy cannot be used.
    func transport(
        proxy: ProxySettings? = nil,
        caFile: String?,
        connectTimeout: Duration
    ) throws(ProxyDefect) -> any WebTransport {
        let proxy = try ProxyChoice(proxy, settings.network, environment: environment)
        let options = HTTPTransportOptions(
            proxy: proxy,
            caFile: caFile,
            connectTimeout: connectTimeout
        )
        return transports.withLock { transports in
            let made = transports[options] ?? HTTPTransport(options: options, group: group)
            transports[options] = made
            return made
        }
    }

    /// Ends everything; no token can be had afterwards.
    func stop() async {
        for identity in identities.values { identity.stop() }
        for transport in transports.withLock({ $0 }).values { await transport.shutDown() }
    }
}
