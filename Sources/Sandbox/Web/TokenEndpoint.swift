/// The token endpoint of Microsoft Entra, as pure as its book allows: a request in, a response out.
struct TokenEndpoint: Sendable {
    /// A token that was issued, and the response that carries it.
    struct Issue: Sendable {
        let token: String
        let grant: AccessGrant
        let response: JSONValue
    }

    /// How long things last and how often they may be asked for.
    struct Rules: Hashable, Sendable {
        /// Seconds a refresh token is good for; each use gives a new one.
        var refreshLifetime: Int64 = 90 * 86_400
        /// Seconds after a sign-in until which refresh tokens are good; `nil` for ever.
        var refreshMaximumAge: Int64?
        /// Seconds a device code is good for.
        var deviceLifetime = 900
        /// Seconds between two questions of a device.
        var deviceInterval = 5
        /// Tokens of one application for one service in five minutes; a declared default, since the
        /// service's own number is not published.
        var tokensInFiveMinutes: Int? = 60
    }

    /// Where the request came in.
    struct Place: Hashable, Sendable {
        /// Scheme, host and port as the client wrote them.
        let origin: String
        /// The tenant of the path.
        let tenant: String
    }

    let rehearsal: Rehearsal
    let key: SigningKey
    let rules: Rules
    /// Makes a GUID that nobody can guess.
    let identifier: @Sendable () -> String

    /// Who asks, and where.
    struct Client: Sendable {
        let place: Place
        let organisation: Rehearsal.Organisation
        let application: Rehearsal.Application
        let form: FormFields
        let now: SandboxTime
    }

    /// Seconds an access token is good for.
    var accessLifetime: Int {
        Int(min(max(rehearsal.limits.tokenLife.components.seconds, 1), 30 * 86_400))
    }

    /// Judges `POST /{tenant}/oauth2/v2.0/token` and, with `resource`, its older form.
    ///
    /// - Throws: ``SignInRefusal``.
    func issue(
        _ ask: WebAsk,
        at place: Place,
        _ now: SandboxTime,
        _ book: inout SignInBook
    ) throws(SignInRefusal) -> Issue {
        try grant(try client(ask, place, now), &book)
    }

    /// The response to a refused request.
    func refuse(_ refusal: SignInRefusal, _ ask: WebAsk, _ now: SandboxTime) -> WebAnswer {
        refusal.answer(
            trace: identifier(),
            correlation: ask.header("client-request-id") ?? identifier(),
            at: now
        )
    }

    /// The organisation and the application a request names.
    func client(_ ask: WebAsk, _ place: Place, _ now: SandboxTime) throws(SignInRefusal) -> Client {
        guard let form = ask.form else { throw .malformed }
        guard let id = form["client_id"] else { throw .missing("client_id") }
        if let code = Self.requestedFault(form), let refusal = SignInRefusal.requested(code) {
            throw refusal
        }
        let named = rehearsal.applications.first { $0.clientID == id.lowercased() }
        if ["common", "organizations", "consumers"].contains(place.tenant.lowercased()) {
            throw .singleTenant(application: id, name: named?.name ?? "unknown")
        }
        guard let organisation = rehearsal.organisation(named: place.tenant) else {
            throw .tenantNotFound(place.tenant)
        }
        guard let application = named, application.tenant == organisation.name else {
            throw .applicationNotFound(id, tenant: place.tenant)
        }
        guard application.isEnabled else {
            throw .applicationDisabled(id, name: application.name)
        }
        return Client(
            place: place,
            organisation: organisation,
            application: application,
            form: form,
            now: now
        )
    }

    /// A secret such as `fault-53003` asks for that refusal.
    private static func requestedFault(_ form: FormFields) -> Int? {
        guard let secret = form["client_secret"], secret.hasPrefix("fault-") else { return nil }
        return Int(secret.dropFirst(6))
    }

    private func grant(
        _ client: Client,
        _ book: inout SignInBook
    ) throws(SignInRefusal) -> Issue {
        guard let kind = client.form["grant_type"] else { throw .missing("grant_type") }
        switch kind {
        case "client_credentials": return try credentialsGrant(client, &book)
        case "refresh_token": return try refreshGrant(client, &book)
        case "urn:ietf:params:oauth:grant-type:device_code", "device_code":
            return try deviceGrant(client, &book)
        case "password": return try passwordGrant(client, &book)
        default: throw .grantType(kind)
        }
    }

    private func credentialsGrant(
        _ client: Client,
        _ book: inout SignInBook
    ) throws(SignInRefusal) -> Issue {
        let isByCertificate = try authenticate(client, isRequired: true, &book)
        let scope = try scope(of: client)
        guard scope.permissions.isEmpty else {
            throw .scopeNotDefault(client.form["scope"] ?? "")
        }
        let key = "\(client.application.clientID) \(scope.audience)"
        guard book.isWithin(rules.tokensInFiveMinutes, key, at: client.now.seconds) else {
            throw .clientLoop
        }
        return try applicationToken(client, scope, isByCertificate: isByCertificate)
    }

    private func refreshGrant(
        _ client: Client,
        _ book: inout SignInBook
    ) throws(SignInRefusal) -> Issue {
        guard let token = client.form["refresh_token"] else { throw .missing("refresh_token") }
        _ = try authenticate(client, isRequired: false, &book)
        let grant = try book.grant(
            token,
            lifetime: rules.refreshLifetime,
            maximumAge: rules.refreshMaximumAge,
            at: client.now
        )
        guard grant.application == client.application.clientID else { throw .grantInvalid }
        var scope = try SignInScope(resource: grant.audience, tenant: client.place.tenant)
        var permissions = grant.permissions
        if let wanted = client.form["scope"] {
            scope = try SignInScope(wanted, tenant: client.place.tenant)
            if !scope.permissions.isEmpty { permissions = scope.permissions }
        }
        let session = Session(
            mailbox: grant.mailbox,
            signedIn: grant.signedIn,
            permissions: permissions,
            isOffline: true,
            wantsIdentity: scope.wantsIdentity
        )
        return try personToken(client, scope, session, &book)
    }

    private func deviceGrant(
        _ client: Client,
        _ book: inout SignInBook
    ) throws(SignInRefusal) -> Issue {
        guard let code = client.form["device_code"] ?? client.form["code"] else {
            throw .missing("device_code")
        }
        // Without a person who may sign in, public client flows are off.
        guard client.application.deviceLogin != nil else { throw .credentialMissing }
        let (device, mailbox) = try book.poll(
            code,
            application: client.application.clientID,
            at: client.now
        )
        let session = Session(
            mailbox: mailbox,
            signedIn: client.now,
            permissions: device.scope.permissions,
            isOffline: device.scope.isOffline,
            wantsIdentity: device.scope.wantsIdentity
        )
        return try personToken(client, device.scope, session, &book)
    }

    private func passwordGrant(
        _ client: Client,
        _ book: inout SignInBook
    ) throws(SignInRefusal) -> Issue {
        guard let name = client.form["username"] else { throw .missing("username") }
        guard let password = client.form["password"] else { throw .missing("password") }
        guard let mailbox = rehearsal.mailbox(name),
            rehearsal.organisation(of: mailbox.address)?.id == client.organisation.id
        else { throw .userNotFound(name, tenant: client.place.tenant) }
        guard mailbox.password == password else { throw .passwordWrong }
        let scope = try scope(of: client)
        try requireConsent(client)
        let session = Session(
            mailbox: mailbox.address,
            signedIn: client.now,
            permissions: scope.permissions,
            isOffline: scope.isOffline,
            wantsIdentity: scope.wantsIdentity
        )
        return try personToken(client, scope, session, &book)
    }

    /// What a request asks for, in the newer or the older spelling.
    func scope(of client: Client) throws(SignInRefusal) -> SignInScope {
        if client.form["scope"] == nil, let resource = client.form["resource"] {
            return try SignInScope(resource: resource, tenant: client.place.tenant)
        }
        return try SignInScope(client.form["scope"], tenant: client.place.tenant)
    }

    /// Refuses delegated tokens for applications nobody has consented to.
    func requireConsent(_ client: Client) throws(SignInRefusal) {
        guard client.application.isConsented else {
            throw .notConsented(
                application: client.application.clientID,
                name: client.application.name
            )
        }
    }
}
