import Delivery
import HTTPTypes
import Hummingbird
import Ledger
import Operations
import ServiceLifecycle
import Settings
import Spool
import Synchronization
import TestSupport
import Testing

@testable import Dashboard

/// The pages over HTTP with a real ledger and real folders, for somebody who has signed in.
final class DemoSite: Sendable {
    /// A subject that is HTML and more.
    static let hostile =
        "<script>alert(1)</script> \"><img src=x onerror=alert(2)> \"\u{301}\u{202E}"

    let scratch: ScratchFolder
    let settings: RelaySettings
    let failedID: String
    let now = RelayFoldersClock.now()
    private let role: DashboardRole

    /// Makes the folders with one failed message, and fills the ledger.
    init(role: DashboardRole = .operator) throws {
        self.role = role
        scratch = try ScratchFolder("pages")
        let drop = try scratch.makeFolder("drop", mode: 0o700)
        let scans = try scratch.makeFolder("scans", mode: 0o700)
        try scratch.makeFolder("state", mode: 0o700)
        settings = RelaySettings(
            pickups: [
                PickupSettings(name: "erp", path: drop, routes: ["m365"]),
                PickupSettings(name: "scans", path: scans, routes: ["scanner"]),
            ],
            routes: [
                RouteSettings(name: "m365", host: "smtp.example.com", port: 587),
                RouteSettings(name: "scanner", host: "smtp.example.com", port: 587),
            ],
            state: StateSettings(directory: scratch.path("state"))
        )
        for path in [drop, scans] {
            try MessageSpool(opening: SpoolOptions(dropPath: path)).close()
        }
        failedID = SpoolID(microseconds: now - 60_000_000, random: 7).text
        try fill()
    }

    private func fill() throws {
        let header =
            "From: erp@contoso.com\r\nTo: sales@example.com\r\nSubject: \(Self.hostile)\r\n"
        try scratch.write(header + "\r\nbody\r\n", to: "drop/failed/\(failedID).offer.eml")
        try scratch.write(
            "What happened: \(Self.hostile)\r\n",
            to: "drop/failed/\(failedID).offer.eml.txt"
        )
        let store = try LedgerStore(stateDirectory: settings.state.directory)
        try store.append(DemoSnapshot.events(now: now, hostile: Self.hostile, failedID: failedID))
    }

    /// Where the pages get what they show.
    var source: DashboardSource {
        let now = now
        let settings = settings
        var source = DashboardSource(
            settings: settings,
            version: "1.0",
            snapshot: { DemoSnapshot.make(now: now) },
            ledger: LedgerReader(stateDirectory: settings.state.directory),
            now: { now },
            report: { _ in }
        )
        source.settingsInEffect = { SettingsInEffect(Array(Self.settingsText.utf8)) }
        return source
    }

    static let settingsText = """
        [pickup.erp]
        path = "/srv/drop/erp"
        route = "m365"

        [route.m365]
        service = "exchange-online"
        mailbox = "erp@contoso.com"
        password_file = "/etc/postchute/password"

        """

    /// Serves the pages while `body` runs with their address.
    func serve<Value: Sendable>(
        _ body: @escaping @Sendable (String) async throws -> Value
    ) async throws -> Value {
        let router = Router(context: DashboardContext.self)
        Pages.addAssets(to: router)
        router.add(middleware: SignedInVisitor(role: role))
        Pages.add(to: router, source)
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let app = Application(
            router: router,
            configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in port.yield(channel.localAddress?.port ?? 0) }
        )
        return try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask {
                try await app.run()
                return nil
            }
            group.addTask {
                for await number in ports { return try await body("http://127.0.0.1:\(number)") }
                return nil
            }
            defer { group.cancelAll() }
            while let value = try await group.next() {
                if let value { return value }
            }
            throw WaitError("the pages were not served")
        }
    }
}

enum RelayFoldersClock {
    static func now() -> Int64 { RelayFolders.systemTime() }
}

/// Lets in whoever comes, with the policy that the server sets.
private struct SignedInVisitor: RouterMiddleware {
    let role: DashboardRole

    func handle(
        _ request: Request,
        context: DashboardContext,
        next: (Request, DashboardContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.visitor = Visitor(name: "ada", role: role, formToken: "form-token")
        context.query = FormFields(request.uri.query ?? "") ?? FormFields()
        var response: Response
        do {
            response = try await next(request, context)
        } catch let problem as WebProblem {
            response = .text(
                Pages.problem(problem, context.visitor),
                as: "text/html; charset=utf-8",
                problem.status
            )
        }
        if let name = HTTPField.Name("Content-Security-Policy") {
            response.headers[name] =
                "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
                + "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
        }
        return response
    }
}
