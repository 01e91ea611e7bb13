/// Encodes the lines of a text as quoted-printable (RFC 2045 §6.7).
///
/// Takes the text in chunks of any size; every line end becomes CRLF. No line is longer than 76
/// octets, none ends in white space.
package struct QuotedPrintable: Sendable {
    /// What the text is now.
    package enum Source: Hashable, Sendable {
        /// Not encoded.
        case plain
        /// Quoted-printable with lines that are too long: `=XX` stays as it is.
        case encoded
    }

    private let source: Source
    private var column = 0
    private var pending = PendingReturns()
    /// White space whose line may end here, which would lose it.
    private var space: UInt8?
    /// How many octets of an `=XX` that is there already are still to come.
    private var escape = 0

    /// Creates an encoder at the start of a line.
    package init(_ source: Source = .plain) {
        self.source = source
    }

    /// Appends the lines of the next chunk.
    package mutating func encode(_ input: UnsafeRawBufferPointer, into output: inout [UInt8]) {
        let resolved = pending.resolve(input)
        for _ in 0..<resolved.lineEnds { endLine(&output) }
        var index = resolved.consumed
        while index < input.count {
            guard let length = LineEnd.length(in: input, at: index) else {
                return pending.keep(input, from: index)
            }
            if length > 0 {
                endLine(&output)
                index += length
            } else {
                add(input[index], &output)
                index += 1
            }
        }
    }

    /// Ends the text; a last line without line end stays without one.
    package mutating func finish(into output: inout [UInt8]) {
        for _ in 0..<pending.count { endLine(&output) }
        pending = PendingReturns()
        addPendingSpace(atLineEnd: true, &output)
    }

    private mutating func endLine(_ output: inout [UInt8]) {
        addPendingSpace(atLineEnd: true, &output)
        output.append(LineEnd.cr)
        output.append(LineEnd.lf)
        column = 0
        escape = 0
    }

    private mutating func add(_ octet: UInt8, _ output: inout [UInt8]) {
        addPendingSpace(atLineEnd: false, &output)
        if isSpace(octet) {
            space = octet
        } else if source == .encoded, octet == UInt8(ascii: "=") {
            // The two digits must not be parted from it by a soft line break.
            makeRoom(for: 3, &output)
            output.append(octet)
            (column, escape) = (column + 1, 2)
        } else if escape > 0, hexDigit(octet) != nil {
            output.append(octet)
            (column, escape) = (column + 1, escape - 1)
        } else {
            escape = 0
            put(octet, escaped: !isPlain(octet), &output)
        }
    }

    private mutating func addPendingSpace(atLineEnd: Bool, _ output: inout [UInt8]) {
        guard let octet = space else { return }
        space = nil
        // In quoted-printable white space at the end of a line is none of the text.
        if atLineEnd, source == .encoded { return }
        put(octet, escaped: atLineEnd, &output)
    }

    private mutating func put(_ octet: UInt8, escaped: Bool, _ output: inout [UInt8]) {
        makeRoom(for: escaped ? 3 : 1, &output)
        if escaped {
            output.append(UInt8(ascii: "="))
            output.append(upperHexDigit(octet >> 4))
            output.append(upperHexDigit(octet & 15))
        } else {
            output.append(octet)
        }
        column += escaped ? 3 : 1
    }

    /// Breaks the line softly unless so many octets and a `=` still fit.
    private mutating func makeRoom(for octets: Int, _ output: inout [UInt8]) {
        guard column + octets > 75 else { return }
        output.append(contentsOf: "=\r\n".utf8)
        column = 0
    }

    private func isPlain(_ octet: UInt8) -> Bool {
        (0x21...0x7E).contains(octet) && octet != UInt8(ascii: "=")
    }
}
