package import NIOCore
package import Submission
package import WebClient

/// Hands messages over to Microsoft Graph, each in a request of its own.
///
/// Graph has no envelope: ``EnvelopeFit`` says which messages it can carry.
///
/// - Invariant: A message goes in one request at a time, in a second one only after the first was
///   refused for its token.
// @unchecked because every member is touched on the loop only, as ``Submitter`` demands.
package final class GraphSubmitter: Submitter, @unchecked Sendable {
    private enum Errand {
        case submission(any SubmissionJob, recipients: Int, @Sendable (AttemptReport) -> Void)
        case probe(@Sendable (Failure?) -> Void)
    }

    private let connection: GraphConnection
    private let loop: any EventLoop
    private let warn: @Sendable (String) -> Void
    private var errands: [Int: (errand: Errand, task: Task<Void, Never>)] = [:]
    private var count = 0
    private var isStopped = false

    /// Creates a submitter without connecting.
    ///
    /// `warn` is told in a sentence each time what a person should know of a message that was
    /// accepted otherwise than as it was written.
    package init(
        route: GraphRoute,
        tokens: any TokenProvider,
        transport: any WebTransport,
        loop: any EventLoop,
        warn: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        connection = GraphConnection(route: route, tokens: tokens, transport: transport)
        self.loop = loop
        self.warn = warn
    }

    /// Hands one message over in a request of its own.
    package func submit(
        _ source: any SubmissionSource,
        completion: @escaping @Sendable (AttemptReport) -> Void
    ) {
        loop.assertInEventLoop()
        let recipients = source.envelope.recipients.count
        switch isStopped ? .refusal(.stopped) : plan(source) {
        case .refusal(let failure):
            let report = report(.failed(failure), recipients)
            loop.execute { completion(report) }
        case .job(let job):
            begin(.submission(job, recipients: recipients, completion)) { [loop] number in
                let end = await job.run()
                loop.execute { self.ended(number, end) }
            }
        }
    }

    /// Obtains a token and asks for the mailbox's id, which shows whether the service takes the token.
    ///
    /// The answer may be that the application has no right to know the id: sending needs no more
    /// rights than ``submit(_:completion:)`` shows, so that the next message proves the rest.
    package func probe(completion: @escaping @Sendable (Failure?) -> Void) {
        loop.assertInEventLoop()
        guard !isStopped else { return loop.execute { completion(.stopped) } }
        begin(.probe(completion)) { [loop, connection] number in
            let failure = await connection.probe()
            loop.execute { self.probed(number, failure) }
        }
    }

    /// Aborts every message whose last octet no request has; the others wait for their answer.
    package func stop() {
        loop.assertInEventLoop()
        isStopped = true
        for (number, entry) in errands {
            switch entry.errand {
            case .submission(let job, let recipients, let completion):
                guard job.stop() else { continue }
                let report = report(.failed(.stopped), recipients)
                Task { [loop] in
                    await job.whenQuiet()
                    loop.execute { completion(report) }
                }
            case .probe(let completion):
                loop.execute { completion(.stopped) }
            }
            entry.task.cancel()
            errands[number] = nil
        }
    }

    /// Does nothing: idle connections are the transport's, which other routes share.
    package func closeIdleSessions() {}

    private func begin(_ errand: Errand, _ body: @escaping @Sendable (Int) async -> Void) {
        count += 1
        let number = count
        errands[number] = (errand, Task { await body(number) })
    }

    private func ended(_ number: Int, _ end: AttemptReport.End) {
        guard case .submission(_, let recipients, let completion)? = finished(number) else {
            return
        }
        completion(report(end, recipients))
    }

    private func probed(_ number: Int, _ failure: Failure?) {
        guard case .probe(let completion)? = finished(number) else { return }
        completion(failure)
    }

    private func finished(_ number: Int) -> Errand? {
        errands.removeValue(forKey: number)?.errand
    }

    /// Graph takes all recipients or none.
    private func report(_ end: AttemptReport.End, _ recipients: Int) -> AttemptReport {
        let outcome: RecipientOutcome =
            if case .accepted(let reply) = end { .accepted(reply) } else { .untried }
        return AttemptReport(
            end: end,
            recipients: Array(repeating: outcome, count: recipients),
            peer: connection.peer
        )
    }
}

extension GraphSubmitter {
    /// What to do for a message.
    private enum Plan {
        case job(any SubmissionJob)
        /// This route cannot carry it.
        case refusal(Failure)
    }

    private func plan(_ source: any SubmissionSource) -> Plan {
        let route = connection.route
        guard let mailbox = route.mailbox(of: source) else {
            return .refusal(
                .unsuitable(
                    reason: "The message's author is not one address, and nobody's mailbox can"
                        + " send it.",
                    advice: "Let the writer put one address into From, or name a mailbox in the"
                        + " route."
                )
            )
        }
        let fit = EnvelopeFit(
            source.envelope,
            named: source.headerRecipients,
            isReadable: source.hasReadableRecipients
        )
        if let obstacle = fit.obstacle { return .refusal(obstacle) }
        let body = MimeBody(source, prefix: bccField(fit.hidden))
        let limit = route.maximumRequestOctets - GraphRoute.headerOctets
        guard body.octets <= limit else { return .refusal(tooLarge(source, limit)) }
        return .job(
            SendMailJob(
                connection,
                body: body,
                mailbox: mailbox,
                ownMailbox: route.mailbox == .author ? mailbox : ""
            )
        )
    }

    private func tooLarge(_ source: any SubmissionSource, _ limit: Int) -> Failure {
        .unsuitable(
            reason: "The message has \(source.contentOctets) octets; one request to Microsoft Graph"
                + " takes at most \(limit / 4 * 3).",
            advice: "Use a route with SMTP for large messages, or set large = \"draft\" for this"
                + " route, which needs the permission Mail.ReadWrite."
        )
    }
}

extension GraphRoute {
    /// What is set aside for the header of a request: tokens have some thousand octets.
    static let headerOctets = 16 * 1024
}

extension GraphConnection {
    /// Why the service cannot be used now; `nil` where it takes our token.
    func probe() async -> Failure? {
        var exchange = ProbeExchange(route: route)
        var renew = false
        while true {
            let token: AccessToken
            switch await self.token(renew: renew) {
            case .failure(let error): return .credentials(error)
            case .success(let fresh): token = fresh
            }
            var request = request("GET", exchange.url, token: token)
            request.timeout = route.probeTimeout
            switch exchange.answered(await send(request), token: token) {
            case .renewToken: renew = true
            case .finish(let failure): return failure
            }
        }
    }
}

/// What the answer to a probe means.
struct ProbeExchange {
    /// What the caller must do next.
    enum Action: Hashable {
        case renewToken
        case finish(Failure?)
    }

    private let route: GraphRoute
    private var hasRenewed = false

    init(route: GraphRoute) { self.route = route }

    /// What is asked for: the mailbox's id, or anybody's.
    var url: String {
        switch route.mailbox {
        case .fixed(let mailbox): route.endpoint.url(ofUser: mailbox, "?$select=id")
        case .author: "\(route.endpoint.base)/v1.0/users?$top=1&$select=id"
        }
    }

    /// Consumes an answer, or why there is none.
    mutating func answered(
        _ result: Result<WebResponse, WebError>,
        token: AccessToken
    ) -> Action {
        let response: WebResponse
        switch result {
        case .failure(let error):
            return .finish(Failure(error, at: .hello, timeout: route.probeTimeout))
        case .success(let received): response = received
        }
        let answer = ServiceAnswer(response)
        let refusal = answer.refusal(mailbox: "", now: route.now())
        switch answer.status {
        case 401:
            if hasRenewed { return .finish(.refused(token, refusal)) }
            hasRenewed = true
            return .renewToken
        case 200...299: return .finish(nil)
        // Without the right to read users; or the user's name is hidden from us.
        case 403 where answer.isGenuine: return .finish(nil)
        default: return .finish(.serviceRefused(refusal))
        }
    }
}
