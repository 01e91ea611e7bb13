internal import HTTPTypes
internal import Hummingbird

/// Signing in and out.
struct SignIn: Sendable {
    let access: Access
    let cookie: SessionCookie
    let report: @Sendable (DashboardEvent) -> Void

    /// Adds what needs no login.
    func add(to router: some RouterMethods<DashboardContext>) {
        router.get("login") { _, context in
            let next = RequestRule.next(context.query["next"])
            if context.visitor != nil { return Response.seeOther(next) }
            return page(hint(), next: next, status: 200)
        }
        router.post("login") { request, context in
            try await signIn(request, context)
        }
    }

    /// Adds what needs one.
    func addSignOut(to router: some RouterMethods<DashboardContext>) {
        router.post("logout") { request, context in
            if let value = cookie.value(in: request) { access.close(value) }
            if let visitor = context.visitor {
                report(.signedOut(name: visitor.name, client: context.client))
            }
            var response = Response.seeOther("/login")
            cookie.set(nil, in: &response, isSecure: context.isSecure)
            return response
        }
    }

    private func signIn(_ request: Request, _ context: DashboardContext) async throws -> Response {
        guard RequestOrigin(request).isOurs else {
            report(.blocked(rule: "form", client: context.client))
            throw WebProblem.foreignForm
        }
        var request = request
        let form = try await FormReading.form(of: &request)
        let next = RequestRule.next(form["next"])
        // Pasted tokens bring the line's end along.
        let secret = (form["token"] ?? "").filter { !$0.isWhitespace }
        switch access.attempt(secret, from: context.client) {
        case .open(let token):
            var response = Response.seeOther(next)
            cookie.set(access.open(for: token), in: &response, isSecure: context.isSecure)
            report(.signedIn(name: token.name, role: token.role, client: context.client))
            return response
        case .wrong:
            report(.signInFailed(client: context.client))
            return page(.wrongToken, next: next, status: 401)
        case .tooMany:
            return page(.tooManyFailures, next: next, status: 429)
        }
    }

    /// What keeps everybody from signing in.
    private func hint() -> WebProblem? {
        let condition = access.condition
        if let trouble = condition.trouble {
            return WebProblem(200, trouble, "Nobody can sign in until then.")
        }
        if condition.hasTokens { return nil }
        return WebProblem(
            200,
            "Nobody can sign in yet.",
            "Make a token on the host: postchute token add NAME --role operator"
        )
    }

    private func page(_ problem: WebProblem?, next: String, status: Int) -> Response {
        var response = Response.text(
            Pages.login(problem, next: next),
            as: "text/html; charset=utf-8",
            status
        )
        if status == 429 {
            response.headers[.retryAfter] = "\(FailureLimit.wait.components.seconds)"
        }
        return response
    }
}
