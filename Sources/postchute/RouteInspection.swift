internal import Glibc
internal import MailMessage
internal import NIOCore
internal import Operations
internal import SMTPProtocol
internal import SMTPSubmission
internal import Settings
internal import Spool
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

    private let settings: RouteSettings
    private let options: Options
    private let services: ServiceAccess
    private let loop: any EventLoop

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

    private var target: String {
        if let domain = settings.mailDomain { return "the MX of \(domain), port \(settings.port)" }
        if settings.service == .graph { return settings.graphURL ?? "Microsoft Graph" }
        return "\(settings.host):\(settings.port)"
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

    private func steps(of route: SMTPRoute) async -> [VerifyStep] {
        let (signIn, route) = resolve(route)
        let token = await tokenStep(route.signIn)
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

    /// Whom the sender is: the option, else the mailbox where it is an address.
    private var sender: MailAddress? {
        if let sender = options.sender { return sender }
        guard !settings.signIn.isEachAuthor, let user = settings.signIn.user else { return nil }
        return try? MailAddress(exactly: user)
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
}

extension RouteInspection {
    /// Asks a service that speaks HTTP for something harmless.
    private func serviceSteps() async throws -> [VerifyStep] {
        let submitter = try RouteSubmitter.make(settings, services, loop: loop)
        let failure = await withCheckedContinuation { continuation in
            loop.execute { submitter.probe { continuation.resume(returning: $0) } }
        }
        return VerifyStep.service(failure)
    }

    private func tokenStep(_ signIn: SignIn) async -> VerifyStep {
        guard case .xoauth2(_, let provider) = signIn else {
            return VerifyStep(.token, .skipped, "This route signs in without a token.")
        }
        let result = await withCheckedContinuation { continuation in
            provider.token(renew: false) { continuation.resume(returning: $0) }
        }
        switch result {
        case .success(let token):
            return VerifyStep(token: token)
        case .failure(let error): return VerifyStep(.token, .credentials(error))
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

    private func messageStep() async -> VerifyStep {
        guard let recipient = options.recipient else {
            return VerifyStep(
                .message,
                .skipped,
                "Not tried: --send-to ADDRESS sends a small message."
            )
        }
        guard let sender else {
            return VerifyStep(
                .message,
                .skipped,
                "Not tried: no sender is known; name one with --from ADDRESS."
            )
        }
        let id = SpoolID(microseconds: Self.now, random: .random(in: .min ... .max))
        let message = VerifyMessage(
            from: sender,
            to: recipient,
            by: settings.name,
            identity: MessageIdentity(id: id.text, claimedAt: Self.now / 1_000_000)
        )
        do {
            let submitter = try RouteSubmitter.make(settings, services, loop: loop)
            let report = await withCheckedContinuation { continuation in
                loop.execute {
                    submitter.submit(VerifySource(message)) { continuation.resume(returning: $0) }
                }
            }
            loop.execute { submitter.closeIdleSessions() }
            return VerifyStep(report, of: message)
        } catch {
            return VerifyStep(.message, .credentials(CredentialError("\(error)")))
        }
    }

    private static var now: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
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

/// A ``VerifyMessage`` on its way.
private final class VerifySource: SubmissionSource {
    let id: String
    let author: MailAddress?
    let envelope: Envelope
    let headerRecipients: [MailAddress]
    let contentOctets: Int
    let has8BitContent: Bool
    private let text: String

    init(_ message: VerifyMessage) {
        id = message.identity.id
        author = message.sender
        envelope = Envelope(
            sender: message.sender,
            recipients: [EnvelopeRecipient(message.recipient)]
        )
        headerRecipients = [message.recipient]
        text = message.text
        contentOctets = text.utf8.count
        has8BitContent = text.utf8.contains { $0 > 127 }
    }

    func encodeInSevenBits() -> Bool { false }

    func contentWillBeNeeded() {}

    func nextChunk(
        _ completion: @escaping @Sendable (Result<ContentChunk, ContentFailure>) -> Void
    ) {
        completion(.success(ContentChunk(octets: Array("\(text).\r\n".utf8), isLast: true)))
    }
}
