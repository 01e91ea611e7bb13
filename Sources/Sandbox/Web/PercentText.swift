/// The encoding of addresses and forms (RFC 3986 §2.1).
enum PercentText {
    /// Decodes `%41` and, in forms, `+`; `nil` when an escape is incomplete or the result no UTF-8.
    static func decode(_ text: some StringProtocol, isForm: Bool = false) -> String? {
        var result: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let octet = rest.popFirst() {
            switch octet {
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst().flatMap(hexadecimal),
                    let low = rest.popFirst().flatMap(hexadecimal)
                else { return nil }
                result.append(high << 4 | low)
            case UInt8(ascii: "+") where isForm: result.append(UInt8(ascii: " "))
            default: result.append(octet)
            }
        }
        return String(validating: result, as: UTF8.self)
    }

    /// Encodes everything but unreserved characters.
    static func encode(_ text: some StringProtocol) -> String {
        var result = ""
        for octet in text.utf8 {
            switch octet {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"), UInt8(ascii: "~"):
                result.unicodeScalars.append(Unicode.Scalar(octet))
            default:
                let digits = String(octet, radix: 16, uppercase: true)
                result += octet < 16 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return result
    }

    /// The value of one hexadecimal digit.
    static func hexadecimal(_ octet: UInt8) -> UInt8? {
        switch octet {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): octet - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): octet - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): octet - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

/// The fields of a form or of a query.
struct FormFields: Hashable, Sendable {
    /// How many fields are read; a form with more is none.
    static let most = 100

    private let fields: [String: String]

    /// Reads `a=b&c=d`, or returns `nil` when it is malformed; of two fields with one name the first
    /// is kept.
    init?(_ text: some StringProtocol) {
        let pairs = text.split(separator: "&")
        guard pairs.count <= Self.most else { return nil }
        var fields: [String: String] = [:]
        for pair in pairs {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = PercentText.decode(parts[0], isForm: true),
                let value = PercentText.decode(parts.count == 2 ? parts[1] : "", isForm: true)
            else { return nil }
            if fields[name] == nil { fields[name] = value }
        }
        self.fields = fields
    }

    /// The value of a field; `nil` when it is missing or empty.
    subscript(name: String) -> String? {
        fields[name].flatMap { $0.isEmpty ? nil : $0 }
    }
}
