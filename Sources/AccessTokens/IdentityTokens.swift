package import NIOCore
package import Submission
internal import Synchronization

/// The tokens of one identity, one source for each scope, shared by all routes that use it.
package final class IdentityTokens: Sendable {
    /// What the settings say of the identity.
    package let options: IdentityOptions
    private let surroundings: SignInSurroundings
    private let loop: any EventLoop
    private let report: @Sendable (String, TokenSource.Event) -> Void
    private let sources = Mutex<[String: TokenSource]>([:])

    /// Prepares the tokens of an identity; nothing is asked for yet.
    ///
    /// `report` gets the identity's name with each event.
    package init(
        _ options: IdentityOptions,
        _ surroundings: SignInSurroundings,
        loop: any EventLoop,
        report: @escaping @Sendable (String, TokenSource.Event) -> Void = { _, _ in }
    ) {
        self.options = options
        self.surroundings = surroundings
        self.loop = loop
        self.report = report
    }

    /// The source of tokens for a purpose, to be shown to a host.
    ///
    /// - Throws: A configuration error where the host is outside the identity's cloud.
    package func source(
        for purpose: TokenPurpose,
        host: String
    ) throws(CredentialError) -> TokenSource {
        let problem = EndpointRule.problem(
            host: host,
            cloud: options.cloud,
            allowsForeignEndpoint: options.allowsForeignEndpoint
        )
        if let problem {
            throw CredentialError(
                problem,
                advice:
                    "Correct host or cloud; set allow_foreign_endpoint only for a server that may"
                    + " act with all rights of the identity."
            )
        }
        let scope = options.scope(for: purpose)
        return sources.withLock { sources in
            if let source = sources[scope] { return source }
            let source = makeSource(scope)
            sources[scope] = source
            return source
        }
    }

    /// The state of every token, by scope.
    package var conditions: [String: TokenCache.Condition] {
        sources.withLock { $0 }.mapValues(\.condition)
    }

    /// Ends all sources.
    package func stop() {
        for source in sources.withLock({ $0 }).values { source.stop() }
    }

    private func makeSource(_ scope: String) -> TokenSource {
        let name = options.name
        let report = report
        let obtainer = TokenObtainer(options, scope: scope, surroundings) { report(name, $0) }
        return TokenSource(loop: loop, report: { report(name, $0) }) {
            () async throws(TokenSource.Refusal) in try await obtainer.obtain()
        }
    }
}
