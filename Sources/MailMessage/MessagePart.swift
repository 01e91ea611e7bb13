package import Submission

/// What the header of a part without parts of its own says (RFC 2045, RFC 2183).
package struct MessagePart: Hashable, Sendable {
    /// The media type in lower case, such as `text/plain`.
    package var type: String
    /// The name of the file, decoded; empty where it has none.
    package var name: String
    /// Whether it is declared to be an attachment, or has a file's name.
    package var isAttachment: Bool
    /// What other parts refer to it by, without angle brackets (RFC 2392 §2); empty where nothing.
    package var contentID: String
    /// Whether another part may show it within its text.
    package var isInline: Bool
    /// The number of the innermost multipart/alternative around it, if there is one.
    package var alternative: Int?
    /// Whether signatures or ciphers cover it, so that it must stay as and where it is.
    package var isProtected: Bool
    let charset: [UInt8]
    let encoding: TransferEncoding

    init(_ fields: [MessageField], header: PartHeader, alternative: Int?, isProtected: Bool) {
        func value(_ key: String) -> [UInt8] { fields.first { $0.key == key }?.value ?? [] }
        let type = HeaderParameters(value("content-type"))
        let disposition = HeaderParameters(value("content-disposition"))
        self.type = header.type
        let name = disposition.text("filename") ?? type.text("name") ?? ""
        self.name = name
        isAttachment = disposition.first == "attachment" || !name.isEmpty
        let id = trimmed(value("content-id")[...]).filter { $0 != 0x3C && $0 != 0x3E }
        contentID = String(decoding: id, as: UTF8.self)
        isInline = !contentID.isEmpty && disposition.first != "attachment"
        self.alternative = alternative
        self.isProtected = isProtected || header.isProtected
        charset = type.octets("charset") ?? []
        encoding = header.encoding
    }

    /// Octets of the part as text; `nil` for a character set that is not known.
    package func text(_ octets: [UInt8]) -> String? {
        if charset.isEmpty { return Charset.guessed(octets) }
        return Charset(label: charset[...])?.decode(octets)
    }
}

/// One field of a header, read for its meaning.
package struct MessageField: Hashable, Sendable {
    /// The name as written.
    package let name: String
    /// The name in lower case.
    package let key: String
    /// What it says, without folds.
    package let value: [UInt8]

    /// The value for people, encoded words decoded (RFC 2047 §6.1).
    package var text: String { DisplayText.decodeWhole(value) }

    /// The mailboxes it names, groups flattened; none where they cannot be read.
    package var addresses: [MailAddress] { (try? AddressParser.list(value))?.addresses ?? [] }

    /// Reads a field's unfolded line; `nil` for what is none.
    init?(_ line: [UInt8]) {
        guard let (end, colon) = fieldNameEnd(line) else { return nil }
        name = String(decoding: line[..<end], as: UTF8.self)
        key = name.lowercased()
        value = Array(trimmed(line[(colon + 1)...]))
    }
}

/// The parameters of a structured field such as `attachment; filename="x.pdf"` (RFC 2045 §5.1).
struct HeaderParameters {
    /// What stands before the parameters, in lower case.
    let first: String
    private var values: [String: [UInt8]] = [:]

    init(_ value: [UInt8]) {
        let parts = splitParameters(value)
        first = String(decoding: trimmed(parts.first ?? []), as: UTF8.self).lowercased()
        for part in parts.dropFirst() {
            guard let equals = part.firstIndex(of: UInt8(ascii: "=")) else { continue }
            let key = String(decoding: trimmed(part[..<equals]), as: UTF8.self).lowercased()
            if values[key] == nil { values[key] = unquoted(trimmed(part[(equals + 1)...])) }
        }
    }

    /// A parameter as it is written.
    func octets(_ key: String) -> [UInt8]? { values[key] }

    /// A parameter for people: in the form of RFC 2231 §4, or with the encoded words that RFC 2047
    /// §5 forbids here and most writers use.
    func text(_ key: String) -> String? {
        if let extended = values["\(key)*"] { return Self.decoded(extended) }
        if let pieces = pieces(key) { return pieces }
        return values[key].map { DisplayText.decodeWhole($0) }
    }

    /// A parameter in numbered pieces (RFC 2231 §3).
    private func pieces(_ key: String) -> String? {
        var octets: [UInt8] = []
        var isExtended = false
        for index in 0..<100 {
            if let piece = values["\(key)*\(index)*"] {
                if index == 0 { isExtended = true }
                octets += index == 0 ? piece : Self.unescaped(piece[...])
            } else if let piece = values["\(key)*\(index)"] {
                octets += piece
            } else {
                break
            }
        }
        if octets.isEmpty { return nil }
        return isExtended ? Self.decoded(octets) : DisplayText.decodeWhole(octets)
    }

    /// `charset'language'text` with escapes.
    private static func decoded(_ value: [UInt8]) -> String {
        let parts = value.split(
            separator: UInt8(ascii: "'"),
            maxSplits: 2,
            omittingEmptySubsequences: false
        )
        guard parts.count == 3 else { return Charset.guessed(unescaped(value[...])) }
        let octets = unescaped(parts[2])
        return Charset(label: parts[0])?.decode(octets) ?? Charset.guessed(octets)
    }

    private static func unescaped(_ text: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        var index = text.startIndex
        while index < text.endIndex {
            if text[index] == UInt8(ascii: "%"), text.endIndex - index > 2,
                let high = hexDigit(text[index + 1]), let low = hexDigit(text[index + 2])
            {
                result.append(high << 4 | low)
                index += 3
            } else {
                result.append(text[index])
                index += 1
            }
        }
        return result
    }
}
