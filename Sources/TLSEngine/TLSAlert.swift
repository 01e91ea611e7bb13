/// The description number of an alert (RFC 8446 §6).
package struct TLSAlert: Hashable, Sendable {
    package let number: UInt8

    /// Creates an alert.
    package init(_ number: UInt8) { self.number = number }

    /// The alert's name in words, or `nil` for a number without one.
    package var name: String? { Self.table[number]?.name }

    /// What the alert usually means here, to follow a colon.
    package var meaning: String? {
        guard let meaning = Self.table[number]?.meaning, !meaning.isEmpty else { return nil }
        return meaning
    }

    private static let badClientCertificate = "it does not accept the certificate it was shown"

    // The names of RFC 8446 §6 and, where it dropped one, RFC 5246 §7.2.
    private static let table: [UInt8: (name: String, meaning: String)] = [
        0: ("close notify", ""),
        10: ("unexpected message", ""),
        20: ("bad record MAC", "data was damaged on the way"),
        22: ("record overflow", ""),
        40: (
            "handshake failure",
            "no TLS version or cipher suits both sides, or it demands a client certificate"
        ),
        42: ("bad certificate", badClientCertificate),
        43: ("unsupported certificate", badClientCertificate),
        44: ("certificate revoked", "the certificate it was shown has been revoked"),
        45: ("certificate expired", "the certificate it was shown is out of date"),
        46: ("certificate unknown", badClientCertificate),
        47: ("illegal parameter", ""),
        48: ("unknown CA", "it does not trust the issuer of the certificate it was shown"),
        49: ("access denied", "the certificate it was shown gives no access"),
        50: ("decode error", ""),
        51: ("decrypt error", ""),
        70: ("protocol version", "it accepts no version both sides speak"),
        71: ("insufficient security", "it asks for stronger ciphers"),
        80: ("internal error", "the fault is on its side"),
        86: ("inappropriate fallback", ""),
        90: ("user cancelled", ""),
        109: ("missing extension", ""),
        110: ("unsupported extension", ""),
        112: ("unrecognized name", "it does not serve the name it was asked for"),
        113: ("bad certificate status response", ""),
        115: ("unknown PSK identity", ""),
        116: ("certificate required", "it asks for a client certificate"),
        120: ("no application protocol", ""),
    ]
}
