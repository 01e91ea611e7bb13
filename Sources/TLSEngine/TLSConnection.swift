internal import COpenSSL
internal import COpenSSLShims
package import NIOCore

/// How far a connection has come.
package enum TLSProgress: Hashable, Sendable {
    /// The handshake waits for the peer.
    case handshaking
    /// Data can flow.
    case open
    /// The peer has said goodbye; nothing more will be read.
    case closed
}

/// What one read found.
package enum TLSReadResult: Hashable, Sendable {
    /// So many octets were added; there may be more.
    case octets(Int)
    /// Everything received so far is consumed.
    case needMore
    /// The peer said goodbye after its last octet (RFC 8446 §6.1).
    case closed
}

/// One end of a TLS connection: octets in, octets out, no sockets.
///
/// Not thread-safe: confined to the event loop of its channel. After every call,
/// ``takeCiphertext()`` yields what must go to the network, also after an error: it may be the alert
/// that tells the peer why. An error is final: every later call throws it again.
package final class TLSConnection {
    /// Who is at the other end, as errors name it.
    package let peer: TLSPeer
    /// Told once when the handshake fails.
    var onFailedHandshake: (() -> Void)?

    private enum State {
        case handshaking
        case open
        /// The peer sent close_notify; writing remains possible.
        case closed
        case failed(TLSError)
    }

    /// The most plaintext one record carries (RFC 8446 §5.1).
    private static let recordLimit = 16_384
    /// Header, tag and padding of a record, rounded up, to size buffers by.
    private static let recordOverhead = 64
    /// The least room to read into: a reply fits, and larger records take several reads.
    private static let readRoom = 4_096

    // Not private, because the facts are read in a file of their own.
    let ssl: OpaquePointer
    let transport: Transport
    let witness: HandshakeWitness
    let ownCertificate: CertificateFacts?
    private var state: State = .handshaking

    /// Creates an `SSL` over a transport of its own.
    init(
        context: OpaquePointer,
        peer: TLSPeer,
        witness: HandshakeWitness,
        ownCertificate: CertificateFacts?
    ) throws(TLSError) {
        ERR_clear_error()
        let transport = Transport()
        guard let ssl = SSL_new(context) else { throw .setup(failed: "SSL_new") }
        self.ssl = ssl
        self.transport = transport
        self.witness = witness
        self.peer = peer
        self.ownCertificate = ownCertificate
        guard witness.attach(to: ssl) else { throw .setup(failed: "SSL_set_ex_data") }
        let bio = try transport.makeBIO()
        // One reference serves both directions when they are the same BIO.
        SSL_set_bio(ssl, bio, bio)
    }

    deinit { SSL_free(ssl) }

    /// Prepares the client's side: expected name, SNI and the session to resume.
    func connect(to name: ServerName, resuming session: Session?) throws(TLSError) {
        let parameters = SSL_get0_param(ssl)
        switch name {
        case .host(let host):
            // RFC 9525 §6.3 knows only a wildcard that is the whole left-most label, and §2 rules
            // out the common name.
            X509_VERIFY_PARAM_set_hostflags(
                parameters,
                UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT)
            )
            guard X509_VERIFY_PARAM_set1_host(parameters, host, host.utf8.count) == 1,
                COpenSSLShims_SSL_set_tlsext_host_name(ssl, host) == 1
            else { throw .setup(failed: "X509_VERIFY_PARAM_set1_host") }
        case .address(let address):
            // No SNI: RFC 6066 §3 forbids addresses in it.
            guard X509_VERIFY_PARAM_set1_ip_asc(parameters, address) == 1 else {
                throw .setup(failed: "X509_VERIFY_PARAM_set1_ip_asc")
            }
        }
        if let session { SSL_set_session(ssl, session.raw) }
        SSL_set_connect_state(ssl)
    }

    /// Prepares the server's side.
    func accept() { SSL_set_accept_state(ssl) }

    /// Carries the handshake as far as the received octets allow.
    ///
    /// A client calls it once before anything was received, and both sides after every
    /// ``receive(_:)`` until it answers ``TLSProgress/open``.
    @discardableResult
    package func advance() throws(TLSError) -> TLSProgress {
        switch state {
        case .open: return .open
        case .closed: return .closed
        case .failed(let error): throw error
        case .handshaking: break
        }
        switch try perform({ SSL_do_handshake($0) }) {
        case .complete:
            state = .open
            return .open
        case .incomplete: return .handshaking
        case .closed: throw fail(.handshake(peer, .closed))
        }
    }

    /// Hands over octets from the network and leaves `ciphertext` empty.
    ///
    /// They are kept until ``read(into:)`` or ``advance()`` consumes them, so read until
    /// ``TLSReadResult/needMore`` before receiving more.
    package func receive(_ ciphertext: inout ByteBuffer) {
        switch state {
        case .handshaking, .open: transport.receive(&ciphertext)
        // Nobody will read it: after close_notify it means nothing (RFC 8446 §6.1).
        case .closed, .failed: ciphertext = ByteBuffer()
        }
    }

    /// Tells the connection that the network delivers nothing more.
    ///
    /// The next ``advance()`` or ``read(into:)`` then throws, unless the peer said goodbye.
    package func receiveEnd() { transport.end() }

    /// Decrypts up to one record and appends it to `plaintext`.
    ///
    /// Also carries an unfinished handshake forward, and handles tickets and key updates on the way.
    package func read(into plaintext: inout ByteBuffer) throws(TLSError) -> TLSReadResult {
        switch try advance() {
        case .handshaking: return .needMore
        case .closed: return .closed
        case .open: break
        }
        var result: Result<CallResult, TLSError> = .success(.incomplete)
        let count = plaintext.writeWithUnsafeMutableBytes(minimumWritableBytes: Self.readRoom) {
            var count = 0
            let room = $0
            result = Result { () throws(TLSError) in
                try perform { SSL_read_ex($0, room.baseAddress, room.count, &count) }
            }
            return count
        }
        switch try result.get() {
        case .complete: return .octets(count)
        case .incomplete: return .needMore
        case .closed:
            state = .closed
            transport.discardIncoming()
            return .closed
        }
    }

    /// Encrypts octets, 16 KB to a record.
    ///
    /// - Precondition: ``advance()`` has answered ``TLSProgress/open``.
    package func write(_ octets: UnsafeRawBufferPointer) throws(TLSError) {
        switch state {
        case .open, .closed: break
        case .failed(let error): throw error
        case .handshaking: preconditionFailure("written before the handshake was complete")
        }
        let records = octets.count / Self.recordLimit + 1
        transport.reserveOutgoing(octets.count + records * Self.recordOverhead)
        var start = 0
        while start < octets.count {
            let end = min(start + Self.recordLimit, octets.count)
            let part = UnsafeRawBufferPointer(rebasing: octets[start..<end])
            var written = 0
            let result = try perform { SSL_write_ex($0, part.baseAddress, part.count, &written) }
            // The transport takes everything and renegotiation is off, so a write never waits.
            guard case .complete = result else {
                throw fail(.protocolViolation(peer, detail: "a write could not be completed"))
            }
            start += written
        }
    }

    /// Encrypts the readable octets of a buffer.
    package func write(_ buffer: ByteBuffer) throws(TLSError) {
        try buffer.withUnsafeReadableBytes { octets in
            Result { () throws(TLSError) in try write(octets) }
        }.get()
    }

    /// Takes what must be written to the network, or `nil` when nothing must.
    package func takeCiphertext() -> ByteBuffer? { transport.takeOutgoing() }

    /// Says goodbye; nothing can be written afterwards.
    ///
    /// Reading remains possible until the peer says goodbye too. Without effect in a handshake or
    /// after an error.
    package func startClose() {
        switch state {
        case .open, .closed:
            ERR_clear_error()
            SSL_shutdown(ssl)
            ERR_clear_error()
        case .handshaking, .failed: break
        }
    }

    private enum CallResult {
        case complete, incomplete, closed
    }

    /// Makes one call of OpenSSL and sorts its outcome; nothing else looks at `SSL_get_error`.
    private func perform(_ call: (OpaquePointer) -> Int32) throws(TLSError) -> CallResult {
        // SSL_get_error reads this thread's queue, which other connections use as well.
        ERR_clear_error()
        let status = call(ssl)
        if status > 0 { return .complete }
        switch SSL_get_error(ssl, status) {
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return .incomplete
        case SSL_ERROR_ZERO_RETURN: return .closed
        default: throw fail(diagnose(OpenSSLFault.drain()))
        }
    }

    /// Whether data cannot flow yet.
    var isHandshaking: Bool {
        if case .handshaking = state { true } else { false }
    }

    private func fail(_ error: TLSError) -> TLSError {
        if isHandshaking { onFailedHandshake?() }
        state = .failed(error)
        transport.discardIncoming()
        return error
    }
}
