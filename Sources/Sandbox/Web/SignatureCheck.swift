internal import COpenSSL
internal import Glibc
internal import TLSEngine

/// Checks signatures of tokens that others made.
enum SignatureCheck {
    /// Whether a token's signature is that of this `EVP_PKEY`, which stays the caller's.
    ///
    /// PS256 and RS256 are understood.
    static func isValid(_ token: WebToken, by key: OpaquePointer?) -> Bool {
        ERR_clear_error()
        defer { ERR_clear_error() }
        guard let context = EVP_MD_CTX_new() else { return false }
        defer { EVP_MD_CTX_free(context) }
        var keyContext: OpaquePointer?
        guard EVP_DigestVerifyInit(context, &keyContext, EVP_sha256(), nil, key) == 1,
            prepare(keyContext, for: token.algorithm)
        else { return false }
        let input = Array(token.signedText.utf8)
        return EVP_DigestVerify(
            context,
            token.signature,
            token.signature.count,
            input,
            input.count
        ) == 1
    }

    /// RFC 7518 §3.3 and §3.5: the salt of PS256 is as long as its digest.
    private static func prepare(_ context: OpaquePointer?, for algorithm: String) -> Bool {
        switch algorithm {
        case "RS256":
            EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1
        case "PS256":
            EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1
                && EVP_PKEY_CTX_set_rsa_pss_saltlen(context, 32) == 1
        default:
            false
        }
    }
}

/// A certificate that an application registered, to check its assertions with.
// @unchecked because the certificate is only read.
final class RegisteredCertificate: @unchecked Sendable {
    /// `x5t#S256` of assertions made with this certificate.
    let sha256: String
    /// `x5t` of assertions made with this certificate; SHA-1, and so only a name.
    let sha1: String
    /// Seconds since 1970 between which the certificate is valid.
    let validity: ClosedRange<Int64>
    private let raw: OpaquePointer

    /// The SHA-256 of the certificate in lowercase hexadecimal.
    let sha256Digits: String

    /// Reads the first certificate of a text in PEM; `nil` when there is none.
    convenience init?(pem: String) {
        ERR_clear_error()
        defer { ERR_clear_error() }
        let octets = Array(pem.utf8)
        guard octets.count < 1 << 20, let raw = Self.read(octets) else { return nil }
        self.init(owning: raw)
    }

    /// Reads a certificate as `x5c` carries it (RFC 7515 §4.1.6); `nil` when it is none.
    convenience init?(base64: String) {
        ERR_clear_error()
        defer { ERR_clear_error() }
        guard let octets = WebBase64.decodeBody(base64.utf8) else { return nil }
        let raw = octets.withUnsafeBufferPointer { buffer in
            var position = buffer.baseAddress
            return d2i_X509(nil, &position, buffer.count)
        }
        guard let raw else { return nil }
        self.init(owning: raw)
    }

    private init(owning raw: OpaquePointer) {
        self.raw = raw
        let digest = Self.digest(of: raw, EVP_sha256())
        sha256Digits = Digest.hexadecimal(digest)
        sha256 = WebBase64.encodeForURL(digest)
        sha1 = WebBase64.encodeForURL(Self.digest(of: raw, EVP_sha1()))
        let from = Self.seconds(X509_get0_notBefore(raw))
        validity = from...max(from, Self.seconds(X509_get0_notAfter(raw)))
    }

    deinit { X509_free(raw) }

    /// Whether a token was signed with this certificate's key.
    func hasSigned(_ token: WebToken) -> Bool {
        SignatureCheck.isValid(token, by: X509_get0_pubkey(raw))
    }

    private static func read(_ octets: [UInt8]) -> OpaquePointer? {
        octets.withUnsafeBytes { octets in
            guard let bio = BIO_new_mem_buf(octets.baseAddress, Int32(octets.count)) else {
                return nil
            }
            defer { BIO_free(bio) }
            // Without a callback OpenSSL would ask for a passphrase on the terminal.
            return PEM_read_bio_X509(bio, nil, { _, _, _, _ in -1 }, nil)
        }
    }

    private static func digest(of raw: OpaquePointer, _ kind: OpaquePointer?) -> [UInt8] {
        var size: UInt32 = 0
        var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        guard X509_digest(raw, kind, &digest, &size) == 1 else { return [] }
        return Array(digest.prefix(Int(size)))
    }

    /// An unreadable time becomes 0: long ago, so that nobody takes the certificate for valid.
    private static func seconds(_ time: UnsafePointer<ASN1_TIME>?) -> Int64 {
        var parts = tm()
        guard let time, ASN1_TIME_to_tm(time, &parts) == 1 else { return 0 }
        return Int64(timegm(&parts))
    }
}
