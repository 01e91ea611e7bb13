internal import COpenSSL

/// A certificate with the private key that signs in its name.
///
/// Not to be shared between tasks: made, used and dropped by the one that signs.
package struct CertificateSigner {
    /// What there is to know of the certificate.
    package let facts: CertificateFacts
    private let key: PrivateKey
    private let path: String

    /// Reads certificate and key from their files, as they are now.
    package init(reading source: TLSIdentitySource) throws(TLSError) {
        let identity = try Identity(reading: source)
        facts = CertificateFacts(identity.leaf)
        key = identity.key
        path = source.path
    }

    /// Signs octets as `PS256` does: RSASSA-PSS with SHA-256 and a salt of 32 octets
    /// (RFC 7518 §3.5).
    ///
    /// - Throws: ``TLSSetupDefect/certificateUnusable(path:detail:)`` where the key is not RSA.
    package func ps256(_ octets: [UInt8]) throws(TLSError) -> [UInt8] {
        guard EVP_PKEY_get_base_id(key.raw) == NID_rsaEncryption else {
            throw .setup(.certificateUnusable(path: path, detail: "its key is not an RSA key"))
        }
        ERR_clear_error()
        guard let context = EVP_MD_CTX_new() else { throw .setup(failed: "EVP_MD_CTX_new") }
        defer { EVP_MD_CTX_free(context) }
        // Freed with the digest's context, which owns it.
        var options: OpaquePointer?
        guard EVP_DigestSignInit(context, &options, EVP_sha256(), nil, key.raw) == 1,
            EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) == 1,
            EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST) == 1
        else { throw .setup(failed: "EVP_DigestSignInit") }
        var size = 0
        guard EVP_DigestSign(context, nil, &size, octets, octets.count) == 1 else {
            throw .setup(failed: "EVP_DigestSign")
        }
        var signature = [UInt8](repeating: 0, count: size)
        guard EVP_DigestSign(context, &signature, &size, octets, octets.count) == 1 else {
            throw .setup(failed: "EVP_DigestSign")
        }
        return Array(signature.prefix(size))
    }
}
