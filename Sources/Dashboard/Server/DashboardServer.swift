internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import Logging
package import NIOCore
internal import NIOHTTPTypes
package import Settings
package import TLSEngine
internal import WebServer

/// The server of the dashboard: one listener with what stands before the pages.
package struct DashboardServer: Sendable {
    private let settings: HTTPSettings
    private let source: DashboardSource
    private let tls: TLSContext?
    private let access: Access
    private let connections = ConnectionRegister()
    private let limits: SlowClientHandler.Limits

    /// Creates a server that does not listen yet; `tls` is made from the settings' certificate.
    package init(
        _ settings: HTTPSettings,
        source: DashboardSource,
        tls: TLSContext?
    ) {
        self.init(settings, source: source, tls: tls, clock: DashboardClock.system)
    }

    init(
        _ settings: HTTPSettings,
        source: DashboardSource,
        tls: TLSContext?,
        clock: @escaping @Sendable () -> Duration,
        limits: SlowClientHandler.Limits = SlowClientHandler.Limits()
    ) {
        (self.settings, self.source, self.tls, self.limits) = (settings, source, tls, limits)
        let file = TokenFile(stateDirectory: source.settings.state.directory)
        access = Access(file, clock: clock)
    }

    /// Listens, reports the address, and answers until the task is cancelled; then cuts every connection.
    ///
    /// A port that cannot be listened on is reported as well, and tried again every half minute: who
    /// holds it may go.
    package func run(on group: any EventLoopGroup) async {
        var isFirst = true
        while !Task.isCancelled {
            do {
                try await serve(on: group)
            } catch is CancellationError {
                return
            } catch {
                let reason = Self.sentence(error)
                if isFirst {
                    source.report(.refused(address: settings.listen.text, reason: reason))
                }
                isFirst = false
            }
            try? await Task.sleep(for: .seconds(30))
        }
    }

    private func serve(on group: any EventLoopGroup) async throws {
        let responder = makeRouter().buildResponder()
        let logger = Logger(label: "dashboard", factory: { _ in SwiftLogNoOpLogHandler() })
        let now = source.now
        let connections = connections
        let channel = SecureHTTPChannel(
            HTTP1Channel(
                responder: { request, writer, channel in
                    let source = ApplicationRequestContextSource(channel: channel, logger: logger)
                    let context = DashboardContext(source: source)
                    var response = try await responder.respond(to: request, context: context)
                    response.headers[.date] = WebDate.text(now())
                    let body = request.method == .head ? ResponseBody() : response.body
                    try await writer.write(response: response.head, body: body)
                },
                configuration: HTTP1Channel.Configuration(
                    additionalChannelHandlers: [SlowClientHandler(limits)],
                    httpDecoderConfiguration: .init(
                        maxHeaderFieldSize: 16_384,
                        maxHeaderListSize: 32_768,
                        maxHeaderFieldCount: 100
                    )
                )
            ),
            tls: tls,
            opened: { connections.add($0) }
        )
        try await withTaskCancellationHandler {
            try await channel.serve(at: address, on: group, logger: logger) { started($0) }
        } onCancel: {
            connections.closeAll()
        }
    }

    private var address: BindAddress {
        switch settings.listen {
        case .network(let host, let port): .hostname(host, port: Int(port))
        case .unix(let path): .unixDomainSocket(path: path)
        }
    }

    private func started(_ channel: any Channel) {
        switch settings.listen {
        case .network(let host, _):
            let port = UInt16(clamping: channel.localAddress?.port ?? 0)
            let text = ListenAddress.network(host: host, port: port).text
            source.report(.listening(address: "\(tls == nil ? "http" : "https")://\(text)"))
        case .unix(let path):
            SocketFile.openToGroup(path)
            source.report(.listening(address: settings.listen.text))
        }
    }

    private static func sentence(_ error: any Error) -> String {
        guard let error = error as? IOError else { return "\(error)" }
        return SocketFile.sentence(error.errnoCode)
    }
}

extension DashboardServer {
    private func makeRouter() -> Router<DashboardContext> {
        let router = Router(
            context: DashboardContext.self,
            options: .autoGenerateHeadEndpoints
        )
        let cookie = SessionCookie(isOverTLS: tls != nil)
        let report = source.report
        router.add(
            middleware: Gate(
                hosts: HostRule(settings),
                access: access,
                cookie: cookie,
                connections: connections,
                report: report
            )
        )
        let signIn = SignIn(access: access, cookie: cookie, report: report)
        signIn.add(to: router)
        Pages.addAssets(to: router)
        HealthPages(source: source, settings: settings).add(to: router)
        let anybody = router.group().add(middleware: SignedIn(role: .viewer, report: report))
        signIn.addSignOut(to: anybody)
        LiveFeed(source: source, access: access, cookie: cookie).add(to: anybody)
        let pages = router.group().add(middleware: SignedIn(role: .operator, report: report))
        Pages.add(to: pages, source)
        return router
    }
}
