internal import COpenSSL
internal import Glibc

extension TLSConnection {
    /// Version and cipher, such as `TLSv1.3 TLS_AES_256_GCM_SHA384`; once open.
    package var summary: String {
        let version = SSL_get_version(ssl).map { String(cString: $0) } ?? ""
        guard let name = SSL_CIPHER_get_name(SSL_get_current_cipher(ssl)) else { return version }
        return "\(version) \(String(cString: name))"
    }

    /// What the peer showed, also when the session is resumed.
    package var peerCertificate: CertificateFacts? {
        SSL_get0_peer_certificate(ssl).map { CertificateFacts(borrowing: $0) }
    }

    /// Who vouches for the peer's certificate, nearest first, as far as the verified chain goes;
    /// empty when the session is resumed or the certificate is pinned.
    package var peerIssuers: [CertificateFacts] {
        guard let chain = SSL_get0_verified_chain(ssl) else { return [] }
        return (0..<OPENSSL_sk_num(chain)).dropFirst().compactMap { index in
            OPENSSL_sk_value(chain, index).map { CertificateFacts(borrowing: OpaquePointer($0)) }
        }
    }

    /// Whether the handshake took up an earlier session.
    package var isResumed: Bool { SSL_session_reused(ssl) == 1 }

    /// The host name a client asked for (RFC 6066 §3).
    package var requestedServerName: String? {
        SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name).map { String(cString: $0) }
    }

    /// Finds out why a call failed.
    func diagnose(_ faults: [OpenSSLFault]) -> TLSError {
        let expiry = ownCertificate?.notAfter
        return Diagnosis(
            peer: peer,
            isHandshake: isHandshaking,
            opening: transport.opening,
            defect: witness.defect,
            ownCertificateExpired: expiry.flatMap { $0 < Int64(time(nil)) ? $0 : nil },
            faults: faults
        ).error
    }
}
