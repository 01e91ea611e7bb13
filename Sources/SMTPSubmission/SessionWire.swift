import NIOCore
import SMTPProtocol
import TLSEngine

/// The octets of one session: TLS where it is on, one write for each flight, replies out of reads.
///
/// Not thread-safe: confined to the channel's loop.
final class SessionWire {
    /// What a read brought about.
    enum Event {
        case read(ReplyReader.Event)
        /// The handshake is complete.
        case secured
        /// TLS failed, or ended; whatever was read before has been delivered.
        case tlsFailed(String)
        case tlsEnded
    }

    private let context: ChannelHandlerContext
    private var reader = ReplyReader()
    private var tls: TLSConnection?
    private var isSecured = false
    private var outgoing: ByteBuffer
    private var plaintext = ByteBuffer()

    init(_ context: ChannelHandlerContext) {
        self.context = context
        outgoing = context.channel.allocator.buffer(capacity: 1024)
    }

    /// Whether the network takes more without piling it up in memory.
    var isWritable: Bool { context.channel.isWritable }

    /// What the handshake settled, once it is complete.
    var tlsFindings: TLSFindings? {
        guard isSecured, let tls else { return nil }
        return TLSFindings(
            summary: tls.summary,
            certificate: tls.peerCertificate,
            issuers: tls.peerIssuers
        )
    }

    /// The TLS version once the handshake is complete.
    var tlsVersion: Substring? {
        guard isSecured, let tls else { return nil }
        return tls.summary.split(separator: " ").first
    }
}

extension SessionWire {
    /// Begins the handshake; what was read and not consumed is forgotten (RFC 3207 §4.2).
    func startTLS(_ connection: TLSConnection) throws(TLSError) {
        reader.discard()
        tls = connection
        defer { flushTLS() }
        try connection.advance()
    }

    /// Writes octets in one flight.
    func write(_ octets: [UInt8]) throws(TLSError) {
        guard let tls else {
            outgoing.clear()
            outgoing.writeBytes(octets)
            context.writeAndFlush(NIOAny(outgoing), promise: nil)
            return
        }
        defer { flushTLS() }
        try octets.withUnsafeBytes { octets in
            Result { () throws(TLSError) in try tls.write(octets) }
        }.get()
    }

    /// Says goodbye in TLS and closes.
    func close() {
        tls?.startClose()
        flushTLS()
        context.close(promise: nil)
    }

    private func flushTLS() {
        guard let ciphertext = tls?.takeCiphertext() else { return }
        context.writeAndFlush(NIOAny(ciphertext), promise: nil)
    }
}

extension SessionWire {
    /// Takes octets from the network and delivers what they mean, in order.
    func receive(_ octets: ByteBuffer, _ deliver: (Event) -> Void) {
        guard let tls else { return parse(octets, deliver) }
        var octets = octets
        tls.receive(&octets)
        do {
            try receiveSecured(tls, deliver)
        } catch {
            flushTLS()
            deliver(.tlsFailed(error.sentence))
        }
    }

    private func receiveSecured(
        _ tls: TLSConnection,
        _ deliver: (Event) -> Void
    ) throws(TLSError) {
        if !isSecured {
            guard try tls.advance() == .open else { return flushTLS() }
            isSecured = true
            // Before the flush: the first flight then leaves with the end of the handshake.
            deliver(.secured)
            flushTLS()
        }
        let (ending, failure) = decrypt(tls)
        flushTLS()
        if plaintext.readableBytes > 0 { parse(plaintext, deliver) }
        if let failure { throw failure }
        if ending { deliver(.tlsEnded) }
    }

    /// Decrypts all there is; an error comes back as a value so that what preceded it is read.
    private func decrypt(_ tls: TLSConnection) -> (ended: Bool, failure: TLSError?) {
        plaintext.clear()
        do {
            while true {
                switch try tls.read(into: &plaintext) {
                case .octets: continue
                case .needMore: return (false, nil)
                case .closed: return (true, nil)
                }
            }
        } catch {
            return (false, error)
        }
    }

    private func parse(_ buffer: ByteBuffer, _ deliver: (Event) -> Void) {
        let wasPlain = tls == nil
        var offset = 0
        while let event = buffer.withUnsafeReadableBytes({ reader.next(in: $0, from: &offset) }) {
            deliver(.read(event))
            // The reply started TLS: whoever put more behind it is not to be heard.
            if wasPlain, tls != nil { return }
        }
    }
}
