import Glibc
import NIOCore
import SMTPProtocol
import Submission
import TLSEngine
import TestSupport
import Testing

@testable import SMTPSubmission

@Suite("Mail exchangers, against dnsmasq")
struct MailExchangerTests {
    private static let records = [
        "mx-host=contoso.test,mail.contoso.test,10", "mx-host=contoso.test,backup.contoso.test,20",
        "mx-host=nomail.test,.,0", "host-record=address.test,127.0.0.1", "local-ttl=300",
        "mx-host=lab.test,mail.invalid,10", "mx-host=lab.test,localhost,20",
        "mx-host=dead.test,mail.invalid,10",
    ]

    private func withServer(_ body: (NameServer) async throws -> Void) async throws {
        try await withScratchFolder("names") { folder in
            let server = try await NameServerProcess(in: folder, Self.records)
            try await body(NameServer(address: 0x7F00_0001, port: UInt16(server.port)))
            try await server.stop()
        }
    }

    /// Off the cooperative pool: the question blocks.
    private func ask(
        _ domain: String,
        _ server: NameServer
    ) async -> Result<MailExchangers, MailExchangerError> {
        await withCheckedContinuation { continuation in
            BlockingThread.start {
                continuation.resume(
                    returning: Result { () throws(MailExchangerError) in
                        try MailExchangerQuery.ask(domain, server)
                    }
                )
            }
        }
    }

    @Test func `hosts come with their preferences, errors by their names`() async throws {
        try await withServer { server in
            let found = try await ask("contoso.test", server).get()
            var dice = Dice(state: 1)
            #expect(
                found.order(using: &dice) == ["mail.contoso.test", "backup.contoso.test"]
            )
            #expect(found.lifetime == .seconds(300))
            let failures: [(String, MailExchangerError)] = [
                ("nomail.test", .takesNoMail), ("address.test", .noRecord),
                ("unknown.test", .noSuchDomain), ("elsewhere.example", .serverRefused),
                ("", .invalidDomain), ("contoso.test\0", .invalidDomain),
                (String(repeating: "x", count: 64) + ".test", .invalidDomain),
            ]
            for (domain, error) in failures {
                #expect(await ask(domain, server) == .failure(error), "\(domain)")
            }
        }
    }

    @Test func `nobody there is no answer`() async throws {
        let port = UInt16(try freePort())
        let server = NameServer(address: 0x7F00_0001, port: port)
        #expect(await ask("contoso.test", server) == .failure(.noAnswer))
    }

    @Test func `SERVFAIL is told apart from silence`() async throws {
        let server = try FailingNameServer(code: 2)
        let address = NameServer(address: 0x7F00_0001, port: UInt16(server.port))
        #expect(await ask("contoso.test", address) == .failure(.serverFailed))
    }

    @Test func `the hosts are tried in their order and lend the certificate its name`() async throws
    {
        try await withServer { server in
            try await withScratchFolder("mx") { folder in
                let identity = TLSServerSettings(identity: .selfSigned(names: ["localhost"]))
                let context = try TLSContext(server: identity)
                let dialogue = try Dialogue(name: "mx", text: Self.dialogue)
                let peer = try ScriptedServer([dialogue], tls: context)
                var route = SMTPRoute.test(peer.port, ["tls": "starttls"])
                route.host = "lab.test"
                route.mxDomain = "lab.test"
                route.nameServer = server
                route.addressFamily = .ipv4
                let trust = try folder.write(context.certificatePEM ?? "", to: "ca.pem")
                route.tlsClient.trust = .file(trust)
                let harness = Harness(route)
                let report = try await harness.submit()
                #expect(
                    report.peer == "localhost [127.0.0.1]:\(peer.port) TLSv1.3",
                    "\(report) \(harness.trace)"
                )
                harness.closeIdleSessions()
            }
        }
    }

    private static let dialogue = """
        S: 220 mx
        C: EHLO client.example.com
        S: 250-mx
        S: 250 STARTTLS
        C: STARTTLS
        S: 220 go
        C: (TLS handshake)
        C: EHLO client.example.com
        S: 250 mx
        C: MAIL FROM:<a@example.com>
        S: 250 ok
        C: RCPT TO:<b@example.org>
        S: 250 ok
        C: DATA
        S: 354 go
        C: (content)
        S: 250 ok
        """

    @Test func `a domain without a server says what is missing`() async throws {
        try await withServer { server in
            var route = SMTPRoute.test(25, ["tls": "starttls"])
            route.nameServer = server
            let cases = [
                ("nomail.test", "the domain declares that it takes no mail (null MX)"),
                (
                    "address.test",
                    "the domain has no MX record, and its own address is not used in place of one"
                ),
                ("unknown.test", "the domain does not exist (NXDOMAIN)"),
            ]
            for (domain, phrase) in cases {
                route.mxDomain = domain
                let failure = await Harness(route).probe()
                #expect(failure == .connect(attempts: ["\(domain): \(phrase)"]))
            }
            route.mxDomain = "dead.test"
            guard case .connect(let attempts)? = await Harness(route).probe() else {
                Issue.record("connected")
                return
            }
            #expect(attempts.allSatisfy { $0.hasPrefix("mail.invalid: ") })
        }
    }

    @Test func `the domain itself is used only where the route says so`() async throws {
        try await withServer { server in
            var route = SMTPRoute.test(25, ["tls": "starttls"])
            route.nameServer = server
            route.mxDomain = "address.test"
            route.usesDomainWithoutMX = true
            guard case .connect(let attempts)? = await Harness(route).probe() else {
                Issue.record("connected")
                return
            }
            // The system's resolver does not know the name: that it was asked is the point.
            #expect(attempts.allSatisfy { $0.hasPrefix("address.test") && !$0.contains("MX") })
        }
    }

    @Test func `an answer is used until its time is over, or nothing connected`() throws {
        let records = [MailExchanger(host: "a.test", preference: 10)]
        let exchangers = try MailExchangers(records: records, lifetime: .seconds(300))
        let start = NIODeadline.uptimeNanoseconds(1_000_000_000)
        var cache = MailExchangerCache()
        #expect(cache.current("a", at: start) == nil)
        cache.keep(exchangers, of: "a", at: start)
        #expect(cache.current("a", at: start + .seconds(299)) == exchangers)
        #expect(cache.current("b", at: start) == nil)
        #expect(cache.current("a", at: start + .seconds(300)) == nil)
        cache.keep(exchangers, of: "a", at: start)
        cache.forget("a")
        #expect(cache.current("a", at: start) == nil)
    }
}

/// A name server that answers every question with the same code.
private final class FailingNameServer: Sendable {
    let port: Int
    private let descriptor: Int32

    init(code: UInt8) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let failed = withUnsafeMutableBytes(of: &address) {
            guard let base = $0.baseAddress?.assumingMemoryBound(to: sockaddr.self) else {
                return true
            }
            return bind(descriptor, base, length) != 0
                || getsockname(descriptor, base, &length) != 0
        }
        guard !failed else { throw WaitError("cannot bind: \(systemError())") }
        self.descriptor = descriptor
        port = Int(UInt16(bigEndian: address.sin_port))
        BlockingThread.start { Self.answer(descriptor, code) }
    }

    deinit { shutdown(descriptor, Int32(SHUT_RDWR)) }

    private static func answer(_ descriptor: Int32, _ code: UInt8) {
        var octets = [UInt8](repeating: 0, count: 512)
        var peer = sockaddr_storage()
        while true {
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let done: Bool = withUnsafeMutableBytes(of: &peer) {
                guard let base = $0.baseAddress?.assumingMemoryBound(to: sockaddr.self) else {
                    return true
                }
                let count = recvfrom(descriptor, &octets, octets.count, 0, base, &length)
                guard count > 12 else { return true }
                octets[2] |= 0x80
                octets[3] = 0x80 | code
                sendto(descriptor, octets, count, 0, base, length)
                return false
            }
            if done { break }
        }
        close(descriptor)
    }
}
