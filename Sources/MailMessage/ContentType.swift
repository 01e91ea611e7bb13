/// What a header says about the structure of its body.
extension Header {
    /// The boundary of a multipart message (RFC 2046 §5.1.1), or `nil` for any other.
    var boundary: [UInt8]? {
        guard let field = all("content-type").first else { return nil }
        let value = value(of: field)
        guard String(decoding: value.prefix(10), as: UTF8.self).lowercased() == "multipart/" else {
            return nil
        }
        for parameter in parameters(value) {
            guard let equals = parameter.firstIndex(of: UInt8(ascii: "=")),
                String(decoding: trimmed(parameter[..<equals]), as: UTF8.self).lowercased()
                    == "boundary"
            else { continue }
            let text = unquoted(trimmed(parameter[(equals + 1)...]))
            return text.isEmpty ? nil : text
        }
        return nil
    }
}

/// The parts of a value between semicolons outside quotation marks, the first part left out.
private func parameters(_ value: [UInt8]) -> [ArraySlice<UInt8>] {
    var isQuoted = false
    var isEscaped = false
    let parts = value.split(omittingEmptySubsequences: false) { octet in
        if isEscaped {
            isEscaped = false
        } else if octet == UInt8(ascii: "\\"), isQuoted {
            isEscaped = true
        } else if octet == UInt8(ascii: "\"") {
            isQuoted.toggle()
        }
        return octet == UInt8(ascii: ";") && !isQuoted
    }
    return Array(parts.dropFirst())
}

/// The content of a quoted string, or a token up to white space or a comment.
private func unquoted(_ text: ArraySlice<UInt8>) -> [UInt8] {
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

private func trimmed(_ octets: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    guard let last = octets.lastIndex(where: { !isSpace($0) }) else { return [] }
    return octets[...last].drop(while: isSpace)
}
