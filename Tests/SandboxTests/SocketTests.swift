import NIOPosix
import TestSupport
import Testing

@testable import Sandbox

@Suite("Over a socket")
struct SocketTests {
    /// A transaction up to the final dot, in one flight.
    private func flight(
        from sender: String = "a@example.com",
        to recipient: String = "b@example.com",
        _ content: String = "Message-ID: <1@a>\r\n\r\nHello\r\n"
    ) -> String {
        "MAIL FROM:<\(sender)>\r\nRCPT TO:<\(recipient)>\r\nDATA\r\n\(content).\r\n"
    }

    private func withOpenSandbox<Value>(
        _ change: (inout SandboxOptions) -> Void = { _ in },
        _ body: (SandboxServer, RawClient) async throws -> Value
    ) async throws -> Value {
        let open: (inout SandboxOptions) -> Void = {
            DialogueTests.open(&$0)
            change(&$0)
        }
        return try await withSandbox(open) { server in
            let client = try await RawClient(port: server.port)
            try await client.hear("220 ")
            try await client.say("EHLO client.example\r\n", hear: "250 SMTPUTF8\r\n")
            return try await body(server, client)
        }
    }

    @Test func `a session pipelined into one write is answered in order`() async throws {
        try await withOpenSandbox { server, client in
            let heard = client.count
            try await client.send(flight() + flight() + "QUIT\r\n")
            try await client.waitForClose()
            let codes = client.text.utf8.dropFirst(heard).split(separator: 0x0A)
                .map { String(decoding: $0.prefix(3), as: UTF8.self) }
            #expect(codes == ["250", "250", "354", "250", "250", "250", "354", "250", "221"])
            #expect(server.counters.accepted == 2)
            #expect(server.counters.acceptedOctets == 56)
            #expect(server.counters.commands == 8)
        }
    }

    @Test func `a session sent octet by octet is understood`() async throws {
        try await withOpenSandbox { server, client in
            for octet in flight().utf8 { try await client.send([octet]) }
            try await client.hear("250 2.0.0 OK <1@a>")
        }
    }

    @Test func `commands injected behind STARTTLS are not carried out`() async throws {
        try await withSandbox { server in
            let client = try await RawClient(port: server.port)
            try await client.say("EHLO client.example\r\n", hear: "250 SMTPUTF8\r\n")
            try await client.send("STARTTLS\r\nNOOP\r\nNOOP\r\n")
            try await client.hear("220 2.0.0 SMTP server ready\r\n")
            // What follows must be TLS; this is not, so the server gives up.
            try await client.send("NOOP\r\n")
            try await client.waitForClose()
            #expect(!client.text.contains("250 2.0.0 OK"))
            #expect(server.counters.tlsFailures == 1)
        }
    }

    @Test func `a command without end takes no room and the session goes on`() async throws {
        try await withOpenSandbox { server, client in
            let piece = [UInt8](repeating: 0x78, count: 100_000)
            for _ in 0..<10 { try await client.send(piece) }
            try await client.say("\r\n", hear: "500 5.5.2 Line too long\r\n")
            try await client.say("NOOP\r\n", hear: "250 2.0.0 OK\r\n")
            let long = "NOOP \(String(repeating: "x", count: 2100))\r\n"
            try await client.say(long + "VRFY a\r\n", hear: "252 2.1.5")
            #expect(client.text.split(separator: "500 5.5.2 Line too long").count == 3)
        }
    }

    @Test func `a line feed of its own ends no command`() async throws {
        try await withOpenSandbox { server, client in
            try await client.say("MAIL FROM:<a@b>\n", hear: "500 5.5.2 Line ends must be CRLF\r\n")
            try await client.say("RCPT TO:<a@b>\r\n", hear: "503 5.5.2 Need mail command\r\n")
        }
    }

    @Test func `a message hidden behind LF dot LF is refused as a whole`() async throws {
        try await withOpenSandbox { server, client in
            let smuggled = "one\r\n\n.\nMAIL FROM:<x@y>\r\n"
            try await client.say(
                flight(smuggled),
                hear: "550 5.6.11 Invalid characters: the message contains a bare line feed"
                    + " [Hostname=SANDBOX01.postchute.example]\r\n"
            )
            #expect(server.counters.accepted == 0)
            #expect(server.counters.refused == 1)
            try await client.say("NOOP\r\n", hear: "250 2.0.0 OK\r\n")
        }
    }

    private func flight(_ content: String) -> String {
        flight(from: "a@example.com", to: "b@example.com", content)
    }

    @Test func `half a reply is followed by nothing`() async throws {
        try await withOpenSandbox { server, client in
            try await client.send(flight(to: "dot.half-reply@fault.test"))
            try await client.waitForClose()
            #expect(client.text.hasSuffix("\r\n250 2.0.0 OK <1@a> [Hostname="))
            #expect(server.counters.accepted == 1)
        }
    }

    @Test func `an endless reply goes on`() async throws {
        try await withOpenSandbox { server, client in
            try await client.send(flight(to: "dot.endless-reply@fault.test"))
            try await waitUntil("a megabyte of reply") { client.count > 1_000_000 }
            #expect(!client.text.suffix(10_000).contains("250 2.0.0"))
        }
    }

    @Test func `a connection closed after the final dot had its message kept`() async throws {
        try await withOpenSandbox { server, client in
            try await client.send(flight(to: "close-after-dot@fault.test"))
            try await client.waitForClose()
            #expect(client.text.hasSuffix("<CRLF>.<CRLF>\r\n"))
            #expect(server.counters.accepted == 1)
        }
    }

    @Test func `a connection closed before the final dot kept nothing`() async throws {
        try await withOpenSandbox { server, client in
            let content = String(repeating: "x\r\n", count: 1000)
            let text = "MAIL FROM:<>\r\nRCPT TO:<close-before-dot@fault.test>\r\nDATA\r\n"
            try await client.say(text, hear: "354")
            try await client.send(content)
            try await client.waitForClose()
            #expect(server.counters.accepted == 0)
            #expect(server.counters.refused == 1)
        }
    }

    @Test func `a pause holds back what is pipelined behind it`() async throws {
        let script = try FaultScript("at RSET delay 300ms")
        try await withOpenSandbox({ $0.script = script }) { server, client in
            let start = ContinuousClock.now
            try await client.say(
                "RSET\r\nNOOP\r\n",
                hear: "250 2.0.0 Resetting\r\n250 2.0.0 OK\r\n"
            )
            #expect(ContinuousClock.now - start >= .milliseconds(300))
        }
    }

    @Test func `a client that says nothing is sent away`() async throws {
        try await withSandbox({ $0.idleTimeout = .milliseconds(50) }) { server in
            let client = try await RawClient(port: server.port)
            try await client.hear("421 4.4.1 Connection timed out\r\n")
            try await client.waitForClose()
        }
    }

    @Test func `sessions beyond the limit are turned away`() async throws {
        try await withOpenSandbox({ $0.maximumSessions = 1 }) { server, client in
            let second = try await RawClient(port: server.port)
            try await second.hear("432 4.3.2 Concurrent connections limit exceeded.")
            try await second.waitForClose()
            #expect(server.counters.sessionsMost == 2)
            try await waitUntil("the end of the second session") {
                server.counters.sessionsNow == 1
            }
        }
    }

    @Test func `a client that does not read its replies is not listened to`() async throws {
        let line = String(repeating: "x", count: 999)
        let quoted = repeatElement("\"250 \(line)\"", count: 100).joined(separator: " ")
        let script = try FaultScript("at NOOP reply \(quoted)")
        let change: (inout SandboxOptions) -> Void = {
            DialogueTests.open(&$0)
            $0.script = script
        }
        try await withSandbox(change) { server in
            let deaf = try await RawClient(port: server.port, isDeaf: true)
            // Twenty megabytes of replies: more than the buffers of both sockets hold.
            try await deaf.send(String(repeating: "NOOP\r\n", count: 200))
            try await waitUntil("the first replies") { server.counters.commands > 5 }
            let other = try await RawClient(port: server.port)
            try await other.say("VRFY a\r\n", hear: "252 ")
            #expect(server.counters.commands < 200)
            try await deaf.listen()
            try await waitUntil("all replies") { deaf.count > 200 * 100 * 1000 }
            // The last reply may be heard before it is counted.
            try await waitUntil("the count of all") { server.counters.commands == 201 }
        }
    }

    @Test(arguments: ["0.0.0.0", "192.0.2.1", "::", "localhost", "128.0.0.1", "example.com", ""])
    func `any address but loopback is refused`(host: String) async throws {
        let error = await #expect(throws: SandboxError.self) {
            try await withSandbox({ $0.host = host }) { _ in }
        }
        #expect(
            error?.sentence
                == "The sandbox takes mail from everybody who knows its password, so it listens on"
                + " loopback only: use 127.0.0.1 or ::1 instead of \(host)."
        )
    }

    @Test func `a port in use is named`() async throws {
        try await withSandbox { server in
            let error = await #expect(throws: SandboxError.self) {
                try await withSandbox({ $0.port = server.port }) { _ in }
            }
            #expect(
                error?.sentence == "The sandbox cannot listen on 127.0.0.1 port \(server.port):"
                    + " Address already in use."
            )
        }
    }

    @Test func `waiting for messages that do not come says how many came`() async throws {
        try await withOpenSandbox { server, client in
            try await client.send(flight())
            try await server.waitUntilAccepted(1)
            let error = await #expect(throws: SandboxError.self) {
                try await server.waitUntilAccepted(2, limit: .milliseconds(1))
            }
            #expect(error?.sentence == "The sandbox accepted 1 messages, 2 were awaited.")
        }
    }
}
