internal import Hummingbird

/// What visitors see.
enum Pages {
    /// Adds the files that every page needs, which need no login: style, script and icon.
    static func addAssets(to router: some RouterMethods<DashboardContext>) {
        for asset in Assets.all {
            router.get("\(asset.name)") { request, _ in asset.response(to: request) }
        }
    }

    /// Adds the pages.
    ///
    /// Whoever comes here has signed in (``DashboardContext/visitor``); a POST comes
    /// from our own form and from an operator.
    static func add(to router: some RouterMethods<DashboardContext>, _ source: DashboardSource) {
        let desk = PageDesk(source)
        router.get("/") { _, context in try await desk.overview(context) }
        router.get("messages") { _, context in try await desk.messages(context) }
        router.get("messages/:id") { _, context in try await desk.message(context) }
        router.get("messages/:id/remove") { _, context in try await desk.confirmation(context) }
        router.post("messages/:id/:verb") { _, context in try await desk.act(context) }
        router.get("routes") { _, context in try await desk.routes(context) }
        router.post("routes/:name/verify") { _, context in try await desk.verify(context) }
        router.post("routes/:name/:verb") { _, context in try await desk.switchRoute(context) }
        router.post("pickups/:name/:verb") { _, context in try await desk.switchPickup(context) }
        router.get("settings") { _, context in try await desk.settings(context) }
    }

    /// The page that asks for a token: a form `POST /login` with `token` and, hidden, `next`, the
    /// address to go to afterwards.
    static func login(_ problem: WebProblem?, next: String) -> String {
        let words = problem.map { [$0.sentence, $0.advice].joined(separator: " ") }
        return PageShell(title: "Sign in").render(
            "sign-in",
            ["problem": .optional(words), "next": .optional(next)]
        )
    }

    /// The page that says why there is no other.
    static func problem(_ problem: WebProblem, _ visitor: Visitor?) -> String {
        let heading =
            switch problem.status {
            case 404: "There is no such page"
            case 403: "Not allowed"
            case 503: "Not to be had right now"
            default: "That did not work"
            }
        return PageShell(title: heading, visitor: visitor).render(
            "problem",
            [
                "heading": .text(heading), "sentence": .text(problem.sentence),
                "advice": .optional(problem.advice), "back": .text("/"),
                "backWord": .text(visitor == nil ? "To the sign-in" : "To the overview"),
            ]
        )
    }

    /// What a page that is open replaces its numbers with: the data of one event of `/live`, sent
    /// every two seconds where it changed.
    static func live(_ source: DashboardSource, _ visitor: Visitor) async throws -> String {
        let overview = try await source.overview()
        return PageShell(title: "", section: .overview, visitor: visitor)
            .render("live", overview.model)
    }
}
