/// The encodings that carry free text inside an SMTP parameter.
enum Xtext {
    /// Appends `xtext`: everything outside `!`…`~`, and `+` and `=`, as `+HH` (RFC 3461 §4).
    static func append(_ text: String, to octets: inout [UInt8]) {
        for octet in text.utf8 {
            if isLiteral(octet) {
                octets.append(octet)
            } else {
                octets.append(UInt8(ascii: "+"))
                octets.append(hexDigit(octet >> 4))
                octets.append(hexDigit(octet & 15))
            }
        }
    }

    /// Appends `utf-8-addr-xtext`: everything that is not a plain character as `\x{HEX}`
    /// (RFC 6533 §3).
    static func appendUTF8Address(_ text: String, to octets: inout [UInt8]) {
        for scalar in text.unicodeScalars {
            if let octet = UInt8(exactly: scalar.value), isLiteral(octet),
                octet != UInt8(ascii: "\\")
            {
                octets.append(octet)
            } else {
                octets.append(contentsOf: "\\x{".utf8)
                octets.append(contentsOf: String(scalar.value, radix: 16, uppercase: true).utf8)
                octets.append(UInt8(ascii: "}"))
            }
        }
    }

    /// `xchar = any ASCII CHAR between "!" (33) and "~" (126) inclusive, except for "+" and "="`.
    private static func isLiteral(_ octet: UInt8) -> Bool {
        (0x21...0x7E).contains(octet) && octet != UInt8(ascii: "+") && octet != UInt8(ascii: "=")
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }
}
