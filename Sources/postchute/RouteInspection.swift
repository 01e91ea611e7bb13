internal import AccessTokens
internal import Glibc
internal import GraphSubmission
internal import MailMessage
internal import NIOCore
internal import Operations
internal import SMTPProtocol
internal import SMTPSubmission
internal import Settings
internal import Submission
internal import TLSEngine

/// Looks at one route with everything `verify` was told.
struct RouteInspection {
    /// What the command line says.
    struct Options {
        var sender: MailAddress?
        var outOfScope: String?
        var recipient: MailAddress?
    }

    let settings: RouteSettings
    let options: Options
    let services: ServiceAccess
    let loop: any EventLoop

    /// Prepares a look at a route; nothing is opened yet.
    init(
        _ settings: RouteSettings,
        _ options: Options,
        _ services: ServiceAccess,
        _ loop: any EventLoop
    ) {
        self.settings = settings
        self.options = options
        self.services = services
        self.loop = loop
    }

    /// Looks at everything; what cannot be looked at is a step of its own.
    func report() async -> VerifyReport.Route {
        var report = VerifyReport.Route(name: settings.name, target: target, steps: [])
        do {
            let steps =
                settings.service == .graph
                ? try await serviceSteps() : await steps(of: try SMTPRoute(settings, services))
            report.steps = [settingsStep] + steps + [await messageStep()]
        } catch let error as CredentialError {
            report.steps = [VerifyStep(.settings, .credentials(error))]
        } catch {
            let failure = Failure.credentials(CredentialError("\(error)"))
            report.steps = [VerifyStep(.settings, failure)]
        }
        return report
    }

    /// Whom the sender is: the option, else the mailbox where it is an address.
    var sender: MailAddress? {
        if let sender = options.sender { return sender }
        guard !settings.signIn.isEachAuthor, let user = settings.signIn.user else { return nil }
        return try? MailAddress(exactly: user)
    }

    private var target: String {
        if settings.service == .graph { return settings.graphURL ?? "Microsoft Graph" }
        guard let domain = settings.mailDomain else {
            return "\(settings.host):\(settings.port)"
        }
        return "the MX of \(domain), port \(settings.port)"
    }

    private var settingsStep: VerifyStep {
        let sessions = settings.connections == 1 ? "session" : "\(settings.connections) sessions"
        return VerifyStep(
            .settings,
            .passed,
            "The settings are right (service \(settings.service.rawValue)); this look takes one of"
                + " the route's \(sessions) for a moment."
        )
    }
}

extension RouteInspection {
    private func steps(of route: SMTPRoute) async -> [VerifyStep] {
        let token = await tokenStep(route.signIn)
        let (signIn, route) = resolve(route)
        var verification = ServerVerification(
            server: route.mxDomain ?? route.host,
            signIn: signIn,
            survey: await SessionSurvey(route, loop: loop).run(sender: sender),
            now: Int64(time(nil))
        )
        verification.isDomain = route.mxDomain != nil
        verification.proxy = route.proxy.map { "\($0.host):\($0.port)" }
        verification.hasTLS = route.tls != .none
        verification.sender = sender?.text
        verification.ownCertificateEnds = route.tlsClient.clientIdentity.flatMap {
            try? CertificateFacts(reading: $0).notAfter
        }
        verification.outOfScope = await outOfScope(route)
        return verification.connectionSteps + [token] + verification.accountSteps
    }

    /// Says how the route signs in; one that does so as each message's author gets the sender's
    /// mailbox, or nobody.
    private func resolve(_ route: SMTPRoute) -> (ServerVerification.SignIn, SMTPRoute) {
        switch route.signIn {
        case .none: return (.none, route)
        case .plain(let user, _), .login(let user, _), .password(let user, _):
            return (.password(user: user), route)
        case .xoauth2(let mailbox, let provider):
            guard settings.signIn.isEachAuthor else { return (.token(mailbox: mailbox), route) }
            var route = route
            guard let sender else {
                route.signIn = .none
                return (.anybody, route)
            }
            route.signIn = .xoauth2(mailbox: sender.text, provider)
            return (.token(mailbox: sender.text), route)
        }
    }

    /// Tries to sign in with the route's token as a mailbox that is to be refused.
    private func outOfScope(_ route: SMTPRoute) async -> (String, ServerSurvey)? {
        guard let mailbox = options.outOfScope, case .xoauth2(_, let provider) = route.signIn else {
            return nil
        }
        var route = route
        // A refusal is what is hoped for, and no reason to renew a token.
        route.signIn = .xoauth2(mailbox: mailbox, SameToken(provider: provider))
        return (mailbox, await SessionSurvey(route, loop: loop).run(sender: nil))
    }
}

extension RouteInspection {
    private func tokenStep(_ signIn: SignIn) async -> VerifyStep {
        guard case .xoauth2(_, let provider) = signIn else {
            return VerifyStep(.token, .skipped, "This route signs in without a token.")
        }
        return await tokenStep(provider)
    }

    private func tokenStep(_ provider: any TokenProvider) async -> VerifyStep {
        let result = await withCheckedContinuation { continuation in
            provider.token(renew: false) { continuation.resume(returning: $0) }
        }
        switch result {
        case .success(let token): return VerifyStep(token: token, problem: problem(of: token))
        case .failure(let error): return VerifyStep(.token, .credentials(error))
        }
    }

    /// Why a token cannot serve this route; of servers that are not Microsoft's nobody knows what
    /// they want.
    private func problem(of token: AccessToken) -> String? {
        guard settings.service != .smtp, let claims = TokenClaims(token.secret) else { return nil }
        return claims.problem(
            for: TokenPurpose(settings.service),
            in: AccessTokens.Cloud(settings.cloud),
            now: Int64(time(nil))
        ) ?? VerifyStep.tenantProblem(claimed: claims.tenant, wanted: settings.tenant ?? "")
    }

    /// The steps of a route to Graph, which has one address and one harmless question.
    private func serviceSteps() async throws -> [VerifyStep] {
        let token = await tokenStep(try services.tokens(for: settings))
        // A token for something else is refused, and not by what the question is about.
        guard !token.isFailure else { return [token, .serviceNotTried] }
        let submitter = try RouteSubmitter.make(settings, services, loop: loop)
        let failure = await withCheckedContinuation { continuation in
            loop.execute { submitter.probe { continuation.resume(returning: $0) } }
        }
        return [token, VerifyStep(service: failure), try await scopeStep()]
    }

    private func scopeStep() async throws -> VerifyStep {
        guard let mailbox = options.outOfScope else { return .outOfScopeNotNamed }
        let scope = GraphScope(
            route: try GraphRoute(settings),
            tokens: try services.tokens(for: settings),
            transport: try services.transport(for: settings)
        )
        switch await scope.ask(about: mailbox) {
        case .refused(let refusal): return .staysWithinScope(mailbox, refusal)
        case .admitted: return .reachesTooFar(mailbox)
        case .unknown(let failure): return VerifyStep(.outOfScope, failure)
        }
    }
}

/// Gives the token at hand and never renews it.
private struct SameToken: TokenProvider {
    let provider: any TokenProvider

    func token(
        renew: Bool,
        completion: @escaping @Sendable (Result<AccessToken, CredentialError>) -> Void
    ) {
        provider.token(renew: false, completion: completion)
    }
}
