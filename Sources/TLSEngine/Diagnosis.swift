internal import COpenSSL

/// What is known when a call of OpenSSL fails.
struct Diagnosis {
    let peer: TLSPeer
    let isHandshake: Bool
    /// The first octets the peer sent.
    let opening: [UInt8]
    /// The certificate check that failed, if one did.
    let defect: CertificateDefect?
    /// Since when the certificate we showed is out of date, if it is.
    let ownCertificateExpired: Int64?
    let faults: [OpenSSLFault]

    /// The error to report.
    var error: TLSError {
        // OpenSSL only says "certificate verify failed"; the witness knows more.
        if let defect { return .certificate(peer, defect) }
        if isHandshake, isForeign { return .handshake(peer, .notTLS(opening: opening)) }
        if let alert = faults.lazy.compactMap(\.alert).first {
            return .alert(peer, alert, ownCertificateExpired: ownCertificateExpired)
        }
        if faults.contains(where: { $0.isTLS(SSL_R_UNEXPECTED_EOF_WHILE_READING) }) {
            return isHandshake ? .handshake(peer, .closed) : .closedWithoutNotice(peer)
        }
        if isHandshake, faults.contains(where: \.isAboutVersion) {
            return .handshake(peer, .protocolVersion(offered: offeredVersion))
        }
        let detail = faults.first?.text ?? "OpenSSL gave no reason"
        return isHandshake
            ? .handshake(peer, .other(detail)) : .protocolViolation(peer, detail: detail)
    }

    /// Whether what came first is no record of TLS: content type 20 to 23, major version 3
    /// (RFC 8446 §5.1).
    private var isForeign: Bool {
        guard let first = opening.first else { return false }
        return !(20...23).contains(first) || (opening.count > 1 && opening[1] != 3)
    }

    /// The version in a ServerHello or ClientHello: after a record's header of five octets and a
    /// message's of four (RFC 5246 §7.4.1.3).
    private var offeredVersion: String? {
        guard opening.count > 10, opening[0] == 22, opening[9] == 3 else { return nil }
        switch opening[10] {
        case 0: return "SSL 3.0"
        case 1...4: return "TLS 1.\(opening[10] - 1)"
        default: return nil
        }
    }
}

extension OpenSSLFault {
    fileprivate var isAboutVersion: Bool {
        isTLS(
            SSL_R_UNSUPPORTED_PROTOCOL,
            SSL_R_UNSUPPORTED_SSL_VERSION,
            SSL_R_WRONG_SSL_VERSION,
            SSL_R_WRONG_VERSION_NUMBER,
            SSL_R_VERSION_TOO_LOW
        )
    }
}
