import NIOCore
import NIOPosix
import SMTPProtocol
import SMTPSubmission
import Submission
import Synchronization
import TestSupport

/// A submitter on a loop of its own, with calls that wait.
final class Harness: Sendable {
    let loop: any EventLoop
    let submitter: SMTPSubmitter
    private let traced = Traced()

    private final class Traced: Sendable {
        let lines = Mutex<[String]>([])
    }

    /// Prepares the submitter of a route.
    init(_ route: SMTPRoute) {
        loop = MultiThreadedEventLoopGroup.singleton.next()
        let traced = traced
        submitter = SMTPSubmitter(route: route, loop: loop) { line in
            traced.lines.withLock { $0.append(line) }
        }
    }

    /// What the trace was told.
    var trace: [String] { traced.lines.withLock { $0 } }

    func submit(_ source: some SubmissionSource) async -> AttemptReport {
        await withCheckedContinuation { continuation in
            loop.execute { self.submitter.submit(source) { continuation.resume(returning: $0) } }
        }
    }

    func submit(_ settings: [String: String] = [:]) async throws -> AttemptReport {
        await submit(ScriptedSource(try DialogueMessage(settings)))
    }

    func probe() async -> Failure? {
        await withCheckedContinuation { continuation in
            loop.execute { self.submitter.probe { continuation.resume(returning: $0) } }
        }
    }

    func stop() { loop.execute { self.submitter.stop() } }

    func closeIdleSessions() { loop.execute { self.submitter.closeIdleSessions() } }
}

/// A password that a test knows.
struct KnownSecret: SecretProvider {
    var text = "secret"
    func secret() throws(CredentialError) -> String { text }
}

/// Tokens in the order they were renewed: `token-1`, then `token-2`.
struct KnownToken: TokenProvider {
    func token(
        renew: Bool,
        completion: @escaping @Sendable (Result<AccessToken, CredentialError>) -> Void
    ) {
        let number = renew ? 2 : 1
        let token = AccessToken(secret: "token-\(number)", claims: "token \(number) of the test")
        completion(.success(token))
    }
}

extension SMTPRoute {
    /// A route to a server of the test on loopback.
    static func test(_ port: Int, _ settings: [String: String] = ["tls": "none"]) -> SMTPRoute {
        let tls: TransportSecurity =
            switch settings["tls"] {
            case "implicit": .implicit
            case "starttls": .startTLS
            default: .none
            }
        let signIn: SignIn =
            switch settings["auth"] {
            case "PLAIN": .plain(user: "erp@contoso.com", KnownSecret())
            case "LOGIN": .login(user: "erp@contoso.com", KnownSecret())
            case "XOAUTH2": .xoauth2(mailbox: "erp@contoso.com", KnownToken())
            default: .none
            }
        var route = SMTPRoute(
            name: "test",
            host: "127.0.0.1",
            port: port,
            tls: tls,
            signIn: signIn,
            ehlo: "client.example.com"
        )
        route.pipelining = settings["pipelining"] == "envelope" ? .envelope : .off
        route.allowsSandbox = settings["sandbox"] == "yes"
        route.timeouts = SMTPTimeouts(all: .seconds(60))
        return route
    }
}
