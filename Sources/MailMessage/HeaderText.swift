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

    /// Reads up to the first empty line or the end of `head`.
    ///
    /// A line of white space is not empty but a fold (RFC 5322 §4.2).
    init(_ head: UnsafeRawBufferPointer) {
        var search = LineEndSearch(head)
        while bodyOffset < head.count {
            let end = search.next(from: bodyOffset)
            // Where the buffer ends, nothing can join a carriage return any more.
            let lineEnd = LineEnd.length(in: head, at: end) ?? min(1, head.count - end)
            let isCRLF = lineEnd == 2 && head[end] == LineEnd.cr
            if !isCRLF { hasForeignLineEnds = true }
            let line = head[bodyOffset..<end]
            bodyOffset = end + lineEnd
            if line.isEmpty {
                endsWithEmptyLine = true
                return
            }
            octets.append(contentsOf: line)
            octets.append(LineEnd.cr)
            octets.append(LineEnd.lf)
        }
    }
}
