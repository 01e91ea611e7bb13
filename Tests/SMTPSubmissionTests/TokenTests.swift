import NIOCore
import SMTPProtocol
import SMTPSubmission
import Submission
import Synchronization
import TestSupport
import Testing

@Suite("Tokens")
struct TokenTests {
    /// A provider that answers when the test says so.
    private final class SlowToken: TokenProvider {
        typealias Completion = @Sendable (Result<AccessToken, CredentialError>) -> Void
        private let waiting = Mutex<[Completion]>([])

        func token(renew: Bool, completion: @escaping Completion) {
            waiting.withLock { $0.append(completion) }
        }

        var isAsked: Bool { waiting.withLock { !$0.isEmpty } }

        func answer() {
            let completions = waiting.withLock { completions in
                defer { completions = [] }
                return completions
            }
            for completion in completions { completion(.success(AccessToken(secret: "late"))) }
        }
    }

    private static let offer = """
        S: 220 mx.example.org
        C: EHLO client.example.com
        S: 250-mx.example.org
        S: 250 AUTH XOAUTH2
        """

    private func harness(_ server: ScriptedServer, _ token: any TokenProvider) -> Harness {
        var route = SMTPRoute.test(server.port)
        route.signIn = .xoauth2(mailbox: "erp@contoso.com", token)
        return Harness(route)
    }

    @Test func `a token that arrives after the session died does no harm`() async throws {
        let text = Self.offer + "\nS: (closed)"
        let server = try ScriptedServer([try Dialogue(name: "late", text: text)])
        let token = SlowToken()
        let harness = harness(server, token)
        #expect(
            await harness.probe()
                == .connectionLost(.authentication, detail: "the server closed the connection")
        )
        #expect(token.isAsked)
        token.answer()
        // Behind whatever the late answer put on the loop.
        try await harness.loop.submit {}.get()
        #expect(!harness.trace.contains { $0.hasPrefix("C: AUTH") })
    }

    @Test func `a token that arrives after the daemon stopped does no harm`() async throws {
        let server = try ScriptedServer([try Dialogue(name: "stopped", text: Self.offer)])
        let token = SlowToken()
        let harness = harness(server, token)
        async let failure = harness.probe()
        try await waitUntil("the token to be asked for") { token.isAsked }
        harness.stop()
        #expect(await failure == .stopped)
        token.answer()
        try await harness.loop.submit {}.get()
        #expect(!harness.trace.contains { $0.hasPrefix("C: AUTH") })
    }

    @Test func `a refusal names what the token is for and never the token`() async throws {
        let refused = "C: AUTH XOAUTH2\nS: 334 \nC: \nS: 535 5.7.3 Authentication unsuccessful"
        let text = [Self.offer, refused, refused].joined(separator: "\n")
        let server = try ScriptedServer([try Dialogue(name: "refused", text: text)])
        let harness = harness(server, KnownToken())
        guard case .tokenRefused(let reply, let claims)? = await harness.probe() else {
            Issue.record("\(harness.trace)")
            return
        }
        #expect(reply.summary == "535 5.7.3 Authentication unsuccessful")
        #expect(claims == "token 2 of the test")
        #expect(!harness.trace.joined().contains("dG9rZW4"))
    }
}
