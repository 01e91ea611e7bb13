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
    ) -> JSONValue {
        let claims = applicationClaims(
            client.application,
            client.organisation,
            scope,
            client.now,
            strength: isByCertificate ? "2" : "1"
        )
        return .members([
            ("token_type", "Bearer"),
            ("expires_in", .integer(rules.accessLifetime)),
            ("ext_expires_in", .integer(rules.accessLifetime)),
            // Version 1 of the endpoint writes numbers as strings and names the resource.
            ("expires_on", .string("\(client.now.seconds + Int64(rules.accessLifetime))")),
            ("resource", client.form["resource"].map { .string($0) }),
            ("access_token", .string(key.token(claims: claims) ?? "")),
        ])
    }

    /// The claims of a token that stands for an application, in the form of version 1.
    func applicationClaims(
        _ application: Rehearsal.Application,
        _ organisation: Rehearsal.Organisation,
        _ scope: SignInScope,
        _ now: SandboxTime,
        strength: String
    ) -> JSONValue {
        let roles: [String] =
            switch scope.resource {
            case .exchange: application.exchangeRoles
            case .graph: application.graphRoles
            case .communication, .management: []
            }
        let principal = StableIdentifier.of("principal \(application.clientID)")
        return .members(
            common(application, organisation, scope.audience, now, strength) + [
                ("idtyp", "app"),
                ("oid", .string(principal)),
                ("roles", roles.isEmpty ? nil : .array(roles.map { .string($0) })),
                ("sub", .string(principal)),
            ]
        )
    }

    /// The response with tokens that stand for a person.
    func personToken(
        _ client: Client,
        _ audience: String,
        _ session: Session,
        _ book: inout SignInBook
    ) -> JSONValue {
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
        var refresh: String?
        if session.isOffline {
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
            refresh = token
        }
        let scope = permissions.map { "\(audience)/\($0)" }.joined(separator: " ")
        return .members([
            ("token_type", "Bearer"),
            ("scope", .string(scope)),
            ("expires_in", .integer(rules.accessLifetime)),
            ("ext_expires_in", .integer(rules.accessLifetime)),
            ("access_token", .string(key.token(claims: claims) ?? "")),
            ("refresh_token", refresh.map { .string($0) }),
            ("id_token", session.wantsIdentity ? identityToken(client, session, person) : nil),
            ("client_info", client.form["client_info"].map { _ in information(client, person) }),
        ])
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
            ("exp", .integer(Int(now.seconds) + rules.accessLifetime)),
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
    ) -> JSONValue {
        let now = Int(client.now.seconds)
        let claims = JSONValue.members([
            ("aud", .string(client.application.clientID)),
            ("iss", .string("\(client.place.origin)/\(client.organisation.id)/v2.0")),
            ("iat", .integer(now)), ("nbf", .integer(now)),
            ("exp", .integer(now + rules.accessLifetime)),
            ("name", .string(session.mailbox)),
            ("preferred_username", .string(session.mailbox)),
            ("oid", .string(person)),
            ("sub", .string(StableIdentifier.of("\(person) \(client.application.clientID)"))),
            ("tid", .string(client.organisation.id)),
            ("ver", "2.0"),
        ])
        return .string(key.token(claims: claims) ?? "")
    }

    private func information(_ client: Client, _ person: String) -> JSONValue {
        let value = JSONValue.members([
            ("uid", .string(person)), ("utid", .string(client.organisation.id)),
        ])
        return .string(WebBase64.encodeForURL(value.json.utf8))
    }
}
