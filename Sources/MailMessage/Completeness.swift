/// Whether a file looks as if its writer had finished it.
package enum Completeness: Hashable, Sendable {
    /// Nothing is known to be missing; the message may still be refused.
    case complete
    /// No empty line ends the header.
    case noBlankLine
    /// A multipart message without the closing line of its boundary.
    case missingClosingBoundary(String)
    /// A document without what its type ends with; the words say what it is.
    case missingEnd(String)
    /// The file ends in NULs: space was reserved and never written.
    case trailingNULs

    /// How much of the end of a long file ``check(head:tail:isWholeFile:)`` should see: whatever
    /// programs append after the closing boundary is shorter.
    package static let tailOctets = 65_536

    /// What is missing, as a sentence; `nil` when nothing is.
    package var sentence: String? {
        switch self {
        case .complete: nil
        case .noBlankLine: "The file ends before the empty line that ends the header."
        case .missingClosingBoundary(let boundary):
            "The file ends before the line “--\(quotable(boundary))--” that ends its parts."
        case .missingEnd(let title): "The file is \(title), and its end is missing."
        case .trailingNULs: "The file ends in NUL octets, where its text was never written."
        }
    }

    /// Judges a file by its two ends.
    ///
    /// - Parameters:
    ///   - head: The whole file, or its first ``MessageInspector/headOctets``.
    ///   - tail: The last ``tailOctets``; not looked at when `head` is the whole file.
    ///   - isWholeFile: Whether `head` is the whole file.
    /// - Returns: The first sign of a missing part, or ``complete``.
    package static func check(
        head: UnsafeRawBufferPointer,
        tail: UnsafeRawBufferPointer,
        isWholeFile: Bool
    ) -> Completeness {
        // In UTF-16 every other octet of English is a NUL.
        let last = (isWholeFile ? head : tail).suffix(2)
        let isUTF16 = SourceForm.Encoding(head) != .octets
        if last.last == 0, !isUTF16 || last.allSatisfy({ $0 == 0 }) { return .trailingNULs }
        let form = SourceForm(head, rules: MessageRules())
        guard form.isPlain else {
            // Of a long file in UTF-16 the end is not decoded: PowerShell writes short ones.
            guard isWholeFile else { return .complete }
            return form.decode(head).octets.withUnsafeBytes {
                check(head: $0, tail: $0, isWholeFile: true)
            }
        }
        let text = HeaderText(head)
        guard text.endsWithEmptyLine else { return isWholeFile ? .noBlankLine : .complete }
        guard let header = try? Header(text, rules: MessageRules()),
            let boundary = header.boundary
        else { return .complete }
        let end = isWholeFile ? UnsafeRawBufferPointer(rebasing: head[text.bodyOffset...]) : tail
        return hasClosingLine(end, boundary)
            ? .complete : .missingClosingBoundary(String(decoding: boundary, as: UTF8.self))
    }

    /// `close-delimiter transport-padding` on a line of its own (RFC 2046 §5.1.1).
    private static func hasClosingLine(
        _ octets: UnsafeRawBufferPointer,
        _ boundary: [UInt8]
    ) -> Bool {
        let closing = "--".utf8 + boundary + "--".utf8
        var search = LineEndSearch(octets)
        var start = 0
        while start < octets.count {
            let end = search.next(from: start)
            let line = octets[start..<end]
            if line.starts(with: closing), line.dropFirst(closing.count).allSatisfy(isSpace) {
                return true
            }
            start = end + 1
        }
        return false
    }
}
