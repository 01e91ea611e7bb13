import SMTPProtocol
import SMTPSubmission
import Submission
import TLSEngine
import TestSupport
import Testing

@Suite("Through a proxy")
struct ProxyTests {
    /// A mail server with a certificate for its address, which a route trusts.
    private struct Peer {
        let server: ScriptedServer
        private let trust: String

        init(_ folder: ScratchFolder, _ tls: TransportSecurity) throws {
            let identity = TLSServerSettings(identity: .selfSigned(names: ["127.0.0.1"]))
            let context = try TLSContext(server: identity)
            trust = try folder.write(context.certificatePEM ?? "", to: "ca.pem")
            let text = tls == .implicit ? ProxyTests.implicit : ProxyTests.startTLS
            server = try ScriptedServer([try Dialogue(name: "peer", text: text)], tls: context)
        }

        func route(_ tls: TransportSecurity, _ proxy: SMTPProxy) -> SMTPRoute {
            let word = tls == .implicit ? "implicit" : "starttls"
            var route = SMTPRoute.test(server.port, ["tls": word])
            route.tlsClient.trust = .file(trust)
            route.proxy = proxy
            return route
        }
    }

    private static let implicit =
        "C: (TLS handshake)\nS: 220 mx\nC: EHLO client.example.com\nS: 250 mx"
    private static let startTLS = """
        S: 220 mx
        C: EHLO client.example.com
        S: 250-mx
        S: 250 STARTTLS
        C: STARTTLS
        S: 220 go
        C: (TLS handshake)
        C: EHLO client.example.com
        S: 250 mx
        """

    @Test(arguments: [TransportSecurity.startTLS, .implicit])
    func `tinyproxy lets a session through, TLS and all`(_ tls: TransportSecurity) async throws {
        try await withScratchFolder("proxy") { folder in
            let peer = try Peer(folder, tls)
            let proxy = try await WebProxyProcess(in: folder, connectPort: peer.server.port)
            let way = SMTPProxy(host: "localhost", port: proxy.port)
            let harness = Harness(peer.route(tls, way))
            #expect(await harness.probe() == nil, "\(harness.trace) \(proxy.log)")
            #expect(proxy.log.contains("CONNECT 127.0.0.1:\(peer.server.port)"))
            harness.closeIdleSessions()
            try await proxy.stop()
        }
    }

    @Test func `tinyproxy wants a password, and the right one`() async throws {
        try await withScratchFolder("proxy") { folder in
            let peer = try Peer(folder, .startTLS)
            let proxy = try await WebProxyProcess(
                in: folder,
                connectPort: peer.server.port,
                account: ("mail", "open-sesame")
            )
            let name = "proxy 127.0.0.1:\(proxy.port)"
            let cases: [(String?, String, String?)] = [
                (nil, "", "\(name): the proxy wants a user name and a password (407 "),
                ("mail", "wrong", "\(name): the proxy refused the user name or password (40"),
                ("mail", "open-sesame", nil),
            ]
            for (user, password, complaint) in cases {
                let way = SMTPProxy(
                    host: "127.0.0.1",
                    port: proxy.port,
                    user: user,
                    password: KnownSecret(text: password)
                )
                let harness = Harness(peer.route(.startTLS, way))
                let failure = await harness.probe()
                if let complaint {
                    guard case .connect(let lines)? = failure else {
                        Issue.record("\(String(describing: failure))")
                        continue
                    }
                    #expect(lines.count == 1 && lines[0].hasPrefix(complaint), "\(lines)")
                } else {
                    #expect(failure == nil, "\(proxy.log)")
                }
                harness.closeIdleSessions()
            }
            try await proxy.stop()
        }
    }

    @Test func `tinyproxy does not let every port through`() async throws {
        try await withScratchFolder("proxy") { folder in
            let peer = try Peer(folder, .startTLS)
            let proxy = try await WebProxyProcess(in: folder, connectPort: 443)
            let way = SMTPProxy(host: "127.0.0.1", port: proxy.port)
            guard
                case .connect(let lines)? = await Harness(peer.route(.startTLS, way)).probe()
            else {
                Issue.record("connected")
                return
            }
            let start = "proxy 127.0.0.1:\(proxy.port): the proxy does not allow connections to "
            #expect(lines.count == 1 && lines[0].hasPrefix(start), "\(lines)")
            try await proxy.stop()
        }
    }

    private func attempts(
        _ answer: String,
        _ change: (inout SMTPRoute) -> Void = { _ in }
    )
        async throws -> (lines: [String], said: String)
    {
        let text = "C: CONNECT\nC: Host\nC: \n\(answer)"
        let proxy = try ScriptedServer([try Dialogue(name: "proxy", text: text)])
        var route = SMTPRoute.test(587, ["tls": "starttls"])
        route.host = "mail.example.com"
        route.proxy = SMTPProxy(host: "127.0.0.1", port: proxy.port)
        change(&route)
        guard case .connect(let lines)? = await Harness(route).probe() else {
            throw WaitError("connected, or failed otherwise")
        }
        let start = "proxy 127.0.0.1:\(proxy.port): "
        let said = try await proxy.transcript()
        return (lines.map { $0.hasPrefix(start) ? String($0.dropFirst(start.count)) : $0 }, said)
    }

    @Test(arguments: [
        (
            "S: HTTP/1.1 503 Service Unavailable\nS: ",
            "the proxy could not connect to mail.example.com:587 (503 Service Unavailable)"
        ),
        ("S: (closed)", "the proxy closed the connection without an answer"),
        ("S: HTTP/1.1 200 OK\nS: (closed)", "the proxy closed the connection without an answer"),
        ("S: 220 mx ESMTP", "this is no HTTP proxy: it sent '220 mx ESMTP'"),
        (
            "S: HTTP/1.1 200 \(String(repeating: "x", count: 9000))",
            "the proxy's answer is longer than 8192 octets"
        ),
    ])
    func `an odd answer is named`(_ answer: String, _ words: String) async throws {
        let (lines, said) = try await attempts(answer)
        #expect(lines == [words])
        #expect(
            said.hasPrefix(
                "C: CONNECT mail.example.com:587 HTTP/1.1\nC: Host: mail.example.com:587\nC: \n"
            )
        )
    }

    @Test func `silence has a limit`() async throws {
        let (lines, _) = try await attempts("S: (silence)") {
            $0.timeouts.connect = .milliseconds(200)
        }
        #expect(lines == ["the proxy did not connect to mail.example.com:587 within 0.2 seconds"])
    }

    @Test func `an address of version 6 stands in brackets`() async throws {
        let (_, said) = try await attempts("S: HTTP/1.1 502 No\nS: ") { $0.host = "2001:db8::1" }
        #expect(said.hasPrefix("C: CONNECT [2001:db8::1]:587 HTTP/1.1\n"))
    }

    @Test func `a greeting that comes with the proxy's answer is not lost`() async throws {
        let text = """
            C: CONNECT
            C: Host
            C: 
            S: HTTP/1.1 200 OK
            S: 
            S: 220 mx
            C: EHLO client.example.com
            S: 250 mx
            C: QUIT
            S: 221 Bye
            """
        let proxy = try ScriptedServer([try Dialogue(name: "early", text: text)])
        var route = SMTPRoute.test(587, ["tls": "starttls"])
        route.proxy = SMTPProxy(host: "127.0.0.1", port: proxy.port)
        let failure = await Harness(route).probe()
        let reason = "the route requires TLS, and nothing is sent without it"
        #expect(failure == .missingExtension("STARTTLS", reason: reason))
        #expect(try await proxy.transcript().contains("C: EHLO client.example.com"))
    }

    @Test func `a proxy that is not there is named as such`() async throws {
        let port = try freePort()
        var route = SMTPRoute.test(587, ["tls": "starttls"])
        route.proxy = SMTPProxy(host: "127.0.0.1", port: port)
        #expect(
            await Harness(route).probe()
                == .connect(attempts: ["proxy 127.0.0.1 [127.0.0.1]:\(port): Connection refused"])
        )
    }

    @Test func `without TLS there is no proxy`() async throws {
        var route = SMTPRoute.test(25)
        route.proxy = SMTPProxy(host: "127.0.0.1", port: 1)
        let line = "127.0.0.1:25: not tried: without TLS no proxy is used"
        #expect(await Harness(route).probe() == .connect(attempts: [line]))
    }

    @Test(arguments: [("a:b", "x"), ("a", "x\ny"), ("a\r", "x")])
    func `a name or password that would break the request is not sent`(
        _ user: String,
        _ password: String
    ) async throws {
        var route = SMTPRoute.test(587, ["tls": "starttls"])
        route.proxy = SMTPProxy(
            host: "127.0.0.1",
            port: 1,
            user: user,
            password: KnownSecret(text: password)
        )
        let words = "the proxy's user name or password holds a character it must not"
        #expect(await Harness(route).probe() == .connect(attempts: ["proxy 127.0.0.1:1: \(words)"]))
    }
}
