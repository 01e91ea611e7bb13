import SMTPProtocol
import SMTPSubmission
import Submission
import Synchronization
import TLSEngine
import TestSupport
import Testing

@Suite("Content on its way")
struct ContentFlowTests {
    private static let toContent = """
        S: 220 mx
        C: EHLO client.example.com
        S: 250 mx
        C: MAIL FROM:<a@example.com>
        S: 250 OK
        C: RCPT TO:<b@example.org>
        S: 250 OK
        C: DATA
        S: 354 go

        """

    private func server(_ text: String) throws -> ScriptedServer {
        try ScriptedServer([Dialogue(name: "inline", text: Self.toContent + text)])
    }

    @Test func `a server that reads nothing is sent no more than the system buffers`() async throws
    {
        let server = try server("S: (stands still)")
        var route = SMTPRoute.test(server.port)
        route.timeouts.content = .milliseconds(300)
        let source = BigSource(octets: nil, claimed: 1)
        let report = await Harness(route).submit(source)
        #expect(report.end == .failed(.timeout(.content, after: .milliseconds(300))))
        // Without back pressure this would be gigabytes.
        let buffers = try systemBuffer("tcp_wmem") + systemBuffer("tcp_rmem")
        #expect(source.pulls * 65_536 < buffers + 4_194_304)
    }

    /// The largest buffer of one end of a connection in octets; see `man 7 tcp`.
    private func systemBuffer(_ name: String) throws -> Int {
        let text = String(decoding: try readFile("/proc/sys/net/ipv4/\(name)"), as: UTF8.self)
        let largest = text.split(whereSeparator: \.isWhitespace).last.flatMap { Int($0) }
        return try #require(largest)
    }

    @Test(arguments: ["552 5.3.4 Message size exceeds fixed maximum message size", "421 4.3.2 Bye"])
    func `a refusal in the middle is heard, though the connection breaks`(
        _ reply: String
    ) async throws {
        // The server closes with content unread, so that the connection ends in a reset.
        let server = try server("C: (part of the content)\nS: \(reply)\nS: (closed)")
        let source = BigSource(octets: nil, claimed: 1)
        let report = await Harness(.test(server.port)).submit(source)
        guard case .failed(.refused(let refusal, .content)) = report.end else {
            Issue.record("\(report)")
            return
        }
        #expect(refusal.summary == reply)
    }

    @Test func `a large message arrives whole, plain and in TLS`() async throws {
        let settings = TLSServerSettings(identity: .selfSigned(names: ["127.0.0.1"]))
        let context = try TLSContext(server: settings)
        let folder = try ScratchFolder("flow")
        let trust = try folder.write(context.certificatePEM ?? "", to: "server.pem")
        for security in ["none", "implicit"] {
            let handshake = security == "none" ? "" : "C: (TLS handshake)\nS: (TLS)\n"
            let text = handshake + Self.toContent + "C: (content)\nS: 250 OK"
            let dialogue = try Dialogue(name: "inline", text: text)
            let server = try ScriptedServer([dialogue], tls: context)
            var route = SMTPRoute.test(server.port, ["tls": security])
            route.tlsClient.trust = .file(trust)
            let harness = Harness(route)
            let report = await harness.submit(BigSource(octets: 1_000_000, claimed: 1))
            guard case .accepted = report.end else {
                Issue.record("\(report)")
                return
            }
            let content = server.record().content
            #expect(content.count == 16 * 65_536 + 3)
            #expect(content.suffix(5) == Array("\r\n.\r\n".utf8)[...])
            harness.closeIdleSessions()
        }
    }

    @Test func `an expired certificate is named as such`() async throws {
        let identity = TLSServerSettings.Identity.selfSigned(names: ["127.0.0.1"], validity: 0...9)
        let context = try TLSContext(server: TLSServerSettings(identity: identity))
        let folder = try ScratchFolder("expired")
        let trust = try folder.write(context.certificatePEM ?? "", to: "server.pem")
        let dialogue = try Dialogue(name: "inline", text: "C: (TLS handshake)")
        let server = try ScriptedServer([dialogue], tls: context)
        var route = SMTPRoute.test(server.port, ["tls": "implicit"])
        route.tlsClient.trust = .file(trust)
        let failure = await Harness(route).probe()
        #expect(
            failure
                == .tls(
                    "The certificate of the server 127.0.0.1 expired on 1970-01-01 00:00 UTC."
                )
        )
        #expect(try await server.transcript() == "C: (TLS failed)")
    }

    @Test func `a missing certificate file is a failure with its sentence`() async throws {
        var route = SMTPRoute.test(25, ["tls": "implicit"])
        route.tlsClient.trust = .file("/nonexistent/ca.pem")
        guard case .tls(let sentence)? = await Harness(route).probe() else {
            Issue.record("no failure")
            return
        }
        #expect(sentence.contains("/nonexistent/ca.pem"))
    }
}

/// Counts down chunks.
final class Counter: Sendable {
    private let state: Mutex<(left: Int?, taken: Int)>

    /// Ends after `left`, or never.
    init(_ left: Int?) {
        state = Mutex((left, 0))
    }

    /// How many were taken.
    var taken: Int { state.withLock { $0.taken } }

    /// Takes one and says whether it was the last.
    func take() -> Bool {
        state.withLock { state in
            state.taken += 1
            state.left = state.left.map { $0 - 1 }
            return state.left == 0
        }
    }
}
