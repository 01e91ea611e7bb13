import NIOPosix
import Synchronization
import TLSEngine
import TestSupport

@testable import Sandbox

/// A clock that stands still until a test moves it.
final class StandingClock: Sendable {
    /// 2026-11-27 10:00 UTC.
    static let start: Int64 = 1_795_773_600_000
    private let milliseconds: Mutex<Int64>

    init(_ milliseconds: Int64 = start) { self.milliseconds = Mutex(milliseconds) }

    var now: SandboxTime { SandboxTime(milliseconds: milliseconds.withLock { $0 }) }

    func advance(seconds: Int64) { milliseconds.withLock { $0 += seconds * 1000 } }
}

/// A tenant's state that only the HTTP side uses.
final class LoneState: Sendable {
    private let state: Mutex<TenantState>

    init(_ rehearsal: Rehearsal) { state = Mutex(TenantState(rehearsal)) }

    func change(_ body: (inout TenantState) -> Void) { state.withLock { body(&$0) } }
}

/// The HTTP side of a sandbox without sockets.
struct WebFixture {
    static let tenantID = "5a4db0c5-2f10-4f6e-9d1c-0c0f5d7b1a01"
    static let clientID = "0b1e6a7c-93a4-4d5f-8f1b-3f6f2d9a1c01"
    static let tokenPath = "/contoso.com/oauth2/v2.0/token"

    /// Which clock a fixture goes by.
    enum Time { case standing, system }

    let core: WebCore
    let clock = StandingClock()
    let state: LoneState

    /// Begins with the tenant of ``rehearsal``; without a folder messages are only counted.
    init(
        folder: String? = nil,
        time: Time = .standing,
        options: WebOptions = WebOptions(),
        _ change: (inout Rehearsal) -> Void = { _ in }
    ) throws {
        var rehearsal = Self.rehearsal
        change(&rehearsal)
        let state = LoneState(rehearsal)
        let standing = self.clock
        self.state = state
        core = try WebCore(
            tenant: TenantAccess(
                rehearsal,
                clock: { time == .standing ? standing.now : .now() },
                span: { $0 },
                change: { state.change($0) }
            ),
            options: options,
            store: MessageStore(folder: folder),
            tally: SandboxTally(),
            inbox: Inbox(folder: folder),
            hostName: "sandbox.example",
            arcFolder: folder.map { "\($0)/arc" }
        )
    }

    /// Two organisations, three mailboxes, and an application for each way to sign in.
    static let rehearsal: Rehearsal = {
        var rehearsal = Rehearsal()
        rehearsal.organisations = [
            Rehearsal.Organisation(name: "contoso", id: tenantID, domains: ["contoso.com"]),
            Rehearsal.Organisation(
                name: "fabrikam",
                id: "7f3c2f1e-0d4b-4c55-8e3c-6a1b9c2d3e02",
                domains: ["fabrikam.com"]
            ),
        ]
        var erp = Rehearsal.Mailbox(address: "erp@contoso.com")
        erp.password = "password"
        erp.aliases = ["alias@contoso.com"]
        rehearsal.mailboxes = [
            erp, Rehearsal.Mailbox(address: "other@contoso.com"),
            Rehearsal.Mailbox(address: "robot@fabrikam.com"),
        ]
        rehearsal.highVolumeAccounts = [Rehearsal.HighVolumeAccount(address: "hve@contoso.com")]
        var application = Rehearsal.Application(
            name: "erp",
            tenant: "contoso",
            clientID: clientID
        )
        application.clientSecrets = ["secret"]
        application.expiredClientSecrets = ["old"]
        application.deviceLogin = "erp@contoso.com"
        application.rights.mailSend = true
        application.rights.mailReadWrite = true
        application.managedIdentity = "/subscriptions/1/erp"
        rehearsal.applications = [application]
        return rehearsal
    }()

    /// Sends a request past the sockets.
    func send(
        _ method: String,
        _ target: String,
        _ headers: [String: String] = [:],
        _ body: [UInt8] = []
    ) async throws -> WebAnswer {
        let parts = target.split(separator: "?", maxSplits: 1)
        let ask = WebAsk(
            method: method,
            path: parts[0].split(separator: "/").compactMap { PercentText.decode($0) },
            query: FormFields(parts.count == 2 ? parts[1] : "") ?? FormFields("")!,
            headers: ["host": "localhost:8443"].merging(headers) { $1 },
            body: [],
            isSecure: true
        )
        return try await core.answer(ask) { body }
    }

    /// Posts a form.
    func post(
        _ target: String,
        _ form: [String: String],
        _ headers: [String: String] = [:]
    ) async throws -> WebAnswer {
        let body = form.map { "\(PercentText.encode($0))=\(PercentText.encode($1))" }
            .joined(separator: "&")
        let type = ["content-type": "application/x-www-form-urlencoded"]
        return try await send("POST", target, type.merging(headers) { $1 }, Array(body.utf8))
    }

    /// A token of an application by its secret.
    func token(
        _ scope: String = "https://graph.microsoft.com/.default",
        client: String = clientID,
        secret: String = "secret"
    ) async throws -> String {
        let answer = try await post(
            Self.tokenPath,
            [
                "grant_type": "client_credentials", "client_id": client, "client_secret": secret,
                "scope": scope,
            ]
        )
        guard let token = answer.value["access_token"]?.text else {
            throw WaitError("no token: \(answer.text)")
        }
        return token
    }
}

extension WebAnswer {
    var text: String { String(decoding: body, as: UTF8.self) }
    var value: JSONValue { JSONReader.value(of: body) ?? .null }
    var errorCode: String? { value["error"]?["code"]?.text }
}

/// Runs a body with a sandbox's HTTP side on real sockets.
func withWeb(
    _ fixture: WebFixture,
    in folder: ScratchFolder,
    _ body: (SandboxWeb, _ certificates: String) async throws -> Void
) async throws {
    let tls = try TLSContext(
        server: TLSServerSettings(
            identity: .selfSigned(names: ["localhost", "127.0.0.1"], validity: nil)
        )
    )
    let certificates = try folder.write(tls.certificatePEM ?? "", to: "web-ca.pem")
    let web = try await SandboxWeb.start(
        fixture.core,
        host: "127.0.0.1",
        tls: tls,
        group: MultiThreadedEventLoopGroup.singleton
    )
    do {
        try await body(web, certificates)
        await web.stop()
    } catch {
        await web.stop()
        throw error
    }
}
