internal import COpenSSL

/// A file of one or more certificates: PEM, or one in DER.
enum CertificateFile {
    /// Every certificate of a file in its order; never empty.
    static func read(_ path: String) throws(TLSError) -> [Certificate] {
        let octets = try FileOctets.read(path)
        ERR_clear_error()
        // Windows exports certificates in DER, which begins with a SEQUENCE.
        let certificates = octets.first == 0x30 ? readDER(octets) : try readPEM(octets)
        let faults = OpenSSLFault.drain()
        // After the last block OpenSSL reports that no further one begins; that is the end.
        let isEnd = faults.allSatisfy {
            $0.library == ERR_LIB_PEM && $0.reason == PEM_R_NO_START_LINE
        }
        guard !certificates.isEmpty, isEnd else {
            let detail = isEnd ? nil : faults.first?.text
            throw .setup(.malformed(path: path, expected: "a certificate in PEM", detail: detail))
        }
        return certificates
    }

    private static func readPEM(_ octets: [UInt8]) throws(TLSError) -> [Certificate] {
        let bio = try MemoryBIO(octets)
        var certificates: [Certificate] = []
        // The variant with AUX also reads OpenSSL's own "TRUSTED CERTIFICATE".
        while let raw = PEM_read_bio_X509_AUX(bio.raw, nil, nil, nil) {
            certificates.append(Certificate(owning: raw))
        }
        return certificates
    }

    private static func readDER(_ octets: [UInt8]) -> [Certificate] {
        octets.withUnsafeBufferPointer { buffer in
            var position = buffer.baseAddress
            return d2i_X509(nil, &position, buffer.count).map { [Certificate(owning: $0)] } ?? []
        }
    }
}
