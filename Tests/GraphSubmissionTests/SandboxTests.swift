import Foundation
import GraphSubmission
import NIOCore
import NIOPosix
import Sandbox
import Submission
import Synchronization
import TestSupport
import Testing
import WebClient

/// Rounds with the sandbox's Graph through the transport that the daemon uses.
@Suite("A Graph submission to the sandbox")
struct SandboxTests {
    /// Tokens of which the sandbox takes the last one.
    private final class StaleThenGood: TokenProvider {
        private let asked = Mutex<[Bool]>([])
        var requests: [Bool] { asked.withLock { $0 } }

        func token(
            renew: Bool,
            completion: @escaping @Sendable (Result<AccessToken, CredentialError>) -> Void
        ) {
            asked.withLock { $0.append(renew) }
            completion(.success(AccessToken(secret: renew ? "sandbox-token" : "stale")))
        }
    }

    private struct Round {
        let server: SandboxServer
        let harness: (GraphRoute) -> SandboxHarness
        let route: GraphRoute
        let folder: ScratchFolder

        /// The messages that the sandbox keeps, in their order.
        func kept() throws -> [String] {
            try folder.names("kept").filter { $0.hasSuffix(".eml") }.sorted().map {
                try folder.text("kept/\($0)")
            }
        }
    }

    /// A submitter with the sandbox's token.
    private final class SandboxHarness: Sendable {
        let tokens = StaleThenGood()
        let warnings = Warnings()
        private let submitter: GraphSubmitter
        private let loop = MultiThreadedEventLoopGroup.singleton.next()

        final class Warnings: Sendable {
            let lines = Mutex<[String]>([])
        }

        init(_ route: GraphRoute, _ transport: HTTPTransport) {
            let warnings = warnings
            submitter = GraphSubmitter(
                route: route,
                tokens: tokens,
                transport: transport,
                loop: loop
            ) { line in warnings.lines.withLock { $0.append(line) } }
        }

        func submit(_ source: any SubmissionSource) async -> AttemptReport {
            await withCheckedContinuation { continuation in
                loop.execute {
                    self.submitter.submit(source) { continuation.resume(returning: $0) }
                }
            }
        }

        func probe() async -> Failure? {
            await withCheckedContinuation { continuation in
                loop.execute { self.submitter.probe { continuation.resume(returning: $0) } }
            }
        }
    }

    private func withSandbox(_ body: (Round) async throws -> Void) async throws {
        try await withScratchFolder { folder in
            var options = SandboxOptions()
            options.web = WebOptions()
            options.folder = folder.path("kept")
            let server = SandboxServer(
                options: options,
                group: MultiThreadedEventLoopGroup.singleton
            )
            try await server.start()
            do {
                try await withTransport { transport in
                    var route = try GraphRoute.test("http://127.0.0.1:\(server.plainPort)")
                    route.makeRequestID = { RequestID.random() }
                    try await body(
                        Round(
                            server: server,
                            harness: { SandboxHarness($0, transport) },
                            route: route,
                            folder: folder
                        )
                    )
                }
                await server.stop()
            } catch {
                await server.stop()
                throw error
            }
        }
    }

    private static func message(to: String, body: String = "Hello.\r\n..dot\r\n") -> [String] {
        [
            "From: erp@contoso.com\r\nTo: \(to)\r\nMessage-ID: <1@contoso.com>\r\n\r\n",
            "\(body)", ".\r\n",
        ]
    }

    @Test func `a stale token is renewed and the message arrives as it was, its Bcc apart`()
        async throws
    {
        try await withSandbox { round in
            let harness = round.harness(round.route)
            let source = try TestSource(
                to: ["b@example.org", "hidden@example.org"],
                named: ["b@example.org"],
                wire: Self.message(to: "b@example.org")
            )
            let report = await harness.submit(source)
            guard case .accepted(let reply) = report.end else {
                throw WaitError("\(report.end)")
            }
            #expect(reply.summary.hasPrefix("202 Accepted by Microsoft Graph [request-id "))
            #expect(harness.tokens.requests == [false, true])
            let kept = try #require(try round.kept().first)
            #expect(kept.contains("To: b@example.org\r\n"))
            #expect(kept.hasSuffix("\r\n\r\nHello.\r\n.dot\r\n"))
            #expect(!kept.lowercased().contains("bcc"))
            #expect(round.server.counters.accepted == 1)
        }
    }

    @Test(arguments: [
        ("graph.429@fault.test", "failed rate"),
        ("graph.503-retry-7@fault.test", "failed temporary"),
        ("graph.504@fault.test", "failed temporary"),
        ("graph.ErrorSendAsDenied@fault.test", "failed configuration"),
        ("graph.ErrorInvalidRecipients@fault.test", "failed permanent"),
        ("graph.200@fault.test", "failed permanent"),
        ("graph.close@fault.test", "uncertain"),
        ("graph.kept-close@fault.test", "uncertain"),
        ("graph.timeout@fault.test", "uncertain"),
    ])
    func `a fault of the service becomes its failure`(to: String, expected: String) async throws {
        try await withSandbox { round in
            var route = round.route
            if to.contains("timeout") { route.timeout = .seconds(2) }
            let source = try TestSource(to: [to], named: [to], wire: Self.message(to: to))
            let report = await round.harness(route).submit(source)
            switch report.end {
            case .accepted: #expect(expected == "accepted")
            case .failed(let failure):
                #expect(
                    expected == "failed \(Judgement.of(failure).category.rawValue)",
                    "\(failure)"
                )
            case .uncertain: #expect(expected == "uncertain")
            }
        }
    }

    @Test func `a large message arrives as a draft with its attachments`() async throws {
        try await withSandbox { round in
            var route = round.route
            route.large = .draft
            route.uploadHosts = []
            let file = Data(
                (0..<4_000_000).map { (index: Int) in UInt8(truncatingIfNeeded: index / 7) }
            )
            let small = Data(repeating: 9, count: 10_000)
            let options: Data.Base64EncodingOptions = [
                .lineLength76Characters, .endLineWithCarriageReturn, .endLineWithLineFeed,
            ]
            let part = """
                Content-Type: application/octet-stream; name="x.bin"\r
                Content-Transfer-Encoding: base64\r
                \r\n
                """
            let head = """
                From: erp@contoso.com\r
                To: b@example.org\r
                Subject: Big\r
                Content-Type: multipart/mixed; boundary=m\r
                \r
                --m\r
                \r
                text\r
                --m\r\n
                """
            let parts: [String] = [
                head, part, file.base64EncodedString(options: options), "\r\n--m\r\n", part,
                small.base64EncodedString(options: options), "\r\n--m--\r\n",
            ]
            let text = parts.joined()
            var wire: [String] = []
            var rest = text.utf8[...]
            while !rest.isEmpty {
                wire.append(String(decoding: rest.prefix(256 * 1024), as: UTF8.self))
                rest = rest.dropFirst(256 * 1024)
            }
            let source = try TestSource(
                to: ["b@example.org"],
                named: ["b@example.org"],
                wire: wire + [".\r\n"]
            )
            let harness = round.harness(route)
            let report = await harness.submit(source)
            guard case .accepted = report.end else { throw WaitError("\(report.end)") }
            #expect(harness.warnings.lines.withLock { $0.count } == 1)
            let kept = try #require(try round.kept().first)
            #expect(kept.contains("Subject: Big\r\n"))
            let flat = kept.replacing("\r\n", with: "")
            #expect(flat.contains(file.base64EncodedString()))
            #expect(flat.contains(small.base64EncodedString()))
        }
    }

    @Test func `a probe shows whether the token is taken`() async throws {
        try await withSandbox { round in
            let harness = round.harness(round.route)
            #expect(await harness.probe() == nil)
            #expect(harness.tokens.requests == [false, true])
        }
    }
}
