import Delivery
import Glibc
import NIOCore
import NIOPosix
import Settings
import Synchronization
import TLSEngine
import TestSupport

@testable import Dashboard

/// A dashboard that really listens, with a state directory of its own and a clock that a test sets.
final class TestDashboard: Sendable {
    let folder: ScratchFolder
    let tokens: TokenFile
    let port: Int
    let events: EventBook
    let clock: TestClock
    let snapshot: SnapshotBox
    private let service: Task<Void, Never>
    private let group: MultiThreadedEventLoopGroup

    /// Starts listening on a port that is free.
    static func start(
        tls: TLSContext? = nil,
        limits: SlowClientHandler.Limits = SlowClientHandler.Limits(),
        change: (inout HTTPSettings) -> Void = { _ in }
    ) async throws -> TestDashboard {
        let folder = try ScratchFolder("dashboard")
        var http = HTTPSettings(listen: .network(host: "127.0.0.1", port: 0))
        change(&http)
        let settings = try settings(folder)
        let (events, clock, snapshot) = (EventBook(), TestClock(), SnapshotBox())
        let source = DashboardSource(
            settings: settings,
            version: "1.2.3",
            snapshot: { snapshot.value.withLock { $0 } },
            report: { events.add($0) }
        )
        let server = DashboardServer(
            http,
            source: source,
            tls: tls,
            clock: { clock.now.withLock { $0 } },
            limits: limits
        )
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let service = Task { await server.run(on: group) }
        try await waitUntil("the dashboard to listen") { events.port != nil }
        return TestDashboard(folder, events, clock, snapshot, service, group)
    }

    private init(
        _ folder: ScratchFolder,
        _ events: EventBook,
        _ clock: TestClock,
        _ snapshot: SnapshotBox,
        _ service: Task<Void, Never>,
        _ group: MultiThreadedEventLoopGroup
    ) {
        (self.folder, self.events, self.clock) = (folder, events, clock)
        (self.snapshot, self.service, self.group) = (snapshot, service, group)
        tokens = TokenFile(stateDirectory: folder.path)
        port = events.port ?? 0
    }

    /// Stops listening.
    func stop() async {
        service.cancel()
        await service.value
        try? await group.shutdownGracefully()
    }

    private static func settings(_ folder: ScratchFolder) throws -> RelaySettings {
        let text = """
            [pickup.erp]
            path = "\(folder.path)/drop"
            route = "lab"
            [route.lab]
            service = "smtp"
            host = "127.0.0.1"
            port = 2525
            tls = "none"
            [state]
            directory = "\(folder.path)"
            """
        return try RelaySettings.parse(Array(text.utf8), file: "postchute.toml")
    }
}

extension TestDashboard {
    /// Sends a request as a program that wants a page would, and reads the response.
    func request(
        _ line: String,
        host: String = "127.0.0.1",
        _ fields: [String] = [],
        body: String? = nil
    ) async throws -> RawResponse {
        let client = try RawClient(port: port)
        var lines = ["\(line) HTTP/1.1", "Host: \(host)", "Connection: close"] + fields
        if !fields.contains(where: { $0.hasPrefix("Accept:") }) {
            lines.append("Accept: text/html")
        }
        if let body {
            lines.append("Content-Length: \(body.utf8.count)")
            lines.append("Content-Type: application/x-www-form-urlencoded")
        }
        client.send(lines.joined(separator: "\r\n") + "\r\n\r\n" + (body ?? ""))
        return RawResponse(await client.read())
    }

    /// Makes a token and signs in with it: the cookie to send, and the token of its forms.
    func signIn(
        _ name: String = "ann",
        role: DashboardRole = .operator
    ) async throws -> (cookie: String, form: String, secret: String) {
        let secret = try tokens.add(name, role: role, now: 0)
        let response = try await request("POST /login", body: "token=\(secret)")
        let cookie = "Cookie: \(response.cookie ?? "none")"
        let page = try await request("GET /", [cookie])
        let marker = "name=\"\(Visitor.tokenField)\" value=\""
        let form = page.body.split(separator: marker).dropFirst().first?.prefix { $0 != "\"" }
        return (cookie, form.map(String.init) ?? "", secret)
    }
}

/// What the dashboard reported.
final class EventBook: Sendable {
    private let list = Mutex<[DashboardEvent]>([])

    func add(_ event: DashboardEvent) { list.withLock { $0.append(event) } }

    var all: [DashboardEvent] { list.withLock { $0 } }

    /// The port it listens on.
    var port: Int? {
        for case .listening(let address) in all {
            return address.split(separator: ":").last.flatMap { Int($0) }
        }
        return nil
    }
}

/// A clock that stands until it is set.
final class TestClock: Sendable {
    let now = Mutex(Duration.zero)

    func pass(_ time: Duration) { now.withLock { $0 += time } }
}

/// The snapshot that the dashboard is to see.
final class SnapshotBox: Sendable {
    let value = Mutex<RelaySnapshot?>(nil)
}
