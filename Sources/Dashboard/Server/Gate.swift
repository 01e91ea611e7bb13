internal import HTTPTypes
internal import Hummingbird
internal import NIOHTTP1

/// Stands before everything: refuses what is malformed or meant for another host, learns who asks,
/// and turns what goes wrong into pages.
struct Gate: RouterMiddleware {
    typealias Context = DashboardContext

    let hosts: HostRule
    let access: Access
    let cookie: SessionCookie
    let connections: ConnectionRegister
    let report: @Sendable (DashboardEvent) -> Void

    /// Answers a request, whatever it is.
    func handle(
        _ request: Request,
        context: Context,
        next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.isSecure = cookie.isSecure(request)
        context.client = client(of: request, context)
        var response: Response
        do {
            try admit(request, &context)
            response = try await next(request, context)
        } catch let problem as WebProblem {
            response = answer(problem, request, context)
        } catch let error as any HTTPResponseError {
            response = answer(.refused(error.status.code), request, context)
        } catch let error as HTTPParserError {
            // The server beneath answers those, and closes the connection.
            throw error
        } catch {
            response = answer(.refused(500), request, context)
        }
        ProtectiveFields.add(to: &response, isSecure: context.isSecure)
        return response
    }

    private func admit(_ request: Request, _ context: inout Context) throws(WebProblem) {
        guard let host = request.head.authority, request.headers[.ours("Host")] == nil else {
            throw WebProblem(400, "The request names no host, or two.", "Use a browser.")
        }
        guard hosts.allows(host) else {
            report(.blocked(rule: "host", client: context.client))
            throw .foreignHost
        }
        context.query = try RequestRule.query(of: request)
        if let secret = Self.bearer(request) {
            context.visitor = try visitor(opening: secret, context)
        } else if let value = cookie.value(in: request) {
            context.visitor = access.visitor(with: value)
        }
        if context.visitor != nil { connections.trust(context.channel) }
    }

    private func visitor(
        opening secret: String,
        _ context: Context
    ) throws(WebProblem) -> Visitor {
        switch access.attempt(secret, from: context.client) {
        case .open(let token):
            return Visitor(name: token.name, role: token.role, formToken: "")
        case .wrong:
            report(.signInFailed(client: context.client))
            throw .wrongToken
        case .tooMany:
            throw .tooManyFailures
        }
    }

    /// The token of a script (RFC 6750 §2.1).
    private static func bearer(_ request: Request) -> String? {
        guard let value = request.headers[.authorization] else { return nil }
        let parts = value.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        return String(parts[1])
    }

    /// Who is behind a proxy on this very host; what others claim to be is not believed.
    private func client(of request: Request, _ context: Context) -> String {
        guard ["127.0.0.1", "::1", "local"].contains(context.client),
            let last = request.headers[.forwardedFor]?.split(separator: ",").last
        else { return context.client }
        return String(last.trimmingPrefix { $0 == " " }.prefix(64))
    }

    /// A page for browsers, and one line for programs.
    private func answer(
        _ problem: WebProblem,
        _ request: Request,
        _ context: Context
    ) -> Response {
        let wantsPage = request.headers[.accept]?.contains("text/html") == true
        var response =
            wantsPage
            ? Response.text(
                Pages.problem(problem, context.visitor),
                as: "text/html; charset=utf-8",
                problem.status
            )
            : Response.text(
                "\(problem.sentence) \(problem.advice)\n",
                as: "text/plain; charset=utf-8",
                problem.status
            )
        switch problem.status {
        case 401: response.headers[.wwwAuthenticate] = "Bearer realm=\"Postchute\""
        case 405: response.headers[.allow] = "GET, HEAD, POST"
        case 429: response.headers[.retryAfter] = "\(FailureLimit.wait.components.seconds)"
        default: break
        }
        return response
    }
}

extension WebProblem {
    static let foreignHost = WebProblem(
        421,
        "Postchute does not answer under this name.",
        "Use the address that it listens on, or add the name to allowed_hosts in [http]."
    )
    static let wrongToken = WebProblem(
        401,
        "This token opens nothing.",
        "Copy it again, or make a new one: postchute token add NAME"
    )
    static let signInNeeded = WebProblem(
        401,
        "Nobody has signed in.",
        "Sign in, or send a token: Authorization: Bearer TOKEN"
    )
    static let tooManyFailures = WebProblem(
        429,
        "This token opens nothing, and too many were tried before.",
        "Wait half a minute; a right token opens at any time."
    )
    static let operatorNeeded = WebProblem(
        403,
        "This token may look, and change nothing.",
        "Sign in with the token of an operator."
    )
    static let foreignForm = WebProblem(
        403,
        "This form did not come from a page of this session, so nothing was done.",
        "Load the page again and repeat it."
    )

    /// A request that the server itself refused, by its status.
    static func refused(_ status: Int) -> WebProblem {
        switch status {
        case 404:
            WebProblem(404, "There is no such page.", "Begin at the overview and follow its links.")
        case 413:
            WebProblem(
                413,
                "The form is larger than \(RequestRule.longestForm) octets.",
                "Choose fewer messages at a time."
            )
        case 500...599:
            WebProblem(
                500,
                "Something went wrong while this page was made.",
                "Load it again; mail is not affected."
            )
        default:
            WebProblem(status, "The request cannot be answered.", "Load the page again.")
        }
    }
}
