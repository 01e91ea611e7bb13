import Foundation
import GraphSubmission
import NIOCore
import NIOPosix
import Submission
import TestSupport
import Testing
import WebClient

/// Runs a body with the transport that the daemon uses.
func withTransport<Value>(
    _ body: (HTTPTransport) async throws -> Value
) async throws -> Value {
    let options = HTTPTransportOptions(proxy: .direct)
    let transport = HTTPTransport(options: options, group: MultiThreadedEventLoopGroup.singleton)
    do {
        let value = try await body(transport)
        await transport.shutDown()
        return value
    } catch {
        await transport.shutDown()
        throw error
    }
}

@Suite("A Graph submission over real sockets")
struct SocketTests {
    /// A message of a megabyte in many chunks, which no socket takes at once.
    private static func large(failure: ContentFailure? = nil) throws -> TestSource {
        let lines = String(repeating: String(repeating: "x", count: 62) + "\r\n", count: 1024)
        let chunks = ["Subject: x\r\n\r\n"] + Array(repeating: lines, count: 16) + [".\r\n"]
        return try TestSource(wire: chunks, failure: failure)
    }

    private func submit(
        _ source: TestSource,
        to server: LoopbackServer,
        timeout: Duration = .seconds(20)
    ) async throws -> AttemptReport {
        var route = try GraphRoute.test("http://127.0.0.1:\(server.port)")
        route.timeout = timeout
        let theRoute = route
        return try await withTransport { transport in
            await Harness(theRoute, transport).submit(source)
        }
    }

    @Test func `a message arrives whole and is accepted`() async throws {
        let server = try LoopbackServer.answering { _ in
            LoopbackResponse(202, headers: ["request-id: r-9"])
        }
        let source = try Self.large()
        let report = try await submit(source, to: server)
        guard case .accepted(let reply) = report.end else { throw WaitError("\(report.end)") }
        #expect(reply.summary == "202 Accepted by Microsoft Graph [request-id r-9]")
        #expect(report.peer == "127.0.0.1 Graph")
        let request = try #require(server.requests.first)
        #expect(request.isWhole)
        #expect(request.target == "/v1.0/users/erp@contoso.com/sendMail")
        let mime = try #require(Data(base64Encoded: request.body))
        let octets: Int = source.contentOctets
        #expect(mime.count == octets)
    }

    @Test func `a content that fails never makes a whole request`() async throws {
        let server = try LoopbackServer.answering { _ in LoopbackResponse(202) }
        let report = try await submit(try Self.large(failure: .changed("size")), to: server)
        #expect(report.end == .failed(.content(.changed("size"))))
        try await waitUntil("the request ends") { !server.requests.isEmpty }
        #expect(server.requests.map(\.isWhole) == [false])
    }

    @Test func `a server that goes while it reads has nothing`() async throws {
        let server = try LoopbackServer { peer in
            _ = peer.readHead()
            peer.reset()
        }
        let report = try await submit(try Self.large(failure: .missing), to: server)
        guard case .failed = report.end else { throw WaitError("\(report.end)") }
    }

    @Test func `a server that reads everything and goes may have it`() async throws {
        let server = try LoopbackServer { peer in
            _ = peer.readRequest()
            peer.close()
        }
        let report = try await submit(try Self.large(), to: server)
        guard case .uncertain(.connectionLost(.endOfData, _)) = report.end else {
            throw WaitError("\(report.end)")
        }
    }

    @Test func `a server that reads everything and says nothing may have it`() async throws {
        let server = try LoopbackServer { peer in
            _ = peer.readRequest()
            peer.waitForEnd()
        }
        let report = try await submit(try Self.large(), to: server, timeout: .seconds(2))
        #expect(report.end == .uncertain(.timeout(.endOfData, after: .seconds(2))))
    }

    @Test func `a server that breaks off its answer may have it`() async throws {
        let server = try LoopbackServer { peer in
            _ = peer.readRequest()
            peer.write("HTTP/1.1 202 Acc")
            peer.close()
        }
        let report = try await submit(try Self.large(), to: server)
        guard case .uncertain = report.end else { throw WaitError("\(report.end)") }
    }

    @Test(arguments: [["Connection: close"], []])
    func `a service that refuses early is heard at once`(_ headers: [String]) async throws {
        let server = try LoopbackServer { peer in
            _ = peer.readHead()
            peer.respond(LoopbackResponse(413, "{}", headers: headers))
            peer.readToEnd()
        }
        let report = try await submit(try Self.large(), to: server)
        guard case .failed(.serviceRefused(let refusal)) = report.end, refusal.status == 413 else {
            throw WaitError("\(report.end)")
        }
    }

    @Test func `nobody who listens is no connection`() async throws {
        var route = try GraphRoute.test("http://127.0.0.1:1")
        route.timeout = .seconds(10)
        let theRoute = route
        let source = try TestSource()
        let report = try await withTransport { transport in
            await Harness(theRoute, transport).submit(source)
        }
        guard case .failed(.connect) = report.end else { throw WaitError("\(report.end)") }
    }
}
