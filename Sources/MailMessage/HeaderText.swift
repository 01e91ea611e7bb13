/// The header section of a file with every line end turned into CRLF.
struct HeaderText {
    /// The lines, each with its CRLF; the empty line that ends the header is not among them.
    private(set) var octets: [UInt8] = []
    /// Where the body begins in the file.
    private(set) var bodyOffset = 0
    /// Whether the empty line was found, and not just the end of the buffer.
    private(set) var endsWithEmptyLine = false
    /// Whether a line ended otherwise than with CRLF, or not at all.
    private(set) var hasForeignLineEnds = false
    /// Whether a UTF-8 byte order mark stood before everything else.
    private(set) var hasByteOrderMark = false
    /// Whether a mailbox's `From ` line stood before the header (RFC 4155 §A).
    private(set) var isMailbox = false
    /// Whether the separator was a line of white space.
    private(set) var hasBlankSeparator = false

    /// Lines before the first of ``octets``.
    var skippedLines: Int { isMailbox ? 1 : 0 }

    /// Reads up to the first empty line or the end of `head`.
    ///
    /// A line of white space is a fold (RFC 5322 §4.2), unless what follows it can be no part of a
    /// header: then it is what its writer took for the empty line.
    init(_ head: UnsafeRawBufferPointer) {
        if head.starts(with: [0xEF, 0xBB, 0xBF]) {
            hasByteOrderMark = true
            bodyOffset = 3
        }
        var search = LineEndSearch(head)
        while bodyOffset < head.count {
            let start = bodyOffset
            let end = search.next(from: start)
            passLine(head, endingAt: end)
            let line = head[start..<end]
            if octets.isEmpty, !isMailbox, Self.isMailboxLine(line) {
                isMailbox = true
                continue
            }
            if line.isEmpty || isBlankSeparator(line, head) {
                hasBlankSeparator = !line.isEmpty
                endsWithEmptyLine = true
                return
            }
            octets.append(contentsOf: line)
            octets.append(LineEnd.cr)
            octets.append(LineEnd.lf)
        }
    }

    private mutating func passLine(_ head: UnsafeRawBufferPointer, endingAt end: Int) {
        // Where the buffer ends, nothing can join a carriage return any more.
        let lineEnd = LineEnd.length(in: head, at: end) ?? min(1, head.count - end)
        let isCRLF = lineEnd == 2 && head[end] == LineEnd.cr
        if !isCRLF { hasForeignLineEnds = true }
        bodyOffset = end + lineEnd
    }

    private static func isMailboxLine(_ line: Slice<UnsafeRawBufferPointer>) -> Bool {
        // `From : a@b` is an obsolete way to write the field.
        line.starts(with: "From ".utf8) && fieldNameEnd(line) == nil
    }

    private func isBlankSeparator(
        _ line: Slice<UnsafeRawBufferPointer>,
        _ head: UnsafeRawBufferPointer
    ) -> Bool {
        guard line.allSatisfy(isSpace), !octets.isEmpty, bodyOffset < head.count else {
            return false
        }
        let next = head[bodyOffset...].prefix { $0 != LineEnd.cr && $0 != LineEnd.lf }
        guard let first = next.first, !isSpace(first) else { return false }
        return fieldNameEnd(next) == nil
    }
}
