/// Replaces addresses and subjects by pseudonyms: the same for the same key, and nobody's without it.
///
/// `Anna@contoso.com` becomes `a~4f9c21d0@contoso.com`, a subject `~5be01a77`: who looks for a known
/// address masks it the same way, and nobody reads a name. Masking what is masked changes nothing, so
/// that several places may do it. Equal pseudonyms of different addresses are possible and rare: one
/// in four thousand million for two of one domain.
package struct PrivacyMask: Sendable {
    /// The keyed digest of a text.
    private let digest: @Sendable ([UInt8]) -> [UInt8]

    /// The length of a key, in octets.
    package static let keyOctets = 32
    /// The longest local part that is looked for in a text; beyond it the nearest octets are masked.
    private static let maximumLocalOctets = 256

    /// Creates a mask from a digest under a key that is secret and random; its first 32 bits are used.
    package init(digest: @escaping @Sendable ([UInt8]) -> [UInt8]) { self.digest = digest }

    /// The mask of whoever has no key: it hides everything and finds nothing.
    package static let blind = PrivacyMask { _ in [] }

    /// Returns the pseudonym of an address; its domain stays.
    ///
    /// Empty for the null sender; text without `@` becomes a pseudonym as a whole.
    package func address(_ address: String) -> String {
        guard !address.isEmpty else { return "" }
        let octets = Array(address.utf8)
        guard let sign = octets.lastIndex(of: Self.at) else { return pseudonym(of: address) }
        let local = octets[..<sign]
        if Self.isPseudonym(local) { return address }
        return "a" + pseudonym(of: address)
            + String(decoding: octets[sign...], as: UTF8.self).lowercased()
    }

    /// Returns the pseudonym of a subject.
    package func subject(_ subject: String) -> String {
        guard !subject.isEmpty, !Self.isPseudonym(Array(("a" + subject).utf8)[...]) else {
            return subject
        }
        return pseudonym(of: subject)
    }

    /// Returns a text in which every address is a pseudonym: replies and reasons quote some.
    ///
    /// What stands before an `@` counts, whether or not it is an address: too much is hidden rather
    /// than too little. In links of replies an `@` is `%40`, and in an ORCPT that they repeat `+40`.
    /// What a sentence of ours quotes from a message is a pseudonym as a whole, address or not.
    package func text(_ text: String) -> String {
        guard text.utf8.contains(where: Self.isTelling) else { return text }
        let octets = hidingQuotations(Array(text.utf8))
        var result: [UInt8] = []
        result.reserveCapacity(octets.count + 32)
        var done = 0
        var position = 0
        while let sign = Self.nextSign(octets, from: position) {
            let start = Self.localStart(octets, from: done, to: sign.lowerBound)
            let end = Self.domainEnd(octets, after: sign.upperBound)
            position = end
            guard start < sign.lowerBound, sign.count == 1 || end > sign.upperBound else {
                continue
            }
            result += octets[done..<start]
            let local = Self.unescaped(octets[start..<sign.lowerBound])
            let domain = octets[sign.upperBound..<end]
            result += address(String(decoding: local + [Self.at] + domain, as: UTF8.self)).utf8
            done = end
        }
        result += octets[done...]
        return String(decoding: result, as: UTF8.self)
    }

    /// `~` and the first 32 bits of the keyed digest.
    private func pseudonym(of text: String) -> String {
        let digest = digest(Array(text.lowercased().utf8))
        // Without the digest there is no pseudonym, and the plain text is none.
        guard digest.count >= 4 else { return "~masked" }
        return "~"
            + digest.prefix(4).map { octet in
                let text = String(octet, radix: 16)
                return text.count < 2 ? "0" + text : text
            }.joined()
    }
}

// What sentences quote from messages.
extension PrivacyMask {
    /// `: “…”` with a pseudonym inside; without an end, up to the end of the value of a log line.
    private func hidingQuotations(_ octets: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var rest = octets[...]
        while let start = Self.firstRange(of: Self.opening, in: rest) {
            let quoted = rest[start.upperBound...]
            let end =
                Self.firstRange(of: Self.closing, in: quoted)?.lowerBound
                ?? quoted.firstIndex(of: Self.quote) ?? quoted.endIndex
            result += rest[..<start.upperBound]
            result += subject(String(decoding: quoted[..<end], as: UTF8.self)).utf8
            rest = rest[end...]
        }
        return result + rest
    }

    private static func firstRange(
        of wanted: [UInt8],
        in octets: ArraySlice<UInt8>
    ) -> Range<Int>? {
        var position = octets.startIndex
        while let found = octets[position...].firstIndex(of: wanted[0]) {
            if octets[found...].starts(with: wanted) { return found..<found + wanted.count }
            position = found + 1
        }
        return nil
    }
}

// Finding addresses.
extension PrivacyMask {
    private static let at = UInt8(ascii: "@")
    private static let percent = UInt8(ascii: "%")
    private static let plus = UInt8(ascii: "+")
    private static let opening = Array(": “".utf8)
    private static let closing = Array("”".utf8)
    private static let quote = UInt8(ascii: "\"")
    private static let backslash = UInt8(ascii: "\\")

    /// Whether a local part is `a~` and eight hexadecimal digits.
    private static func isPseudonym(_ local: ArraySlice<UInt8>) -> Bool {
        local.count == 10 && local.starts(with: "a~".utf8)
            && local.dropFirst(2).allSatisfy {
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                    || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
            }
    }

    /// Whether an octet can be the first of something to hide.
    private static func isTelling(_ octet: UInt8) -> Bool {
        octet == at || octet == percent || octet == plus || octet == opening[2]
    }

    /// The next `@`, `%40`, or `+40` behind `rfc822;`.
    private static func nextSign(_ octets: [UInt8], from start: Int) -> Range<Int>? {
        var position = start
        while let found = octets[position...].firstIndex(where: { isSign($0) }) {
            if octets[found] == at { return found..<found + 1 }
            let isWritten = octets[(found + 1)...].starts(with: "40".utf8)
            if isWritten, octets[found] == percent || isTyped(octets, upTo: found) {
                return found..<found + 3
            }
            position = found + 1
        }
        return nil
    }

    private static func isSign(_ octet: UInt8) -> Bool {
        octet == at || octet == percent || octet == plus
    }

    /// Whether what stands before `sign` is an address with its type (RFC 3461 §4.2).
    private static func isTyped(_ octets: [UInt8], upTo sign: Int) -> Bool {
        let start = localStart(octets, from: 0, to: sign)
        let type = octets[..<start].suffix(7).map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
        return type.elementsEqual("rfc822;".utf8)
    }

    private static func localStart(_ octets: [UInt8], from floor: Int, to sign: Int) -> Int {
        let floor = max(floor, sign - maximumLocalOctets)
        if sign > floor, octets[sign - 1] == quote,
            let start = quotedStart(octets, from: floor, to: sign)
        {
            return start
        }
        var start = sign
        while start > floor, isLocal(octets[start - 1]) { start -= 1 }
        return start
    }

    /// Where a quoted local part begins (RFC 5321 §4.1.2), also one whose quotes a log line escaped.
    private static func quotedStart(_ octets: [UInt8], from floor: Int, to sign: Int) -> Int? {
        let isEscaped = sign - 2 >= floor && octets[sign - 2] == backslash
        var position = sign - 2 - (isEscaped ? 1 : 0)
        while position >= floor {
            let follows = position > floor && octets[position - 1] == backslash
            if octets[position] == quote, follows == isEscaped {
                return isEscaped ? position - 1 : position
            }
            position -= 1
        }
        return nil
    }

    /// A quoted local part of a log line without the escapes of the line.
    private static func unescaped(_ local: ArraySlice<UInt8>) -> [UInt8] {
        guard local.starts(with: [backslash, quote]) else { return Array(local) }
        return local.filter { $0 != backslash }
    }

    private static func domainEnd(_ octets: [UInt8], after start: Int) -> Int {
        var end = start
        if end < octets.count, octets[end] == UInt8(ascii: "[") {
            if let close = octets[end...].prefix(128).firstIndex(of: UInt8(ascii: "]")) {
                return close + 1
            }
        }
        while end < octets.count, isDomain(octets[end]) { end += 1 }
        // The point that ends a sentence belongs to it.
        while end > start, octets[end - 1] == UInt8(ascii: ".") { end -= 1 }
        return end
    }

    /// The characters of an atom (RFC 5322 §3.2.3), dots, and everything beyond ASCII.
    private static func isLocal(_ octet: UInt8) -> Bool {
        isDomain(octet) || "!#$%&'*+/=?^_`{|}~".utf8.contains(octet)
    }

    private static func isDomain(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), 0x80...:
            true
        default: false
        }
    }
}
