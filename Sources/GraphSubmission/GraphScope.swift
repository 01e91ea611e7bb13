package import Submission
package import WebClient

/// Asks whether a route's token reaches a mailbox that it should not reach.
package struct GraphScope: Sendable {
    /// What the service made of the question.
    package enum Answer: Hashable, Sendable {
        /// The mailbox is out of the application's scope.
        case refused(ServiceRefusal)
        /// The service looked at the message, so the application may send as the mailbox.
        case admitted
        /// The question could not be asked, or the answer says nothing of rights.
        case unknown(Failure)
    }

    private let connection: GraphConnection

    /// Prepares the question; nothing is asked yet.
    package init(
        route: GraphRoute,
        tokens: any TokenProvider,
        transport: any WebTransport
    ) {
        connection = GraphConnection(route: route, tokens: tokens, transport: transport)
    }

    /// Offers a message without recipients as the mailbox: one that cannot be sent.
    ///
    /// Rights are looked at before the message; no request that only reads would ask for the right to
    /// send.
    package func ask(about mailbox: String) async -> Answer {
        let token: AccessToken
        switch await connection.token(renew: false) {
        case .failure(let error): return .unknown(.credentials(error))
        case .success(let fresh): token = fresh
        }
        var request = connection.request(
            "POST",
            connection.route.endpoint.url(ofUser: mailbox, "/sendMail"),
            token: token,
            type: "text/plain",
            body: .octets(Array(Self.message.utf8))
        )
        request.timeout = connection.route.probeTimeout
        switch await connection.send(request) {
        case .failure(let error):
            return .unknown(Failure(error, at: .hello, timeout: connection.route.probeTimeout))
        case .success(let response): return Self.answer(response, connection.route)
        }
    }

    private static func answer(_ response: WebResponse, _ route: GraphRoute) -> Answer {
        let answer = ServiceAnswer(response)
        let refusal = answer.refusal(mailbox: "", now: route.now())
        switch answer.status {
        case 403, 404: return .refused(refusal)
        case 200...299: return .admitted
        case 400 where answer.isGenuine: return .admitted
        default: return .unknown(.serviceRefused(refusal))
        }
    }

    /// `Subject: Postchute asks whether this is allowed` and an empty line, in base64.
    private static let message =
        "U3ViamVjdDogUG9zdGNodXRlIGFza3Mgd2hldGhlciB0aGlzIGlzIGFsbG93ZWQNCg0K"
}
