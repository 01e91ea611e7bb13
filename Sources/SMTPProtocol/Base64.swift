/// Base64 with padding (RFC 4648 §4), as SASL exchanges carry it.
package enum Base64 {
    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8
    )

    /// Encodes octets as ASCII.
    package static func encode(_ octets: some Collection<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity((octets.count + 2) / 3 * 4)
        var rest = octets[...]
        while !rest.isEmpty {
            append(group: rest.prefix(3), to: &result)
            rest = rest.dropFirst(3)
        }
        return result
    }

    private static func append(group: some Collection<UInt8>, to result: inout [UInt8]) {
        var bits: UInt32 = 0
        for octet in group { bits = bits << 8 | UInt32(octet) }
        let missing = 3 - group.count
        bits <<= UInt32(8 * missing)
        for place in 0..<(4 - missing) {
            result.append(alphabet[Int(bits >> UInt32(18 - 6 * place) & 63)])
        }
        for _ in 0..<missing { result.append(UInt8(ascii: "=")) }
    }

    /// Decodes ASCII; `nil` unless the whole of it is well formed (RFC 4648 §3.3).
    static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        let padding = text.reversed().prefix { $0 == UInt8(ascii: "=") }.count
        guard !text.isEmpty, text.count % 4 == 0, padding <= 2 else { return nil }
        var result: [UInt8] = []
        var bits: UInt32 = 0
        for (index, octet) in text.dropLast(padding).enumerated() {
            guard let value = alphabet.firstIndex(of: octet) else { return nil }
            bits = bits << 6 | UInt32(value)
            // Every sextet but the first of a group completes an octet.
            let place = index % 4
            if place > 0 { result.append(UInt8(truncatingIfNeeded: bits >> UInt32(6 - 2 * place))) }
            if place == 3 { bits = 0 }
        }
        return result
    }
}
