internal import COpenSSL
internal import Glibc

/// Loads the certificates that a client context trusts.
enum TrustStore {
    /// Makes `context` trust what the settings name.
    static func load(_ trust: TLSClientSettings.Trust, into context: OpaquePointer) throws(TLSError)
    {
        switch trust {
        case .system: try loadSystem(into: context)
        case .file(let path): try load(path, into: context)
        }
        // The operator's word ends a chain: an intermediate or a server's own certificate in the
        // trust store is enough.
        X509_STORE_set_flags(SSL_CTX_get_cert_store(context), UInt(X509_V_FLAG_PARTIAL_CHAIN))
    }

    private static func loadSystem(into context: OpaquePointer) throws(TLSError) {
        let file = place(X509_get_default_cert_file_env(), X509_get_default_cert_file())
        let folder = place(X509_get_default_cert_dir_env(), X509_get_default_cert_dir())
        // OpenSSL takes a missing store for an empty one, and every certificate for untrusted.
        guard access(file, R_OK) == 0 || hasEntries(folder) else {
            throw .setup(.trustStoreMissing(places: [file, folder]))
        }
        guard SSL_CTX_set_default_verify_paths(context) == 1 else {
            throw .setup(failed: "SSL_CTX_set_default_verify_paths")
        }
    }

    private static func load(_ path: String, into context: OpaquePointer) throws(TLSError) {
        let store = SSL_CTX_get_cert_store(context)
        for certificate in try CertificateFile.read(path) {
            guard X509_STORE_add_cert(store, certificate.raw) == 1 else {
                throw .setup(failed: "X509_STORE_add_cert")
            }
        }
    }

    private static func place(
        _ variable: UnsafePointer<CChar>?,
        _ fallback: UnsafePointer<CChar>?
    ) -> String {
        let override = variable.flatMap { getenv($0) }.map { String(cString: $0) }
        return override ?? fallback.map { String(cString: $0) } ?? ""
    }

    private static func hasEntries(_ folder: String) -> Bool {
        guard let directory = opendir(folder) else { return false }
        defer { closedir(directory) }
        while let entry = readdir(directory) {
            if entry.pointee.d_name.0 != CChar(bitPattern: UInt8(ascii: ".")) { return true }
        }
        return false
    }
}
