extension TokenEndpoint {
    /// The type of every client assertion (RFC 7523 §2.2).
    static let assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    /// What federated tokens must be meant for.
    static let federationAudience = "api://AzureADTokenExchange"
    /// Seconds by which clocks may differ.
    private static let skew: Int64 = 300
    /// Seconds an assertion may be good for from now on.
    private static let longestAssertion: Int64 = 600

    /// Checks the credentials of an application.
    ///
    /// - Returns: Whether they were an assertion.
    /// - Throws: ``SignInRefusal``.
    func authenticate(
        _ client: Client,
        isRequired: Bool,
        _ book: inout SignInBook
    ) throws(SignInRefusal) -> Bool {
        if let assertion = client.form["client_assertion"] {
            guard client.form["client_assertion_type"] == Self.assertionType else {
                throw .missing("client_assertion_type")
            }
            guard let token = WebToken(assertion) else {
                throw .assertionMalformed("it is no token in three parts")
            }
            if token.text("iss") == client.application.clientID
                || client.application.federation == nil
            {
                try checkAssertion(token, client, &book)
            } else {
                try checkFederation(token, client)
            }
            return true
        }
        if let secret = client.form["client_secret"] {
            let id = client.application.clientID
            if client.application.clientSecrets.contains(secret) { return false }
            if client.application.expiredClientSecrets.contains(secret) {
                throw .secretExpired(application: id)
            }
            throw .secretInvalid(application: id)
        }
        guard !isRequired else { throw .credentialMissing }
        return false
    }

    /// Checks an assertion signed with a registered certificate (RFC 7523 §3).
    private func checkAssertion(
        _ token: WebToken,
        _ client: Client,
        _ book: inout SignInBook
    ) throws(SignInRefusal) {
        // MSAL for Python leaves the padding of base64 in place, and Entra takes it.
        let named = token.header["x5t#S256"]?.text ?? token.header["x5t"]?.text ?? ""
        let thumbprint = named.replacing("=", with: "")
        guard let certificate = certificate(thumbprint, token, client.application) else {
            throw .certificateUnknown(thumbprint: thumbprint)
        }
        guard certificate.hasSigned(token) else {
            throw .assertionSignature(
                reason: "The key was found, but the signature does not match",
                thumbprint: thumbprint
            )
        }
        guard certificate.validity.contains(client.now.seconds) else {
            throw .assertionSignature(reason: "The key used is expired", thumbprint: thumbprint)
        }
        let id = client.application.clientID
        for name in ["iss", "sub"] where token.text(name)?.lowercased() != id {
            throw .assertionIdentity(token.text(name) ?? "", application: id)
        }
        guard audiences(client).contains(where: { token.isMeant(for: $0) }) else {
            throw .assertionAudience
        }
        let until = try checkTimes(token, client, longest: Self.longestAssertion)
        guard let identifier = token.text("jti") else {
            throw .assertionMalformed("it has no jti")
        }
        let key = "\(id) \(identifier)"
        guard book.isFirst(key, until: until + Self.skew, at: client.now.seconds) else {
            throw .assertionReplayed
        }
    }

    /// The registered certificate an assertion names.
    private func certificate(
        _ thumbprint: String,
        _ token: WebToken,
        _ application: Rehearsal.Application
    ) -> RegisteredCertificate? {
        guard !thumbprint.isEmpty else { return nil }
        for path in application.certificates {
            if let certificate = SmallFile.text(path).flatMap({ RegisteredCertificate(pem: $0) }),
                certificate.sha256 == thumbprint || certificate.sha1 == thumbprint
            {
                return certificate
            }
        }
        // Registered by its digest alone, a certificate must come along to be checked with.
        guard let sent = token.header["x5c"]?.elements?.first?.text,
            let certificate = RegisteredCertificate(base64: sent),
            certificate.sha256 == thumbprint || certificate.sha1 == thumbprint,
            application.thumbprints.contains(certificate.sha256Digits)
        else { return nil }
        return certificate
    }

    /// The addresses an assertion may be meant for.
    private func audiences(_ client: Client) -> [String] {
        [client.place.tenant, client.organisation.id].flatMap { tenant in
            ["oauth2/v2.0/token", "oauth2/token", "v2.0"].map {
                "\(client.place.origin)/\(tenant)/\($0)"
            }
        }
    }

    /// Checks a token of somebody else's identity provider.
    private func checkFederation(_ token: WebToken, _ client: Client) throws(SignInRefusal) {
        guard let federation = client.application.federation else {
            throw .federationIssuer(token.text("iss") ?? "")
        }
        let issuer = token.text("iss") ?? ""
        if let wanted = federation.issuer, wanted != issuer { throw .federationIssuer(issuer) }
        let subject = token.text("sub") ?? ""
        guard subject == federation.subject else { throw .federationSubject(subject) }
        guard token.isMeant(for: Self.federationAudience) else {
            throw .federationAudience(token.text("aud") ?? "")
        }
        _ = try checkTimes(token, client, longest: 86_400)
        // The sandbox asks no other issuer for its keys; of its own tokens it knows the key.
        if issuer == Self.ownIssuer(client.place.origin), !key.hasSigned(token) {
            throw .assertionSignature(
                reason: "The key was found, but the signature does not match",
                thumbprint: ""
            )
        }
    }

    /// The issuer of the federated tokens the sandbox makes for tests.
    static func ownIssuer(_ origin: String) -> String { "\(origin)/federation" }

    /// Checks `nbf` and `exp`; returns the latter.
    private func checkTimes(
        _ token: WebToken,
        _ client: Client,
        longest: Int64
    ) throws(SignInRefusal) -> Int64 {
        let now = client.now.seconds
        // Beyond this no sum of seconds overflows, and no calendar ends.
        let last: Int64 = 253_402_300_799
        let until = token.seconds("exp") ?? 0
        let from = token.seconds("nbf") ?? token.seconds("iat") ?? now
        guard (0...last).contains(until), (0...last).contains(from), from - Self.skew <= now,
            now <= until + Self.skew, until <= now + longest + Self.skew
        else {
            func text(_ seconds: Int64) -> String {
                SandboxTime(milliseconds: min(max(seconds, 0), last) * 1000).internetTime
            }
            throw .assertionTime(now: text(now), from: text(from), until: text(until))
        }
        return until
    }
}
