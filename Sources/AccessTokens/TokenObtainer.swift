internal import NIOCore
internal import NIOPosix
internal import Submission
internal import Synchronization
internal import TLSEngine
package import WebClient

/// What obtaining tokens needs from outside.
package struct SignInSurroundings: Sendable {
    /// For the token endpoint.
    package var web: any WebTransport
    /// Without any proxy, for the identity of this machine.
    package var directWeb: any WebTransport
    /// Seconds since 1970.
    package var unixTime: @Sendable () -> Int64
    /// A different text each time, such as a UUID.
    package var uniqueID: @Sendable () -> String
    /// The environment of the process.
    package var variables: [String: String]

    /// Creates surroundings.
    package init(
        web: any WebTransport,
        directWeb: any WebTransport,
        unixTime: @escaping @Sendable () -> Int64,
        uniqueID: @escaping @Sendable () -> String,
        variables: [String: String] = [:]
    ) {
        self.web = web
        self.directWeb = directWeb
        self.unixTime = unixTime
        self.uniqueID = uniqueID
        self.variables = variables
    }
}

/// Asks for one token of one identity, in whichever way the identity proves itself.
package final class TokenObtainer: Sendable {
    private let identity: IdentityOptions
    private let scope: String
    private let surroundings: SignInSurroundings
    private let report: @Sendable (TokenSource.Event) -> Void
    /// Which of several certificates was accepted last.
    private let accepted = Mutex(0)

    /// Creates an obtainer; nothing is read or asked yet.
    package init(
        _ identity: IdentityOptions,
        scope: String,
        _ surroundings: SignInSurroundings,
        report: @escaping @Sendable (TokenSource.Event) -> Void = { _ in }
    ) {
        self.identity = identity
        self.scope = scope
        self.surroundings = surroundings
        self.report = report
    }

    /// Asks once; files are read anew each time.
    package func obtain() async throws(TokenSource.Refusal) -> IssuedToken {
        switch identity.credential {
        case .clientSecret(let path):
            let secret = try await blocking { () throws(CredentialError) in
                try FileSecret(path: path).secret()
            }
            return issued(try await application(.secret(secret)))
        case .certificates(let files):
            return issued(try await withCertificates(files))
        case .federatedToken(let path):
            let statement = try await blocking { () throws(CredentialError) in
                try Self.statement(path)
            }
            return issued(try await application(.assertion(statement)))
        case .managedIdentity(let options):
            return issued(try await managed(options))
        case .deviceLogin(let folder):
            return issued(try await refreshed(folder))
        }
    }

    private func issued(_ response: TokenResponse) -> IssuedToken {
        let claims = TokenClaims(response.accessToken)?.sentence ?? ""
        return IssuedToken(
            token: AccessToken(secret: response.accessToken, claims: claims),
            lifetime: .seconds(response.lifetime),
            refreshIn: response.refreshIn.map { .seconds($0) }
        )
    }
}

extension TokenObtainer {
    private func application(
        _ proof: TokenRequest.Proof
    ) async throws(TokenSource.Refusal) -> TokenResponse {
        let url = try endpoint()
        let request = TokenRequest.application(
            url: url,
            clientID: identity.clientID,
            scope: scope,
            proof: proof
        )
        return try await ask(request)
    }

    private func endpoint() throws(TokenSource.Refusal) -> String {
        do throws(CredentialError) {
            return try EndpointRule.signIn("token", for: identity)
        } catch {
            throw TokenSource.Refusal(error)
        }
    }

    /// Tries the certificates one after the other, beginning with the one that was accepted last,
    /// as long as the answer is that the application does not know them.
    private func withCertificates(
        _ files: [CertificateFiles]
    ) async throws(TokenSource.Refusal) -> TokenResponse {
        let start = accepted.withLock { $0 }
        var first: TokenSource.Refusal?
        for offset in files.indices {
            let index = (start + offset) % files.count
            do throws(CertificateRefusal) {
                let response = try await with(files[index])
                accepted.withLock { $0 = index }
                return response
            } catch {
                first = first ?? error.refusal
                if !error.concernsCertificate { throw error.refusal }
            }
        }
        throw first
            ?? TokenSource.Refusal(
                CredentialError("the identity '\(identity.name)' has no certificate")
            )
    }

    private struct CertificateRefusal: Error {
        let refusal: TokenSource.Refusal
        /// Another certificate may be accepted.
        let concernsCertificate: Bool
    }

    private func with(_ files: CertificateFiles) async throws(CertificateRefusal) -> TokenResponse {
        let url: String
        let assertion: String
        do throws(TokenSource.Refusal) {
            url = try endpoint()
            assertion = try await sign(files, audience: url)
        } catch {
            throw CertificateRefusal(refusal: error, concernsCertificate: true)
        }
        let request = TokenRequest.application(
            url: url,
            clientID: identity.clientID,
            scope: scope,
            proof: .assertion(assertion)
        )
        switch try await answer(to: request) {
        case .success(let response): return response
        case .failure(let refusal):
            throw CertificateRefusal(
                refusal: self.refusal(refusal),
                concernsCertificate: refusal.codes.contains(700_027)
            )
        }
    }

    private func answer(
        to request: WebRequest
    ) async throws(CertificateRefusal) -> Result<TokenResponse, TokenRefusal> {
        do throws(TokenSource.Refusal) {
            return try await send(request, over: surroundings.web)
        } catch {
            throw CertificateRefusal(refusal: error, concernsCertificate: false)
        }
    }

    private func sign(
        _ files: CertificateFiles,
        audience: String
    ) async throws(TokenSource.Refusal) -> String {
        let clientID = identity.clientID
        let id = surroundings.uniqueID()
        let now = surroundings.unixTime()
        return try await blocking { () throws(CredentialError) in
            do {
                return try ClientAssertion.make(
                    audience: audience,
                    clientID: clientID,
                    signer: CertificateSigner(reading: files.source()),
                    id: id,
                    now: now
                )
            } catch let error as CredentialError {
                throw error
            } catch {
                let cause = (error as? TLSError)?.sentence ?? "it cannot be used"
                throw CredentialError(
                    "the certificate '\(files.path)' cannot sign: \(cause)",
                    advice:
                        "Check the certificate, its key and its passphrase; the key must be RSA."
                )
            }
        }
    }

    private static func statement(_ path: String) throws(CredentialError) -> String {
        let octets: [UInt8]
        do {
            octets = try SmallFile.read(path, limit: 65_536)
        } catch {
            throw CredentialError(
                "the federated token '\(path)' \(error.phrase)",
                advice: "Check that the platform mounts the token, and where."
            )
        }
        let text = String(decoding: octets, as: UTF8.self).filter { !$0.isWhitespace }
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw CredentialError(
                "the federated token '\(path)' is empty or no token",
                advice: "Check that the platform mounts the token, and where."
            )
        }
        return text
    }
}

extension TokenObtainer {
    private func managed(
        _ options: ManagedIdentityOptions
    ) async throws(TokenSource.Refusal) -> TokenResponse {
        let host = ManagedIdentityRequest.host(surroundings.variables, options)
        let request = ManagedIdentityRequest.make(host, scope: scope, options)
        guard case .arc = host else { return try await ask(request, over: surroundings.directWeb) }
        let challenge = try await response(to: request, over: surroundings.directWeb)
        guard challenge.status == 401 else { return try read(challenge) }
        let key = try await blocking { () throws(CredentialError) in
            let path = try ManagedIdentityRequest.keyFile(
                challenge: challenge.header("www-authenticate") ?? "",
                folder: options.arcKeyFolder
            )
            return try Self.key(path)
        }
        let second = ManagedIdentityRequest.answer(request, key: key)
        return try await ask(second, over: surroundings.directWeb)
    }

    private static func key(_ path: String) throws(CredentialError) -> String {
        do {
            let limit = ManagedIdentityRequest.maximumKeyOctets
            let octets = try SmallFile.read(path, limit: limit, followsLinks: false)
            return String(decoding: octets, as: UTF8.self).filter { !$0.isWhitespace }
        } catch {
            throw ManagedIdentityRequest.arcError("has a key file '\(path)' that \(error.phrase)")
        }
    }

    private func refreshed(
        _ folder: String
    ) async throws(TokenSource.Refusal) -> TokenResponse {
        let store = RefreshTokenStore(folder: folder, identity: identity.name)
        let record = try await blocking { () throws(CredentialError) in try store.read() }
        guard record.clientID == identity.clientID, record.tenant == identity.tenant else {
            throw TokenSource.Refusal(
                CredentialError(
                    "the sign-in kept for identity '\(identity.name)' is of another application or "
                        + "tenant",
                    advice: "Run postchute login for this identity."
                )
            )
        }
        let request = TokenRequest.refresh(
            url: try endpoint(),
            clientID: identity.clientID,
            scope: scope,
            refreshToken: record.token
        )
        let response = try await ask(request)
        if let token = response.refreshToken { await keep(token, in: store) }
        return response
    }

    /// The old refresh token stays good: not being able to keep the new one costs no mail.
    private func keep(_ token: String, in store: RefreshTokenStore) async {
        let record = RefreshTokenStore.Record(
            clientID: identity.clientID,
            tenant: identity.tenant,
            obtained: surroundings.unixTime(),
            token: token
        )
        do throws(TokenSource.Refusal) {
            try await blocking { () throws(CredentialError) in try store.write(record) }
        } catch {
            report(.notKept(error.error))
        }
    }
}

extension TokenObtainer {
    private func ask(
        _ request: WebRequest,
        over transport: (any WebTransport)? = nil
    ) async throws(TokenSource.Refusal) -> TokenResponse {
        try read(try await response(to: request, over: transport ?? surroundings.web))
    }

    private func send(
        _ request: WebRequest,
        over transport: any WebTransport
    ) async throws(TokenSource.Refusal) -> Result<TokenResponse, TokenRefusal> {
        try sort(try await response(to: request, over: transport))
    }

    private func response(
        to request: WebRequest,
        over transport: any WebTransport
    ) async throws(TokenSource.Refusal) -> WebResponse {
        do {
            return try await transport.send(request)
        } catch {
            throw TokenSource.Refusal(error.credentialError(identity: identity.name))
        }
    }

    private func read(_ response: WebResponse) throws(TokenSource.Refusal) -> TokenResponse {
        switch try sort(response) {
        case .success(let token): return token
        case .failure(let refusal): throw self.refusal(refusal)
        }
    }

    private func sort(
        _ response: WebResponse
    ) throws(TokenSource.Refusal) -> Result<TokenResponse, TokenRefusal> {
        switch TokenResponse.read(response, now: surroundings.unixTime()) {
        case .token(let token): return .success(token)
        case .refusal(let refusal): return .failure(refusal)
        case .malformed(let phrase):
            throw TokenSource.Refusal(
                CredentialError(
                    "the answer to the sign-in of identity '\(identity.name)' \(phrase)",
                    advice:
                        "Check that no proxy or portal answers in place of the sign-in service.",
                    category: .temporary
                )
            )
        }
    }

    private func refusal(_ refusal: TokenRefusal) -> TokenSource.Refusal {
        TokenSource.Refusal(
            SignInErrors.error(for: refusal, identity: identity.name),
            retryAfter: refusal.retryAfter.map { .seconds($0) }
        )
    }

    /// Runs a call that blocks on a thread for such calls.
    private func blocking<Value: Sendable>(
        _ body: @escaping @Sendable () throws(CredentialError) -> Value
    ) async throws(TokenSource.Refusal) -> Value {
        let result: Result<Value, CredentialError>
        do {
            result = try await NIOSingletons.posixBlockingThreadPool.runIfActive {
                Result { () throws(CredentialError) in try body() }
            }
        } catch {
            result = .failure(CredentialError("the program is ending", category: .temporary))
        }
        switch result {
        case .success(let value): return value
        case .failure(let error): throw TokenSource.Refusal(error)
        }
    }
}

extension WebError {
    /// What a broken request means for an identity.
    func credentialError(identity: String) -> CredentialError {
        CredentialError(
            "no token for identity '\(identity)': \(sentence)",
            advice: kind == .tls
                ? "Check ca_file, and whether something between here and there opens TLS."
                : "Nothing if this passes; else check names, firewall and proxy of this machine.",
            category: .temporary
        )
    }
}
