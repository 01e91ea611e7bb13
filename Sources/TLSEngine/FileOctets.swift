internal import Glibc

/// Reads the small files that certificates and keys live in.
enum FileOctets {
    /// The largest file read; a complete trust store of a distribution is 220 KB.
    static let limit = 4 << 20

    /// The whole content of a file, or the error that names its path.
    static func read(_ path: String) throws(TLSError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .setup(.unreadable(path: path, code: errno)) }
        defer { close(descriptor) }
        var octets: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .setup(.unreadable(path: path, code: errno)) }
            if count == 0 { return octets }
            octets += chunk.prefix(count)
            guard octets.count <= limit else {
                throw .setup(.tooLarge(path: path, limit: limit))
            }
        }
    }
}
