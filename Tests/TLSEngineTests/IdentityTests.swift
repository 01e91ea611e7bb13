import NIOCore
import TLSEngine
import TestSupport
import Testing

@Suite("Client identity")
struct IdentityTests {
    /// A file form of one identity, made by the `openssl` command.
    enum Form: CaseIterable {
        case pem, pemInOneFile, encryptedPKCS8, encryptedTraditional, pkcs12, pkcs12WithoutSecret
        case pkcs12FromWindows
    }

    private func make(
        _ form: Form,
        from files: TestAuthority.Files,
        in folder: ScratchFolder,
        passphrase: Passphrase? = Passphrase("pässword")
    ) async throws -> TLSIdentitySource {
        let (certificate, key) = (files.certificate, files.key)
        let secret = "pass:pässword"
        switch form {
        case .pem:
            return files.source
        case .pemInOneFile:
            let joined = try folder.write(readFile(key) + readFile(certificate), to: "one.pem")
            return .pem(certificate: joined, key: joined)
        case .encryptedPKCS8:
            let path = folder.path("pkcs8.key")
            try await openssl(["pkcs8", "-topk8", "-in", key, "-out", path, "-passout", secret])
            return .pem(certificate: certificate, key: path, passphrase: passphrase)
        case .encryptedTraditional:
            let path = folder.path("traditional.key")
            try await openssl(["ec", "-aes128", "-in", key, "-out", path, "-passout", secret])
            return .pem(certificate: certificate, key: path, passphrase: passphrase)
        case .pkcs12, .pkcs12FromWindows:
            let path = folder.path("identity.pfx")
            // What Windows exports by default: triple DES, and SHA-1 in the MAC.
            let windows = [
                "-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES", "-macalg", "SHA1",
            ]
            try await openssl(
                ["pkcs12", "-export", "-in", certificate, "-inkey", key, "-out", path, "-passout"]
                    + [secret] + (form == .pkcs12FromWindows ? windows : [])
            )
            return .pkcs12(path: path, passphrase: passphrase)
        case .pkcs12WithoutSecret:
            let path = folder.path("open.pfx")
            try await openssl([
                "pkcs12", "-export", "-in", certificate, "-inkey", key, "-out", path, "-passout",
                "pass:",
            ])
            return .pkcs12(path: path)
        }
    }

    private func askingServer(_ authority: TestAuthority) async throws -> TLSContext {
        try TLSContext(
            server: TLSServerSettings(
                identity: .file(try await authority.issue("server").source),
                requestsClientCertificate: true
            )
        )
    }

    @Test(arguments: Form.allCases)
    func `a client shows its certificate to a server that asks`(form: Form) async throws {
        try await withScratchFolder("identity") { folder in
            let authority = try await TestAuthority(in: folder)
            let server = try await askingServer(authority)
            let files = try await authority.issue("erp", names: "DNS:erp.example.com")
            let source = try await make(form, from: files, in: folder)
            let client = try authority.client(identity: source)
            let pair = try MemoryPair(client, server)
            try pair.handshake()
            let shown = try #require(pair.server.peerCertificate)
            #expect(shown == client.certificate)
            #expect(shown.subject == "CN=erp")
            #expect(shown.issuer == "CN=Test root,O=Postchute")
            #expect(shown.names == ["erp.example.com"])
            #expect(shown.notAfter - shown.notBefore == 10 * 86_400)
            #expect(try CertificateFacts(reading: source) == shown)
        }
    }

    @Test func `a server that asks lets a client without a certificate in`() async throws {
        try await withScratchFolder("identity") { folder in
            let authority = try await TestAuthority(in: folder)
            let pair = try MemoryPair(authority.client(), try await askingServer(authority))
            try pair.handshake()
            #expect(pair.server.peerCertificate == nil)
        }
    }

    @Test(arguments: [Form.encryptedPKCS8, .encryptedTraditional, .pkcs12, .pkcs12FromWindows])
    func `a wrong or missing passphrase is told without the passphrase`(form: Form) async throws {
        try await withScratchFolder("identity") { folder in
            let authority = try await TestAuthority(in: folder)
            let files = try await authority.issue("erp")
            let wrong = Passphrase("swordfish")
            let source = try await make(form, from: files, in: folder, passphrase: wrong)
            let path =
                switch source {
                case .pem(_, let key, _): key
                case .pkcs12(let path, _): path
                }
            let refused = #expect(throws: TLSError.self) { try CertificateFacts(reading: source) }
            #expect(refused?.sentence == "The passphrase does not open \(path).")

            let bare = try await make(form, from: files, in: folder, passphrase: nil)
            let missing = #expect(throws: TLSError.self) { try CertificateFacts(reading: bare) }
            #expect(
                missing?.sentence == "\(path) is encrypted, but no passphrase is set for it."
            )
        }
    }

    @Test func `a passphrase shows itself in no form`() {
        let source = TLSIdentitySource.pkcs12(path: "a.pfx", passphrase: Passphrase("swordfish"))
        let settings = TLSClientSettings(clientIdentity: source)
        var dumped = ""
        dump(settings, to: &dumped)
        let octets = "115"  // "s", the first octet of the secret
        for text in ["\(settings)", String(reflecting: settings), dumped] {
            #expect(!text.contains("swordfish"))
            #expect(!text.contains(octets))
        }
        #expect("\(source)".contains("•••"))
    }

    @Test func `PKCS 12 with RC2 is refused with the cure`() async throws {
        try await withScratchFolder("identity") { folder in
            let authority = try await TestAuthority(in: folder)
            let files = try await authority.issue("erp")
            let path = folder.path("old.pfx")
            try await openssl([
                "pkcs12", "-export", "-legacy", "-in", files.certificate, "-inkey", files.key,
                "-out", path, "-passout", "pass:x",
            ])
            let error = #expect(throws: TLSError.self) {
                try CertificateFacts(reading: .pkcs12(path: path, passphrase: Passphrase("x")))
            }
            #expect(
                error?.sentence == """
                    \(path) is encrypted with an algorithm that OpenSSL 3 has retired, such as \
                    RC2. Export it again with AES-256.
                    """
            )
        }
    }

    @Test func `files that do not fit are refused by path`() async throws {
        try await withScratchFolder("identity") { folder in
            let authority = try await TestAuthority(in: folder)
            let one = try await authority.issue("one")
            let two = try await authority.issue("two")
            let text = try folder.write("no certificate here\n", to: "note.txt")
            let gone = folder.path("gone.pem")
            let large = try folder.write([UInt8](repeating: 65, count: 5 << 20), to: "large.pem")
            let cut = try folder.write(readFile(one.certificate).dropLast(200), to: "cut.pem")
            let cases: [(TLSIdentitySource, String)] = [
                (
                    .pem(certificate: one.certificate, key: two.key),
                    "The key in \(two.key) does not belong to the certificate in "
                        + "\(one.certificate)."
                ),
                (
                    .pem(certificate: text, key: one.key),
                    "\(text) does not contain a certificate in PEM."
                ),
                (
                    .pem(certificate: one.certificate, key: text),
                    "\(text) does not contain a private key in PEM."
                ),
                (
                    .pem(certificate: gone, key: one.key),
                    "Cannot read \(gone): No such file or directory."
                ),
                (
                    .pem(certificate: folder.path, key: one.key),
                    "Cannot read \(folder.path): Is a directory."
                ),
                (
                    .pem(certificate: large, key: one.key),
                    "\(large) is larger than 4194304 octets, so it is not a file of certificates "
                        + "or keys."
                ),
                (
                    .pem(certificate: cut, key: one.key),
                    "\(cut) does not contain a certificate in PEM: bad end line."
                ),
                (
                    .pkcs12(path: one.certificate),
                    "\(one.certificate) does not contain a PKCS#12 file: wrong tag."
                ),
            ]
            for (source, sentence) in cases {
                let error = #expect(throws: TLSError.self) { try CertificateFacts(reading: source) }
                #expect(error?.sentence == sentence)
            }
        }
    }

    @Test func `PKCS 12 without a key is refused`() async throws {
        try await withScratchFolder("identity") { folder in
            let authority = try await TestAuthority(in: folder)
            let path = folder.path("bare.pfx")
            try await openssl([
                "pkcs12", "-export", "-nokeys", "-in", authority.root.certificate, "-out", path,
                "-passout", "pass:x",
            ])
            let error = #expect(throws: TLSError.self) {
                try CertificateFacts(reading: .pkcs12(path: path, passphrase: Passphrase("x")))
            }
            #expect(
                error?.sentence == """
                    \(path) does not contain a certificate together with its private key.
                    """
            )
        }
    }

    @Test func `the expiry of a client certificate is readable and named when it is refused`()
        async throws
    {
        try await withScratchFolder("identity") { folder in
            let dates = ("20200101000000Z", "20200201143000Z")
            let old = try await TestAuthority(in: folder, label: "old", dates: dates)
            let context = try TLSContext(
                client: TLSClientSettings(
                    trust: .file(old.root.certificate),
                    clientIdentity: old.root.source
                )
            )
            #expect(context.certificate?.notAfter == 1_580_567_400)

            let connection = try context.makeClientConnection(serverName: "mail.example.com")
            try connection.advance()
            var alert = ByteBuffer(bytes: [21, 3, 3, 0, 2, 2, 45])
            connection.receive(&alert)
            let error = #expect(throws: TLSError.self) { try connection.advance() }
            #expect(
                error?.sentence == """
                    The server mail.example.com ended TLS with the alert 'certificate expired' \
                    (45): the certificate it was shown is out of date. Our own certificate \
                    expired on 2020-02-01 14:30 UTC.
                    """
            )
        }
    }

    @Test func `certificates to trust may be in DER, and a file without any is refused`()
        async throws
    {
        try await withScratchFolder("trust") { folder in
            let authority = try await TestAuthority(in: folder)
            let server = try authority.server(try await authority.issue("leaf"))
            let path = folder.path("root.cer")
            try await openssl([
                "x509", "-in", authority.root.certificate, "-outform", "DER", "-out", path,
            ])
            let client = try TLSContext(client: TLSClientSettings(trust: .file(path)))
            try MemoryPair(client, server).handshake()

            let empty = try folder.write("", to: "empty.pem")
            let error = #expect(throws: TLSError.self) {
                try TLSContext(client: TLSClientSettings(trust: .file(empty)))
            }
            #expect(error?.sentence == "\(empty) does not contain a certificate in PEM.")
        }
    }

    @Test func `a pin of another length is refused`() {
        let error = #expect(throws: TLSError.self) {
            try TLSContext(client: TLSClientSettings(pinnedSHA256: Array(repeating: 0, count: 20)))
        }
        #expect(
            error?.sentence == "A pinned certificate is a SHA-256 of 32 octets, not of 20."
        )
    }
}
