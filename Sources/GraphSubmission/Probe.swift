internal import Submission
internal import WebClient

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

    /// What is asked for: no mailbox has a message with such an id.
    var url: String {
        switch route.mailbox {
        case .fixed(let mailbox): route.endpoint.url(ofUser: mailbox, "/messages/0?$select=id")
        case .author: "\(route.endpoint.base)/v1.0/me/messages/0?$select=id"
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
        case 404 where ServiceCatalogue.row(for: refusal).concern == .mailbox: break
        case 400...428 where answer.isGenuine: return .finish(nil)
        default: break
        }
        return .finish(.serviceRefused(refusal))
    }
}
