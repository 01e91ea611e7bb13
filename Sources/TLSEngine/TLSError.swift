/// Why TLS could not be set up, or did not come about, or ended.
package enum TLSError: Error, Hashable, Sendable {
    /// Our own settings or files are at fault.
    case setup(TLSSetupDefect)
    /// The peer's certificate did not pass a check.
    case certificate(TLSPeer, CertificateDefect)
    /// The handshake failed for another reason than a certificate.
    case handshake(TLSPeer, HandshakeDefect)
    /// The peer ended the session with a fatal alert, in the handshake or later (RFC 8446 §6.2).
    ///
    /// A TLS 1.3 server refuses a client certificate only after the client's handshake is complete.
    /// `ownCertificateExpired` is since when, if the certificate we showed is out of date.
    case alert(TLSPeer, TLSAlert, ownCertificateExpired: Int64?)
    /// The network connection ended without the peer's close_notify: what was received may have
    /// been cut short (RFC 8446 §6.1).
    case closedWithoutNotice(TLSPeer)
    /// The peer broke the protocol, or OpenSSL failed, after the handshake.
    case protocolViolation(TLSPeer, detail: String)
}

/// The other end of a connection, as errors name it.
package enum TLSPeer: Hashable, Sendable {
    /// A server, by the name that was asked for.
    case server(String)
    case client

    /// The peer in the middle of a sentence.
    package var phrase: String {
        switch self {
        case .server(let name): "the server \(name)"
        case .client: "the client"
        }
    }
}

/// What is wrong with our own settings, certificates and keys.
package enum TLSSetupDefect: Hashable, Sendable {
    /// A file could not be read; `code` is the system's error number.
    case unreadable(path: String, code: Int32)
    /// A file is larger than a file of its kind can sensibly be.
    case tooLarge(path: String, limit: Int)
    /// A file does not contain what it should; `detail` is OpenSSL's word for it, if it had one.
    case malformed(path: String, expected: String, detail: String?)
    case passphraseMissing(path: String)
    case passphraseWrong(path: String)
    /// The file is encrypted with an algorithm OpenSSL 3 has retired, such as RC2.
    case encryptionRetired(path: String)
    /// No certificate of the one file belongs to the key of the other.
    case keyMismatch(certificate: String, key: String)
    /// OpenSSL refuses to use a certificate, for instance because its key is too short.
    case certificateUnusable(path: String, detail: String)
    /// The system has no trust store where OpenSSL looks for one.
    case trustStoreMissing(places: [String])
    /// A pin is not the 32 octets of a SHA-256.
    case pinLength(Int)
    /// A name is neither a host name in ASCII nor an IP address.
    case serverName(String)
    /// OpenSSL could not allocate or configure something.
    case openSSL(call: String, detail: String)
}

/// Which check a peer's certificate failed.
package enum CertificateDefect: Hashable, Sendable {
    /// None of the certificate's names is the one asked for (RFC 9525 §6.3).
    case nameMismatch(names: [String])
    /// A certificate is out of date since then; `issuer` names it unless it is the peer's own.
    case expired(since: Int64, issuer: String?)
    /// A certificate becomes valid only then; `issuer` names it unless it is the peer's own.
    case notYetValid(from: Int64, issuer: String?)
    /// The chain ends at an issuer outside the trust store.
    case untrustedIssuer(String)
    case selfSigned(sha256: [UInt8])
    /// The certificate is not the pinned one.
    case notPinned(expected: [UInt8], presented: [UInt8])
    /// Another check failed, in OpenSSL's words.
    case other(String)
}

/// How a handshake failed when no certificate was to blame.
package enum HandshakeDefect: Hashable, Sendable {
    /// The peer speaks no version from TLS 1.2 on; `offered` is what it chose, when it said.
    case protocolVersion(offered: String?)
    /// The peer closed the connection.
    case closed
    /// The peer does not speak TLS at all; `opening` is the beginning of what it sent.
    case notTLS(opening: [UInt8])
    /// Anything else, in OpenSSL's words.
    case other(String)
}
