/// Base64 as tokens (RFC 4648 §5) and as Graph (RFC 4648 §4) use it.
enum WebBase64 {
    /// Encodes for addresses, without padding.
    static func encodeForURL(_ octets: some Sequence<UInt8>) -> String {
        encode(octets, alphabet: urlAlphabet, isPadded: false)
    }

    /// Encodes with padding.
    static func encode(_ octets: some Sequence<UInt8>) -> String {
        encode(octets, alphabet: plainAlphabet, isPadded: true)
    }

    /// Decodes the form of addresses, or returns `nil`; padding is not allowed in it.
    static func decodeFromURL(_ text: some StringProtocol) -> [UInt8]? {
        decode(text.utf8, high: (UInt8(ascii: "-"), UInt8(ascii: "_")))
    }

    /// Decodes a body: line ends are passed over, anything else that does not belong is an error.
    static func decodeBody(_ octets: some Sequence<UInt8>) -> [UInt8]? {
        var digits = octets.filter { $0 != UInt8(ascii: "\r") && $0 != UInt8(ascii: "\n") }
        guard digits.count.isMultiple(of: 4) else { return nil }
        for _ in 0..<2 where digits.last == UInt8(ascii: "=") { digits.removeLast() }
        return decode(digits, high: (UInt8(ascii: "+"), UInt8(ascii: "/")))
    }

    private static let plainAlphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8
    )
    private static let urlAlphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8
    )

    private static func encode(
        _ octets: some Sequence<UInt8>,
        alphabet: [UInt8],
        isPadded: Bool
    ) -> String {
        var result: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        for octet in octets {
            bits = (bits << 8 | UInt32(octet)) & 0xFF_FFFF
            count += 8
            while count >= 6 {
                count -= 6
                result.append(alphabet[Int(bits >> UInt32(count) & 63)])
            }
        }
        if count > 0 { result.append(alphabet[Int(bits << UInt32(6 - count) & 63)]) }
        while isPadded, !result.count.isMultiple(of: 4) { result.append(UInt8(ascii: "=")) }
        return String(decoding: result, as: UTF8.self)
    }

    private static func decode(
        _ digits: some Collection<UInt8>,
        high: (UInt8, UInt8)
    ) -> [UInt8]? {
        guard digits.count % 4 != 1 else { return nil }
        var result: [UInt8] = []
        result.reserveCapacity(digits.count / 4 * 3 + 3)
        var bits: UInt32 = 0
        var count = 0
        for digit in digits {
            guard let value = value(digit, high) else { return nil }
            bits = (bits << 6 | UInt32(value)) & 0xFF_FFFF
            count += 6
            if count >= 8 {
                count -= 8
                result.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        return result
    }

    private static func value(_ digit: UInt8, _ high: (UInt8, UInt8)) -> UInt8? {
        switch digit {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): digit - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): digit - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0") + 52
        case high.0: 62
        case high.1: 63
        default: nil
        }
    }
}
