/// What must be known of a body before it is sent, found out chunk by chunk in one pass.
package struct BodySurvey: Sendable {
    /// The longest line a server must take, without its CRLF (RFC 5321 §4.5.3.1.6).
    package static let maximumLineOctets = 998

    /// Whether an octet above 127 was seen (RFC 6152).
    package private(set) var has8Bit = false
    /// Whether a NUL was seen.
    package private(set) var hasNUL = false
    /// Whether every octet above 127 so far is part of valid UTF-8, where the header does not say
    /// what the text is written in.
    package var isUTF8: Bool { utf8.isValid }

    private(set) var walker: PartWalker
    private var finishedOctets = 0
    private var openLine = 0
    private var pending = PendingReturns()
    private var sawForeignLineEnd = false
    private var utf8 = UTF8Check()

    /// Where the next chunk begins in the file.
    private var chunkStart: Int
    /// Where the octet after the last one of a line, or of the open line, stands.
    private var offset: Int
    private var lineStart: Int
    /// Where the text of the line before this one ended.
    private var previousEnd: Int
    /// The beginning of the open line, where the walker wants it.
    private var head: [UInt8] = []
    private var isWanted = false
    private var openEightBit = 0
    private let isMailbox: Bool
    /// Whether somebody has to know what the text is written in.
    private let tellsCharset: Bool
    private var isAfterEmptyLine = false
    private var sawNextMessage = false

    /// A part's header line may be this long; what follows is of no importance to its structure.
    private static let maximumHeadOctets = 16_384

    /// Creates a survey of the body below a header; `offset` is where it begins.
    init(
        _ header: PartHeader,
        at offset: Int,
        rules: MessageRules,
        isMailbox: Bool = false,
        tellsCharset: Bool = false
    ) {
        walker = PartWalker(header, at: offset, rules: rules)
        (self.offset, chunkStart) = (offset, offset)
        self.isMailbox = isMailbox
        self.tellsCharset = tellsCharset
        (lineStart, previousEnd) = (offset, offset)
    }

    /// Creates a survey of a plain text.
    package init() {
        self.init(PartHeader(), at: 0, rules: MessageRules())
    }

    /// Whether a line ended with a bare LF or CR; ``Repair/lineEnds`` is what becomes of it.
    package var hasForeignLineEnds: Bool { sawForeignLineEnd || pending.count > 0 }

    /// Octets in wire form, without stuffed dots and without the final dot; a missing last line end
    /// is counted.
    package var wireOctets: Int {
        let missing = openLine > 0 && pending.count == 0 ? 2 : 0
        return finishedOctets + openLine + 2 * pending.count + missing
    }

    /// What already makes the message unfit; the rest need not be read then.
    package var defect: MessageDefect? {
        if hasNUL { return .nulInBody }
        return sawNextMessage ? .severalMessages : walker.defect
    }

    /// Reads the next chunk of the body.
    package mutating func read(_ octets: UnsafeRawBufferPointer) {
        let isEightBit = octets.hasEightBit
        if isEightBit { has8Bit = true }
        if has8Bit, tellsCharset { utf8.read(octets) }
        if !hasNUL { hasNUL = octets.firstIndex(of: 0, from: 0) < octets.count }
        let base = chunkStart
        chunkStart += octets.count
        var position = readPending(octets, at: base)
        var search = LineEndSearch(octets)
        while position < octets.count {
            if !isEightBit, !sawForeignLineEnd {
                position = skipLines(octets, from: position, at: base)
            }
            let end = search.next(from: position)
            take(UnsafeRawBufferPointer(rebasing: octets[position..<end]), isEightBit)
            offset = base + end
            guard end < octets.count else { return }
            guard let length = LineEnd.length(in: octets, at: end) else {
                pending.keep(octets, from: end)
                return
            }
            offset = base + end + length
            endLine(textEnd: base + end, isForeign: length != 2)
            position = end + length
        }
    }

    /// Passes lines of which nothing but their octets counts, and returns where the next one begins.
    ///
    /// Not tried on a file with other line ends: it would look at each line twice.
    private mutating func skipLines(
        _ octets: UnsafeRawBufferPointer,
        from start: Int,
        at base: Int
    ) -> Int {
        guard openLine == 0, !walker.wants(nil), !isMailbox else { return start }
        var position = start
        // No line can be too long that begins and ends within so many octets.
        while let end = octets.endOfLastLine(
            in: position..<min(position + Self.maximumLineOctets + 2, octets.count)
        ) {
            guard octets.areLinesClean(in: position..<end, without: UInt8(ascii: "-")) else {
                break
            }
            finishedOctets += end - position
            position = end
        }
        guard position > start else { return start }
        offset = base + position
        (lineStart, previousEnd) = (offset, offset - 2)
        return position
    }

    /// Ends the body with the file.
    package mutating func finish() {
        let end = offset
        for index in 0..<pending.count {
            offset = end + index + 1
            endLine(textEnd: end + index, isForeign: true)
        }
        pending = PendingReturns()
        if openLine > 0 { tellWalker() }
        walker.finish(at: offset)
    }

    private mutating func readPending(_ octets: UnsafeRawBufferPointer, at base: Int) -> Int {
        let textEnd = offset
        let resolved = pending.resolve(octets)
        for index in 0..<resolved.lineEnds {
            let isLast = index == resolved.lineEnds - 1 && pending.count == 0
            offset = isLast ? base + resolved.consumed : textEnd + index + 1
            // Of several, all are foreign: single carriage returns, of which CR CR LF may be the last.
            endLine(textEnd: textEnd + index, isForeign: resolved.isForeign)
        }
        return resolved.consumed
    }

    private mutating func take(_ text: UnsafeRawBufferPointer, _ isEightBit: Bool) {
        guard let first = text.first else { return }
        if openLine == 0 {
            isWanted = walker.wants(first) || isMailbox && first == UInt8(ascii: "F")
        }
        if isWanted, head.count < Self.maximumHeadOctets {
            head.append(contentsOf: text.prefix(Self.maximumHeadOctets - head.count))
        }
        if isEightBit { openEightBit += text.reduce(0) { $0 + Int($1 >> 7) } }
        openLine += text.count
    }

    private mutating func endLine(textEnd: Int, isForeign: Bool) {
        finishedOctets += openLine + 2
        if openLine == 0 { isWanted = walker.wants(nil) }
        let beganInBinaryPart = walker.isInBinaryPart
        tellWalker()
        // Between the octets of a binary part it is no line end: the part is encoded.
        if isForeign, !(beganInBinaryPart && walker.isInBinaryPart) { sawForeignLineEnd = true }
        (lineStart, previousEnd) = (offset, textEnd)
        isAfterEmptyLine = openLine == 0
        openLine = 0
    }

    private mutating func tellWalker() {
        var isDelimiter = false
        if isWanted {
            let range = lineStart..<offset
            isDelimiter = walker.line(head, at: range, previousEnd: previousEnd)
            if isMailbox, isAfterEmptyLine, beginsMessage(head) { sawNextMessage = true }
            head.removeAll(keepingCapacity: true)
            isWanted = false
        }
        if !isDelimiter { walker.count(octets: openLine, eightBit: openEightBit) }
        openEightBit = 0
    }

    /// Whether a line is the `From ` line of a mailbox (RFC 4155 §A): sender, then a date.
    private func beginsMessage(_ line: [UInt8]) -> Bool {
        guard line.starts(with: "From ".utf8) else { return false }
        let words = line.split(separator: 0x20)
        return words.count >= 6
            && words.contains {
                $0.contains(UInt8(ascii: ":"))
                    && $0.allSatisfy { (0x30...0x3A).contains($0) }
            }
    }
}

/// Whether octets are UTF-8, chunk by chunk (RFC 3629 §4, surrogates and overlong forms aside).
private struct UTF8Check: Sendable {
    private(set) var isValid = true
    private var missing = 0

    mutating func read(_ octets: UnsafeRawBufferPointer) {
        guard isValid else { return }
        for octet in octets {
            if missing > 0 {
                guard octet & 0xC0 == 0x80 else { return isValid = false }
                missing -= 1
            } else if octet > 0x7F {
                switch octet {
                case 0xC2...0xDF: missing = 1
                case 0xE0...0xEF: missing = 2
                case 0xF0...0xF4: missing = 3
                default: return isValid = false
                }
            }
        }
    }
}
