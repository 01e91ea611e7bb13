internal import Submission
internal import Synchronization
internal import WebClient

/// One submission on its way, away from the submitter's loop.
protocol SubmissionJob: Sendable {
    /// Carries it out and says how it ended.
    func run() async -> AttemptReport.End

    /// Stops it unless the service may have the whole message; returns whether it is stopped.
    func stop() -> Bool

    /// Returns when a job that was stopped asks nothing of its source any more.
    func whenQuiet() async
}

/// What every request of a route needs.
struct GraphConnection: Sendable {
    let route: GraphRoute
    let tokens: any TokenProvider
    let transport: any WebTransport

    /// Host and kind of the peer, for log and support.
    var peer: String { "\(route.endpoint.host) Graph" }

    /// Obtains a token, a new one where the service refused the last.
    func token(renew: Bool) async -> Result<AccessToken, CredentialError> {
        await withCheckedContinuation { continuation in
            tokens.token(renew: renew) { continuation.resume(returning: $0) }
        }
    }

    /// A request to the service itself: nothing else is ever sent a token.
    func request(
        _ method: String,
        _ url: String,
        token: AccessToken,
        type: String? = nil,
        body: WebRequest.Body = .none
    ) -> WebRequest {
        var headers = [
            (name: "Authorization", value: "Bearer \(token.secret)"),
            (name: "Accept", value: "application/json"),
            (name: "client-request-id", value: route.makeRequestID()),
            (name: "return-client-request-id", value: "true"),
        ]
        if let type { headers.append((name: "Content-Type", value: type)) }
        return WebRequest(
            method: method,
            url: url,
            headers: headers,
            body: body,
            timeout: route.timeout
        )
    }

    /// Sends a request; a transport's own errors are all there are.
    func send(_ request: WebRequest) async -> Result<WebResponse, WebError> {
        do throws(WebError) {
            return .success(try await transport.send(request))
        } catch {
            return .failure(error)
        }
    }
}

/// One message in one sendMail request, or two where the first token is refused.
final class SendMailJob: SubmissionJob {
    private let connection: GraphConnection
    private let url: String
    private let body: MimeBody
    private let ownMailbox: String

    /// Prepares the request; `ownMailbox` is the mailbox where it is the message's own, else empty.
    init(
        _ connection: GraphConnection,
        body: MimeBody,
        mailbox: String,
        ownMailbox: String
    ) {
        self.connection = connection
        self.body = body
        self.ownMailbox = ownMailbox
        url = connection.route.endpoint.url(ofUser: mailbox, "/sendMail")
    }

    func run() async -> AttemptReport.End {
        let route = connection.route
        var exchange = SendMailExchange(
            mailbox: ownMailbox,
            timeout: route.timeout,
            now: route.now
        )
        var action = exchange.start()
        while true {
            switch action {
            case .obtainToken(let renew):
                action = exchange.tokenObtained(await connection.token(renew: renew))
            case .post(let token):
                action = await post(token, &exchange)
            case .finish(let end):
                // An answer may come before the body's end.
                _ = body.stop()
                await body.whenQuiet()
                return end
            }
        }
    }

    func stop() -> Bool { body.stop() }

    func whenQuiet() async { await body.whenQuiet() }

    private func post(
        _ token: AccessToken,
        _ exchange: inout SendMailExchange
    ) async -> SendMailExchange.Action {
        guard let round = await body.begin() else { return exchange.cannotRepeat() }
        let request = connection.request(
            "POST",
            url,
            token: token,
            type: "text/plain",
            body: .chunks(length: body.octets) { [body] in try await body.next(round) }
        )
        switch await connection.send(request) {
        case .success(let response):
            return exchange.answered(response, isHandedOver: body.isHandedOver)
        case .failure(let error):
            return exchange.unanswered(
                error,
                isHandedOver: body.isHandedOver,
                content: body.failure
            )
        }
    }
}
