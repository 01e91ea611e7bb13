internal import COpenSSL

extension Identity {
    /// Loads the certificate, key and issuers of a PKCS#12 file (RFC 7292).
    init(pkcs12Path path: String, passphrase: Passphrase?) throws(TLSError) {
        let octets = try FileOctets.read(path)
        let parsed = octets.withUnsafeBufferPointer { buffer in
            var position = buffer.baseAddress
            return d2i_PKCS12(nil, &position, buffer.count)
        }
        guard let parsed else {
            let detail = OpenSSLFault.drain().first?.text
            throw .setup(.malformed(path: path, expected: "a PKCS#12 file", detail: detail))
        }
        defer { PKCS12_free(parsed) }

        var key: OpaquePointer?
        var leaf: OpaquePointer?
        var issuers: OpaquePointer?
        let secret = (passphrase?.octets ?? []).map(CChar.init(bitPattern:)) + [0]
        let status = PKCS12_parse(parsed, secret, &key, &leaf, &issuers)
        let faults = OpenSSLFault.drain()
        guard status == 1 else {
            throw .setup(Self.defect(of: faults, path: path, hadPassphrase: passphrase != nil))
        }
        let chain = Self.takeCertificates(issuers)
        let ownedKey = key.map(PrivateKey.init(owning:))
        let ownedLeaf = leaf.map(Certificate.init(owning:))
        guard let ownedKey, let ownedLeaf else {
            let expected = "a certificate together with its private key"
            throw .setup(.malformed(path: path, expected: expected, detail: nil))
        }
        self.init(leaf: ownedLeaf, key: ownedKey, issuers: chain)
    }

    private static func defect(
        of faults: [OpenSSLFault],
        path: String,
        hadPassphrase: Bool
    ) -> TLSSetupDefect {
        let isMACFailure = faults.contains {
            $0.library == ERR_LIB_PKCS12 && $0.reason == PKCS12_R_MAC_VERIFY_FAILURE
        }
        if isMACFailure {
            return hadPassphrase ? .passphraseWrong(path: path) : .passphraseMissing(path: path)
        }
        // RC2 and single DES, which old Windows and Java write, live in the legacy provider.
        if faults.contains(where: { $0.text.contains("unsupported") }) {
            return .encryptionRetired(path: path)
        }
        return .malformed(
            path: path,
            expected: "a PKCS#12 file",
            detail: faults.first?.text
        )
    }

    private static func takeCertificates(_ stack: OpaquePointer?) -> [Certificate] {
        guard let stack else { return [] }
        defer { OPENSSL_sk_free(stack) }
        return (0..<OPENSSL_sk_num(stack)).compactMap { index in
            OPENSSL_sk_value(stack, index).map { Certificate(owning: OpaquePointer($0)) }
        }
    }
}
