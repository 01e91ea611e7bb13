import NIOPosix
import SMTPProtocol
import SMTPSubmission
import Sandbox
import Submission
import Synchronization
import TLSEngine
import TestSupport
import Testing

@Suite("XOAUTH2 against Dovecot", .serialized)
struct DovecotTests {
    /// Hands out tokens in the order in which they are asked for.
    private final class Tokens: TokenProvider {
        private let rest: Mutex<[String]>
        private let renewals = Mutex<[Bool]>([])

        init(_ tokens: [String]) { rest = Mutex(tokens) }

        /// Whether each request was for a new one.
        var asked: [Bool] { renewals.withLock { $0 } }

        func token(
            renew: Bool,
            completion: @escaping @Sendable (Result<AccessToken, CredentialError>) -> Void
        ) {
            renewals.withLock { $0.append(renew) }
            let next = rest.withLock { $0.isEmpty ? nil : $0.removeFirst() }
            completion(
                next.map { .success(AccessToken(secret: $0)) }
                    ?? .failure(CredentialError("no more tokens"))
            )
        }
    }

    private func withServers(
        _ body: (DovecotServer, SandboxServer) async throws -> Void
    ) async throws {
        try await withScratchFolder("dovecot") { folder in
            var options = SandboxOptions()
            options.security = .none
            options.access = .open
            let group = MultiThreadedEventLoopGroup.singleton
            let relay = SandboxServer(options: options, group: group)
            try await relay.start()
            let dovecot = try await DovecotServer(in: folder, relayingTo: relay.port)
            try await body(dovecot, relay)
            try await dovecot.stop()
            await relay.stop()
        }
    }

    private func route(_ server: DovecotServer, _ tokens: Tokens) -> SMTPRoute {
        var route = SMTPRoute(
            name: "dovecot",
            host: "127.0.0.1",
            port: server.port,
            signIn: .xoauth2(mailbox: "erp@contoso.com", tokens),
            ehlo: "client.example.com"
        )
        route.tlsClient.trust = .file(server.certificate)
        route.timeouts = SMTPTimeouts(all: .seconds(60))
        return route
    }

    @Test func `a token that was refused in a challenge is renewed once, and mail flows`()
        async throws
    {
        try await withServers { dovecot, relay in
            let stale = try await dovecot.token(for: "erp@contoso.com", secondsToLive: -60)
            let fresh = try await dovecot.token(for: "erp@contoso.com", secondsToLive: 3600)
            let tokens = Tokens([stale, fresh])
            let harness = Harness(route(dovecot, tokens))
            for _ in 0..<2 {
                let report = try await harness.submit(["from": "erp@contoso.com"])
                guard case .accepted = report.end else {
                    Issue.record("\(report); \(harness.trace); \(dovecot.log)")
                    return
                }
            }
            #expect(tokens.asked == [false, true])
            #expect(harness.trace.count { $0 == "C: AUTH XOAUTH2" } == 2)
            #expect(!harness.trace.joined().contains(fresh))
            #expect(relay.counters.accepted == 2)
            harness.closeIdleSessions()
        }
    }

    @Test func `a second refusal is the end, with nothing sent`() async throws {
        try await withServers { dovecot, relay in
            let stale = try await dovecot.token(for: "erp@contoso.com", secondsToLive: -60)
            let tokens = Tokens([stale, stale])
            let harness = Harness(route(dovecot, tokens))
            let report = try await harness.submit(["from": "erp@contoso.com"])
            guard case .failed(let failure) = report.end else {
                Issue.record("\(report)")
                return
            }
            let judgement = Judgement.of(failure)
            #expect(judgement.scope == .route)
            #expect(judgement.verdict == .retryLater)
            #expect(tokens.asked == [false, true])
            #expect(relay.counters.accepted == 0)
        }
    }
}
