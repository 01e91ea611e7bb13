internal import CLinux
internal import COpenSSL

/// SHA-256 of an open file, piece by piece.
enum FileDigest {
    private static let pieceOctets = 128 * 1024

    /// Digests the first `size` octets of a file, whatever is appended meanwhile; empty when OpenSSL
    /// refuses, which no digest equals.
    static func sha256(
        descriptor: Int32,
        size: Int64,
        path: [UInt8]
    ) throws(SpoolError) -> [UInt8] {
        guard let context = EVP_MD_CTX_new() else { return [] }
        defer { EVP_MD_CTX_free(context) }
        guard EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else { return [] }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: pieceOctets, alignment: 16)
        defer { buffer.deallocate() }
        var offset: Int64 = 0
        while offset < size {
            let room = Int(clamping: min(size - offset, Int64(buffer.count)))
            let count = linux_read_at(descriptor, buffer.baseAddress, room, offset)
            guard count >= 0 else {
                throw SpoolError(number: Int32(truncatingIfNeeded: -count), "read", path: path)
            }
            if count == 0 { break }
            guard EVP_DigestUpdate(context, buffer.baseAddress, Int(count)) == 1 else { return [] }
            offset += count
        }
        var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var length: UInt32 = 0
        guard EVP_DigestFinal_ex(context, &digest, &length) == 1 else { return [] }
        return Array(digest.prefix(Int(length)))
    }
}
