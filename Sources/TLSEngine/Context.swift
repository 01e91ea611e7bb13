internal import COpenSSL
internal import COpenSSLShims

/// The one owner of an `SSL_CTX`, and how it is configured.
final class Context {
    let raw: OpaquePointer

    // OpenSSL would otherwise tear itself down in exit() below threads that still use it.
    private static let isInitialised = OPENSSL_init_ssl(UInt64(OPENSSL_INIT_NO_ATEXIT), nil) == 1

    /// Creates a context that speaks TLS 1.2 or later (RFC 8996 §2).
    init(_ method: OpaquePointer?) throws(TLSError) {
        guard Self.isInitialised else { throw .setup(failed: "OPENSSL_init_ssl") }
        ERR_clear_error()
        guard let raw = SSL_CTX_new(method) else { throw .setup(failed: "SSL_CTX_new") }
        self.raw = raw
        // The system's policy, already in force here, may ask for more than TLS 1.2.
        let policy = COpenSSLShims_SSL_CTX_get_min_proto_version(raw)
        guard COpenSSLShims_SSL_CTX_set_min_proto_version(raw, max(policy, TLS1_2_VERSION)) == 1
        else { throw .setup(failed: "SSL_CTX_set_min_proto_version") }
        COpenSSLShims_SSL_CTX_set_strict_options(raw)
        // An idle session then holds no record buffers, which take up to 34 KB.
        COpenSSLShims_SSL_CTX_set_mode(raw, Int(SSL_MODE_RELEASE_BUFFERS))
        HandshakeWitness.install(in: raw)
    }

    deinit { SSL_CTX_free(raw) }

    /// Narrows the versions further.
    func limit(_ minimum: TLSVersion, _ maximum: TLSVersion) throws(TLSError) {
        let policy = COpenSSLShims_SSL_CTX_get_min_proto_version(raw)
        guard COpenSSLShims_SSL_CTX_set_min_proto_version(raw, max(policy, minimum.number)) == 1,
            COpenSSLShims_SSL_CTX_set_max_proto_version(raw, maximum.number) == 1
        else { throw .setup(failed: "SSL_CTX_set_max_proto_version") }
    }

    /// Asks the peer for a certificate and lets the witness judge it.
    func verifyPeer() { SSL_CTX_set_verify(raw, SSL_VERIFY_PEER, nil) }

    /// Leaves the sessions of a client to the witness.
    func keepSessionsOutside() {
        let mode = SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL
        COpenSSLShims_SSL_CTX_set_session_cache_mode(raw, Int(mode))
    }

    /// Lets a server resume from tickets alone, so that clients cost it no memory.
    func keepSessionsInTickets() {
        COpenSSLShims_SSL_CTX_set_session_cache_mode(raw, Int(SSL_SESS_CACHE_OFF))
        // Without a context id OpenSSL ends the handshake when a client that was asked for a
        // certificate comes back.
        let identifier = Array("postchute".utf8)
        SSL_CTX_set_session_id_context(raw, identifier, UInt32(identifier.count))
    }

    /// Shows this certificate to peers; `path` is where it came from, for errors.
    func use(_ identity: Identity, from path: String?) throws(TLSError) {
        ERR_clear_error()
        var isUsable =
            SSL_CTX_use_certificate(raw, identity.leaf.raw) == 1
            && SSL_CTX_use_PrivateKey(raw, identity.key.raw) == 1
        for issuer in identity.issuers {
            isUsable = isUsable && COpenSSLShims_SSL_CTX_add1_chain_cert(raw, issuer.raw) == 1
        }
        guard !isUsable else { return }
        guard let path else { throw .setup(failed: "SSL_CTX_use_certificate") }
        let detail = OpenSSLFault.drain().first?.text ?? "out of memory"
        throw .setup(.certificateUnusable(path: path, detail: detail))
    }
}

extension TLSVersion {
    fileprivate var number: Int32 {
        switch self {
        case .tls12: TLS1_2_VERSION
        case .tls13: TLS1_3_VERSION
        }
    }
}

extension TLSIdentitySource {
    /// The file that holds the certificate.
    var path: String {
        switch self {
        case .pem(let certificate, _, _): certificate
        case .pkcs12(let path, _): path
        }
    }
}

extension Certificate {
    /// The certificate in PEM.
    var pem: String? {
        guard let bio = try? MemoryBIO(), PEM_write_bio_X509(bio.raw, raw) == 1 else { return nil }
        return bio.text(limit: 64 << 10)
    }
}
