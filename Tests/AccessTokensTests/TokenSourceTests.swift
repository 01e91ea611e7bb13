import AccessTokens
import NIOCore
import NIOEmbedded
import Submission
import Synchronization
import TestSupport
import Testing

/// An endpoint that answers only when the test says so.
private final class Desk: Sendable {
    private let state = Mutex(State())

    private struct State {
        var asked = 0
        var open: [CheckedContinuation<Result<IssuedToken, TokenSource.Refusal>, Never>] = []
    }

    var asked: Int { state.withLock { $0.asked } }

    func obtain() async throws(TokenSource.Refusal) -> IssuedToken {
        let result = await withCheckedContinuation { continuation in
            state.withLock { state in
                state.asked += 1
                state.open.append(continuation)
            }
        }
        return try result.get()
    }

    /// Answers the request that is under way.
    func answer(_ result: Result<IssuedToken, TokenSource.Refusal>) async throws {
        try await waitUntil("a request") { state.withLock { !$0.open.isEmpty } }
        state.withLock { $0.open.removeFirst() }.resume(returning: result)
    }
}

@Suite("Token source")
struct TokenSourceTests {
    private let busy = CredentialError("busy", category: .temporary)

    private func issued(_ name: String, _ lifetime: Int = 3_600) -> IssuedToken {
        IssuedToken(
            token: AccessToken(secret: name, claims: "claims of \(name)"),
            lifetime: .seconds(lifetime)
        )
    }

    private final class Stage: Sendable {
        let loop = NIOAsyncTestingEventLoop()
        let desk = Desk()
        let events = Mutex<[TokenSource.Event]>([])
        let answers = Mutex<[String]>([])
        let source: TokenSource

        init() {
            let desk = desk
            let events = Events()
            self.log = events
            source = TokenSource(
                loop: loop,
                jitter: { 1 },
                report: { events.add($0) },
                obtain: { () async throws(TokenSource.Refusal) in try await desk.obtain() }
            )
        }

        let log: Events

        final class Events: Sendable {
            private let list = Mutex<[TokenSource.Event]>([])
            func add(_ event: TokenSource.Event) { list.withLock { $0.append(event) } }
            var all: [TokenSource.Event] { list.withLock { $0 } }
        }

        func ask(renew: Bool = false) {
            source.token(renew: renew) { [weak self] result in
                let text = result.map(\.secret).mapError { $0 }
                self?.answers.withLock { answers in
                    switch text {
                    case .success(let secret): answers.append(secret)
                    case .failure(let error): answers.append("failed: \(error.sentence)")
                    }
                }
            }
        }

        func waitForAnswers(_ count: Int) async throws {
            try await waitUntil("\(count) answers") { answers.withLock { $0.count } >= count }
        }

        func waitForEvents(_ count: Int) async throws {
            try await waitUntil("\(count) events") { log.all.count >= count }
        }
    }

    @Test func `one request serves all who ask meanwhile`() async throws {
        let stage = Stage()
        for index in 0..<50 { stage.ask(renew: index.isMultiple(of: 2)) }
        try await stage.desk.answer(.success(issued("first")))
        try await stage.waitForAnswers(50)
        #expect(stage.answers.withLock { $0 } == [String](repeating: "first", count: 50))
        #expect(stage.desk.asked == 1)
        stage.ask()
        #expect(stage.answers.withLock { $0.last } == "first")
        #expect(stage.desk.asked == 1)
        #expect(
            stage.log.all == [.obtained(claims: "claims of first", lifetime: .seconds(3_600))]
        )
        stage.source.stop()
    }

    @Test func `it is renewed in the background, and the old one serves meanwhile`() async throws {
        let stage = Stage()
        stage.source.start()
        try await stage.desk.answer(.success(issued("first")))
        try await stage.waitForEvents(1)
        try await waitUntil("the timer") { stage.source.condition != .fetching }
        await stage.loop.advanceTime(by: .seconds(2_639))
        #expect(stage.desk.asked == 1)
        await stage.loop.advanceTime(by: .seconds(1))
        try await waitUntil("the second request") { stage.desk.asked == 2 }
        stage.ask()
        #expect(stage.answers.withLock { $0 } == ["first"])
        try await stage.desk.answer(.success(issued("second")))
        try await stage.waitForEvents(2)
        stage.ask()
        #expect(stage.answers.withLock { $0 } == ["first", "second"])
        stage.source.stop()
    }

    @Test func `trouble of the endpoint passes by itself`() async throws {
        let stage = Stage()
        stage.ask()
        try await stage.desk.answer(.failure(TokenSource.Refusal(busy, retryAfter: .seconds(7))))
        try await stage.waitForAnswers(1)
        stage.ask()
        #expect(stage.answers.withLock { $0 } == ["failed: busy", "failed: busy"])
        #expect(stage.source.condition == .failed(busy, hasToken: false))
        await stage.loop.advanceTime(by: .seconds(6))
        #expect(stage.desk.asked == 1)
        await stage.loop.advanceTime(by: .seconds(1))
        try await stage.desk.answer(.success(issued("first")))
        try await stage.waitForEvents(2)
        stage.ask()
        #expect(stage.answers.withLock { $0.last } == "first")
        stage.source.stop()
    }

    @Test func `a flood of refusals makes one request a minute`() async throws {
        let stage = Stage()
        stage.ask()
        try await stage.desk.answer(.success(issued("t0")))
        try await stage.waitForAnswers(1)
        for minute in 1...3 {
            stage.ask(renew: true)
            try await stage.desk.answer(.success(issued("t\(minute)")))
            try await stage.waitForEvents(minute + 1)
            for _ in 0..<100 { stage.ask(renew: true) }
            #expect(stage.desk.asked == minute + 1)
            #expect(stage.answers.withLock { $0.last } == "t\(minute)")
            await stage.loop.advanceTime(by: .seconds(60))
        }
        stage.source.stop()
    }

    @Test func `after the end nobody gets a token`() async throws {
        let stage = Stage()
        stage.ask()
        try await waitUntil("the request") { stage.desk.asked == 1 }
        stage.source.stop()
        stage.ask()
        let ending = "failed: no token is given out: the program is ending"
        #expect(stage.answers.withLock { $0 } == [ending, ending])
        try await stage.desk.answer(.success(issued("late")))
        try await stage.waitForEvents(1)
        await stage.loop.advanceTime(by: .seconds(10_000))
        #expect(stage.desk.asked == 1)
    }
}

@Suite("Tokens of an identity")
struct IdentityTokensTests {
    @Test func `routes share the source of a scope, and a foreign host gets none`() async throws {
        try await SignInStage.play([granted]) { stage in
            let identity = stage.identity(.clientSecret(path: try stage.secret("s")))
            let loop = NIOAsyncTestingEventLoop()
            let tokens = IdentityTokens(identity, stage.surroundings(), loop: loop)
            let smtp = try tokens.source(for: .smtp, host: "smtp.office365.com")
            let hve = try tokens.source(for: .hve, host: "smtp-hve.office365.com")
            let graph = try tokens.source(for: .graph, host: "graph.microsoft.com")
            #expect(smtp === hve)
            #expect(smtp !== graph)
            #expect(
                throws: CredentialError(
                    "the host 'mail.test' is outside the cloud 'worldwide', and a token is shown to "
                        + "no other host unless allow_foreign_endpoint is set",
                    advice:
                        "Correct host or cloud; set allow_foreign_endpoint only for a server that"
                        + " may act with all rights of the identity."
                )
            ) { _ = try tokens.source(for: .smtp, host: "mail.test") }
            let token = await withCheckedContinuation { continuation in
                smtp.token(renew: false) { continuation.resume(returning: $0) }
            }
            #expect(try token.get().secret == "opaque")
            #expect(tokens.conditions.count == 2)
            #expect(
                tokens.conditions["https://outlook.office365.com/.default"]
                    == .fresh(claims: "", remaining: .seconds(3_569))
            )
            tokens.stop()
        }
    }
}
