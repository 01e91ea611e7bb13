internal import Synchronization

extension WebCore {
    /// Answers what belongs to one tenant: tokens, device codes and documents.
    func tenantAnswer(_ ask: WebAsk) -> WebAnswer {
        let now = tenant.now
        let place = TokenEndpoint.Place(origin: ask.origin, tenant: ask.path[0])
        switch (ask.method, ask.path.dropFirst()) {
        case ("POST", ["oauth2", "v2.0", "token"]), ("POST", ["oauth2", "token"]):
            return tokenAnswer(ask, place, now)
        case ("POST", ["oauth2", "v2.0", "devicecode"]), ("POST", ["oauth2", "devicecode"]):
            if let fault = takeFault(at: .device) { return signInFault(fault, ask, now) }
            let device = DeviceEndpoint(endpoint: endpoint, userCode: RandomIdentifier.userCode)
            return book.withLock { device.begin(ask, at: place, now, &$0.signIns) }
        case ("GET", ["v2.0", ".well-known", "openid-configuration"]),
            ("GET", [".well-known", "openid-configuration"]):
            guard let organisation = tenant.rehearsal.organisation(named: place.tenant) else {
                return endpoint.refuse(.tenantNotFound(place.tenant), ask, now)
            }
            return .json(200, DiscoveryDocument.provider(place, organisation))
        case ("GET", ["discovery", "v2.0", "keys"]), ("GET", ["discovery", "keys"]):
            return .json(200, DiscoveryDocument.keys(key))
        default: return Self.notFound
        }
    }

    private func tokenAnswer(
        _ ask: WebAsk,
        _ place: TokenEndpoint.Place,
        _ now: SandboxTime
    ) -> WebAnswer {
        if let fault = takeFault(at: .token) { return signInFault(fault, ask, now) }
        let endpoint = endpoint
        do throws(SignInRefusal) {
            let result: Result<TokenEndpoint.Issue, SignInRefusal> = book.withLock { book in
                Result { () throws(SignInRefusal) in
                    try endpoint.issue(ask, at: place, now, &book.signIns)
                }
            }
            let issue = try result.get()
            tenant.issue(issue.token, for: issue.grant, at: now)
            return .json(200, issue.response)
        } catch {
            return endpoint.refuse(error, ask, now)
        }
    }

    /// The page on which a person enters a device code.
    func deviceAnswer(_ ask: WebAsk) -> WebAnswer {
        let device = DeviceEndpoint(endpoint: endpoint, userCode: RandomIdentifier.userCode)
        switch ask.method {
        case "GET": return book.withLock { device.page(ask.query["user_code"], $0.signIns) }
        case "POST":
            guard let form = ask.form else { return .text(415, "A form was expected.") }
            return book.withLock { device.decide(form, tenant.now, &$0.signIns) }
        default: return Self.notFound
        }
    }

    /// Answers a managed identity.
    func metadataAnswer(_ ask: WebAsk) -> WebAnswer {
        let host: MetadataService.Host
        switch (ask.path.first, ask.path.dropFirst()) {
        case ("msi", ["token"]): host = .appService
        case ("arc", ["metadata", "identity", "oauth2", "token"]): host = .arc
        case ("metadata", ["identity", "oauth2", "token"]):
            // Only Arc's clients ask for this version.
            host = ask.query["api-version"] == "2020-06-01" ? .arc : .machine
        default: return Self.notFound
        }
        let now = tenant.now
        if let fault = takeFault(at: .metadata) { return signInFault(fault, ask, now) }
        let service = MetadataService(endpoint: endpoint, identityHeader: options.identityHeader)
        let (answer, issue) = book.withLock { service.answer(ask, at: host, now, &$0.arc) }
        if let issue { tenant.issue(issue.token, for: issue.grant, at: now) }
        return answer
    }

    /// Makes federated tokens for tests: the sandbox as somebody else's identity provider.
    func federationAnswer(_ ask: WebAsk) -> WebAnswer {
        switch (ask.method, ask.path.dropFirst()) {
        case ("GET", [".well-known", "openid-configuration"]):
            return .json(200, DiscoveryDocument.federation(ask.origin))
        case ("POST", ["token"]), ("GET", ["token"]):
            let fields = ask.method == "POST" ? ask.form : ask.query
            guard let subject = fields?["subject"] else {
                return .text(400, "The field \"subject\" is missing.")
            }
            let now = Int(tenant.now.seconds)
            let life = min(max(fields?["lifetime"].flatMap { Int($0) } ?? 3600, -86_400), 86_400)
            let claims = JSONValue.members([
                ("iss", .string(fields?["issuer"] ?? TokenEndpoint.ownIssuer(ask.origin))),
                ("sub", .string(subject)),
                ("aud", [.string(fields?["audience"] ?? TokenEndpoint.federationAudience)]),
                ("iat", .integer(now)), ("nbf", .integer(now)), ("exp", .integer(now + life)),
                ("jti", .string(identifier())),
            ])
            return key.token(claims: claims).map { .text(200, $0) }
                ?? .text(500, "No token could be signed.")
        default: return Self.notFound
        }
    }

    /// Answers a request for a token or a device code with a fault that was asked for.
    func signInFault(_ fault: WebFault, _ ask: WebAsk, _ now: SandboxTime) -> WebAnswer {
        var answer: WebAnswer
        switch fault.effect {
        case .signIn(let code):
            let refusal = SignInRefusal.requested(code) ?? .temporarilyUnavailable
            answer = endpoint.refuse(refusal, ask, now)
        case .status(let status, let retryAfter):
            answer = .json(
                status,
                .members([
                    ("error", "temporarily_unavailable"),
                    ("error_description", "This answer was asked for."),
                ]),
                retryAfter.map { [("Retry-After", "\($0)")] } ?? []
            )
        case .graph(let error): answer = .json(error.status, error.body(identifier(), now))
        case .silent, .keptSilent, .cut, .keptCut:
            answer = WebAnswer(500)
            answer.ending = fault.effect.ending
        case .accepted: answer = .json(200, .members([]))
        case .delayOnly: answer = WebAnswer(503)
        }
        answer.delay = fault.delay
        return answer
    }
}
