/// The fields of a form or of a query, as browsers write them (`application/x-www-form-urlencoded`).
package struct FormFields: Hashable, Sendable {
    /// How many fields are read; a form with more is none.
    static let most = 2000

    private var fields: [String: [String]] = [:]

    /// Creates a form without fields.
    package init() {}

    /// Reads `a=b&c=d`; `nil` when an escape is broken, a field is not UTF-8 or has a NUL, or there
    /// are too many.
    package init?(_ text: some StringProtocol) {
        let pairs = text.split(separator: "&")
        guard pairs.count <= Self.most else { return nil }
        for pair in pairs {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.decode(parts[0]),
                let value = Self.decode(parts.count == 2 ? parts[1] : "")
            else { return nil }
            fields[name, default: []].append(value)
        }
    }

    /// The first value of a field; `nil` when it is missing or empty.
    package subscript(name: String) -> String? {
        fields[name]?.first.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Every value of a field that may be there several times, such as ticked boxes.
    package func values(_ name: String) -> [String] { fields[name] ?? [] }

    private static func decode(_ text: some StringProtocol) -> String? {
        var result: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let octet = rest.popFirst() {
            switch octet {
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst().flatMap(digit),
                    let low = rest.popFirst().flatMap(digit)
                else { return nil }
                result.append(high << 4 | low)
            case UInt8(ascii: "+"): result.append(UInt8(ascii: " "))
            default: result.append(octet)
            }
        }
        return result.contains(0) ? nil : String(validating: result, as: UTF8.self)
    }

    private static func digit(_ octet: UInt8) -> UInt8? {
        switch octet {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): octet - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): octet - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): octet - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
