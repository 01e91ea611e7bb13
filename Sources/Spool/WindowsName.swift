/// What Windows can use as the name of a file, and Samba therefore shows as it is.
///
/// Any other name reaches a Windows program mangled (`20261~1.EML`), and a message that is moved
/// back under such a name has lost its id.
enum WindowsName {
    /// The octets of a name with everything that Windows cannot have replaced by `_`; never longer.
    static func legal(_ octets: [UInt8]) -> [UInt8] {
        if octets.allSatisfy(isPlain), octets.last != UInt8(ascii: ".") { return octets }
        var name: [UInt8] = []
        name.reserveCapacity(octets.count)
        for scalar in String(decoding: octets, as: UTF8.self).unicodeScalars {
            name += String(isLegal(scalar) ? scalar : "_").utf8
        }
        // Windows drops dots and spaces at the end.
        if let last = name.last, last == UInt8(ascii: ".") || last == UInt8(ascii: " ") {
            name[name.count - 1] = UInt8(ascii: "_")
        }
        return name
    }

    /// Whether a scalar may stand in a name.
    static func isLegal(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "<", ">", ":", "\"", "/", "\\", "|", "?", "*", "\u{FFFD}": false
        default: scalar.value >= 0x20 && scalar.value != 0x7F
        }
    }

    /// What nearly every name consists of.
    private static func isPlain(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"),
            UInt8(ascii: "_"):
            true
        default: false
        }
    }
}

extension SpoolName {
    /// The name the message has in `failed/` and `held/`, where people meet it on Windows too.
    ///
    /// The id makes it one of a kind and keeps it from being a device such as `CON`.
    package var legalOnWindows: SpoolName {
        let octets = original.octets
        let legal = WindowsName.legal(octets)
        return legal == octets ? self : SpoolName(id: id, kept: legal)
    }
}
