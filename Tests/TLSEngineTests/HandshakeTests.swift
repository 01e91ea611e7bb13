import NIOCore
import TLSEngine
import Testing

@Suite("TLS connection")
struct HandshakeTests {
    @Test(arguments: TLSVersion.allCases)
    func `a pinned server and its client exchange lines`(version: TLSVersion) throws {
        let server = try TLSContext.selfSigned(maximumVersion: version)
        let pair = try MemoryPair(try .pinning(server), server)
        try pair.handshake()
        #expect(pair.client.summary.hasPrefix(version == .tls13 ? "TLSv1.3 " : "TLSv1.2 "))
        #expect(pair.client.peerCertificate == server.certificate)
        #expect(pair.server.requestedServerName == "mail.example.com")

        try write("220 ready\r\n", to: pair.server)
        let greeting = try pair.transfer(from: pair.server, to: pair.client)
        #expect(String(buffer: greeting.octets) == "220 ready\r\n")
        #expect(greeting.result == .needMore)
        try write("QUIT\r\n", to: pair.client)
        let quit = try pair.transfer(from: pair.client, to: pair.server)
        #expect(String(buffer: quit.octets) == "QUIT\r\n")
    }
}
