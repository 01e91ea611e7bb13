internal import COpenSSL

/// A certificate with its private key and the issuers to send along.
struct Identity {
    let leaf: Certificate
    let key: PrivateKey
    let issuers: [Certificate]

    /// Loads an identity from its files.
    init(reading source: TLSIdentitySource) throws(TLSError) {
        ERR_clear_error()
        switch source {
        case .pem(let certificate, let key, let passphrase):
            try self.init(certificatePath: certificate, keyPath: key, passphrase: passphrase)
        case .pkcs12(let path, let passphrase):
            try self.init(pkcs12Path: path, passphrase: passphrase)
        }
    }

    /// Joins parts that belong together.
    init(leaf: Certificate, key: PrivateKey, issuers: [Certificate] = []) {
        self.leaf = leaf
        self.key = key
        self.issuers = issuers
    }

    private init(
        certificatePath: String,
        keyPath: String,
        passphrase: Passphrase?
    ) throws(TLSError) {
        let certificates = try CertificateFile.read(certificatePath)
        let key = try Self.readKey(keyPath, passphrase: passphrase)
        // Files made by hand put the issuer first often enough; the key knows which one is ours.
        guard let position = certificates.firstIndex(where: { Self.belongs($0, to: key) }) else {
            throw .setup(.keyMismatch(certificate: certificatePath, key: keyPath))
        }
        leaf = certificates[position]
        self.key = key
        issuers = Array(certificates[..<position] + certificates[(position + 1)...])
    }

    private static func belongs(_ certificate: Certificate, to key: PrivateKey) -> Bool {
        defer { ERR_clear_error() }
        return X509_check_private_key(certificate.raw, key.raw) == 1
    }

    private static func readKey(
        _ path: String,
        passphrase: Passphrase?
    ) throws(TLSError) -> PrivateKey {
        let bio = try MemoryBIO(try FileOctets.read(path))
        let request = PassphraseRequest(passphrase)
        let raw = withExtendedLifetime(request) {
            let context = Unmanaged.passUnretained(request).toOpaque()
            // Without a callback OpenSSL would ask on the terminal.
            return PEM_read_bio_PrivateKey(
                bio.raw,
                nil,
                { buffer, size, _, context in
                    guard let context else { return -1 }
                    return Unmanaged<PassphraseRequest>.fromOpaque(context).takeUnretainedValue()
                        .answer(
                            into: UnsafeMutableRawBufferPointer(start: buffer, count: Int(size))
                        )
                },
                context
            )
        }
        if let raw { return PrivateKey(owning: raw) }
        ERR_clear_error()
        if request.wasAsked {
            throw .setup(
                passphrase.map { _ in .passphraseWrong(path: path) }
                    ?? .passphraseMissing(path: path)
            )
        }
        // Of a file without a key OpenSSL only says "unsupported", which would mislead.
        throw .setup(.malformed(path: path, expected: "a private key in PEM", detail: nil))
    }
}

/// Answers OpenSSL's question for a passphrase and remembers that it was asked.
private final class PassphraseRequest {
    let passphrase: Passphrase?
    private(set) var wasAsked = false

    init(_ passphrase: Passphrase?) { self.passphrase = passphrase }

    /// Copies the passphrase and returns its length, or -1 when there is none to give.
    func answer(into buffer: UnsafeMutableRawBufferPointer) -> Int32 {
        wasAsked = true
        guard let octets = passphrase?.octets, octets.count <= buffer.count else { return -1 }
        buffer.copyBytes(from: octets)
        return Int32(octets.count)
    }
}
