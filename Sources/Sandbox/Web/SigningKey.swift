internal import COpenSSL

/// The RSA key with which the sandbox signs its tokens.
///
/// A new one at each start; its public half is published as a JSON Web Key.
// @unchecked because OpenSSL counts references atomically and the key is only read.
final class SigningKey: @unchecked Sendable {
    /// What `kid` says in headers and in the published key.
    let identifier: String
    /// The published half (RFC 7517 §4, RFC 7518 §6.3.1).
    let published: JSONValue
    private let raw: OpaquePointer

    /// Makes a key of 2048 bits; `nil` when OpenSSL has no memory or no randomness.
    init?() {
        guard let raw = Self.generate() else { return nil }
        guard let modulus = Self.number("n", of: raw),
            let exponent = Self.number("e", of: raw)
        else {
            EVP_PKEY_free(raw)
            return nil
        }
        self.raw = raw
        identifier = WebBase64.encodeForURL(modulus.suffix(20))
        published = .members([
            ("kty", "RSA"), ("use", "sig"), ("alg", "RS256"), ("kid", .string(identifier)),
            ("x5t", .string(identifier)),
            ("n", .string(WebBase64.encodeForURL(modulus))),
            ("e", .string(WebBase64.encodeForURL(exponent))),
        ])
    }

    deinit { EVP_PKEY_free(raw) }

    /// Signs claims as a compact token with RS256 (RFC 7515 §7.1); `nil` when OpenSSL fails.
    func token(claims: JSONValue) -> String? {
        let header = JSONValue.members([
            ("typ", "JWT"), ("alg", "RS256"), ("x5t", .string(identifier)),
            ("kid", .string(identifier)),
        ])
        let input = [header, claims].map { WebBase64.encodeForURL($0.json.utf8) }
            .joined(separator: ".")
        return sign(Array(input.utf8)).map { "\(input).\(WebBase64.encodeForURL($0))" }
    }

    /// Whether a compact token was signed by this key with RS256.
    func hasSigned(_ token: WebToken) -> Bool {
        token.algorithm == "RS256" && SignatureCheck.isValid(token, by: raw)
    }

    private func sign(_ octets: [UInt8]) -> [UInt8]? {
        ERR_clear_error()
        guard let context = EVP_MD_CTX_new() else { return nil }
        defer { EVP_MD_CTX_free(context) }
        var size = 0
        guard EVP_DigestSignInit(context, nil, EVP_sha256(), nil, raw) == 1,
            EVP_DigestSign(context, nil, &size, octets, octets.count) == 1
        else { return nil }
        var signature = [UInt8](repeating: 0, count: size)
        guard EVP_DigestSign(context, &signature, &size, octets, octets.count) == 1 else {
            return nil
        }
        return Array(signature.prefix(size))
    }

    private static func generate() -> OpaquePointer? {
        ERR_clear_error()
        guard let context = EVP_PKEY_CTX_new_from_name(nil, "RSA", nil) else { return nil }
        defer { EVP_PKEY_CTX_free(context) }
        var key: OpaquePointer?
        guard EVP_PKEY_keygen_init(context) == 1,
            EVP_PKEY_CTX_set_rsa_keygen_bits(context, 2048) == 1,
            EVP_PKEY_generate(context, &key) == 1
        else { return nil }
        return key
    }

    /// One number of the key, most significant octet first.
    private static func number(_ name: String, of key: OpaquePointer) -> [UInt8]? {
        var number: OpaquePointer?
        guard EVP_PKEY_get_bn_param(key, name, &number) == 1 else { return nil }
        defer { BN_free(number) }
        var octets = [UInt8](repeating: 0, count: (Int(BN_num_bits(number)) + 7) / 8)
        let count = BN_bn2bin(number, &octets)
        return Array(octets.prefix(Int(count)))
    }
}
