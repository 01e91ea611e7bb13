internal import COpenSSL
internal import COpenSSLShims
internal import Glibc

/// What the rest of the program may want to know of a certificate.
///
/// The texts come from whoever made the certificate: sinks must neutralise them.
package struct CertificateFacts: Hashable, Sendable {
    /// The subject in the form of RFC 2253, shortened to 512 octets.
    package let subject: String
    /// The issuer in the form of RFC 2253, shortened to 512 octets.
    package let issuer: String
    /// The host names and IP addresses the certificate is made out to (RFC 5280 §4.2.1.6).
    package let names: [String]
    /// Seconds since 1970 from which the certificate is valid.
    package let notBefore: Int64
    /// Seconds since 1970 until which the certificate is valid.
    package let notAfter: Int64
    /// The SHA-256 of the certificate in DER: what a pin is compared with.
    package let sha256: [UInt8]

    /// The SHA-256 in lower-case hexadecimal, as settings take it.
    package var sha256Text: String { Digest.hexadecimal(sha256) }

    /// Reads the certificate of a client identity from its files.
    package init(reading source: TLSIdentitySource) throws(TLSError) {
        self.init(try Identity(reading: source).leaf)
    }

    /// Reads the facts of a certificate.
    init(_ certificate: Certificate) {
        self.init(borrowing: certificate.raw, sha256: Digest.sha256(of: certificate))
    }

    /// Reads the facts of a certificate that somebody else owns.
    init(borrowing raw: OpaquePointer) {
        X509_up_ref(raw)
        self.init(Certificate(owning: raw))
    }

    private init(borrowing raw: OpaquePointer, sha256: [UInt8]) {
        subject = Self.text(of: X509_get_subject_name(raw))
        issuer = Self.text(of: X509_get_issuer_name(raw))
        names = Self.names(of: raw)
        notBefore = Self.seconds(X509_get0_notBefore(raw))
        notAfter = Self.seconds(X509_get0_notAfter(raw))
        self.sha256 = sha256
    }

    private static func text(of name: OpaquePointer?) -> String {
        guard let name, let bio = try? MemoryBIO(),
            COpenSSLShims_X509_NAME_print_RFC2253(bio.raw, name) >= 0
        else { return "" }
        return bio.text(limit: 512)
    }

    /// An unreadable time becomes 0: long ago, so that nobody takes the certificate for valid.
    private static func seconds(_ time: UnsafePointer<ASN1_TIME>?) -> Int64 {
        var parts = tm()
        guard let time, ASN1_TIME_to_tm(time, &parts) == 1 else { return 0 }
        return Int64(timegm(&parts))
    }

    private static func names(of raw: OpaquePointer) -> [String] {
        guard let list = X509_get_ext_d2i(raw, NID_subject_alt_name, nil, nil) else { return [] }
        let stack = OpaquePointer(list)
        defer { GENERAL_NAMES_free(stack) }
        return (0..<OPENSSL_sk_num(stack)).compactMap { index in
            OPENSSL_sk_value(stack, index)
                .flatMap { text(of: $0.assumingMemoryBound(to: GENERAL_NAME.self).pointee) }
        }
    }

    private static func text(of name: GENERAL_NAME) -> String? {
        switch name.type {
        case GEN_DNS: octets(name.d.dNSName).map { String(decoding: $0, as: UTF8.self) }
        case GEN_IPADD: octets(name.d.iPAddress).flatMap(addressText)
        default: nil
        }
    }

    private static func octets(_ string: UnsafePointer<ASN1_STRING>?) -> [UInt8]? {
        guard let string, let start = ASN1_STRING_get0_data(string) else { return nil }
        return Array(UnsafeBufferPointer(start: start, count: Int(ASN1_STRING_length(string))))
    }

    private static func addressText(_ octets: [UInt8]) -> String? {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let family = octets.count == 4 ? AF_INET : AF_INET6
        guard octets.count == 4 || octets.count == 16,
            inet_ntop(family, octets, &text, socklen_t(text.count)) != nil
        else { return nil }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
