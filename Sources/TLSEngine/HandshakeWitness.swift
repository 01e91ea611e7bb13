internal import COpenSSL

/// Judges the peer's certificate for one connection and remembers what it found.
///
/// OpenSSL's callbacks reach it through the `SSL`'s application data.
final class HandshakeWitness {
    /// What a peer's certificate must satisfy.
    enum Policy {
        /// Issuer, dates and name, against the trust store of the context.
        case verified
        /// Nothing but the SHA-256 of the certificate itself.
        case pinned([UInt8])
        /// Nothing: a server reports who its clients say they are and lets them in.
        case reported
    }

    /// The check that failed, if one did.
    private(set) var defect: CertificateDefect?
    private let policy: Policy
    private let onSession: ((Session) -> Void)?

    /// Creates a witness; `onSession` receives sessions fit for resumption.
    init(_ policy: Policy, onSession: ((Session) -> Void)? = nil) {
        self.policy = policy
        self.onSession = onSession
    }

    /// Makes the witness reachable from `ssl`, which it must outlive.
    func attach(to ssl: OpaquePointer) -> Bool {
        SSL_set_ex_data(ssl, 0, Unmanaged.passUnretained(self).toOpaque()) == 1
    }

    /// Sends the decisions of `context` about certificates and sessions to each `SSL`'s witness.
    static func install(in context: OpaquePointer) {
        SSL_CTX_set_cert_verify_callback(
            context,
            { store, _ in
                let ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx())
                // Fails closed: an SSL without a witness accepts nobody.
                guard let store, let witness = HandshakeWitness.of(ssl.map { OpaquePointer($0) })
                else { return 0 }
                return witness.judge(store) ? 1 : 0
            },
            nil
        )
        SSL_CTX_sess_set_new_cb(context) { ssl, session in
            guard let session, let onSession = HandshakeWitness.of(ssl)?.onSession,
                SSL_SESSION_is_resumable(session) == 1
            else { return 0 }
            onSession(Session(owning: session))
            return 1
        }
    }

    private static func of(_ ssl: OpaquePointer?) -> HandshakeWitness? {
        guard let ssl, let context = SSL_get_ex_data(ssl, 0) else { return nil }
        return Unmanaged<HandshakeWitness>.fromOpaque(context).takeUnretainedValue()
    }

    private func judge(_ store: OpaquePointer) -> Bool {
        switch policy {
        case .verified:
            guard X509_verify_cert(store) != 1 else { return true }
            defect = CertificateDefect(store)
        case .pinned(let expected):
            let facts = X509_STORE_CTX_get0_cert(store).map { CertificateFacts(borrowing: $0) }
            let presented = facts?.sha256 ?? []
            if presented == expected { return accept(store) }
            defect = .notPinned(expected: expected, presented: presented)
            X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED)
        case .reported:
            return accept(store)
        }
        return false
    }

    private func accept(_ store: OpaquePointer) -> Bool {
        X509_STORE_CTX_set_error(store, X509_V_OK)
        return true
    }
}

extension CertificateDefect {
    /// Reads why `X509_verify_cert` failed, and on which certificate of the chain.
    fileprivate init(_ store: OpaquePointer) {
        let code = X509_STORE_CTX_get_error(store)
        let isLeaf = X509_STORE_CTX_get_error_depth(store) == 0
        guard
            let current = X509_STORE_CTX_get_current_cert(store) ?? X509_STORE_CTX_get0_cert(store)
        else {
            self = .other(Self.text(code))
            return
        }
        let facts = CertificateFacts(borrowing: current)
        switch code {
        case X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH:
            self = .nameMismatch(names: facts.names)
        case X509_V_ERR_CERT_HAS_EXPIRED:
            self = .expired(since: facts.notAfter, issuer: isLeaf ? nil : facts.subject)
        case X509_V_ERR_CERT_NOT_YET_VALID:
            self = .notYetValid(from: facts.notBefore, issuer: isLeaf ? nil : facts.subject)
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
            self = .selfSigned(sha256: facts.sha256)
        case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT,
            X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
            X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, X509_V_ERR_CERT_UNTRUSTED:
            self = .untrustedIssuer(facts.issuer)
        default:
            self = .other(Self.text(code))
        }
    }

    private static func text(_ code: Int32) -> String {
        X509_verify_cert_error_string(Int(code)).map { String(cString: $0) } ?? "error \(code)"
    }
}
