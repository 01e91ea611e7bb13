internal import TLSEngine

/// Secrets that are made here: 256 random bits, which no rate of guessing finds.
enum Secret {
    /// A new secret of 43 letters, digits, `-` and `_`.
    static func make() -> String {
        var generator = SystemRandomNumberGenerator()
        return text((0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
    }

    /// What is kept of a secret.
    static func digest(_ secret: String) -> [UInt8] { Digest.sha256(secret.utf8) }

    /// Whether two digests are the same, in a time that does not depend on where they differ.
    static func isEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count, !left.isEmpty else { return false }
        return zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    /// Base64 for addresses, without padding (RFC 4648 §5).
    private static func text(_ octets: [UInt8]) -> String {
        let letters = Array(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8
        )
        var result: [UInt8] = []
        var (value, bits) = (0, 0)
        for octet in octets {
            value = value << 8 | Int(octet)
            bits += 8
            while bits >= 6 {
                bits -= 6
                result.append(letters[value >> bits & 63])
            }
            value &= 63
        }
        if bits > 0 { result.append(letters[value << (6 - bits) & 63]) }
        return String(decoding: result, as: UTF8.self)
    }
}
