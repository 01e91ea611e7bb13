import NIOPosix
import SMTPProtocol
import SMTPSubmission
import Sandbox
import Submission
import TLSEngine
import TestSupport
import Testing

@Suite("Against the sandbox")
struct SandboxTests {
    private struct Token: TokenProvider {
        let stale: String
        func token(
            renew: Bool,
            completion: @escaping @Sendable (Result<AccessToken, CredentialError>) -> Void
        ) {
            completion(.success(AccessToken(secret: renew ? "sandbox-token" : stale)))
        }
    }

    private func route(
        _ server: SandboxServer,
        _ folder: ScratchFolder,
        _ signIn: SignIn
    ) throws -> SMTPRoute {
        var route = SMTPRoute(
            name: "lab",
            host: "127.0.0.1",
            port: server.port,
            signIn: signIn,
            ehlo: "client.example.com"
        )
        let trust = try folder.write(server.certificatePEM ?? "", to: "ca.pem")
        route.tlsClient.trust = .file(trust)
        route.tlsName = SandboxOptions().hostName
        route.allowsSandbox = true
        return route
    }

    private func withServer(
        _ body: (SandboxServer, ScratchFolder) async throws -> Void
    ) async throws {
        try await withScratchFolder("sandbox") { folder in
            let server = SandboxServer(
                options: SandboxOptions(),
                group: MultiThreadedEventLoopGroup.singleton
            )
            try await server.start()
            try await body(server, folder)
            await server.stop()
        }
    }

    @Test(arguments: ["sandbox-token", "expired-token"])
    func `XOAUTH2 signs in, with a fresh token if need be`(_ token: String) async throws {
        try await withServer { server, folder in
            let signIn = SignIn.xoauth2(mailbox: "sandbox@example.com", Token(stale: token))
            let harness = Harness(try route(server, folder, signIn))
            let report = try await harness.submit(["from": "sandbox@example.com"])
            guard case .accepted = report.end else {
                Issue.record("\(report); \(harness.trace)")
                return
            }
            let attempts = harness.trace.count { $0 == "C: AUTH XOAUTH2" }
            #expect(attempts == (token == "sandbox-token" ? 1 : 2))
            #expect(!harness.trace.joined().contains("c2FuZGJveC10b2tlbg"))
        }
    }

    @Test func `a route that is not for the sandbox turns away`() async throws {
        try await withServer { server, folder in
            var route = try route(server, folder, .none)
            route.allowsSandbox = false
            let harness = Harness(route)
            guard case .missingExtension("delivery", _)? = await harness.probe() else {
                Issue.record("\(harness.trace)")
                return
            }
            #expect(harness.trace.contains("C: QUIT"))
        }
    }

    @Test func `one session signs in once and carries every message`() async throws {
        try await withServer { server, folder in
            let secret = KnownSecret(text: "sandbox")
            let signIn = SignIn.login(user: "sandbox@example.com", secret)
            let harness = Harness(try route(server, folder, signIn))
            for _ in 0..<3 {
                let report = try await harness.submit(["from": "sandbox@example.com"])
                guard case .accepted = report.end else {
                    Issue.record("\(report); \(harness.trace)")
                    return
                }
            }
            #expect(harness.trace.count { $0.hasPrefix("C: STARTTLS") } == 1)
            #expect(server.counters.accepted == 3)
        }
    }
}
