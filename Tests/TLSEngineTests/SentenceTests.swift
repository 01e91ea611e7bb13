import Glibc
import TLSEngine
import TestSupport
import Testing

@Suite("Sentences of TLS errors")
struct SentenceTests {
    private static let server = TLSPeer.server("mail.example.com")

    @Test(arguments: [
        (Int64(0), "1970-01-01 00:00"), (-1, "1969-12-31 23:59"), (951_782_400, "2000-02-29 00:00"),
        (1_732_319_999, "2024-11-22 23:59"), (1_735_689_599, "2024-12-31 23:59"),
        (253_402_300_799, "9999-12-31 23:59"), (-62_135_596_800, "1-01-01 00:00"),
    ])
    func `a moment is told to the minute in UTC`(seconds: Int64, text: String) {
        let error = TLSError.certificate(Self.server, .expired(since: seconds, issuer: nil))
        #expect(
            error.sentence
                == "The certificate of the server mail.example.com expired on \(text) UTC."
        )
    }

    @Test(arguments: [Int64.min, .max])
    func `a moment beyond any calendar does not trap`(seconds: Int64) {
        let error = TLSError.certificate(Self.server, .notYetValid(from: seconds, issuer: nil))
        #expect(error.sentence.contains(" UTC on."))
    }

    @Test(arguments: [
        (
            TLSError.setup(.openSSL(call: "SSL_new", detail: "out of memory")),
            "OpenSSL failed in SSL_new: out of memory."
        ),
        (
            .protocolViolation(.client, detail: "bad length"),
            "The TLS session with the client failed: bad length."
        ),
        (
            .alert(.client, TLSAlert(200), ownCertificateExpired: nil),
            "The client ended TLS with the alert 200."
        ),
        (
            .certificate(server, .notYetValid(from: 4_102_444_800, issuer: "CN=Root")),
            """
            The certificate 'CN=Root', which vouches for the server mail.example.com, is valid \
            only from 2100-01-01 00:00 UTC on. Check the clock of this machine.
            """
        ),
        (
            .handshake(server, .protocolVersion(offered: nil)),
            "The server mail.example.com does not speak TLS 1.2 or later."
        ),
        (
            .closedWithoutNotice(.client),
            """
            The connection to the client ended without the goodbye of TLS (close_notify): what it \
            sent may be incomplete.
            """
        ),
    ])
    func `what no test can provoke has its sentence too`(error: TLSError, sentence: String) {
        #expect(error.sentence == sentence)
        #expect("\(error)" == sentence)
    }

    @Test func `a system without trust store says so and what to install`() async throws {
        // In a process of its own, because the environment belongs to all tests.
        await #expect(processExitsWith: .success) {
            setenv("SSL_CERT_FILE", "/nowhere/cert.pem", 1)
            setenv("SSL_CERT_DIR", "/nowhere/certs", 1)
            let error = try #require(throws: TLSError.self) {
                try TLSContext(client: TLSClientSettings())
            }
            try #require(
                error.sentence == """
                    This system has no trust store (/nowhere/cert.pem, /nowhere/certs). Install \
                    the package ca-certificates, or set ca_file.
                    """
            )
        }
    }

    @Test func `a certificate whose key is too short is refused by path`() async throws {
        try await withScratchFolder("weak") { folder in
            let (certificate, key) = (folder.path("weak.pem"), folder.path("weak.key"))
            try await openssl([
                "req", "-x509", "-newkey", "rsa:1024", "-nodes", "-keyout", key, "-out",
                certificate, "-subj", "/CN=weak",
            ])
            let identity = TLSIdentitySource.pem(certificate: certificate, key: key)
            let error = #expect(throws: TLSError.self) {
                try TLSContext(client: TLSClientSettings(clientIdentity: identity))
            }
            #expect(
                error?.sentence
                    == "OpenSSL does not accept the certificate in \(certificate): ee key too small."
            )
        }
    }

    @Test func `a certificate for another purpose is refused in the words of OpenSSL`() async throws
    {
        try await withScratchFolder("purpose") { folder in
            let authority = try await TestAuthority(in: folder)
            let files = try await authority.issue("leaf", extra: ["extendedKeyUsage=clientAuth"])
            let pair = try MemoryPair(authority.client(), authority.server(files))
            let error = #expect(throws: TLSError.self) { try pair.handshake() }
            #expect(
                error?.sentence == """
                    The certificate of the server mail.example.com is not acceptable: unsuitable \
                    certificate purpose.
                    """
            )
        }
    }

    @Test func `a digest is what everybody computes`() {
        #expect(
            Digest.hexadecimal(Digest.sha256("abc".utf8))
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        )
    }
}
