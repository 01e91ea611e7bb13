internal import COpenSSL
internal import TLSEngine

/// The SHA-256 of octets that come in runs.
final class RunningDigest {
    private let context: OpaquePointer?
    private var isValid = false

    /// Creates a digest of nothing.
    init() {
        context = EVP_MD_CTX_new()
        isValid = EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1
    }

    deinit { EVP_MD_CTX_free(context) }

    /// Adds a run.
    func update(_ octets: UnsafeRawBufferPointer) {
        isValid = isValid && EVP_DigestUpdate(context, octets.baseAddress, octets.count) == 1
    }

    /// The digest in hexadecimal; empty when OpenSSL had no memory.
    func finish() -> String {
        var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var length: UInt32 = 0
        guard isValid, EVP_DigestFinal_ex(context, &digest, &length) == 1 else { return "" }
        isValid = false
        return Digest.hexadecimal(digest.prefix(Int(length)))
    }
}
