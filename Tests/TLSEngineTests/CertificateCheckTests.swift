import NIOCore
import TLSEngine
import TestSupport
import Testing

@Suite("Certificate checks")
struct CertificateCheckTests {
    /// The error a client's handshake ends with.
    private func failure(
        _ client: TLSContext,
        _ server: TLSContext,
        name: String = "mail.example.com"
    ) throws -> TLSError? {
        let pair = try MemoryPair(client, server, name: name)
        return #expect(throws: TLSError.self) { try pair.handshake() }
    }

    /// A client that trusts what the server made for itself.
    private func trusting(_ server: TLSContext, in folder: ScratchFolder) throws -> TLSContext {
        let path = try folder.write(try #require(server.certificatePEM), to: "trusted.pem")
        return try TLSContext(client: TLSClientSettings(trust: .file(path)))
    }

    @Test(arguments: [
        ("mail.example.com", "DNS:mail.example.com"),
        ("MAIL.Example.COM.", "DNS:mail.example.com"),
        ("a.example.com", "DNS:*.example.com"),
        ("192.0.2.7", "DNS:mail.example.com,IP:192.0.2.7"),
        ("2001:db8::7", "IP:2001:db8:0:0::7"),
        ("[2001:db8::7]", "IP:2001:db8::7"),
    ])
    func `a certificate made out to the name is accepted`(name: String, names: String) async throws
    {
        try await withScratchFolder("names") { folder in
            let authority = try await TestAuthority(in: folder)
            let files = try await authority.issue("leaf", names: names)
            let pair = try MemoryPair(
                try authority.client(),
                try authority.server(files),
                name: name
            )
            try pair.handshake()
            #expect(!pair.client.isResumed)
        }
    }

    @Test(arguments: [
        ("smtp.example.net", "DNS:mail.example.com", "is made out to mail.example.com, not to"),
        ("b.a.example.com", "DNS:*.example.com", "is made out to *.example.com, not to"),
        ("mail.example.com", "DNS:m*.example.com", "is made out to m*.example.com, not to"),
        ("192.0.2.7", "DNS:192.0.2.7,IP:192.0.2.8", "is made out to 192.0.2.7, 192.0.2.8, not to"),
        ("leaf", "", "names no host at all, so it cannot be for"),
        (
            "smtp.example.net", (1...9).map { "DNS:h\($0).example" }.joined(separator: ","),
            """
            is made out to h1.example, h2.example, h3.example, h4.example, h5.example, h6.example \
            and 3 more, not to
            """
        ),
    ])
    func `a certificate for other names is refused`(
        name: String,
        names: String,
        middle: String
    ) async throws {
        try await withScratchFolder("names") { folder in
            let authority = try await TestAuthority(in: folder)
            let files = try await authority.issue("leaf", names: names)
            let error = try failure(authority.client(), authority.server(files), name: name)
            #expect(error?.sentence == "The certificate of the server \(name) \(middle) \(name).")
        }
    }

    @Test func `an expired certificate is refused with its date`() async throws {
        try await withScratchFolder("expired") { folder in
            let server = try TLSContext.selfSigned(validity: 1_577_836_800...1_580_567_400)
            let error = try failure(try trusting(server, in: folder), server)
            #expect(
                error?.sentence == """
                    The certificate of the server mail.example.com expired on 2020-02-01 14:30 UTC.
                    """
            )
        }
    }

    @Test func `an expired issuer is refused by its own name`() async throws {
        try await withScratchFolder("expired") { folder in
            let dates = ("20200101000000Z", "20200201143000Z")
            let authority = try await TestAuthority(in: folder, dates: dates)
            let files = try await authority.issue("leaf")
            let error = try failure(authority.client(), authority.server(files))
            #expect(
                error?.sentence == """
                    The certificate 'CN=Test root,O=Postchute', which vouches for the server \
                    mail.example.com, expired on 2020-02-01 14:30 UTC.
                    """
            )
        }
    }

    @Test func `a certificate of the future is refused with advice about the clock`() async throws {
        try await withScratchFolder("future") { folder in
            let server = try TLSContext.selfSigned(validity: 4_102_444_800...4_133_980_800)
            let error = try failure(try trusting(server, in: folder), server)
            #expect(
                error?.sentence == """
                    The certificate of the server mail.example.com is valid only from 2100-01-01 \
                    00:00 UTC on. Check the clock of this machine.
                    """
            )
        }
    }

    @Test func `an unknown issuer is refused by its name`() async throws {
        try await withScratchFolder("untrusted") { folder in
            let authority = try await TestAuthority(in: folder)
            let stranger = try await TestAuthority(in: folder, label: "stranger")
            let files = try await stranger.issue("leaf")
            let error = try failure(authority.client(), stranger.server(files))
            #expect(
                error?.sentence == """
                    The certificate of the server mail.example.com comes from 'CN=Test stranger,\
                    O=Postchute', which is not a trusted issuer. If it is yours, name its \
                    certificate as ca_file; otherwise the server must send its intermediate \
                    certificates.
                    """
            )
        }
    }

    @Test func `the system's trust store does not know a test's issuer`() async throws {
        try await withScratchFolder("system") { folder in
            let authority = try await TestAuthority(in: folder)
            let files = try await authority.issue("leaf")
            let client = try TLSContext(client: TLSClientSettings())
            let error = try failure(client, authority.server(files))
            #expect(
                error
                    == .certificate(
                        .server("mail.example.com"),
                        .untrustedIssuer("CN=Test root,O=Postchute")
                    )
            )
        }
    }

    @Test func `an intermediate must be sent or be trusted itself`() async throws {
        try await withScratchFolder("chain") { folder in
            let authority = try await TestAuthority(in: folder)
            let middle = try await authority.makeIntermediate("middle")
            let files = try await middle.issue("leaf")
            let alone = try failure(authority.client(), middle.server(files))
            #expect(
                alone
                    == .certificate(
                        .server("mail.example.com"),
                        .untrustedIssuer("CN=Test middle,O=Postchute")
                    )
            )
            let texts = [files.certificate, middle.root.certificate].map { path in
                (try? readFile(path)) ?? []
            }
            // The issuer first: the key decides which certificate is the server's.
            let chain = try folder.write(texts.reversed().joined(), to: "chain.pem")
            let complete = TestAuthority.Files(certificate: chain, key: files.key)
            try MemoryPair(authority.client(), middle.server(complete)).handshake()
            try MemoryPair(middle.client(), middle.server(files)).handshake()
        }
    }

    @Test func `a self-signed certificate is refused with its fingerprint`() throws {
        let server = try TLSContext.selfSigned()
        let fingerprint = try #require(server.certificate).sha256Text
        let error = try failure(TLSContext(client: TLSClientSettings()), server)
        #expect(fingerprint.count == 64)
        #expect(
            error?.sentence == """
                The certificate of the server mail.example.com is self-signed and not trusted. If \
                it is known to be genuine, pin its SHA-256 \(fingerprint).
                """
        )
    }

    @Test func `a pinned certificate is accepted whatever its name and date`() throws {
        let server = try TLSContext.selfSigned(["other.example"], validity: 0...86_400)
        try MemoryPair(.pinning(server), server).handshake()
    }

    @Test func `another certificate than the pinned one is refused with both fingerprints`() throws
    {
        let server = try TLSContext.selfSigned()
        let other = try TLSContext.selfSigned()
        let presented = try #require(server.certificate).sha256Text
        let expected = try #require(other.certificate).sha256Text
        #expect(presented != expected)
        #expect(
            try failure(.pinning(other), server)?.sentence == """
                The certificate of the server mail.example.com is not the pinned one: its SHA-256 \
                is \(presented), the pin is \(expected).
                """
        )
    }

    @Test func `a refused server learns why from an alert`() throws {
        let server = try TLSContext.selfSigned()
        let pair = try MemoryPair(TLSContext(client: TLSClientSettings()), server)
        #expect(throws: TLSError.self) { try pair.handshake() }
        var alert = try #require(pair.client.takeCiphertext())
        pair.server.receive(&alert)
        let error = #expect(throws: TLSError.self) { try pair.server.advance() }
        #expect(
            error?.sentence == """
                The client ended TLS with the alert 'unknown CA' (48): it does not trust the \
                issuer of the certificate it was shown.
                """
        )
    }

    @Test(arguments: ["192.0.2.7", "2001:db8::7"])
    func `an address is never sent as a server name`(address: String) throws {
        let server = try TLSContext.selfSigned([address])
        let pair = try MemoryPair(.pinning(server), server, name: address)
        try pair.handshake()
        #expect(pair.server.requestedServerName == nil)
        #expect(server.certificate?.names == [address])
    }

    @Test(arguments: [
        "", ".", "mail example.com", "münchen.example", "mail.example.com\0.evil", "a..b",
        "user@host", "[mail.example.com", String(repeating: "a", count: 64) + ".example", "-\r\n",
    ])
    func `what is no host name is refused before a connection`(name: String) throws {
        let client = try TLSContext(client: TLSClientSettings())
        let error = #expect(throws: TLSError.self) {
            _ = try client.makeClientConnection(serverName: name)
        }
        #expect(
            error?.sentence == """
                '\(name)' is neither a host name nor an IP address. Write an international name in \
                its ASCII form (xn--…).
                """
        )
    }
}
