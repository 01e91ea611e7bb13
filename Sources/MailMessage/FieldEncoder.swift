/// Makes ASCII of the text in one header field; addresses stay as they are.
struct FieldEncoder {
    /// What a field consists of, by its name.
    private enum Kind {
        case text
        /// Mailboxes with display names and comments.
        case addresses
        /// A value with parameters (RFC 2045 §5.1).
        case parameters
        /// Identifiers, dates and the like, whose octets mean something.
        case opaque

        init(_ key: String) {
            switch key {
            case "from", "sender", "reply-to", "to", "cc", "resent-from", "resent-sender",
                "resent-to", "resent-cc", "resent-reply-to", "disposition-notification-to",
                "return-receipt-to", "errors-to":
                self = .addresses
            case "content-type", "content-disposition": self = .parameters
            case "message-id", "in-reply-to", "references", "date", "received", "return-path",
                "content-id", "content-transfer-encoding", "mime-version", "resent-date",
                "resent-message-id", "dkim-signature", "authentication-results",
                "received-spf", "x-receiver":
                self = .opaque
            case _ where key.hasPrefix("arc-") || key.hasPrefix("list-"): self = .opaque
            default: self = .text
            }
        }
    }

    let charset: String

    /// The field with its text in ASCII, its final CRLF included, or `nil` where nothing can be
    /// done for it: what stays outside ASCII must not cost the field its folds each time anew.
    ///
    /// `name` is everything up to and with the colon, `value` the unfolded rest.
    func encoded(_ name: ArraySlice<UInt8>, key: String, value: [UInt8]) -> [UInt8]? {
        let octets: [UInt8]?
        switch Kind(key) {
        case .opaque: octets = nil
        case .text:
            var text = EncodedText(after: name.count + 1, in: .unstructured, charset: charset)
            text.append(value[...])
            octets = text.octets
        case .addresses: octets = addresses(value, after: name.count + 1)
        case .parameters: octets = parameters(value)
        }
        return octets.map { Array(name) + [0x20] + $0 + [LineEnd.cr, LineEnd.lf] }
    }

    /// Encodes display names, group names and comments; `nil` when there is none to encode.
    private func addresses(_ value: [UInt8], after column: Int) -> [UInt8]? {
        var result: [UInt8] = []
        var isChanged = false
        var column = column
        for piece in AddressPieces.of(value) {
            let octets: [UInt8]
            if !piece.isText || !piece.octets.contains(where: { $0 > 0x7F }) {
                octets = Array(piece.octets)
            } else {
                octets = phrase(piece, after: column)
                isChanged = true
            }
            result += octets
            let line = octets.lastIndex(of: LineEnd.lf)
            column = line.map { octets.count - $0 - 1 } ?? column + octets.count
        }
        return isChanged ? result : nil
    }

    private func phrase(_ piece: AddressPieces.Piece, after column: Int) -> [UInt8] {
        let (before, text, behind) = piece.framed
        var encoder = EncodedText(after: column + before.count, in: .phrase, charset: charset)
        if piece.isComment {
            encoder.append(text)
        } else {
            encoder.encode(unquotedPhrase(text))
        }
        return before + encoder.octets + behind
    }

    /// The words of a display name without quotation marks, single spaces between them.
    private func unquotedPhrase(_ text: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        var isQuoted = false
        var isEscaped = false
        for octet in text {
            if isEscaped {
                result.append(octet)
                isEscaped = false
            } else if octet == UInt8(ascii: "\\"), isQuoted {
                isEscaped = true
            } else if octet == UInt8(ascii: "\"") {
                isQuoted.toggle()
            } else if !isSpace(octet) || result.last.map({ !isSpace($0) }) ?? false {
                result.append(octet)
            }
        }
        return result
    }

    /// Encodes parameters by RFC 2231 §4, long ones in sections (§3); `nil` when there is none to
    /// encode.
    private func parameters(_ value: [UInt8]) -> [UInt8]? {
        var result: [UInt8] = []
        var isChanged = false
        for (index, part) in splitParameters(value).enumerated() {
            if index > 0 { result.append(UInt8(ascii: ";")) }
            let hasText = part.contains { $0 > 0x7F }
            guard index > 0, hasText, let equals = part.firstIndex(of: UInt8(ascii: "=")) else {
                result += part
                continue
            }
            let name = trimmed(part[..<equals])
            if Self.isLeftAlone(name) {
                result += part
            } else {
                result += parameter(name, unquoted(trimmed(part[(equals + 1)...])))
                isChanged = true
            }
        }
        return isChanged ? result : nil
    }

    /// A name with an asterisk was encoded by a writer who then broke its own rule, one outside ASCII
    /// is no name, and a boundary has to be what stands between the parts.
    private static func isLeftAlone(_ name: ArraySlice<UInt8>) -> Bool {
        name.contains { $0 == UInt8(ascii: "*") || $0 > 0x7F }
            || String(decoding: name, as: UTF8.self).lowercased() == "boundary"
    }

    private func parameter(_ name: ArraySlice<UInt8>, _ text: [UInt8]) -> [UInt8] {
        let isUTF8 = String(validating: text, as: UTF8.self) != nil
        var sections: [[UInt8]] = [Array("\(isUTF8 ? "utf-8" : charset)''".utf8)]
        for octet in text {
            if sections[sections.count - 1].count > 55 { sections.append([]) }
            let isPlain = Self.isAttributeOctet(octet)
            sections[sections.count - 1] +=
                isPlain ? [octet] : [UInt8(ascii: "%")] + hexadecimal(octet)
        }
        var result: [UInt8] = []
        for (index, section) in sections.enumerated() {
            if index > 0 { result.append(UInt8(ascii: ";")) }
            result += "\r\n ".utf8
            result += name
            result += (sections.count == 1 ? "*=" : "*\(index)*=").utf8
            result += section
        }
        return result
    }

    /// `attribute-char` (RFC 2231 §7).
    private static func isAttributeOctet(_ octet: UInt8) -> Bool {
        (0x21...0x7E).contains(octet) && !"*'%()<>@,;:\\\"/[]?=".utf8.contains(octet)
    }
}

/// Takes an address field apart into text for people and everything else.
private enum AddressPieces {
    struct Piece {
        var octets: ArraySlice<UInt8>
        /// A display name, a group's name or a comment.
        var isText: Bool
        var isComment: Bool

        /// The text between its white space and, for a comment, its parentheses.
        var framed: (before: [UInt8], text: ArraySlice<UInt8>, behind: [UInt8]) {
            if isComment {
                let text = octets.dropFirst().dropLast()
                return ([UInt8(ascii: "(")], text, [UInt8(ascii: ")")])
            }
            let before = octets.prefix(while: isSpace)
            let text = trimmed(octets)
            return (Array(before), text, Array(octets[text.endIndex...]))
        }
    }

    static func of(_ value: [UInt8]) -> [Piece] {
        var pieces: [Piece] = []
        var start = 0
        var index = 0
        func cut(to end: Int, isText: Bool, isComment: Bool = false) {
            if start < end {
                pieces.append(
                    Piece(octets: value[start..<end], isText: isText, isComment: isComment)
                )
            }
            start = end
        }
        while index < value.count {
            switch value[index] {
            case UInt8(ascii: "\""): index = skipQuoted(value, from: index)
            case UInt8(ascii: "("):
                let end = skipComment(value, from: index)
                cut(to: index, isText: false)
                cut(to: end, isText: value[end - 1] == UInt8(ascii: ")"), isComment: true)
                index = end
            case UInt8(ascii: "<"):
                cut(to: index, isText: true)
                index = value[index...].firstIndex(of: UInt8(ascii: ">")) ?? value.count
                cut(to: index, isText: false)
            case UInt8(ascii: ":"):
                cut(to: index, isText: true)
                index += 1
            case UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: ">"):
                index += 1
                cut(to: index, isText: false)
            default: index += 1
            }
        }
        cut(to: value.count, isText: false)
        return pieces
    }

    private static func skipQuoted(_ value: [UInt8], from start: Int) -> Int {
        var index = start + 1
        while index < value.count, value[index] != UInt8(ascii: "\"") {
            index += value[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        return min(index + 1, value.count)
    }

    private static func skipComment(_ value: [UInt8], from start: Int) -> Int {
        var depth = 0
        var index = start
        while index < value.count {
            switch value[index] {
            case UInt8(ascii: "("): depth += 1
            case UInt8(ascii: ")"):
                depth -= 1
                if depth == 0 { return index + 1 }
            case UInt8(ascii: "\\"): index += 1
            default: break
            }
            index += 1
        }
        return value.count
    }
}
