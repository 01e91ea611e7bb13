internal import NIOCore
internal import Operations
internal import Settings

extension RouteInspection {
    /// Looks at a route for a page, as `postchute verify NAME` does; sends nothing.
    static func look(
        at name: String,
        of settings: RelaySettings,
        _ services: ServiceAccess,
        _ loop: any EventLoop
    ) async -> VerifyReport.Route {
        guard let route = settings.routes.first(where: { $0.name == name }) else {
            return VerifyReport.Route(name: name, target: "nothing", steps: [])
        }
        return await RouteInspection(route, Options(), services, loop).report()
    }
}
