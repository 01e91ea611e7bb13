/// One `=?charset?encoding?text?=` (RFC 2047 §2) with its content decoded to octets.
struct EncodedWord {
    let charset: Charset
    let content: [UInt8]
    /// The index after the word.
    let end: Int

    /// Reads the word at the start of `octets`; `nil` when none stands there or its character set
    /// is not one of ``Charset``.
    init?(_ octets: ArraySlice<UInt8>) {
        let mark = UInt8(ascii: "?")
        guard octets.starts(with: "=?".utf8),
            let second = octets[(octets.startIndex + 2)...].firstIndex(of: mark),
            let third = octets[(second + 1)...].firstIndex(of: mark), third == second + 2,
            let fourth = octets[(third + 1)...].firstIndex(of: mark),
            fourth + 1 < octets.endIndex, octets[fourth + 1] == UInt8(ascii: "="),
            let charset = Charset(label: octets[(octets.startIndex + 2)..<second])
        else { return nil }
        let text = octets[(third + 1)..<fourth]
        switch octets[second + 1] {
        case UInt8(ascii: "B"), UInt8(ascii: "b"): content = Self.base64(text)
        case UInt8(ascii: "Q"), UInt8(ascii: "q"): content = Self.quoted(text)
        default: return nil
        }
        self.charset = charset
        end = fourth + 2
    }

    /// The `Q` encoding (RFC 2047 §4.2); a broken escape stays as it is.
    private static func quoted(_ text: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        var index = text.startIndex
        while index < text.endIndex {
            let octet = text[index]
            if octet == UInt8(ascii: "="), text.endIndex - index > 2,
                let high = hexDigit(text[index + 1]), let low = hexDigit(text[index + 2])
            {
                result.append(high << 4 | low)
                index += 3
            } else {
                result.append(octet == UInt8(ascii: "_") ? 0x20 : octet)
                index += 1
            }
        }
        return result
    }

    /// The `B` encoding (RFC 2047 §4.1); ends at the first `=`, skips what is no base64 digit.
    private static func base64(_ text: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        for octet in text {
            if octet == UInt8(ascii: "=") { break }
            guard let digit = base64Digit(octet) else { continue }
            bits = bits << 6 | UInt32(digit)
            count += 6
            if count >= 8 {
                count -= 8
                result.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        return result
    }
}

/// The value of one base64 digit (RFC 4648 §4).
func base64Digit(_ octet: UInt8) -> UInt8? {
    switch octet {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): octet - UInt8(ascii: "A")
    case UInt8(ascii: "a")...UInt8(ascii: "z"): octet - UInt8(ascii: "a") + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): octet - UInt8(ascii: "0") + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
}

/// The value of one hexadecimal digit of either case.
func hexDigit(_ octet: UInt8) -> UInt8? {
    switch octet {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): octet - UInt8(ascii: "0")
    case UInt8(ascii: "A")...UInt8(ascii: "F"): octet - UInt8(ascii: "A") + 10
    case UInt8(ascii: "a")...UInt8(ascii: "f"): octet - UInt8(ascii: "a") + 10
    default: nil
    }
}

/// The character sets of header text that are decoded for people.
enum Charset: Hashable {
    case utf8, windows1252

    /// Knows a label in any case, a language after `*` ignored (RFC 2231 §5).
    init?(label: ArraySlice<UInt8>) {
        let name = label.prefix { $0 != UInt8(ascii: "*") }
        switch String(decoding: name, as: UTF8.self).lowercased() {
        case "utf-8", "utf8", "us-ascii", "ascii": self = .utf8
        // Text labelled ISO-8859-1 comes from Windows more often than not, and the octets that
        // differ are controls in ISO-8859-1.
        case "iso-8859-1", "latin1", "windows-1252", "cp1252": self = .windows1252
        default: return nil
        }
    }

    /// Text without a label: UTF-8 where it is valid (RFC 6532 §3), else windows-1252.
    static func guessed(_ octets: some Collection<UInt8>) -> String {
        String(validating: octets, as: UTF8.self) ?? Charset.windows1252.decode(octets)
    }

    /// The text of octets; what the character set lacks becomes U+FFFD.
    func decode(_ octets: some Collection<UInt8>) -> String {
        switch self {
        case .utf8: String(decoding: octets, as: UTF8.self)
        case .windows1252: String(String.UnicodeScalarView(octets.map(Self.windowsScalar)))
        }
    }

    private static func windowsScalar(_ octet: UInt8) -> Unicode.Scalar {
        guard (0x80...0x9F).contains(octet) else { return Unicode.Scalar(octet) }
        return windowsScalars[Int(octet - 0x80)]
    }

    /// 0x80 to 0x9F of windows-1252.
    private static let windowsScalars: [Unicode.Scalar] = [
        "€", "\u{FFFD}", "‚", "ƒ", "„", "…", "†", "‡", "ˆ", "‰", "Š", "‹", "Œ", "\u{FFFD}", "Ž",
        "\u{FFFD}", "\u{FFFD}", "‘", "’", "“", "”", "•", "–", "—", "˜", "™", "š", "›", "œ",
        "\u{FFFD}", "ž", "Ÿ",
    ]
}
