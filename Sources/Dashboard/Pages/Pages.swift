internal import Hummingbird

/// What visitors see.
enum Pages {
    /// Adds the files that every page needs, which need no login: style and script.
    static func addAssets(to router: some RouterMethods<DashboardContext>) {
        router.get("style.css") { _, _ in Response.text("", as: "text/css; charset=utf-8") }
    }

    /// Adds the pages. Whoever comes here has signed in (``DashboardContext/visitor``); a POST comes
    /// from our own form and from an operator.
    static func add(to router: some RouterMethods<DashboardContext>, _ source: DashboardSource) {
        router.get("/") { _, context in
            let version = source.version.filter { $0 != "<" && $0 != "&" }
            return HTMLResponse(
                """
                <!doctype html><title>Postchute</title><p>Postchute \(version)</p>
                <form method="post" action="/logout"><button>Sign out</button>
                <input type="hidden" name="\(Visitor.tokenField)" value="\(context.formToken)">
                </form>
                """
            )
        }
    }

    /// The page that asks for a token: a form `POST /login` with `token` and, hidden, `next`, the
    /// address to go to afterwards.
    static func login(_ problem: WebProblem?, next: String) -> String {
        """
        <!doctype html><title>Postchute: Sign in</title><p>\(problem?.sentence ?? "")</p>
        <form method="post" action="/login">
        <input type="password" name="token"><button>Sign in</button></form>
        """
    }

    /// The page that says why there is no other.
    static func problem(_ problem: WebProblem, _ visitor: Visitor?) -> String {
        """
        <!doctype html><title>Postchute</title><p>\(problem.sentence)</p><p>\(problem.advice)</p>
        """
    }

    /// What a page that is open replaces its numbers with: the data of one event of `/live`, sent
    /// every two seconds where it changed.
    static func live(_ source: DashboardSource, _ visitor: Visitor) async throws -> String { "" }
}
