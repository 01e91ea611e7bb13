import SMTPProtocol
import SMTPSubmission
import Submission
import TestSupport
import Testing

@Suite("Connecting")
struct ConnectTests {
    private func attempts(_ route: SMTPRoute) async throws -> [String] {
        guard case .connect(let attempts)? = await Harness(route).probe() else {
            throw WaitError("connected, or failed otherwise")
        }
        return attempts
    }

    @Test func `every address tried is kept`() async throws {
        let port = try freePort()
        var route = SMTPRoute.test(port)
        route.host = "localhost"
        let attempts = try await attempts(route)
        #expect(attempts.contains("localhost [127.0.0.1]:\(port): Connection refused"))
        for line in attempts { #expect(line.hasPrefix("localhost")) }
    }

    @Test func `one family is one family`() async throws {
        let port = try freePort()
        var route = SMTPRoute.test(port)
        route.addressFamily = .ipv4
        route.host = "localhost"
        let refused = "localhost [127.0.0.1]:\(port): Connection refused"
        #expect(try await attempts(route) == [refused])
        route.addressFamily = .ipv6
        route.host = "127.0.0.1"
        #expect(try await attempts(route).allSatisfy { !$0.contains("[127.0.0.1]") })
    }

    @Test func `a name that does not exist is named`() async throws {
        var route = SMTPRoute.test(25)
        // RFC 6761 §6.4: no such name, ever.
        route.host = "mail.invalid"
        let attempts = try await attempts(route)
        #expect(attempts.allSatisfy { $0.hasPrefix("mail.invalid: ") })
        #expect(!attempts.isEmpty)
    }

    @Test func `without TLS nothing but loopback is tried`() async throws {
        var route = SMTPRoute.test(25)
        route.host = "192.0.2.1"
        let line = "192.0.2.1 [192.0.2.1]:25: not tried: without TLS only loopback is allowed"
        #expect(try await attempts(route).contains(line))
    }

    @Test func `no answer has a limit`() async throws {
        var route = SMTPRoute.test(25, ["tls": "starttls"])
        route.host = "192.0.2.1"
        route.addressFamily = .ipv4
        route.timeouts.connect = .milliseconds(100)
        let attempts = try await attempts(route)
        // A network may answer for a host that is not there; then the deadline does not pass.
        let answers = [
            "not connected within 0.1 seconds", "Network is unreachable",
            "No route to host", "Connection refused",
        ]
        let isExpected = answers.contains { attempts == ["192.0.2.1 [192.0.2.1]:25: \($0)"] }
        #expect(isExpected, "\(attempts)")
    }

    @Test func `the connection leaves from the address asked for`() async throws {
        let text = "S: 220 mx\nC: EHLO client.example.com\nS: 250 mx"
        let server = try ScriptedServer([Dialogue(name: "bind", text: text)])
        var route = SMTPRoute.test(server.port)
        route.bind = "127.0.0.2"
        let harness = Harness(route)
        #expect(await harness.probe() == nil)
        #expect(server.record().peerAddress == "127.0.0.2")
        harness.closeIdleSessions()
    }

    @Test(arguments: [
        ("nonsense", "bind address 'nonsense' is not an IP address"),
        ("192.0.2.7", "127.0.0.1 [127.0.0.1]:25: Cannot assign requested address"),
    ])
    func `a source address that cannot be used is named`(
        _ bind: String,
        _ line: String
    ) async throws {
        var route = SMTPRoute.test(25)
        route.bind = bind
        #expect(try await attempts(route) == [line])
    }
}
