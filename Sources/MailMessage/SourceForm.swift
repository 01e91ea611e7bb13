/// How the octets of a file become those of a message, before anything else is read.
///
/// Every offset and range of this module counts octets *after* this step.
package struct SourceForm: Hashable, Sendable {
    /// How a file's text is encoded.
    package enum Encoding: Hashable, Sendable {
        /// As it is: ASCII, UTF-8 or any other that keeps ASCII.
        case octets
        /// UTF-16, with a byte order mark as PowerShell's `Out-File` writes it or without; becomes
        /// UTF-8.
        case utf16(bigEndian: Bool)

        /// The encoding of a file by its first octets.
        init(_ head: UnsafeRawBufferPointer) {
            if head.starts(with: [0xFF, 0xFE]) || Self.hasLetters(head, at: 0) {
                self = .utf16(bigEndian: false)
            } else if head.starts(with: [0xFE, 0xFF]) || Self.hasLetters(head, at: 1) {
                self = .utf16(bigEndian: true)
            } else {
                self = .octets
            }
        }

        /// Whether two letters begin the file with a zero beside each: a message begins with the name
        /// of a field, so that this tells UTF-16 without a mark.
        private static func hasLetters(_ head: UnsafeRawBufferPointer, at index: Int) -> Bool {
            guard head.count >= 4, head[1 - index] == 0, head[3 - index] == 0 else { return false }
            return (0x21...0x7E).contains(head[index]) && (0x21...0x7E).contains(head[index + 2])
        }
    }

    package var encoding: Encoding
    /// Whether lines that begin with a dot have one too many (RFC 5321 §4.5.2).
    package var isDotStuffed: Bool

    /// The form of a file whose octets are the message's.
    package init(encoding: Encoding = .octets, isDotStuffed: Bool = false) {
        self.encoding = encoding
        self.isDotStuffed = isDotStuffed
    }

    /// The form of a file by its first octets and the pickup's rules.
    package init(_ head: UnsafeRawBufferPointer, rules: MessageRules) {
        isDotStuffed = rules.isDotStuffed
        encoding = Encoding(head)
    }

    /// Whether a file's octets are the message's already.
    package var isPlain: Bool { encoding == .octets && !isDotStuffed }

    /// The message's octets of a whole file, or of its start, and what the decoder found out.
    package func decode(
        _ octets: UnsafeRawBufferPointer
    ) -> (octets: [UInt8], decoder: SourceDecoder) {
        var decoder = SourceDecoder(self)
        var result: [UInt8] = []
        decoder.decode(octets, into: &result)
        decoder.finish(into: &result)
        return (result, decoder)
    }
}

/// Carries out a ``SourceForm`` chunk by chunk; where the chunks end makes no difference.
package struct SourceDecoder: Sendable {
    private var utf16: UTF16Decoder?
    private var dots: DotUnstuffer?
    private var text: [UInt8] = []

    /// Creates a decoder at the start of a file.
    package init(_ form: SourceForm) {
        if case .utf16(let bigEndian) = form.encoding {
            utf16 = UTF16Decoder(bigEndian: bigEndian)
        }
        if form.isDotStuffed { dots = DotUnstuffer() }
    }

    /// What makes the file unfit, once everything was decoded.
    package var defect: MessageDefect? {
        if utf16?.isBroken == true { return .brokenUTF16 }
        return dots?.hasMore == true ? .severalMessages : nil
    }

    /// Whether a dot was taken away, or the line with the final dot.
    package var removedDots: Bool { dots?.removedDots ?? false }

    /// Appends the message's octets of the next chunk.
    package mutating func decode(_ octets: UnsafeRawBufferPointer, into output: inout [UInt8]) {
        guard utf16 != nil else { return unstuff(octets, into: &output) }
        guard dots != nil else {
            utf16?.decode(octets, into: &output)
            return
        }
        text.removeAll(keepingCapacity: true)
        utf16?.decode(octets, into: &text)
        unstuffText(into: &output)
    }

    /// Appends what only the end of the file decides.
    package mutating func finish(into output: inout [UInt8]) {
        text.removeAll(keepingCapacity: true)
        utf16?.finish(into: &text)
        unstuffText(into: &output)
    }

    private mutating func unstuffText(into output: inout [UInt8]) {
        let text = text
        text.withUnsafeBytes { unstuff($0, into: &output) }
    }

    private mutating func unstuff(_ octets: UnsafeRawBufferPointer, into output: inout [UInt8]) {
        if dots == nil { return output.append(contentsOf: octets) }
        dots?.decode(octets, into: &output)
    }
}

/// Transcodes UTF-16 to UTF-8; a byte order mark is dropped.
private struct UTF16Decoder: Sendable {
    private let bigEndian: Bool
    private var oddOctet: UInt8?
    private var highSurrogate: UInt16?
    private var isAtStart = true
    /// Whether a surrogate stood alone, or the last unit has half its octets.
    private(set) var isBroken = false

    init(bigEndian: Bool) {
        self.bigEndian = bigEndian
    }

    mutating func decode(_ octets: UnsafeRawBufferPointer, into output: inout [UInt8]) {
        for octet in octets {
            guard let first = oddOctet else {
                oddOctet = octet
                continue
            }
            oddOctet = nil
            let (high, low) = bigEndian ? (first, octet) : (octet, first)
            add(UInt16(high) << 8 | UInt16(low), &output)
        }
    }

    mutating func finish(into output: inout [UInt8]) {
        if highSurrogate != nil || oddOctet != nil { isBroken = true }
    }

    private mutating func add(_ unit: UInt16, _ output: inout [UInt8]) {
        defer { isAtStart = false }
        if isAtStart, unit == 0xFEFF { return }
        if let high = highSurrogate {
            highSurrogate = nil
            if UTF16.isTrailSurrogate(unit) {
                let value = 0x10000 + (UInt32(high) - 0xD800) << 10 + (UInt32(unit) - 0xDC00)
                return append(Unicode.Scalar(value), &output)
            }
            append(nil, &output)
        }
        if UTF16.isLeadSurrogate(unit) {
            highSurrogate = unit
        } else {
            append(Unicode.Scalar(unit), &output)
        }
    }

    private mutating func append(_ scalar: Unicode.Scalar?, _ output: inout [UInt8]) {
        if scalar == nil { isBroken = true }
        let scalar = scalar ?? "\u{FFFD}"
        if scalar.isASCII { return output.append(UInt8(truncatingIfNeeded: scalar.value)) }
        output.append(contentsOf: Array(String(scalar).utf8))
    }
}

/// Takes away the dots that an SMTP client would have added (RFC 5321 §4.5.2).
///
/// A line with nothing but a dot ends the message, as it did for the servers such files were
/// written for.
private struct DotUnstuffer: Sendable {
    private enum Place {
        case lineStart
        /// After the first dot of a line, which is not yet given on.
        case afterDot
        /// After a dot and a carriage return.
        case afterDotReturn
        case inLine
        /// After the line with the final dot.
        case afterEnd
    }

    private var place = Place.lineStart
    /// Whether anything but white space follows the line with the final dot.
    private(set) var hasMore = false
    private(set) var removedDots = false

    mutating func decode(_ octets: UnsafeRawBufferPointer, into output: inout [UInt8]) {
        var index = 0
        while index < octets.count {
            if place == .inLine {
                index = copyLine(octets, from: index, into: &output)
            } else {
                step(octets[index], &output)
                index += 1
            }
        }
    }

    /// Copies up to and with the next CR or LF.
    private mutating func copyLine(
        _ octets: UnsafeRawBufferPointer,
        from start: Int,
        into output: inout [UInt8]
    ) -> Int {
        var search = LineEndSearch(octets)
        let end = min(search.next(from: start) + 1, octets.count)
        output.append(contentsOf: octets[start..<end])
        if octets[end - 1] == LineEnd.lf || octets[end - 1] == LineEnd.cr { place = .lineStart }
        return end
    }

    private mutating func step(_ octet: UInt8, _ output: inout [UInt8]) {
        switch (place, octet) {
        case (.afterEnd, _):
            if !isSpace(octet), octet != LineEnd.cr, octet != LineEnd.lf { hasMore = true }
        case (.lineStart, UInt8(ascii: ".")):
            place = .afterDot
            removedDots = true
        case (.afterDot, LineEnd.cr): place = .afterDotReturn
        case (.afterDot, LineEnd.lf), (.afterDotReturn, LineEnd.lf): place = .afterEnd
        case (.afterDotReturn, _):
            place = .afterEnd
            step(octet, &output)
        default:
            output.append(octet)
            place = octet == LineEnd.lf || octet == LineEnd.cr ? .lineStart : .inLine
        }
    }
}
