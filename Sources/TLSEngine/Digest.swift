internal import COpenSSL

/// One-shot digests.
package enum Digest {
    /// The SHA-256 of some octets; 32 octets long.
    package static func sha256(_ octets: some Collection<UInt8>) -> [UInt8] {
        let input = Array(octets)
        return fill { EVP_Digest(input, input.count, $0, $1, EVP_sha256(), nil) }
    }

    /// The SHA-256 of a certificate in DER, as pins and support calls use it.
    static func sha256(of certificate: Certificate) -> [UInt8] {
        fill { X509_digest(certificate.raw, EVP_sha256(), $0, $1) }
    }

    /// Octets as lower-case hexadecimal digits.
    package static func hexadecimal(_ octets: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for octet in octets { text += [digits[Int(octet >> 4)], digits[Int(octet & 15)]] }
        return String(decoding: text, as: UTF8.self)
    }

    private static func fill(
        _ call: (UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<UInt32>?) -> Int32
    ) -> [UInt8] {
        var size: UInt32 = 0
        var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        // OpenSSL fails here only without memory. An empty digest equals no pin.
        guard call(&digest, &size) == 1 else { return [] }
        return Array(digest.prefix(Int(size)))
    }
}
