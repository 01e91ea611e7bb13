import Synchronization
import TestSupport
import Testing
import WebClient

/// A body of chunks that counts how often it was asked.
final class ChunkSource: Sendable {
    struct Broken: Error {}

    private let chunks: [[UInt8]]
    private let failsAtEnd: Bool
    private let position = Mutex(0)

    init(_ chunks: [[UInt8]], failsAtEnd: Bool = false) {
        self.chunks = chunks
        self.failsAtEnd = failsAtEnd
    }

    var asked: Int { position.withLock { $0 } }

    func next() async throws -> [UInt8]? {
        let index = position.withLock { position in
            defer { position += 1 }
            return position
        }
        guard index < chunks.count else {
            if failsAtEnd { throw Broken() }
            return nil
        }
        return chunks[index]
    }
}

@Suite("Request bodies")
struct BodyTests {
    private func request(_ url: String, _ source: ChunkSource, length: Int?) -> WebRequest {
        WebRequest(
            method: "POST",
            url: url,
            body: .chunks(length: length, next: { try await source.next() })
        )
    }

    @Test(arguments: [9, nil])
    func `chunks arrive in order and whole`(_ length: Int?) async throws {
        let server = try LoopbackServer.answering { _ in LoopbackResponse(202) }
        let source = ChunkSource([Array("one".utf8), Array("two".utf8), Array("six".utf8)])
        let text = try await withTransport {
            await outcome(request(server.url(), source, length: length), over: $0)
        }
        #expect(text == "202 ")
        #expect(source.asked == 4)
        #expect(server.requests.map(\.isWhole) == [true])
        let body = server.requests.first?.body
        #expect(
            body == (length == nil ? "3\r\none\r\n3\r\ntwo\r\n3\r\nsix\r\n0\r\n\r\n" : "onetwosix")
        )
    }

    @Test(arguments: [
        (9, false), (9, true), (nil, true), (5, false),
    ])
    func `a source that fails, or gives less or more, never makes a whole request`(
        _ length: Int?,
        _ fails: Bool
    ) async throws {
        let server = try LoopbackServer { peer in
            _ = peer.readRequest()
            peer.readToEnd()
        }
        let source = ChunkSource([Array("one".utf8), Array("two".utf8)], failsAtEnd: fails)
        let text = try await withTransport {
            await outcome(request(server.url(), source, length: length), over: $0)
        }
        #expect(
            text == "aborted notSent: "
                + "the content of the request to 127.0.0.1 could not be read to its end"
        )
        try await waitUntil("the server to see the end") { server.requests.count == 1 }
        #expect(server.requests.map(\.isWhole) == [false])
    }

    @Test func `chunks wait for a server that does not read`() async throws {
        let server = try LoopbackServer { peer in
            _ = peer.readHead()
            peer.waitForEnd()
        }
        let source = ChunkSource(
            [[UInt8]](repeating: [UInt8](repeating: 7, count: 65_536), count: 400)
        )
        var request = request(server.url(), source, length: 400 * 65_536)
        request.timeout = .milliseconds(500)
        let text = try await withTransport { await outcome(request, over: $0) }
        #expect(text == "timeout notSent: 127.0.0.1 did not answer the request within 0.5 s")
        // The rest is what fits into the buffers of both sockets.
        #expect(source.asked < 200)
    }

    @Test func `a connection lost in the middle of the body was not answered nor sent`()
        async throws
    {
        let server = try LoopbackServer { peer in
            _ = peer.readHead()
            peer.reset()
        }
        let source = ChunkSource(
            [[UInt8]](repeating: [UInt8](repeating: 7, count: 65_536), count: 400)
        )
        let request = request(server.url(), source, length: 400 * 65_536)
        let text = try await withTransport { await outcome(request, over: $0) }
        #expect(text.hasPrefix("lost notSent: "), "\(text)")
        #expect(source.asked < 400)
    }

    @Test func `a connection lost after the last chunk leaves the request unanswered`() async throws
    {
        let server = try LoopbackServer { peer in
            _ = peer.readRequest()
            peer.reset()
        }
        let source = ChunkSource([Array("one".utf8), Array("two".utf8)])
        let text = try await withTransport {
            await outcome(request(server.url(), source, length: 6), over: $0)
        }
        #expect(text.hasPrefix("lost unanswered: "), "\(text)")
        #expect(server.requests.map(\.isWhole) == [true])
    }

    @Test func `the last chunk is handed over before the source says that it was the last`()
        async throws
    {
        let server = try LoopbackServer { peer in
            _ = peer.readRequest()
            peer.reset()
        }
        // After its length the source never ends: the service has all, and nobody knows what it does.
        let position = Mutex(0)
        let request = WebRequest(
            method: "POST",
            url: server.url(),
            body: .chunks(
                length: 3,
                next: {
                    let isFirst = position.withLock { position in
                        defer { position += 1 }
                        return position == 0
                    }
                    if isFirst { return Array("one".utf8) }
                    try await Task.sleep(for: .seconds(600))
                    return nil
                }
            )
        )
        let text = try await withTransport { await outcome(request, over: $0) }
        #expect(text.hasPrefix("lost unanswered: "), "\(text)")
    }

    @Test(.timeLimit(.minutes(1)), arguments: [["Connection: close"], []])
    func `a service that refuses early is heard`(_ headers: [String]) async throws {
        let server = try LoopbackServer { peer in
            _ = peer.readHead()
            peer.respond(LoopbackResponse(413, "too large", headers: headers))
            peer.readToEnd()
        }
        let source = ChunkSource(
            [[UInt8]](repeating: [UInt8](repeating: 7, count: 65_536), count: 400)
        )
        let request = request(server.url(), source, length: 400 * 65_536)
        let text = try await withTransport { await outcome(request, over: $0) }
        #expect(text == "413 too large")
        #expect(source.asked < 400)
    }
}
