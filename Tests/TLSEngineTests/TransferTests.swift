import NIOCore
import TLSEngine
import Testing

@Suite("Data over TLS")
struct TransferTests {
    private static func open(_ version: TLSVersion = .tls13) throws -> MemoryPair {
        let server = try TLSContext.selfSigned(maximumVersion: version)
        let pair = try MemoryPair(.pinning(server), server)
        try pair.handshake()
        return pair
    }

    /// Octets that repeat nowhere near a record's length.
    private static func pattern(_ count: Int) -> ByteBuffer {
        var state: UInt32 = 1
        return ByteBuffer(
            bytes: (0..<count).map { _ in
                state = state &* 1_664_525 &+ 1_013_904_223
                return UInt8(truncatingIfNeeded: state >> 24)
            }
        )
    }

    @Test(arguments: TLSVersion.allCases)
    func `ten megabytes arrive unharmed in both directions`(version: TLSVersion) throws {
        let pair = try Self.open(version)
        let content = Self.pattern(10 << 20)
        try pair.client.write(content)
        #expect(try pair.transfer(from: pair.client, to: pair.server).octets == content)
        try pair.server.write(content)
        #expect(try pair.transfer(from: pair.server, to: pair.client).octets == content)
    }

    @Test(arguments: TLSVersion.allCases)
    func `octets may arrive one by one, in the handshake and later`(version: TLSVersion) throws {
        let server = try TLSContext.selfSigned(maximumVersion: version)
        var pair = try MemoryPair(.pinning(server), server)
        pair.portion = 1
        try pair.handshake()
        let content = Self.pattern(40_000)
        try pair.client.write(content)
        #expect(try pair.transfer(from: pair.client, to: pair.server).octets == content)
    }

    @Test func `a large write takes records of 16 KB`() throws {
        let pair = try Self.open()
        try pair.client.write(Self.pattern(100_000))
        var flight = try #require(pair.client.takeCiphertext())
        var lengths: [UInt16] = []
        while flight.readableBytes > 0 {
            flight.moveReaderIndex(forwardBy: 3)
            let length = flight.readInteger(as: UInt16.self) ?? 0
            lengths.append(length)
            flight.moveReaderIndex(forwardBy: Int(length))
        }
        // 6 × 16,384 octets and the rest, each with a tag of 16 octets and its content type.
        #expect(lengths == Array(repeating: 16_401, count: 6) + [1_696 + 17])
    }

    @Test func `nothing written is nothing sent`() throws {
        let pair = try Self.open()
        try pair.client.write(ByteBuffer())
        #expect(pair.client.takeCiphertext() == nil)
    }

    @Test func `a record that was cut waits for its rest`() throws {
        let pair = try Self.open()
        try write("250 2.0.0 OK\r\n", to: pair.server)
        var flight = try #require(pair.server.takeCiphertext())
        var start = flight.readSlice(length: 20) ?? ByteBuffer()
        var plaintext = ByteBuffer()
        pair.client.receive(&start)
        #expect(try pair.client.read(into: &plaintext) == .needMore)
        pair.client.receive(&flight)
        #expect(try pair.client.read(into: &plaintext) == .octets(14))
        #expect(String(buffer: plaintext) == "250 2.0.0 OK\r\n")
    }

    @Test func `a goodbye ends reading, and what comes after it is dropped`() throws {
        let pair = try Self.open()
        try write("221 bye\r\n", to: pair.server)
        pair.server.startClose()
        let last = try pair.transfer(from: pair.server, to: pair.client)
        #expect(String(buffer: last.octets) == "221 bye\r\n")
        #expect(last.result == .closed)
        #expect(try pair.client.advance() == .closed)
        var rest = ByteBuffer(string: "anything")
        pair.client.receive(&rest)
        pair.client.receiveEnd()
        var plaintext = ByteBuffer()
        #expect(try pair.client.read(into: &plaintext) == .closed)
        #expect(rest.readableBytes == 0 && plaintext.readableBytes == 0)

        try write("late\r\n", to: pair.client)
        let late = try pair.transfer(from: pair.client, to: pair.server)
        #expect(String(buffer: late.octets) == "late\r\n")
        pair.client.startClose()
        #expect(try pair.transfer(from: pair.client, to: pair.server).result == .closed)
    }

    @Test func `an end without a goodbye is an error after the last octet`() throws {
        let pair = try Self.open()
        try write("250 2.0.0 OK\r\n", to: pair.server)
        var flight = try #require(pair.server.takeCiphertext())
        pair.client.receive(&flight)
        pair.client.receiveEnd()
        var plaintext = ByteBuffer()
        #expect(try pair.client.read(into: &plaintext) == .octets(14))
        let error = #expect(throws: TLSError.self) { try pair.client.read(into: &plaintext) }
        #expect(error == .closedWithoutNotice(.server("mail.example.com")))
        #expect(
            error?.sentence == """
                The connection to the server mail.example.com ended without the goodbye of TLS \
                (close_notify): what it sent may be incomplete.
                """
        )
    }

    @Test func `damaged octets end the session and the peer is told`() throws {
        let pair = try Self.open()
        try write("250 2.0.0 OK\r\n", to: pair.server)
        var flight = try #require(pair.server.takeCiphertext())
        let last = flight.writerIndex - 1
        let octet = try #require(flight.getInteger(at: last, as: UInt8.self))
        flight.setInteger(octet ^ 1, at: last)
        pair.client.receive(&flight)
        var plaintext = ByteBuffer()
        let error = #expect(throws: TLSError.self) { try pair.client.read(into: &plaintext) }
        #expect(
            error?.sentence == """
                The TLS session with the server mail.example.com failed: decryption failed or bad \
                record mac.
                """
        )
        let told = #expect(throws: TLSError.self) {
            try pair.transfer(from: pair.client, to: pair.server)
        }
        #expect(
            told?.sentence == """
                The client ended TLS with the alert 'bad record MAC' (20): data was damaged on the \
                way.
                """
        )
    }

    @Test func `a channel's buffer is taken over without a copy`() throws {
        let pair = try Self.open()
        try write("250 2.0.0 OK\r\n", to: pair.server)
        var flight = try #require(pair.server.takeCiphertext())
        pair.client.receive(&flight)
        #expect(flight.readableBytes == 0)
        #expect(flight.capacity == 0)
    }
}
