/// The token services of Azure's own machines: the instance metadata service, App Service and Arc.
struct MetadataService: Sendable {
    let endpoint: TokenEndpoint
    /// What `X-IDENTITY-HEADER` must say.
    let identityHeader: String

    /// Where a managed identity asks.
    enum Host: Hashable, Sendable {
        case machine, appService, arc
    }

    /// Judges a request for a token; `arc` has the keys that clients were challenged with.
    func answer(
        _ ask: WebAsk,
        at host: Host,
        _ now: SandboxTime,
        _ arc: inout ArcChallenges
    ) -> (WebAnswer, TokenEndpoint.Issue?) {
        if let refusal = refusal(ask, at: host, &arc) { return (refusal, nil) }
        guard let resource = ask.query["resource"] else {
            return (Self.badRequest("Required audience parameter not specified"), nil)
        }
        guard let application = application(ask.query) else {
            return (Self.badRequest("Identity not found"), nil)
        }
        guard let organisation = endpoint.rehearsal.organisation(named: application.tenant) else {
            return (Self.badRequest("Identity not found"), nil)
        }
        do throws(SignInRefusal) {
            guard application.isEnabled else {
                throw .applicationDisabled(application.clientID, name: application.name)
            }
            let scope = try SignInScope(resource: resource, tenant: organisation.id)
            let (token, grant) = try endpoint.applicationToken(
                application,
                organisation,
                scope,
                now,
                strength: "2"
            )
            let response = response(host, application, scope, grant, token, now)
            let issue = TokenEndpoint.Issue(token: token, grant: grant, response: response)
            return (.json(200, response), issue)
        } catch {
            return (endpoint.refuse(error, ask, now), nil)
        }
    }

    /// What stands in the way before anybody looks at the resource.
    private func refusal(
        _ ask: WebAsk,
        at host: Host,
        _ arc: inout ArcChallenges
    ) -> WebAnswer? {
        guard ask.method == "GET" else {
            return .json(405, .members([("error", "method_not_allowed")]), [("Allow", "GET")])
        }
        guard ask.query["api-version"] != nil else {
            return Self.badRequest("Required query variable 'api-version' is missing")
        }
        switch host {
        case .appService:
            guard ask.header("x-identity-header") == identityHeader else {
                return .json(
                    401,
                    .members([
                        ("statusCode", 401),
                        ("message", "The X-IDENTITY-HEADER is missing or wrong."),
                    ])
                )
            }
        case .machine, .arc:
            guard ask.header("metadata")?.lowercased() == "true" else {
                return Self.badRequest("Required metadata header not specified")
            }
            guard ask.header("x-forwarded-for") == nil else {
                return Self.badRequest("X-Forwarded-For header is not allowed")
            }
        }
        return host == .arc ? arc.challenge(ask.header("authorization")) : nil
    }

    /// The application whose managed identity is asked for; the only one if none is named.
    private func application(_ query: FormFields) -> Rehearsal.Application? {
        let all = endpoint.rehearsal.applications.filter { $0.managedIdentity != nil }
        if let id = query["client_id"] {
            return all.first { $0.clientID == id.lowercased() }
        }
        if let id = query["msi_res_id"] ?? query["mi_res_id"] {
            return all.first { $0.managedIdentity?.lowercased() == id.lowercased() }
        }
        if let id = query["object_id"] ?? query["principal_id"] {
            return all.first { StableIdentifier.of("principal \($0.clientID)") == id.lowercased() }
        }
        return all.count == 1 ? all.first : nil
    }

    /// Numbers are written as strings here.
    private func response(
        _ host: Host,
        _ application: Rehearsal.Application,
        _ scope: SignInScope,
        _ grant: AccessGrant,
        _ token: String,
        _ now: SandboxTime
    ) -> JSONValue {
        let isMachine = host != .appService
        return .members([
            ("access_token", .string(token)),
            ("client_id", .string(application.clientID)),
            ("expires_in", isMachine ? .string("\(endpoint.accessLifetime)") : nil),
            ("expires_on", .string("\(grant.expiresAt.seconds)")),
            ("ext_expires_in", isMachine ? .string("\(endpoint.accessLifetime)") : nil),
            ("not_before", isMachine ? .string("\(now.seconds)") : nil),
            ("resource", .string(scope.audience)),
            ("token_type", "Bearer"),
        ])
    }

    private static func badRequest(_ reason: String) -> WebAnswer {
        .json(
            400,
            .members([("error", "invalid_request"), ("error_description", .string(reason))])
        )
    }
}

/// The keys with which Arc makes a client prove that it may read a folder of the machine.
struct ArcChallenges: Sendable {
    /// How many keys wait for their client.
    static let most = 16

    /// Where keys are written; `nil` where there is no folder, and so no Arc.
    let folder: String?
    let identifier: @Sendable () -> String
    private var keys: [(path: String, content: String)] = []

    /// Begins without keys.
    init(folder: String?, identifier: @escaping @Sendable () -> String) {
        self.folder = folder
        self.identifier = identifier
    }

    /// Judges an authorization; `nil` lets the request pass, and its key is spent.
    mutating func challenge(_ authorization: String?) -> WebAnswer? {
        if let authorization {
            let place = keys.firstIndex { authorization == "Basic \($0.content)" }
            guard let place else {
                return .json(403, .members([("error", "forbidden")]))
            }
            SmallFile.remove(keys.remove(at: place).path)
            return nil
        }
        guard let path = makeKey() else {
            return .text(500, "The sandbox has no folder to write a key to.")
        }
        return WebAnswer(401, [("WWW-Authenticate", "Basic realm=\(path)")])
    }

    /// Removes every key.
    mutating func clear() {
        for key in keys { SmallFile.remove(key.path) }
        keys = []
    }

    private mutating func makeKey() -> String? {
        guard let folder, SmallFile.makeFolder(folder) else { return nil }
        let path = "\(folder)/\(identifier()).key"
        let content = identifier() + identifier()
        guard MessageStore.write(content, to: path, by: "\(path).new") else { return nil }
        if keys.count >= Self.most { SmallFile.remove(keys.removeFirst().path) }
        keys.append((path, content))
        return path
    }
}
