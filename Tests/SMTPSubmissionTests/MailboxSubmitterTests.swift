import NIOCore
import NIOPosix
import SMTPSubmission
import Sandbox
import Submission
import Synchronization
import TLSEngine
import TestSupport
import Testing

@Suite("Each message as its own author")
struct MailboxSubmitterTests {
    /// A submitter for the sandbox, with what its sessions said.
    private final class Senders: Sendable {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let submitter: MailboxSubmitter
        let trace = Trace()

        init(_ route: SMTPRoute, token: String) {
            let trace = trace
            submitter = MailboxSubmitter(
                route: route,
                tokens: FixedToken(text: token),
                loop: loop,
                trace: { trace.add($0) }
            )
        }

        func submit(from sender: String) async throws -> AttemptReport.End {
            let source = ScriptedSource(try DialogueMessage(["from": sender]))
            return await withCheckedContinuation { continuation in
                loop.execute {
                    self.submitter.submit(source) { continuation.resume(returning: $0.end) }
                }
            }
        }

        func probe() async -> Failure? {
            await withCheckedContinuation { continuation in
                loop.execute { self.submitter.probe { continuation.resume(returning: $0) } }
            }
        }

        func stop() async throws { try await loop.submit { self.submitter.stop() }.get() }
    }

    private final class Trace: Sendable {
        private let lines = Mutex<[String]>([])
        func add(_ line: String) { lines.withLock { $0.append(line) } }
        func count(of line: String) -> Int { lines.withLock { $0.count { $0 == line } } }
    }

    private struct FixedToken: TokenProvider {
        let text: String
        func token(
            renew: Bool,
            completion: @escaping @Sendable (Result<AccessToken, CredentialError>) -> Void
        ) {
            completion(.success(AccessToken(secret: text, claims: "token for nobody")))
        }
    }

    private func withSenders(
        token: String = "sandbox-token",
        _ body: (Senders) async throws -> Void
    ) async throws {
        try await withScratchFolder("mailboxes") { folder in
            let server = SandboxServer(
                options: SandboxOptions(),
                group: MultiThreadedEventLoopGroup.singleton
            )
            try await server.start()
            var route = SMTPRoute(
                name: "lab",
                host: "127.0.0.1",
                port: server.port,
                ehlo: "c.example.com"
            )
            let trust = try folder.write(server.certificatePEM ?? "", to: "ca.pem")
            route.tlsClient.trust = .file(trust)
            route.tlsName = SandboxOptions().hostName
            route.allowsSandbox = true
            let senders = Senders(route, token: token)
            try await body(senders)
            try await senders.stop()
            await server.stop()
        }
    }

    @Test func `a session belongs to one mailbox and is used again for it`() async throws {
        try await withSenders { senders in
            for sender in ["a@example.com", "b@example.com", "A@Example.com", "b@example.com"] {
                guard case .accepted = try await senders.submit(from: sender) else {
                    Issue.record("\(sender)")
                    return
                }
            }
            #expect(senders.trace.count(of: "C: AUTH XOAUTH2") == 2)
        }
    }

    @Test func `sessions of mailboxes that were not used for long are given up`() async throws {
        try await withSenders { senders in
            let count = MailboxSubmitter.maximumMailboxes
            for index in [0] + Array(0...count) + [0] {
                _ = try await senders.submit(from: "m\(index)@example.com")
            }
            // The first one was the oldest when the last one came, and had to sign in again.
            #expect(senders.trace.count(of: "C: AUTH XOAUTH2") == count + 2)
        }
    }

    @Test func `a refused sign-in is the sender's matter, and a probe does not mind`() async throws
    {
        try await withSenders(token: "expired") { senders in
            let end = try await senders.submit(from: "a@example.com")
            guard case .failed(.mailboxRefused("a@example.com", let reply, let claims)) = end else {
                Issue.record("\(end)")
                return
            }
            #expect(reply.code.value == 535)
            #expect(claims == "token for nobody")
            let failure = Failure.mailboxRefused(mailbox: "a@example.com", reply, claims: claims)
            let judgement = Judgement.of(failure)
            #expect(judgement.scope == .sender)
            #expect(judgement.verdict == .retryLater)
            #expect(await senders.probe() == nil)
        }
    }

    @Test func `a probe before any message has nobody to sign in as`() async throws {
        try await withSenders { senders in #expect(await senders.probe() == nil) }
    }
}
