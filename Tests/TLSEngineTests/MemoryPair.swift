import NIOCore
import TLSEngine

/// A client and a server whose network is two buffers.
struct MemoryPair {
    let client: TLSConnection
    let server: TLSConnection
    /// The most octets handed over at once.
    var portion = Int.max

    /// Connects two contexts.
    init(_ client: TLSContext, _ server: TLSContext, name: String = "mail.example.com") throws {
        self.client = try client.makeClientConnection(serverName: name)
        self.server = try server.makeServerConnection()
    }

    /// Runs the handshake until both sides are open, and throws the client's error before the
    /// server's.
    func handshake() throws {
        var serverError: TLSError?
        for _ in 0..<10 {
            let clientIsOpen = try client.advance() == .open
            do throws(TLSError) {
                try carry(client, to: server) { () throws(TLSError) in try server.advance() }
                let serverIsOpen = try server.advance() == .open
                if clientIsOpen, serverIsOpen { return }
            } catch {
                serverError = error
            }
            try carry(server, to: client) { () throws(TLSError) in try client.advance() }
        }
        throw serverError ?? TLSError.handshake(.client, .other("no end of the handshake"))
    }

    /// Delivers what one side has for the other, in portions, calling `each` after every one.
    func carry(
        _ source: TLSConnection,
        to target: TLSConnection,
        each: () throws(TLSError) -> Void
    ) throws(TLSError) {
        while var flight = source.takeCiphertext() {
            while var part = flight.readSlice(length: min(portion, flight.readableBytes)),
                part.readableBytes > 0
            {
                target.receive(&part)
                try each()
            }
        }
    }

    /// Delivers what `source` has and reads everything from `target`.
    func transfer(
        from source: TLSConnection,
        to target: TLSConnection
    ) throws -> (
        octets: ByteBuffer, result: TLSReadResult
    ) {
        var octets = ByteBuffer()
        var result = TLSReadResult.needMore
        try carry(source, to: target) { () throws(TLSError) in
            result = try drain(target, into: &octets)
        }
        return (octets, result)
    }

    private func drain(
        _ connection: TLSConnection,
        into octets: inout ByteBuffer
    ) throws(TLSError) -> TLSReadResult {
        while true {
            let result = try connection.read(into: &octets)
            guard case .octets = result else { return result }
        }
    }
}

/// Writes text, as a peer that speaks lines would.
func write(_ text: String, to connection: TLSConnection) throws {
    try connection.write(ByteBuffer(string: text))
}

extension TLSContext {
    /// A server with a certificate made for the test.
    static func selfSigned(
        _ names: [String] = ["mail.example.com"],
        validity: ClosedRange<Int64>? = nil,
        maximumVersion: TLSVersion = .tls13
    ) throws -> TLSContext {
        try TLSContext(
            server: TLSServerSettings(
                identity: .selfSigned(names: names, validity: validity),
                maximumVersion: maximumVersion
            )
        )
    }

    /// A client that accepts exactly the certificate of `server`.
    static func pinning(_ server: TLSContext) throws -> TLSContext {
        try TLSContext(client: TLSClientSettings(pinnedSHA256: server.certificate?.sha256))
    }
}
