extension Header {
    /// The boundary of a multipart message (RFC 2046 §5.1.1), or `nil` for any other.
    var boundary: [UInt8]? { partHeader.boundary }

    /// What the message's own header says about its body; the place of the encoding is unknown.
    var partHeader: PartHeader {
        let type = all("content-type").first { !isBlank($0) }
        var header = PartHeader(contentType: type.map { value(of: $0) } ?? [])
        if let field = all("content-transfer-encoding").first(where: { !isBlank($0) }) {
            header.encoding = TransferEncoding(value(of: field))
        }
        return header
    }
}

extension PartHeader {
    /// Reads the unfolded value of a Content-Type field; an empty one means plain text
    /// (RFC 2045 §5.2).
    init(contentType value: [UInt8]) {
        let words = splitParameters(value)
        guard let first = words.first, !trimmed(first).isEmpty else { return }
        type = String(
            decoding: trimmed(first).prefix { !isSpace($0) && $0 != UInt8(ascii: "(") },
            as: UTF8.self
        ).lowercased()
        guard type.hasPrefix("multipart/") else { return }
        for parameter in words.dropFirst() {
            guard let equals = parameter.firstIndex(of: UInt8(ascii: "=")),
                String(decoding: trimmed(parameter[..<equals]), as: UTF8.self).lowercased()
                    == "boundary"
            else { continue }
            let text = unquoted(trimmed(parameter[(equals + 1)...]))
            boundary = text.isEmpty ? nil : text
            return
        }
    }
}

/// The parts of a structured value between semicolons outside quotation marks.
func splitParameters(_ value: [UInt8]) -> [ArraySlice<UInt8>] {
    var isQuoted = false
    var isEscaped = false
    return value.split(omittingEmptySubsequences: false) { octet in
        if isEscaped {
            isEscaped = false
        } else if octet == UInt8(ascii: "\\"), isQuoted {
            isEscaped = true
        } else if octet == UInt8(ascii: "\"") {
            isQuoted.toggle()
        }
        return octet == UInt8(ascii: ";") && !isQuoted
    }
}

/// The content of a quoted string, or a token up to white space or a comment.
func unquoted(_ text: ArraySlice<UInt8>) -> [UInt8] {
    guard text.first == UInt8(ascii: "\"") else {
        return Array(text.prefix { !isSpace($0) && $0 != UInt8(ascii: "(") })
    }
    var result: [UInt8] = []
    var rest = text.dropFirst()
    while let octet = rest.popFirst(), octet != UInt8(ascii: "\"") {
        if octet == UInt8(ascii: "\\"), let escaped = rest.popFirst() {
            result.append(escaped)
        } else {
            result.append(octet)
        }
    }
    return result
}

/// Octets without the white space around them.
func trimmed(_ octets: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    guard let last = octets.lastIndex(where: { !isSpace($0) }) else { return [] }
    return octets[...last].drop(while: isSpace)
}
