internal import Hummingbird
internal import Operations
internal import Settings

/// What monitoring asks: whether the process lives, whether mail flows, and its numbers.
struct HealthPages: Sendable {
    let source: DashboardSource
    let settings: HTTPSettings

    /// Adds the addresses; what they tell depends on who asks.
    func add(to router: some RouterMethods<DashboardContext>) {
        router.get("healthz") { _, _ in Response.text("The process lives.\n", as: Self.plain) }
        router.get("readyz") { _, context in readiness(isSignedIn: context.visitor != nil) }
        router.get("metrics") { _, context in
            guard context.visitor != nil || settings.hasPublicMetrics else {
                throw WebProblem.signInNeeded
            }
            let page = try await source.blocking { [source] in Metrics.page(source) }
            return Response.text(page, as: Metrics.mediaType)
        }
    }

    private static let plain = "text/plain; charset=utf-8"

    /// The same truth as `postchute status`; the reasons are for who has signed in.
    private func readiness(isSignedIn: Bool) -> Response {
        guard let snapshot = source.snapshot() else {
            return .text("The daemon is starting.\n", as: Self.plain, 503)
        }
        let report = StatusReport(of: snapshot, source.settings, now: source.now())
        let obstacles = report.sentences
        if obstacles.isEmpty { return .text("Mail flows.\n", as: Self.plain) }
        let details =
            isSignedIn ? obstacles : ["Sign in, or run postchute status, for the reasons."]
        let lines = ["Mail does not flow everywhere."] + details
        return .text(lines.joined(separator: "\n") + "\n", as: Self.plain, 503)
    }
}
