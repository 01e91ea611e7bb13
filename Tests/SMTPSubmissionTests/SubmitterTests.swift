import NIOCore
import SMTPProtocol
import SMTPSubmission
import Submission
import Synchronization
import TestSupport
import Testing

@Suite("Submitter")
struct SubmitterTests {
    /// Dialogues as they are put together here.
    private static let hello = """
        S: 220 mx
        C: EHLO client.example.com
        S: 250 mx

        """
    private static let envelope = """
        C: MAIL FROM:<a@example.com>
        S: 250 OK
        C: RCPT TO:<b@example.org>
        S: 250 OK
        C: DATA
        S: 354 go

        """
    private static let message =
        envelope + """
            C: (content)
            S: 250 OK

            """
    private static let goodbye = """
        C: QUIT
        S: 221 Bye
        C: (closed)
        """

    private func server(_ texts: String...) throws -> ScriptedServer {
        try ScriptedServer(texts.map { try Dialogue(name: "inline", text: $0) })
    }

    private func isAccepted(_ report: AttemptReport) -> Bool {
        if case .accepted = report.end { true } else { false }
    }

    @Test func `a session carries one message after another and leaves with QUIT`() async throws {
        let text = Self.hello + Self.message + Self.message + Self.goodbye
        let server = try server(text)
        let harness = Harness(.test(server.port))
        #expect(isAccepted(try await harness.submit()))
        #expect(isAccepted(try await harness.submit()))
        harness.closeIdleSessions()
        #expect(try await server.transcript() == text)
        let content = String(decoding: server.record().content, as: UTF8.self)
        #expect(content == "\r\nHello.\r\n.\r\n\r\nHello.\r\n.\r\n")
    }

    @Test func `a session that carried its share leaves by itself`() async throws {
        let text = Self.hello + Self.message + Self.goodbye
        let server = try server(text, text)
        var route = SMTPRoute.test(server.port)
        route.maximumMessagesPerSession = 1
        let harness = Harness(route)
        #expect(isAccepted(try await harness.submit()))
        #expect(isAccepted(try await harness.submit()))
        #expect(try await server.transcript(0) == text)
        #expect(try await server.transcript(1) == text)
    }

    @Test func `an idle session leaves when its time is over`() async throws {
        let text = Self.hello + Self.message + Self.goodbye
        let server = try server(text)
        var route = SMTPRoute.test(server.port)
        route.idleTimeout = .milliseconds(50)
        let harness = Harness(route)
        #expect(isAccepted(try await harness.submit()))
        #expect(try await server.transcript() == text)
    }

    @Test func `a session that is leaving takes no message`() async throws {
        let first = Self.hello + Self.message + "C: QUIT\nS: (silence)"
        let second = Self.hello + Self.message
        let server = try server(first, second)
        var route = SMTPRoute.test(server.port)
        route.idleTimeout = .milliseconds(50)
        let harness = Harness(route)
        #expect(isAccepted(try await harness.submit()))
        try await waitUntil("QUIT") { server.record(0).lines.contains(.client("QUIT")) }
        #expect(isAccepted(try await harness.submit()))
        #expect(try await server.transcript(1) + "\n" == second)
    }

    @Test func `the session used last is taken first`() async throws {
        let first = Self.hello + Self.message
        let server = try server(first, Self.hello + Self.message + Self.message)
        let harness = Harness(.test(server.port))
        let slow = Gate(chunk: "Hello.\r\n.\r\n")
        async let other = harness.submit(slow)
        try await waitUntil("the first session to be at its content") { slow.isWaiting }
        #expect(isAccepted(try await harness.submit()))
        // Session 1 is idle now, session 0 busy; then 0 becomes idle last.
        slow.open()
        #expect(isAccepted(await other))
        #expect(server.record(0).lines.count == server.record(1).lines.count)
    }

    @Test(arguments: ["S: (closed)", "S: 421 4.4.2 Idle too long"])
    func `an idle session that died is replaced, and nobody is told`(
        _ death: String
    ) async throws {
        let first = Self.hello + Self.message + "C: MAIL FROM:<a@example.com>\n" + death
        let second = Self.hello + Self.message
        let server = try server(first, second)
        let harness = Harness(.test(server.port))
        #expect(isAccepted(try await harness.submit()))
        #expect(isAccepted(try await harness.submit()))
        #expect(try await server.transcript(0) == first)
        #expect(try await server.transcript(1) + "\n" == second)
    }

    @Test func `an idle session that stays silent is replaced too`() async throws {
        let first = Self.hello + Self.message + "C: MAIL FROM:<a@example.com>\nS: (silence)"
        let server = try server(first, Self.hello + Self.message)
        var route = SMTPRoute.test(server.port)
        route.timeouts.mail = .milliseconds(500)
        let harness = Harness(route)
        #expect(isAccepted(try await harness.submit()))
        #expect(isAccepted(try await harness.submit()))
    }

    @Test func `a second session that dies the same way is a failure`() async throws {
        let died = "C: MAIL FROM:<a@example.com>\nS: (closed)"
        let server = try server(Self.hello + Self.message + died, Self.hello + died)
        let harness = Harness(.test(server.port))
        #expect(isAccepted(try await harness.submit()))
        let lost = Failure.connectionLost(.mail, detail: "the server closed the connection")
        #expect(try await harness.submit().end == .failed(lost))
    }

    @Test func `a session that said a word about the message is not replaced`() async throws {
        let died = """
            C: MAIL FROM:<a@example.com>
            S: 250 OK
            C: RCPT TO:<b@example.org>
            S: (closed)
            """
        let server = try server(Self.hello + Self.message + died)
        let harness = Harness(.test(server.port))
        #expect(isAccepted(try await harness.submit()))
        let lost = Failure.connectionLost(.recipient, detail: "the server closed the connection")
        #expect(try await harness.submit().end == .failed(lost))
    }

    @Test func `nothing is sent twice after the final dot`() async throws {
        let died = Self.envelope + "C: (content)\nS: (closed)"
        let server = try server(Self.hello + Self.message + died)
        let harness = Harness(.test(server.port))
        #expect(isAccepted(try await harness.submit()))
        let lost = Failure.connectionLost(.endOfData, detail: "the server closed the connection")
        #expect(try await harness.submit().end == .uncertain(lost))
    }

    @Test func `stopping ends what has no final dot and refuses what comes`() async throws {
        let server = try server(Self.hello + Self.envelope + "C: (content)")
        let harness = Harness(.test(server.port))
        let gate = Gate(chunk: "never\r\n.\r\n")
        async let pending = harness.submit(gate)
        try await waitUntil("the content to be asked for") { gate.isWaiting }
        harness.stop()
        gate.open()
        #expect(await pending.end == .failed(.stopped))
        #expect(try await harness.submit().end == .failed(.stopped))
        #expect(await harness.probe() == .stopped)
        #expect(try await server.transcript().hasSuffix("C: (content without its dot)"))
        #expect(server.record().content == [])
    }

    @Test func `stopping waits for the reply to a final dot, then leaves`() async throws {
        let text = Self.hello + Self.envelope + "C: (content)\nS: 250-on its\n"
        let server = try server(text + "S: 250 way\n" + Self.goodbye)
        let harness = Harness(.test(server.port))
        let source = ScriptedSource(try DialogueMessage([:]))
        async let pending = harness.submit(source)
        try await waitUntil("the content to be taken") { source.pulls == 1 }
        let report = await pending
        harness.stop()
        #expect(isAccepted(report))
        #expect(try await server.transcript().hasSuffix(Self.goodbye))
    }

    @Test func `stopping while connecting ends the message`() async throws {
        // 192.0.2.0/24 answers nobody (RFC 5737 §3).
        var route = SMTPRoute.test(25, ["tls": "starttls"])
        route.host = "192.0.2.1"
        let harness = Harness(route)
        async let pending = harness.submit()
        harness.stop()
        #expect(try await pending.end == .failed(.stopped))
    }

    @Test func `a completion never overtakes the call`() async throws {
        let server = try server(Self.hello + "C: QUIT")
        let harness = Harness(.test(server.port))
        #expect(await harness.probe() == nil)
        let order = await withCheckedContinuation { continuation in
            harness.loop.execute {
                let order = Order()
                guard let message = try? DialogueMessage(["8bit": "yes"]) else { return }
                harness.submitter.submit(ScriptedSource(message)) { _ in
                    order.add("completed")
                    continuation.resume(returning: order.words)
                }
                order.add("returned")
            }
        }
        #expect(order == ["returned", "completed"])
    }

    @Test func `the source hears of DATA before it is asked`() async throws {
        let server = try server(Self.hello + Self.message)
        let source = ScriptedSource(try DialogueMessage(["parts": "3"]))
        let report = await Harness(.test(server.port)).submit(source)
        #expect(isAccepted(report))
        #expect(source.announcements == 1)
        #expect(source.pulls == 3)
    }

    @Test func `content that fails is never ended by a dot`() async throws {
        let server = try server(Self.hello + Self.envelope + "C: (content)")
        let message = try DialogueMessage(["parts": "3"])
        let source = ScriptedSource(message, failure: .changed("mtime"))
        let report = await Harness(.test(server.port)).submit(source)
        #expect(report.end == .failed(.content(.changed("mtime"))))
        #expect(try await server.transcript().hasSuffix("C: (content without its dot)"))
    }

    @Test func `the trace shows both sides and no secret`() async throws {
        let text = """
            S: 220 mx
            C: EHLO client.example.com
            S: 250-mx
            S: 250 AUTH LOGIN
            C: AUTH LOGIN
            S: 334 VXNlcm5hbWU6
            C: ZXJwQGNvbnRvc28uY29t
            S: 334 UGFzc3dvcmQ6
            C: c2VjcmV0
            S: 235 ok

            """
        let server = try server(text + Self.message)
        let harness = Harness(.test(server.port, ["tls": "none", "auth": "LOGIN"]))
        #expect(isAccepted(try await harness.submit()))
        let expected = """
            S: 220 mx
            C: EHLO client.example.com
            S: 250-mx
            S: 250 AUTH LOGIN
            C: AUTH LOGIN
            S: 334 VXNlcm5hbWU6
            C: <redacted>
            S: 334 UGFzc3dvcmQ6
            C: <redacted>
            S: 235 ok
            C: MAIL FROM:<a@example.com>
            S: 250 OK
            C: RCPT TO:<b@example.org>
            S: 250 OK
            C: DATA
            S: 354 go
            C: (13 octets of content)
            S: 250 OK
            """
        #expect(harness.trace.joined(separator: "\n") == expected)
    }

    @Test func `the report names the peer`() async throws {
        let server = try server(Self.hello + Self.message)
        let report = try await Harness(.test(server.port)).submit()
        #expect(report.peer == "127.0.0.1 [127.0.0.1]:\(server.port)")
    }
}

/// A source whose only chunk waits for the test.
final class Gate: SubmissionSource {
    let id = "gate"
    let envelope: Envelope
    let contentOctets = 10
    let has8BitContent = false
    private let chunk: String
    private let waiting = Mutex<
        (@Sendable (Result<ContentChunk, ContentFailure>) -> Void)?
    >(nil)

    init(chunk: String) {
        self.chunk = chunk
        let recipient = MailAddress(localPart: "b", domain: "example.org")
        let sender = MailAddress(localPart: "a", domain: "example.com")
        envelope = Envelope(
            sender: sender,
            recipients: recipient.map { [EnvelopeRecipient($0)] } ?? []
        )
    }

    /// Whether the chunk has been asked for.
    var isWaiting: Bool { waiting.withLock { $0 != nil } }

    /// Hands the chunk out.
    func open() {
        let completion = waiting.withLock { $0.take() }
        completion?(.success(ContentChunk(octets: Array(chunk.utf8), isLast: true)))
    }

    var author: MailAddress? { envelope.sender }
    var headerRecipients: [MailAddress] { [] }

    func encodeInSevenBits() -> Bool { false }

    func contentWillBeNeeded() {}

    func nextChunk(
        _ completion: @escaping @Sendable (Result<ContentChunk, ContentFailure>) -> Void
    ) {
        waiting.withLock { $0 = completion }
    }
}

/// What happened first.
final class Order: Sendable {
    private let list = Mutex<[String]>([])
    var words: [String] { list.withLock { $0 } }
    func add(_ word: String) { list.withLock { $0.append(word) } }
}
