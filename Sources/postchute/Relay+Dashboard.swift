internal import Dashboard
internal import EventLog
internal import Ledger
internal import NIOCore
internal import NIOPosix
internal import Operations
internal import Settings
internal import TLSEngine

extension Relay {
    /// Serves the dashboard and the metrics where the settings have `[http]`, until the task is cancelled.
    ///
    /// On a loop of its own: whatever visitors do, mail goes on. After a reload that changed the table
    /// it listens anew.
    func serveDashboard() async {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        var served: HTTPSettings?
        var running: Task<Void, Never>?
        for await settings in currentSettings.changes() where settings.http != served {
            served = settings.http
            running?.cancel()
            await running?.value
            let server = served.flatMap { makeDashboard($0, on: group) }
            running = server.map { server in Task { await server.run(on: group) } }
        }
        running?.cancel()
        await running?.value
        try? await group.shutdownGracefully()
    }

    private func makeDashboard(
        _ http: HTTPSettings,
        on group: any EventLoopGroup
    ) -> DashboardServer? {
        let log = DashboardLog(log: log)
        do {
            let tls = try http.certificate.map { certificate in
                try TLSContext(
                    server: TLSServerSettings(identity: .file(try TLSIdentitySource(certificate)))
                )
            }
            return DashboardServer(http, source: dashboardSource(log, group), tls: tls)
        } catch {
            log.write(.refused(address: http.listen.text, reason: DashboardLog.sentence(error)))
            return nil
        }
    }

    private func dashboardSource(
        _ log: DashboardLog,
        _ group: any EventLoopGroup
    ) -> DashboardSource {
        let (current, latest, ends) = (currentSettings, latestSnapshot, CredentialEnds())
        var source = DashboardSource(
            settings: current.value,
            version: Version.text,
            snapshot: { latest.value },
            ledger: LedgerReader(stateDirectory: settings.state.directory),
            report: { log.write($0) }
        )
        source.mask = mask
        source.verify = { await Self.verify($0, of: current.value, on: group.next()) }
        source.currentSettings = { current.value }
        let path = settingsPath
        source.settingsInEffect = { SettingsInEffect(path: path, inForce: current.value) }
        source.credentials = { ends.look(at: current.value) }
        return source
    }

    /// Looks at a route as `postchute verify` does, on the dashboard's loop.
    private static func verify(
        _ name: String,
        of settings: RelaySettings,
        on loop: any EventLoop
    ) async -> VerifyReport.Route {
        guard let route = settings.routes.first(where: { $0.name == name }),
            let services = try? ServiceAccess(settings, loop: loop)
        else { return VerifyReport.Route(name: name, target: "", steps: []) }
        let report = await RouteInspection(route, RouteInspection.Options(), services, loop)
            .report()
        await services.stop()
        return report
    }
}
