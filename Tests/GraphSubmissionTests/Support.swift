import Dispatch
import GraphSubmission
import MailMessage
import NIOCore
import NIOPosix
import Submission
import Synchronization
import TestSupport
import WebClient

/// An address of a test, which is none where it has no at sign.
func address(_ text: String) throws -> MailAddress {
    let parts = text.split(separator: "@")
    guard parts.count == 2,
        let address = MailAddress(localPart: String(parts[0]), domain: String(parts[1]))
    else { throw WaitError("'\(text)' is not an address") }
    return address
}

/// A message of a test, handed out chunk by chunk from a thread of its own.
final class TestSource: SubmissionSource {
    let id = "test"
    let envelope: Envelope
    let author: MailAddress?
    let headerRecipients: [MailAddress]
    let hasReadableRecipients: Bool
    let contentOctets: Int
    let has8BitContent = false
    private let chunks: [[UInt8]]
    private let canRewind: Bool
    private let state = Mutex(State())

    private struct State {
        var index = 0
        var failure: ContentFailure?
        var announcements = 0
        var pulls = 0
        var gate: [CheckedContinuation<Void, Never>]?
    }

    /// A message whose header names `named`, to `to`, in chunks of wire form.
    init(
        from: String? = "erp@contoso.com",
        to: [String] = ["b@example.org"],
        named: [String] = ["b@example.org"],
        readable: Bool = true,
        wire: [String] = ["Subject: x\r\n\r\nHello.\r\n", "..\r\n", ".\r\n"],
        octets: Int? = nil,
        rewinds: Bool = true,
        failure: ContentFailure? = nil
    ) throws {
        envelope = Envelope(
            sender: try from.map(address),
            recipients: try to.map { EnvelopeRecipient(try address($0)) }
        )
        author = envelope.sender
        headerRecipients = try named.map(address)
        hasReadableRecipients = readable
        chunks = wire.map { Array($0.utf8) }
        var decoder = WireDecoder()
        var content: [UInt8] = []
        for chunk in chunks { chunk.withUnsafeBytes { decoder.decode($0, into: &content) } }
        contentOctets = octets ?? content.count
        canRewind = rewinds
        state.withLock { $0.failure = failure }
    }

    /// How often the submitter said that the content will be needed.
    var announcements: Int { state.withLock { $0.announcements } }

    /// How many chunks were asked for.
    var pulls: Int { state.withLock { $0.pulls } }

    func encodeInSevenBits() -> Bool { false }

    func contentWillBeNeeded() { state.withLock { $0.announcements += 1 } }

    func rewind() -> Bool {
        state.withLock { $0.index = 0 }
        return canRewind
    }

    func nextChunk(
        _ completion: @escaping @Sendable (Result<ContentChunk, ContentFailure>) -> Void
    ) {
        DispatchQueue.global().async { completion(self.take()) }
    }

    private func take() -> Result<ContentChunk, ContentFailure> {
        state.withLock { state in
            state.pulls += 1
            let isLast = state.index == chunks.count - 1
            if isLast, let failure = state.failure { return .failure(failure) }
            guard state.index < chunks.count else { return .failure(.missing) }
            defer { state.index += 1 }
            return .success(ContentChunk(octets: chunks[state.index], isLast: isLast))
        }
    }
}

/// A transport that does what a test says and remembers what it was asked.
final class ScriptedTransport: WebTransport {
    /// What becomes of one request.
    enum Step: Sendable {
        /// The body is read to its end, then this comes back.
        case answer(WebResponse)
        /// So many chunks of the body are read, then this comes back.
        case answerEarly(WebResponse, chunks: Int)
        /// The body is read to its end, then there is no answer.
        case silence(WebError)
        /// Nothing is read.
        case refuse(WebError)
        /// So many chunks of the body are read, then the request waits until it is cancelled.
        case wait(chunks: Int)
        /// The body is read to its end, then the answer waits until the test releases it.
        case hold(WebResponse)
    }

    /// One request as it arrived.
    struct Seen: Sendable {
        var line: String
        var headers: [String: String]
        var body: String
        var length: Int?
        /// Whether the body came to its end.
        var isWhole: Bool
    }

    private let steps: Mutex<[Step]>
    private let seenRequests = Mutex<[Seen]>([])
    private let held = Mutex<[CheckedContinuation<Void, Never>]>([])
    private let waiting = Mutex(0)

    init(_ steps: [Step]) { self.steps = Mutex(steps) }

    var seen: [Seen] { seenRequests.withLock { $0 } }
    /// How many requests wait.
    var waitingRequests: Int { waiting.withLock { $0 } }

    /// Lets the answers that are held come back.
    func release() {
        for continuation in held.withLock({ held in
            defer { held = [] }
            return held
        }) {
            continuation.resume()
        }
    }

    func send(_ request: WebRequest) async throws(WebError) -> WebResponse {
        let step = steps.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        guard let step else { throw WebError(.connect, .notSent, "no more steps") }
        switch step {
        case .refuse(let error):
            note(request, "", isWhole: false)
            throw error
        case .answer(let response):
            try await readAll(request)
            return response
        case .answerEarly(let response, let chunks):
            try await readAll(request, limit: chunks)
            return response
        case .silence(let error):
            try await readAll(request)
            throw error
        case .wait(let chunks):
            try await readAll(request, limit: chunks)
            waiting.withLock { $0 += 1 }
            while !Task.isCancelled { await Task.yield() }
            throw WebError(.aborted, .notSent, "cancelled")
        case .hold(let response):
            try await readAll(request)
            await withCheckedContinuation { continuation in
                held.withLock { $0.append(continuation) }
                waiting.withLock { $0 += 1 }
            }
            return response
        }
    }

    private func readAll(_ request: WebRequest, limit: Int = .max) async throws(WebError) {
        var body: [UInt8] = []
        switch request.body {
        case .none: return note(request, "", isWhole: true)
        case .octets(let octets):
            return note(request, String(decoding: octets, as: UTF8.self), isWhole: true)
        case .chunks(_, let next):
            for _ in 0..<limit {
                do {
                    guard let chunk = try await next() else {
                        return note(request, String(decoding: body, as: UTF8.self), isWhole: true)
                    }
                    body += chunk
                } catch {
                    note(request, String(decoding: body, as: UTF8.self), isWhole: false)
                    throw WebError(.aborted, .notSent, "the body's source failed")
                }
            }
            note(request, String(decoding: body, as: UTF8.self), isWhole: false)
        }
    }

    private func note(_ request: WebRequest, _ body: String, isWhole: Bool) {
        var headers: [String: String] = [:]
        for header in request.headers { headers[header.name.lowercased()] = header.value }
        var length: Int?
        if case .chunks(let known, _) = request.body { length = known }
        let seen = Seen(
            line: "\(request.method) \(request.url)",
            headers: headers,
            body: body,
            length: length,
            isWhole: isWhole
        )
        seenRequests.withLock { $0.append(seen) }
    }
}

/// Tokens in the order they were renewed: `token-1`, then `token-2`.
final class KnownTokens: TokenProvider {
    private let failure: CredentialError?
    private let asked = Mutex<[Bool]>([])

    init(failure: CredentialError? = nil) { self.failure = failure }

    /// Whether each request was one to renew.
    var requests: [Bool] { asked.withLock { $0 } }

    func token(
        renew: Bool,
        completion: @escaping @Sendable (Result<AccessToken, CredentialError>) -> Void
    ) {
        asked.withLock { $0.append(renew) }
        if let failure { return completion(.failure(failure)) }
        let secret = renew ? "token-2" : "token-1"
        completion(.success(AccessToken(secret: secret, claims: "A token for Graph.")))
    }
}

extension GraphRoute {
    /// A route of a test.
    static func test(
        _ url: String = "https://graph.example.com",
        mailbox: Mailbox = .fixed("erp@contoso.com")
    ) throws -> GraphRoute {
        guard let endpoint = GraphEndpoint(url) else { throw WaitError("no endpoint: \(url)") }
        var route = GraphRoute(name: "test", endpoint: endpoint, mailbox: mailbox) {
            784_111_777
        }
        route.makeRequestID = { "00000000-0000-4000-8000-000000000000" }
        return route
    }
}

/// A submitter on a loop, with calls that wait.
final class Harness: Sendable {
    let loop: any EventLoop
    let submitter: GraphSubmitter
    let tokens: KnownTokens
    private let warned = Warned()

    private final class Warned: Sendable {
        let lines = Mutex<[String]>([])
    }

    init(
        _ route: GraphRoute,
        _ transport: any WebTransport,
        tokens: KnownTokens = KnownTokens()
    ) {
        loop = MultiThreadedEventLoopGroup.singleton.next()
        self.tokens = tokens
        let warned = warned
        submitter = GraphSubmitter(
            route: route,
            tokens: tokens,
            transport: transport,
            loop: loop
        ) { line in warned.lines.withLock { $0.append(line) } }
    }

    /// What a person was warned of.
    var warnings: [String] { warned.lines.withLock { $0 } }

    func submit(_ source: any SubmissionSource) async -> AttemptReport {
        await withCheckedContinuation { continuation in
            loop.execute {
                let hasReturned = Mutex(false)
                self.submitter.submit(source) { report in
                    self.loop.assertInEventLoop()
                    precondition(hasReturned.withLock { $0 }, "completed before it returned")
                    continuation.resume(returning: report)
                }
                hasReturned.withLock { $0 = true }
            }
        }
    }

    func probe() async -> Failure? {
        await withCheckedContinuation { continuation in
            loop.execute { self.submitter.probe { continuation.resume(returning: $0) } }
        }
    }

    func stop() { loop.execute { self.submitter.stop() } }

    /// Returns when the submitter was told to stop.
    func stopped() async {
        await withCheckedContinuation { continuation in
            loop.execute {
                self.submitter.stop()
                continuation.resume()
            }
        }
    }
}

extension WebResponse {
    /// A refusal as Graph words it.
    static func refusal(
        _ status: Int,
        _ code: String = "",
        _ message: String = "x",
        headers: [Header] = []
    ) -> WebResponse {
        let json = #"{"error":{"code":"\#(code)","message":"\#(message)"}}"#
        return WebResponse(
            status: status,
            headers: [Header(name: "request-id", value: "r-1")] + headers,
            body: code.isEmpty ? [] : Array(json.utf8)
        )
    }

    static let accepted = WebResponse(
        status: 202,
        headers: [Header(name: "request-id", value: "r-1")]
    )
}
