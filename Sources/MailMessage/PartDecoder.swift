/// Takes the transfer encoding off the lines of one part (RFC 2045 §6).
struct PartDecoder: Sendable {
    private let encoding: TransferEncoding
    /// Whether a line end waits to be known as the part's and not its delimiter's (RFC 2046 §5.1.1).
    private var hasLineEnd = false
    private var bits: UInt32 = 0
    private var bitCount: UInt32 = 0
    /// Whether the padding was seen, after which nothing belongs to the part (RFC 4648 §4).
    private var isPadded = false

    init(_ encoding: TransferEncoding) { self.encoding = encoding }

    /// Appends what a line, or a piece of one, stands for.
    mutating func read(_ line: [UInt8], isWhole: Bool, into output: inout [UInt8]) {
        switch encoding {
        case .base64: decodeBase64(line, &output)
        case .quotedPrintable: decodeQuoted(line, isWhole, &output)
        case .identity, .binary, .other:
            appendLineEnd(&output)
            output += line
            hasLineEnd = isWhole
        }
    }

    /// Ends the part; its last line end is its own only where no delimiter follows.
    mutating func finish(keepingLineEnd: Bool, into output: inout [UInt8]) {
        if keepingLineEnd { appendLineEnd(&output) }
    }

    private mutating func appendLineEnd(_ output: inout [UInt8]) {
        if hasLineEnd { output += "\r\n".utf8 }
        hasLineEnd = false
    }

    private mutating func decodeBase64(_ line: [UInt8], _ output: inout [UInt8]) {
        for octet in line where !isPadded {
            if octet == UInt8(ascii: "=") {
                isPadded = true
                return
            }
            guard let digit = base64Digit(octet) else { continue }
            bits = bits << 6 | UInt32(digit)
            bitCount += 6
            guard bitCount >= 8 else { continue }
            bitCount -= 8
            output.append(UInt8(truncatingIfNeeded: bits >> bitCount))
        }
    }

    private mutating func decodeQuoted(
        _ line: [UInt8],
        _ isWhole: Bool,
        _ output: inout [UInt8]
    ) {
        appendLineEnd(&output)
        // White space at the end of a line was added on the way (RFC 2045 §6.7).
        var text = line[...]
        if isWhole { while let last = text.last, isSpace(last) { text.removeLast() } }
        let isSoft = isWhole && text.last == UInt8(ascii: "=")
        if isSoft { text.removeLast() }
        var index = text.startIndex
        while index < text.endIndex {
            if text[index] == UInt8(ascii: "="), text.endIndex - index > 2,
                let high = hexDigit(text[index + 1]), let low = hexDigit(text[index + 2])
            {
                output.append(high << 4 | low)
                index += 3
            } else {
                output.append(text[index])
                index += 1
            }
        }
        hasLineEnd = isWhole && !isSoft
    }
}
