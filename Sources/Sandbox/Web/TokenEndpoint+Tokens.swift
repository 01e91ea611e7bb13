extension TokenEndpoint {
    /// A person's sign-in that tokens are issued from.
    struct Session: Hashable, Sendable {
        let mailbox: String
        let signedIn: SandboxTime
        let permissions: [String]
        let isOffline: Bool
        let wantsIdentity: Bool
    }

    /// The response with a token that stands for the application itself.
    func applicationToken(
        _ client: Client,
        _ scope: SignInScope,
        isByCertificate: Bool
    ) throws(SignInRefusal) -> Issue {
        let (token, grant) = try applicationToken(
            client.application,
            client.organisation,
            scope,
            client.now,
            strength: isByCertificate ? "2" : "1"
        )
        let response = JSONValue.members([
            ("token_type", "Bearer"),
            ("expires_in", .integer(accessLifetime)),
            ("ext_expires_in", .integer(accessLifetime)),
            // Version 1 of the endpoint names the resource and the end as well.
            (
                "expires_on",
                client.form["resource"].map { _ in .string("\(grant.expiresAt.seconds)") }
            ),
            ("resource", client.form["resource"].map { .string($0) }),
            ("access_token", .string(token)),
        ])
        return Issue(token: token, grant: grant, response: response)
    }

    /// A token that stands for an application, with claims in the form of version 1.
    func applicationToken(
        _ application: Rehearsal.Application,
        _ organisation: Rehearsal.Organisation,
        _ scope: SignInScope,
        _ now: SandboxTime,
        strength: String
    ) throws(SignInRefusal) -> (token: String, grant: AccessGrant) {
        let roles: [String] =
            switch scope.resource {
            case .exchange: application.exchangeRoles
            case .graph: application.graphRoles
            case .communication, .management: []
            }
        let principal = StableIdentifier.of("principal \(application.clientID)")
        let claims = JSONValue.members(
            common(application, organisation, scope.audience, now, strength) + [
                ("idtyp", "app"),
                ("oid", .string(principal)),
                ("roles", roles.isEmpty ? nil : .array(roles.map { .string($0) })),
                ("sub", .string(principal)),
            ]
        )
        var grant = grant(application, organisation, scope.resource, now)
        grant.roles = roles
        return (try sign(claims), grant)
    }

    private func grant(
        _ application: Rehearsal.Application,
        _ organisation: Rehearsal.Organisation,
        _ resource: SignInResource,
        _ now: SandboxTime
    ) -> AccessGrant {
        let audience: AccessGrant.Audience =
            switch resource {
            case .exchange: .exchange
            case .graph: .graph
            case .communication: .communication
            case .management: .other
            }
        return AccessGrant(
            audience: audience,
            tenantID: organisation.id,
            clientID: application.clientID,
            expiresAt: now.advanced(by: .seconds(accessLifetime))
        )
    }

    private func sign(_ claims: JSONValue) throws(SignInRefusal) -> String {
        guard let token = key.token(claims: claims) else { throw .temporarilyUnavailable }
        return token
    }

    /// The response with tokens that stand for a person.
    func personToken(
        _ client: Client,
        _ scope: SignInScope,
        _ session: Session,
        _ book: inout SignInBook
    ) throws(SignInRefusal) -> Issue {
        let audience = scope.audience
        let permissions = session.permissions.isEmpty ? ["SMTP.Send"] : session.permissions
        let person = StableIdentifier.of("person \(session.mailbox)")
        let claims = JSONValue.members(
            common(client.application, client.organisation, audience, client.now, "0") + [
                ("idtyp", "user"),
                ("name", .string(session.mailbox)),
                ("oid", .string(person)),
                ("scp", .string(permissions.joined(separator: " "))),
                ("sub", .string(StableIdentifier.of("\(person) \(client.application.clientID)"))),
                ("unique_name", .string(session.mailbox)),
                ("upn", .string(session.mailbox)),
            ]
        )
        var grant = grant(client.application, client.organisation, scope.resource, client.now)
        grant.scopes = permissions
        grant.user = session.mailbox
        let token = try sign(claims)
        let granted = permissions.map { "\(audience)/\($0)" }.joined(separator: " ")
        let response = JSONValue.members([
            ("token_type", "Bearer"),
            ("scope", .string(granted)),
            ("expires_in", .integer(accessLifetime)),
            ("ext_expires_in", .integer(accessLifetime)),
            ("access_token", .string(token)),
            (
                "refresh_token",
                session.isOffline ? refreshToken(client, audience, session, &book) : nil
            ),
            ("id_token", session.wantsIdentity ? try identityToken(client, session, person) : nil),
            ("client_info", client.form["client_info"].map { _ in information(client, person) }),
        ])
        return Issue(token: token, grant: grant, response: response)
    }

    private func refreshToken(
        _ client: Client,
        _ audience: String,
        _ session: Session,
        _ book: inout SignInBook
    ) -> JSONValue {
        let token = "1.\(identifier()).\(identifier())"
        let grant = SignInBook.Grant(
            application: client.application.clientID,
            mailbox: session.mailbox,
            audience: audience,
            permissions: session.permissions,
            signedIn: session.signedIn,
            issued: client.now
        )
        book.keep(grant, as: token)
        return .string(token)
    }

    private func common(
        _ application: Rehearsal.Application,
        _ organisation: Rehearsal.Organisation,
        _ audience: String,
        _ now: SandboxTime,
        _ strength: String
    ) -> [(String, JSONValue?)] {
        [
            ("aud", .string(audience)),
            ("iss", .string("https://sts.windows.net/\(organisation.id)/")),
            ("iat", .integer(Int(now.seconds))),
            ("nbf", .integer(Int(now.seconds))),
            ("exp", .integer(Int(now.seconds) + accessLifetime)),
            ("app_displayname", .string(application.name)),
            ("appid", .string(application.clientID)),
            ("appidacr", .string(strength)),
            ("tid", .string(organisation.id)),
            ("uti", .string(identifier())),
            ("ver", "1.0"),
        ]
    }

    private func identityToken(
        _ client: Client,
        _ session: Session,
        _ person: String
    ) throws(SignInRefusal) -> JSONValue {
        let now = Int(client.now.seconds)
        let claims = JSONValue.members([
            ("aud", .string(client.application.clientID)),
            ("iss", .string("\(client.place.origin)/\(client.organisation.id)/v2.0")),
            ("iat", .integer(now)), ("nbf", .integer(now)),
            ("exp", .integer(now + accessLifetime)),
            ("name", .string(session.mailbox)),
            ("preferred_username", .string(session.mailbox)),
            ("oid", .string(person)),
            ("sub", .string(StableIdentifier.of("\(person) \(client.application.clientID)"))),
            ("tid", .string(client.organisation.id)),
            ("ver", "2.0"),
        ])
        return .string(try sign(claims))
    }

    private func information(_ client: Client, _ person: String) -> JSONValue {
        let value = JSONValue.members([
            ("uid", .string(person)), ("utid", .string(client.organisation.id)),
        ])
        return .string(WebBase64.encodeForURL(value.json.utf8))
    }
}
