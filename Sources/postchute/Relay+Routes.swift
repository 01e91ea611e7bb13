internal import Delivery
internal import EventLog
internal import Glibc
internal import NIOCore
internal import NIOPosix
internal import Operations
internal import Settings
internal import Submission
internal import Synchronization
internal import WebClient

extension Relay {
    /// Makes every route and hands them to the engine.
    ///
    /// - Throws: ``StartError`` for a route that cannot work with these settings.
    func startRoutes() async throws {
        let loop = group.next()
        let (settings, services) = (settings, services)
        let routes = try settings.routes.map { try startRoute($0, of: settings, services) }
        let engine = engine
        let ledger = FileLimitLedger(directory: settings.state.directory)
        try await loop.submit { engine.start(routes: routes, ledger: ledger) }.get()
    }

    /// Makes a route; nothing is connected yet.
    ///
    /// - Throws: ``StartError`` where it cannot work with these settings.
    func startRoute(
        _ route: RouteSettings,
        of settings: RelaySettings,
        _ services: ServiceAccess
    ) throws -> DeliveryRoute {
        do {
            return try makeRoute(route, settings.state, services)
        } catch let error as CredentialError {
            throw StartError("route \(route.name): \(error.sentence); \(error.advice)", .settings)
        } catch let defect as ProxyDefect {
            throw StartError("route \(route.name): the proxy \(defect.phrase)", .settings)
        }
    }

    private func makeRoute(
        _ route: RouteSettings,
        _ state: StateSettings,
        _ services: ServiceAccess
    ) throws -> DeliveryRoute {
        let loop = group.next()
        let reports = RouteSubmitter.Reports(
            trace: trace(of: route.name),
            warn: { [log] sentence in
                log.write(
                    LogLine(.warning, "changed").adding("route", route.name)
                        .adding("reason", sentence)
                )
            }
        )
        return DeliveryRoute(
            route,
            try RouteSubmitter.make(route, services, loop: loop, reports: reports),
            isPaused: PauseFile(route: route.name, in: state).exists,
            takeResumeRequest: { ResumeRequest(route: route.name, in: state).take() }
        )
    }

    /// The protocol trace of a route, for `level = "debug"`.
    private func trace(of route: String) -> (@Sendable (String) -> Void)? {
        guard log.isEnabled(.debug) else { return nil }
        return { [log] line in
            log.write(LogLine(.debug, "smtp").adding("route", route).adding("line", line))
        }
    }

    /// Once a day, and at once, says which credentials end soon; until the task is cancelled.
    func watchCredentials() async {
        while !Task.isCancelled {
            await lookAtCredentials()
            try? await Task.sleep(for: .seconds(86_400))
        }
    }

    /// Looks once for credentials that end soon.
    func lookAtCredentials() async {
        let credentials = ExpiringCredentials(settings)
        let now = Int64(time(nil))
        let found = try? await NIOThreadPool.singleton.runIfActive {
            credentials.warnings(now: now)
        }
        let warnings = found ?? []
        expiring.withLock { $0 = warnings }
        for sentence in warnings {
            log.write(LogLine(.warning, "credential-ends").adding("reason", sentence))
        }
    }
}
