internal import COpenSSL

/// The one owner of an `X509`.
final class Certificate {
    let raw: OpaquePointer

    /// Takes over a reference.
    init(owning raw: OpaquePointer) { self.raw = raw }

    deinit { X509_free(raw) }
}

/// The one owner of an `EVP_PKEY`.
final class PrivateKey {
    let raw: OpaquePointer

    /// Takes over a reference.
    init(owning raw: OpaquePointer) { self.raw = raw }

    deinit { EVP_PKEY_free(raw) }
}

/// A memory BIO, for OpenSSL functions that read or print through one.
final class MemoryBIO {
    let raw: OpaquePointer

    /// Creates a BIO that is read from the beginning of `octets`.
    init(_ octets: [UInt8] = []) throws(TLSError) {
        guard let raw = BIO_new(BIO_s_mem()) else { throw .setup(failed: "BIO_new") }
        self.raw = raw
        guard !octets.isEmpty else { return }
        var written = 0
        guard BIO_write_ex(raw, octets, octets.count, &written) == 1, written == octets.count else {
            throw .setup(failed: "BIO_write_ex")
        }
    }

    deinit { BIO_free(raw) }

    /// Takes what was printed, at most `limit` octets of it.
    func text(limit: Int) -> String {
        var octets = [UInt8](repeating: 0, count: limit)
        var count = 0
        guard BIO_read_ex(raw, &octets, limit, &count) == 1 else { return "" }
        return String(decoding: octets.prefix(count), as: UTF8.self)
    }
}
