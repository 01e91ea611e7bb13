import SMTPProtocol
import SMTPSubmission
import Submission
import TLSEngine
import TestSupport
import Testing

@Suite("Against Postfix", .serialized)
struct PostfixTests {
    private static let password = "correct horse"

    /// A running Postfix and what its clients must know.
    private struct Peer {
        let server: PostfixServer
        let certificate: String

        init(_ folder: ScratchFolder, names: String = "IP:127.0.0.1") async throws {
            certificate = folder.path("server.pem")
            let key = folder.path("server.key")
            try folder.write("[req]\ndistinguished_name=dn\n[dn]\n", to: "openssl.cnf")
            let openssl = try ChildProcess([
                "openssl", "req", "-x509", "-config", folder.path("openssl.cnf"), "-newkey", "ec",
                "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out",
                certificate, "-subj", "/CN=mail.example.org", "-days", "10", "-addext",
                "subjectAltName=\(names)",
            ])
            guard try await openssl.waitForExit() == .code(0) else {
                throw WaitError(openssl.errors)
            }
            var options = PostfixServer.Options()
            options.certificate = (certificate, key)
            options.accounts = ["erp@contoso.com": PostfixTests.password]
            options.settings = ["message_size_limit = 100000", "smtpd_recipient_limit = 1000"]
            server = try await PostfixServer(in: folder, options)
        }

        func route(_ tls: TransportSecurity, _ signIn: SignIn) -> SMTPRoute {
            var route = SMTPRoute(
                name: "postfix",
                host: "127.0.0.1",
                port: tls == .implicit ? server.implicitPort : server.port,
                tls: tls,
                signIn: signIn,
                ehlo: "client.example.com"
            )
            route.tlsClient.trust = .file(certificate)
            route.timeouts = SMTPTimeouts(all: .seconds(60))
            return route
        }
    }

    private static func secret(_ text: String = password) -> KnownSecret { KnownSecret(text: text) }

    @Test func `signs in both ways, delivers octet for octet, reuses and leaves`() async throws {
        try await withScratchFolder("postfix") { folder in
            let peer = try await Peer(folder)
            for (tls, signIn) in [
                (TransportSecurity.startTLS, SignIn.login(user: "erp@contoso.com", Self.secret())),
                (.implicit, .plain(user: "erp@contoso.com", Self.secret())),
            ] {
                var route = peer.route(tls, signIn)
                route.pipelining = .envelope
                let harness = Harness(route)
                for _ in 0..<2 {
                    let report = try await harness.submit(["to": "b@example.org,c@example.org"])
                    guard case .accepted = report.end else {
                        Issue.record("\(report); \(harness.trace); \(peer.server.log)")
                        return
                    }
                    #expect(report.peer.hasPrefix("127.0.0.1 [127.0.0.1]:\(route.port) TLSv1.3"))
                }
                #expect(
                    harness.trace.count { $0.hasPrefix("C: EHLO") } == (tls == .implicit ? 1 : 2)
                )
                #expect(!harness.trace.joined().contains("Y29ycmVjdCBob3JzZQ"))
                harness.closeIdleSessions()
            }
            try await waitUntil("eight deliveries") { peer.server.messages.count == 8 }
            for message in peer.server.messages { #expect(message.hasSuffix("\n\nHello.\n")) }
            try await peer.server.stop()
        }
    }

    @Test func `a wrong password is the server's word, not a disconnection`() async throws {
        try await withScratchFolder("postfix") { folder in
            let peer = try await Peer(folder)
            let signIn = SignIn.login(user: "erp@contoso.com", Self.secret("wrong"))
            let failure = await Harness(peer.route(.startTLS, signIn)).probe()
            guard case .refused(let reply, .authentication) = failure else {
                Issue.record("\(String(describing: failure))")
                return
            }
            #expect(reply.code.value == 535)
            try await peer.server.stop()
        }
    }

    @Test func `refusals arrive with their phase`() async throws {
        try await withScratchFolder("postfix") { folder in
            let peer = try await Peer(folder)
            let signIn = SignIn.plain(user: "erp@contoso.com", Self.secret())
            let harness = Harness(peer.route(.startTLS, signIn))
            let tooLarge = try await harness.submit(["size": "100001"])
            #expect(tooLarge.end == .failed(.tooLarge(octets: 100_001, limit: 100_000)))
            let oversized = await harness.submit(BigSource(octets: 400_000, claimed: 1000))
            guard case .failed(.refused(let reply, .endOfData)) = oversized.end else {
                Issue.record("\(oversized); \(harness.trace)")
                return
            }
            #expect(reply.code.value == 552)
            // The session lives on after both.
            let report = try await harness.submit(["to": "b@example.org,jörg@example.org"])
            guard case .accepted = report.end else {
                Issue.record("\(report); \(harness.trace)")
                return
            }
            #expect(harness.trace.count { $0.hasPrefix("C: STARTTLS") } == 1)
            try await peer.server.stop()
        }
    }

    @Test func `a certificate for another name, or from a stranger, is refused`() async throws {
        try await withScratchFolder("postfix") { folder in
            let peer = try await Peer(folder, names: "DNS:mail.example.org")
            let route = peer.route(.startTLS, .none)
            let wrongName = await Harness(route).probe()
            #expect(
                wrongName
                    == .tls(
                        "The certificate of the server 127.0.0.1 is made out to mail.example.org, "
                            + "not to 127.0.0.1."
                    )
            )
            var named = route
            named.tlsName = "mail.example.org"
            #expect(await Harness(named).probe() == nil)
            var stranger = named
            stranger.tlsClient.trust = .system
            guard case .tls(let sentence)? = await Harness(stranger).probe() else {
                Issue.record("trusted")
                return
            }
            #expect(
                sentence.hasPrefix(
                    "The certificate of the server mail.example.org is self-signed and not trusted."
                )
            )
            try await peer.server.stop()
        }
    }

    @Test func `a server without STARTTLS hears nothing but EHLO and QUIT`() async throws {
        try await withScratchFolder("postfix") { folder in
            let server = try await PostfixServer(in: folder)
            let route = SMTPRoute.test(server.port, ["tls": "starttls"])
            let harness = Harness(route)
            guard case .missingExtension("STARTTLS", _)? = await harness.probe() else {
                Issue.record("\(harness.trace)")
                return
            }
            #expect(harness.trace.filter { $0.hasPrefix("C:") }.count == 2)
            #expect(harness.trace.contains("C: QUIT"))
            try await server.stop()
        }
    }
}

/// A source that hands out many small lines in chunks of 64 KB.
final class BigSource: SubmissionSource {
    let id = "big"
    let envelope: Envelope
    let contentOctets: Int
    let has8BitContent = false
    private let left: Counter

    /// Hands out at least `octets`; `nil` never ends.
    init(octets: Int?, claimed: Int) {
        contentOctets = claimed
        left = Counter(octets.map { $0 / 65_536 + 1 })
        let sender = MailAddress(localPart: "a", domain: "example.com")
        let recipient = MailAddress(localPart: "b", domain: "example.org")
        envelope = Envelope(
            sender: sender,
            recipients: recipient.map { [EnvelopeRecipient($0)] } ?? []
        )
    }

    /// How many chunks were asked for.
    var pulls: Int { left.taken }

    var author: MailAddress? { envelope.sender }
    var headerRecipients: [MailAddress] { [] }

    func encodeInSevenBits() -> Bool { false }

    func contentWillBeNeeded() {}

    func nextChunk(
        _ completion: @escaping @Sendable (Result<ContentChunk, ContentFailure>) -> Void
    ) {
        let isLast = left.take()
        var octets = Array(repeating: Array("0123456789abcd\r\n".utf8), count: 4096).flatMap { $0 }
        if isLast { octets += Array(".\r\n".utf8) }
        completion(.success(ContentChunk(octets: octets, isLast: isLast)))
    }
}
