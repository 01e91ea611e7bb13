/// Encoders that make text from files and servers harmless for one sink each.
///
/// What a reader could not see, or what could move or reorder the text around it, becomes a visible
/// escape: controls (C0, DEL, C1), bidirectional marks, line and paragraph separators, the byte
/// order mark, tag characters and octets that are not UTF-8.
package enum SafeText {
    /// Returns the text as one harmless line for terminals and reason files.
    ///
    /// For people, not for parsers: a backslash of the text itself stays single, so that Windows
    /// paths stay readable.
    package static func line(_ text: some StringProtocol) -> String { line(String(text)) }

    /// Returns the text as one harmless line for terminals and reason files.
    // Not generic: this is done for every line of the log, and generic code of another module runs
    // unspecialised.
    package static func line(_ text: String) -> String {
        if isPlain(text.utf8) { return text }
        var result = ""
        result.reserveCapacity(text.utf8.count + 16)
        for scalar in text.unicodeScalars {
            if isHarmful(scalar) {
                result += escape(scalar)
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// Returns octets that may not be UTF-8, such as a file name, as one harmless line.
    ///
    /// An octet that is not UTF-8 becomes `\xE9`.
    package static func line(octets: some Sequence<UInt8>) -> String {
        let octets = Array(octets)
        if isPlain(octets) { return String(decoding: octets, as: UTF8.self) }
        var result = ""
        result.reserveCapacity(octets.count + 16)
        var parser = Unicode.UTF8.ForwardParser()
        var iterator = octets.makeIterator()
        var position = 0
        while true {
            switch parser.parseScalar(from: &iterator) {
            case .valid(let encoded):
                position += encoded.count
                let scalar = Unicode.UTF8.decode(encoded)
                if isHarmful(scalar) {
                    result += escape(scalar)
                } else {
                    result.unicodeScalars.append(scalar)
                }
            case .error(let length):
                for octet in octets[position..<position + length] {
                    result += "\\x" + hexadecimal(UInt32(octet), digits: 2)
                }
                position += length
            case .emptyInput:
                return result
            }
        }
    }

    /// Returns the text as a logfmt value, in quotes only where it needs them.
    ///
    /// Inside quotes `"` and `\` are escaped by a backslash, so that a parser gets the text back.
    package static func logfmtValue(_ text: some StringProtocol) -> String {
        logfmtValue(String(text))
    }

    /// Returns the text as a logfmt value, in quotes only where it needs them.
    package static func logfmtValue(_ text: String) -> String {
        if !text.isEmpty, text.utf8.allSatisfy(isBareLogfmt) { return text }
        // Replies and names of peers have spaces, and nothing else that wants quotes.
        if text.utf8.allSatisfy({
            isBareLogfmt($0) || $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "=")
        }) {
            return "\"\(text)\""
        }
        var result = "\""
        result.reserveCapacity(text.utf8.count + 16)
        for scalar in text.unicodeScalars {
            if scalar == "\"" || scalar == "\\" {
                result += "\\"
                result.unicodeScalars.append(scalar)
            } else if isHarmful(scalar) {
                result += escape(scalar)
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    /// Returns the text as a JSON string with its quotes (RFC 8259 §7).
    ///
    /// A JSON parser gets exactly the text back, invisible characters included.
    package static func jsonString(_ text: some StringProtocol) -> String {
        var result = "\""
        result.reserveCapacity(text.utf8.count + 2)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case let scalar where isHarmful(scalar):
                for unit in String(scalar).utf16 {
                    result += "\\u" + hexadecimal(UInt32(unit), digits: 4)
                }
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    /// Returns the text so that it can stand in HTML, between tags and in quoted attributes.
    ///
    /// Scalar by scalar: a quotation mark stays one, whatever combines with it. Line ends and tabs
    /// stay, as white space.
    package static func html(_ text: some StringProtocol) -> String {
        var result = ""
        result.reserveCapacity(text.utf8.count + 16)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            case "\n", "\t": result.unicodeScalars.append(scalar)
            case let scalar where isHarmful(scalar): result += escape(scalar)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

extension SafeText {
    /// Whether a scalar is invisible, or could move or reorder the text around it.
    private static func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x00...0x1F, 0x7F...0x9F,  // C0, DEL, C1
            0x061C, 0x200E, 0x200F, 0x202A...0x202E,  // bidirectional marks
            0x2028, 0x2029,  // line and paragraph separator
            0x2060...0x206F,  // word joiner, invisible operators, bidirectional isolates
            0xFEFF, 0xFFF9...0xFFFB,  // byte order mark, interlinear annotation
            0xE0000...0xE007F:  // tags
            true
        default:
            false
        }
    }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\n": "\\n"
        case "\r": "\\r"
        case "\t": "\\t"
        case "\u{0}"..."\u{7F}": "\\x" + hexadecimal(scalar.value, digits: 2)
        default: "\\u{" + hexadecimal(scalar.value, digits: 1) + "}"
        }
    }

    private static func hexadecimal(_ value: UInt32, digits: Int) -> String {
        let text = String(value, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
    }

    /// Whether every octet is printable ASCII: the common case, which needs no decoding.
    private static func isPlain(_ octets: some Sequence<UInt8>) -> Bool {
        octets.allSatisfy { (0x20...0x7E).contains($0) }
    }

    private static func isBareLogfmt(_ octet: UInt8) -> Bool {
        (0x21...0x7E).contains(octet) && octet != UInt8(ascii: "\"") && octet != UInt8(ascii: "=")
            && octet != UInt8(ascii: "\\")
    }
}
