import NIOCore
import TLSEngine
import Testing

@Suite("Handshake failures")
struct HandshakeFailureTests {
    /// What a client says about a server that answers its greeting with these octets.
    private func sentence(
        _ octets: some Sequence<UInt8>,
        thenEnd: Bool = false
    ) throws -> String {
        let context = try TLSContext(client: TLSClientSettings())
        let client = try context.makeClientConnection(serverName: "mail.example.com")
        #expect(try client.advance() == .handshaking)
        #expect(client.takeCiphertext() != nil)
        var answer = ByteBuffer(bytes: octets)
        client.receive(&answer)
        if thenEnd { client.receiveEnd() }
        let error = try #require(throws: TLSError.self) { try client.advance() }
        // An error is final and stays the same.
        #expect(throws: error) { try client.advance() }
        #expect(throws: error) {
            var buffer = ByteBuffer()
            _ = try client.read(into: &buffer)
        }
        #expect(throws: error) { try client.write(ByteBuffer(string: "x")) }
        return error.sentence
    }

    @Test(arguments: [
        ("554 5.7.1 Go away\r\nand more", "554 5.7.1 Go away"),
        ("220 mail.example.com ESMTP\r\n", "220 mail.example.com ESMTP"),
        ("HTTP/1.1 400 Bad Request\r\n\r\n", "HTTP/1.1 400 Bad Request"),
        ("\u{1B}[31mcolour\u{7F}", "\\x1b[31mcolour\\x7f"),
        (String(repeating: "long", count: 50), String(repeating: "long", count: 20)),
    ])
    func `plain text instead of a ServerHello is quoted`(text: String, quoted: String) throws {
        #expect(
            try sentence(text.utf8)
                == "The server mail.example.com does not speak TLS here: it sent '\(quoted)'."
        )
    }

    @Test func `text that ends before a record could is quoted too`() throws {
        #expect(
            try sentence("bye".utf8, thenEnd: true)
                == "The server mail.example.com does not speak TLS here: it sent 'bye'."
        )
    }

    @Test(arguments: [[], [22, 3, 3], [22, 3, 3, 0, 50, 2, 0, 0]] as [[UInt8]])
    func `a peer that closes during the handshake is told apart`(octets: [UInt8]) throws {
        #expect(
            try sentence(octets, thenEnd: true)
                == "The server mail.example.com closed the connection during the TLS handshake."
        )
    }

    @Test func `a goodbye during the handshake counts as closing`() throws {
        #expect(
            try sentence([21, 3, 3, 0, 2, 1, 0])
                == "The server mail.example.com closed the connection during the TLS handshake."
        )
    }

    @Test(arguments: [
        (UInt8(0), "SSL 3.0"), (1, "TLS 1.0"), (2, "TLS 1.1"),
    ])
    func `a server that chooses an old version is refused by it`(
        minor: UInt8,
        version: String
    ) throws {
        // A ServerHello without session and extensions, cipher TLS_RSA_WITH_AES_128_CBC_SHA.
        let hello = [2, 0, 0, 38, 3, minor] + Array(repeating: 7, count: 32) + [0, 0, 0x2F, 0]
        #expect(
            try sentence([22, 3, minor, 0, 42] + hello) == """
                The server mail.example.com does not speak TLS 1.2 or later. It offers \(version).
                """
        )
    }

    @Test(arguments: [
        (
            UInt8(40),
            """
            'handshake failure' (40): no TLS version or cipher suits both sides, or it demands a \
            client certificate
            """
        ),
        (42, "'bad certificate' (42): it does not accept the certificate it was shown"),
        (45, "'certificate expired' (45): the certificate it was shown is out of date"),
        (
            48,
            "'unknown CA' (48): it does not trust the issuer of the certificate it was shown"
        ),
        (70, "'protocol version' (70): it accepts no version both sides speak"),
        (80, "'internal error' (80): the fault is on its side"),
        (112, "'unrecognized name' (112): it does not serve the name it was asked for"),
        (116, "'certificate required' (116): it asks for a client certificate"),
        (50, "'decode error' (50)"),
    ])
    func `an alert is reported by name, number and meaning`(number: UInt8, words: String) throws {
        #expect(
            try sentence([21, 3, 3, 0, 2, 2, number])
                == "The server mail.example.com ended TLS with the alert \(words)."
        )
    }

    @Test func `a broken handshake is reported in the words of OpenSSL`() throws {
        #expect(
            try sentence([22, 3, 3, 0, 4, 11, 0, 0, 0])
                == "The TLS handshake with the server mail.example.com failed: unexpected message."
        )
    }

    @Test func `a client that speaks no TLS is quoted by the server`() throws {
        let server = try TLSContext.selfSigned().makeServerConnection()
        var line = ByteBuffer(string: "EHLO erp.example.com\r\n")
        server.receive(&line)
        #expect(line.readableBytes == 0)
        let error = #expect(throws: TLSError.self) { try server.advance() }
        #expect(
            error?.sentence
                == "The client does not speak TLS here: it sent 'EHLO erp.example.com'."
        )
    }

    @Test func `a server keeps to the versions it was given`() throws {
        let server = try TLSContext(
            server: TLSServerSettings(
                identity: .selfSigned(names: ["mail.example.com"]),
                minimumVersion: .tls13
            )
        )
        let pair = try MemoryPair(.pinning(server), server)
        try pair.handshake()
        #expect(pair.client.summary == "TLSv1.3 TLS_AES_256_GCM_SHA384")
    }

    @Test(arguments: TLSVersion.allCases)
    func `a handshake damaged at any octet never comes about`(version: TLSVersion) throws {
        let server = try TLSContext.selfSigned(maximumVersion: version)
        let client = try TLSContext.pinning(server)
        var position = 0
        var length = Int.max
        while position < length {
            let pair = try MemoryPair(client, server)
            try pair.client.advance()
            try pair.carry(pair.client, to: pair.server) { () throws(TLSError) in
                try pair.server.advance()
            }
            var flight = try #require(pair.server.takeCiphertext())
            // Each handshake's signature has a length of its own.
            length = flight.readableBytes
            guard let octet = flight.getInteger(at: position, as: UInt8.self) else { break }
            flight.setInteger(octet ^ 0x41, at: position)
            pair.client.receive(&flight)
            let isComplete = (try? pair.handshake()) != nil
            #expect(!isComplete, "octet \(position) of \(length)")
            position += 5
        }
    }
}
