import NIOCore
import TLSEngine
import TestSupport
import Testing

@Suite("Session resumption")
struct ResumptionTests {
    /// Connects, reads a line, so that tickets arrive, and closes in good order.
    private func visit(
        _ client: TLSContext,
        _ server: TLSContext,
        name: String = "mail.example.com"
    ) throws -> TLSConnection {
        let pair = try MemoryPair(client, server, name: name)
        try pair.handshake()
        try write("220 ready\r\n", to: pair.server)
        _ = try pair.transfer(from: pair.server, to: pair.client)
        pair.client.startClose()
        #expect(try pair.transfer(from: pair.client, to: pair.server).result == .closed)
        return pair.client
    }

    @Test(arguments: TLSVersion.allCases)
    func `the second visit to a name resumes and knows the certificate`(
        version: TLSVersion
    ) throws {
        let server = try TLSContext.selfSigned(maximumVersion: version)
        let client = try TLSContext.pinning(server)
        #expect(try !visit(client, server).isResumed)
        for _ in 0..<3 {
            let again = try visit(client, server)
            #expect(again.isResumed)
            #expect(again.peerCertificate == server.certificate)
        }
    }

    @Test func `another name does not resume`() throws {
        let server = try TLSContext.selfSigned()
        let client = try TLSContext.pinning(server)
        _ = try visit(client, server)
        #expect(try !visit(client, server, name: "smtp.example.com").isResumed)
        #expect(try visit(client, server, name: "MAIL.example.com.").isResumed)
    }

    @Test func `another client does not resume`() throws {
        let server = try TLSContext.selfSigned()
        _ = try visit(.pinning(server), server)
        #expect(try !visit(.pinning(server), server).isResumed)
    }

    @Test func `a session outlives no certificate`() throws {
        let server = try TLSContext.selfSigned(validity: 0...86_400)
        let client = try TLSContext.pinning(server)
        _ = try visit(client, server)
        #expect(try !visit(client, server).isResumed)
    }

    @Test func `a ticket does not hide that the server shows another certificate now`() throws {
        let first = try TLSContext.selfSigned()
        let client = try TLSContext.pinning(first)
        _ = try visit(client, first)
        let second = try TLSContext.selfSigned()
        #expect(throws: TLSError.self) { _ = try visit(client, second) }
        #expect(try !visit(client, first).isResumed)
    }

    @Test(arguments: TLSVersion.allCases)
    func `a client that showed a certificate is still known by it`(
        version: TLSVersion
    ) async throws {
        try await withScratchFolder("resumption") { folder in
            let authority = try await TestAuthority(in: folder)
            let server = try TLSContext(
                server: TLSServerSettings(
                    identity: .file(try await authority.issue("server").source),
                    requestsClientCertificate: true,
                    maximumVersion: version
                )
            )
            let identity = try await authority.issue("erp").source
            let client = try authority.client(identity: identity)
            _ = try visit(client, server)
            let pair = try MemoryPair(client, server)
            try pair.handshake()
            #expect(pair.client.isResumed && pair.server.isResumed)
            #expect(pair.server.peerCertificate == client.certificate)
        }
    }
}
