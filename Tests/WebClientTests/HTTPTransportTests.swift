import Glibc
import NIOCore
import NIOPosix
import Synchronization
import TestSupport
import Testing
import WebClient

/// A transport for one test, shut down at its end.
func withTransport<Value>(
    _ options: HTTPTransportOptions = HTTPTransportOptions(proxy: .direct),
    _ body: (HTTPTransport) async throws -> Value
) async throws -> Value {
    let transport = HTTPTransport(options: options, group: NIOSingletons.posixEventLoopGroup)
    do {
        let value = try await body(transport)
        await transport.shutDown()
        return value
    } catch {
        await transport.shutDown()
        throw error
    }
}

/// What became of a request, on one line.
func outcome(_ request: WebRequest, over transport: HTTPTransport) async -> String {
    do {
        let response = try await transport.send(request)
        return "\(response.status) \(String(decoding: response.body, as: UTF8.self))"
    } catch {
        return "\(error.kind) \(error.fate): \(error.sentence)"
    }
}

@Suite("HTTP over real sockets")
struct HTTPTransportTests {
    @Test func `method, fields and body arrive, status, fields and body come back`() async throws {
        let server = try LoopbackServer.answering { _ in
            LoopbackResponse(202, "done", headers: ["Retry-After: 7", "X-Two: a", "X-Two: b"])
        }
        let response = try await withTransport { transport in
            try await transport.send(
                WebRequest(
                    method: "POST",
                    url: server.url("/a?b=c"),
                    headers: [("X-First", "1"), ("x-second", "2")],
                    body: .octets(Array("content".utf8))
                )
            )
        }
        #expect(response.status == 202)
        #expect(response.body == Array("done".utf8))
        #expect(response.header("retry-after") == "7")
        #expect(response.headers.filter { $0.name == "x-two" }.map(\.value) == ["a", "b"])
        #expect(
            server.requests.map(\.transcript)
                == ["POST /a?b=c\nX-First: 1\nx-second: 2\n\ncontent"]
        )
    }

    @Test(arguments: ["GET", "POST", "DELETE"])
    func `a request without a body is whole`(_ method: String) async throws {
        let server = try LoopbackServer.answering { _ in LoopbackResponse(200, "yes") }
        let text = try await withTransport { transport in
            await outcome(WebRequest(method: method, url: server.url()), over: transport)
        }
        #expect(text == "200 yes")
        #expect(server.requests.map(\.transcript) == ["\(method) /"])
    }

    @Test func `a redirect is not followed`() async throws {
        let server = try LoopbackServer.answering { _ in
            LoopbackResponse(307, headers: ["Location: /elsewhere"])
        }
        let response = try await withTransport { transport in
            try await transport.send(WebRequest(method: "GET", url: server.url()))
        }
        #expect(response.status == 307)
        #expect(response.header("location") == "/elsewhere")
        #expect(server.requests.count == 1)
    }

    @Test func `connections are used again`() async throws {
        let server = try LoopbackServer.answering { _ in LoopbackResponse(200) }
        try await withTransport { transport in
            for _ in 0..<5 {
                _ = try await transport.send(WebRequest(method: "GET", url: server.url()))
            }
        }
        #expect(server.requests.count == 5)
        #expect(server.connections == 1)
    }

    @Test func `a response may have the octets it was given, and no more`() async throws {
        let server = try LoopbackServer.answering { request in
            request.target == "/announced"
                ? LoopbackResponse(200, String(repeating: "x", count: 101))
                : LoopbackResponse(200, String(repeating: "x", count: 100))
        }
        let endless = try LoopbackServer { peer in
            _ = peer.readRequest()
            peer.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            while peer.write("64\r\n" + String(repeating: "x", count: 100) + "\r\n") {}
        }
        try await withTransport { transport in
            for (url, expected) in [
                (server.url("/"), "200 \(String(repeating: "x", count: 100))"),
                (
                    server.url("/announced"),
                    "response unanswered: the response of 127.0.0.1 is longer than it can sensibly be"
                ),
                (
                    endless.url(),
                    "response unanswered: the response of 127.0.0.1 is longer than it can sensibly be"
                ),
            ] {
                var request = WebRequest(method: "GET", url: url)
                request.maximumResponseOctets = 100
                #expect(await outcome(request, over: transport) == expected)
            }
        }
    }

    @Test func `what is not HTTP is a defect of the response`() async throws {
        let server = try LoopbackServer { peer in
            _ = peer.readRequest()
            peer.write("220 mail.example.com ESMTP\r\n")
            peer.readToEnd()
        }
        let endless = try LoopbackServer { peer in
            _ = peer.readRequest()
            peer.write("HTTP/1.1 200 OK\r\n")
            while peer.write("X-Field: \(String(repeating: "y", count: 4_000))\r\n") {}
        }
        try await withTransport { transport in
            for server in [server, endless] {
                let text = await outcome(
                    WebRequest(method: "GET", url: server.url()),
                    over: transport
                )
                #expect(text == "response unanswered: the response of 127.0.0.1 is not HTTP")
            }
        }
    }

    @Test func `a response cut short is lost, whatever was read of it`() async throws {
        let cuts = ["", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"]
        for cut in cuts {
            let server = try LoopbackServer { peer in
                _ = peer.readRequest()
                peer.write(cut)
            }
            let text = try await withTransport { transport in
                await outcome(
                    WebRequest(method: "POST", url: server.url(), body: .octets([0x61])),
                    over: transport
                )
            }
            #expect(
                text == "lost unanswered: "
                    + "127.0.0.1 closed the connection before its response was complete",
                "\(cut)"
            )
        }
    }

    @Test func `a port nobody listens on has a sentence`() async throws {
        let port = try freePort()
        let text = try await withTransport { transport in
            await outcome(
                WebRequest(method: "POST", url: "http://127.0.0.1:\(port)", body: .octets([0])),
                over: transport
            )
        }
        #expect(text == "connect notSent: no connection to 127.0.0.1: Connection refused")
    }

    @Test func `a name nobody knows has a sentence`() async throws {
        let text = try await withTransport { transport in
            await outcome(
                WebRequest(method: "GET", url: "http://nowhere.invalid/"),
                over: transport
            )
        }
        #expect(
            text == "connect notSent: no connection to nowhere.invalid: its name cannot be resolved"
        )
    }

    @Test func `a peer that never answers runs into the time of the request`() async throws {
        let server = try LoopbackServer { peer in peer.readToEnd() }
        var request = WebRequest(method: "GET", url: server.url())
        request.timeout = .milliseconds(200)
        let text = try await withTransport { await outcome(request, over: $0) }
        #expect(
            text == "timeout unanswered: 127.0.0.1 did not answer the request within 0.2 s"
        )
    }

    @Test func `what HTTP does not allow is never sent`() async throws {
        let server = try LoopbackServer.answering { _ in LoopbackResponse(200) }
        let request = WebRequest(
            method: "GET",
            url: server.url(),
            headers: [("x", "a\r\nInjected: yes")]
        )
        try await withTransport { transport in
            #expect(
                await outcome(request, over: transport)
                    == "aborted notSent: the request to 127.0.0.1 is not one that HTTP allows"
            )
            #expect(
                await outcome(WebRequest(method: "GET", url: "file:///etc"), over: transport)
                    == "connect notSent: the address of a request is not an http address"
            )
        }
        #expect(server.requests.isEmpty)
    }

    @Test func `after the end nothing is sent`() async throws {
        let server = try LoopbackServer.answering { _ in LoopbackResponse(200) }
        let transport = HTTPTransport(
            options: HTTPTransportOptions(proxy: .direct),
            group: NIOSingletons.posixEventLoopGroup
        )
        await transport.shutDown()
        #expect(
            await outcome(WebRequest(method: "GET", url: server.url()), over: transport)
                == "aborted notSent: the request to 127.0.0.1 was not sent: the program is ending"
        )
        await transport.shutDown()
        #expect(server.connections == 0)
    }

    @Test func `a cancelled task ends its request`() async throws {
        let server = try LoopbackServer { peer in peer.readToEnd() }
        try await withTransport { transport in
            let task = Task {
                await outcome(WebRequest(method: "GET", url: server.url()), over: transport)
            }
            try await waitUntil { server.connections == 1 }
            task.cancel()
            let text = await task.value
            #expect(text.hasPrefix("aborted "))
            #expect(text.hasSuffix(": the request to 127.0.0.1 was abandoned"))
        }
    }
}
