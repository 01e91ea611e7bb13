internal import COpenSSL
internal import COpenSSLShims
internal import Glibc

extension Identity {
    /// Makes a P-256 key and a certificate for `names`, signed by itself.
    init(selfSignedFor names: [String], validity: ClosedRange<Int64>?) throws(TLSError) {
        var parsed: [ServerName] = []
        for name in names { parsed.append(try ServerName(name)) }
        guard let first = parsed.first else { throw .setup(.serverName("")) }

        guard let rawKey = COpenSSLShims_EVP_EC_gen_P256() else {
            throw .setup(failed: "EVP_EC_gen")
        }
        let key = PrivateKey(owning: rawKey)
        guard let raw = X509_new() else { throw .setup(failed: "X509_new") }
        let certificate = Certificate(owning: raw)
        let now = Int64(time(nil))
        // One hour back for clients whose clock is slow.
        let span = validity ?? now - 3_600...now + 365 * 86_400
        try Self.describe(raw, subject: first, validity: span)
        try Self.extend(raw, names: parsed)
        guard X509_set_pubkey(raw, rawKey) == 1, X509_sign(raw, rawKey, EVP_sha256()) > 0 else {
            throw .setup(failed: "X509_sign")
        }
        self.init(leaf: certificate, key: key)
    }

    private static func describe(
        _ raw: OpaquePointer,
        subject: ServerName,
        validity: ClosedRange<Int64>
    ) throws(TLSError) {
        let name = X509_get_subject_name(raw)
        // RFC 5280 appendix A.1 bounds a common name by 64 characters.
        let common = Array(subject.text.utf8.prefix(64))
        // Version 3 is written as 2 (RFC 5280 §4.1.2.1).
        guard X509_set_version(raw, 2) == 1,
            // A serial number of at most 20 octets, never 0 (RFC 5280 §4.1.2.2).
            ASN1_INTEGER_set_uint64(X509_get_serialNumber(raw), .random(in: 1...UInt64.max)) == 1,
            ASN1_TIME_set(X509_getm_notBefore(raw), time_t(validity.lowerBound)) != nil,
            ASN1_TIME_set(X509_getm_notAfter(raw), time_t(validity.upperBound)) != nil,
            X509_NAME_add_entry_by_NID(
                name,
                NID_commonName,
                MBSTRING_UTF8,
                common,
                Int32(common.count),
                -1,
                0
            ) == 1,
            X509_set_issuer_name(raw, name) == 1
        else { throw .setup(failed: "X509_set_issuer_name") }
    }

    private static func extend(_ raw: OpaquePointer, names: [ServerName]) throws(TLSError) {
        // A ServerName holds no comma and no colon but those of an address, so nothing can be
        // smuggled into this little language.
        let alternatives = names.map { name in
            switch name {
            case .host(let text): "DNS:\(text)"
            case .address(let text): "IP:\(text)"
            }
        }
        // Without a key usage: BoringSSL takes no certificate for its own issuer whose usage lacks the
        // signing of certificates, and with that this one would look like an authority's.
        let extensions: [(Int32, String)] = [
            (NID_basic_constraints, "critical,CA:FALSE"),
            (NID_ext_key_usage, "serverAuth"),
            (NID_subject_alt_name, alternatives.joined(separator: ",")),
        ]
        for (identifier, value) in extensions {
            guard let made = X509V3_EXT_nconf_nid(nil, nil, identifier, value) else {
                throw .setup(failed: "X509V3_EXT_nconf_nid")
            }
            defer { X509_EXTENSION_free(made) }
            guard X509_add_ext(raw, made, -1) == 1 else { throw .setup(failed: "X509_add_ext") }
        }
    }
}
