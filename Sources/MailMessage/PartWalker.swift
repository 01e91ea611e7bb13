/// Follows the parts of a MIME body line by line (RFC 2046 §5.1) and finds those whose octets
/// cannot go out as they are.
///
/// Sees every line of a part's header, but of other text only the lines that begin with a hyphen:
/// ``BodySurvey`` does the rest without it.
struct PartWalker: Sendable {
    /// What surrounds the part that is being read.
    private struct Container {
        /// The delimiter with its two hyphens, or `nil` for a message inside a message.
        let delimiter: [UInt8]?
        let isProtected: Bool
    }

    private enum Place {
        /// Before the first part or after the last one.
        case between
        case header(PartHeaderReader)
        case leaf
    }

    private let rules: MessageRules
    private var containers: [Container] = []
    private var place = Place.between
    private var parts = 0
    /// The part that is being read, its measures apart.
    private var leaf: LeafPart?
    private var lines = LineMeasures()
    /// The leaves that cannot go out as they are, or not to every server, in their order.
    private(set) var conspicuous: [LeafPart] = []
    /// What makes the message unfit.
    private(set) var defect: MessageDefect?
    /// Where lines are too long that belong to no part.
    private(set) var longestBetween = 0
    /// Whether octets above 127 stand outside the leaves.
    private(set) var has8BitBetween = false

    /// Begins with the body of a message; `start` is its place in the file.
    init(_ header: PartHeader, at start: Int, rules: MessageRules) {
        self.rules = rules
        enter(header, at: start, isTop: true)
    }

    /// Whether a line that begins so has to be given to ``line(_:at:previousEnd:)``; `nil` is an
    /// empty line.
    func wants(_ first: UInt8?) -> Bool { isInHeader || first == UInt8(ascii: "-") }

    /// Whether the part that is being read is declared to have no lines (RFC 2045 §6.2).
    var isInBinaryPart: Bool { leaf?.header.encoding == .binary }

    private var isInHeader: Bool { if case .header = place { true } else { false } }

    /// Notes a line of any kind by its length and its octets above 127.
    mutating func count(octets: Int, eightBit: Int) {
        lines.add(octets: octets, eightBit: eightBit)
    }

    /// Reads a wanted line: `text` without its end, which may be cut; `previousEnd` is where the
    /// text of the line before it ended.
    ///
    /// Returns whether the line was a delimiter, which belongs to no part.
    mutating func line(_ text: [UInt8], at range: Range<Int>, previousEnd: Int) -> Bool {
        if text.starts(with: "--".utf8), let (index, isLast) = match(text) {
            endLines(at: previousEnd, next: range.lowerBound)
            containers.removeSubrange((isLast ? index : index + 1)...)
            place = isLast ? .between : .header(PartHeaderReader())
            if !isLast { beginPart() }
            return true
        }
        switch place {
        case .between: break
        case .leaf:
            if text.starts(with: "-----BEGIN PGP ".utf8) { leaf?.isProtected = true }
        case .header(var reader):
            if text.isEmpty {
                endLines(at: previousEnd, next: range.lowerBound)
                enter(reader.header(endingAt: range.lowerBound), at: range.upperBound, isTop: false)
                return true
            }
            reader.read(text, at: range)
            if reader.octets > PartHeaderReader.maximumOctets {
                refuse(.partHeaderTooLarge(limit: PartHeaderReader.maximumOctets))
            }
            place = .header(reader)
        }
        return false
    }

    /// Ends the last part with the file.
    mutating func finish(at end: Int) { endLines(at: end, next: end) }

    private mutating func beginPart() {
        parts += 1
        if parts > rules.maximumParts { refuse(.tooManyParts(limit: rules.maximumParts)) }
    }

    private mutating func enter(_ header: PartHeader, at start: Int, isTop: Bool) {
        let isProtected = header.isProtected || containers.last?.isProtected == true
        if header.isMultipart || header.isMessage {
            let delimiter = header.isMultipart ? header.boundary.map { "--".utf8 + $0 } : nil
            containers.append(Container(delimiter: delimiter, isProtected: isProtected))
            if containers.count > rules.maximumDepth {
                refuse(.tooDeep(limit: rules.maximumDepth))
            }
            place = header.isMessage ? .header(PartHeaderReader()) : .between
        } else {
            leaf = LeafPart(header, isTop: isTop, isProtected: isProtected, start: start)
            place = .leaf
        }
    }

    /// Takes stock of the lines since the last delimiter or header.
    private mutating func endLines(at end: Int, next: Int) {
        defer {
            lines = LineMeasures()
            place = .between
            leaf = nil
        }
        guard var leaf else {
            longestBetween = max(longestBetween, lines.longest)
            if lines.eightBitOctets > 0 { has8BitBetween = true }
            return
        }
        leaf.lines = lines
        leaf.content = leaf.content.lowerBound..<max(end, leaf.content.lowerBound)
        leaf.next = max(next, leaf.content.upperBound)
        if leaf.isConspicuous { conspicuous.append(leaf) }
    }

    private mutating func refuse(_ defect: MessageDefect) {
        if self.defect == nil { self.defect = defect }
    }

    /// The innermost container whose delimiter a line is (RFC 2046 §5.1.1), and whether it is the
    /// closing one.
    private func match(_ line: [UInt8]) -> (index: Int, isLast: Bool)? {
        for (index, container) in containers.enumerated().reversed() {
            guard let delimiter = container.delimiter, line.starts(with: delimiter) else {
                continue
            }
            let rest = line.dropFirst(delimiter.count)
            if rest.allSatisfy(isSpace) { return (index, false) }
            if rest.starts(with: "--".utf8), rest.dropFirst(2).allSatisfy(isSpace) {
                return (index, true)
            }
        }
        return nil
    }
}

/// A part without parts of its own.
struct LeafPart: Sendable {
    let header: PartHeader
    /// Whether the message's own header is the part's header.
    let isTop: Bool
    var isProtected: Bool
    /// Where the content stands in the file, without the line end before the next delimiter.
    var content: Range<Int>
    /// Where the line after the content begins.
    var next = 0
    var lines = LineMeasures()

    init(_ header: PartHeader, isTop: Bool, isProtected: Bool, start: Int) {
        self.header = header
        self.isTop = isTop
        self.isProtected = isProtected
        content = start..<start
    }

    /// Whether no server can take the part as it is (RFC 5321 §4.5.3.1.6, RFC 3030).
    var mustChange: Bool {
        lines.longest > BodySurvey.maximumLineOctets
            || header.encoding == .binary && !content.isEmpty
    }

    /// Whether a server without 8BITMIME cannot take the part as it is.
    var isConspicuous: Bool { mustChange || lines.eightBitOctets > 0 }

    /// How the content is encoded when it has to be; `nil` where it cannot be.
    var form: ContentForm? {
        if isProtected { return nil }
        return switch header.encoding {
        case .identity, .binary: header.type.hasPrefix("text/") ? .quotedPrintable : .base64
        case .quotedPrintable: .quotedPrintableAgain
        case .base64 where lines.eightBitOctets == 0: .base64Again
        case .base64, .other: nil
        }
    }
}

/// What was counted of some lines.
struct LineMeasures: Sendable {
    /// The longest line without its end.
    private(set) var longest = 0
    private(set) var eightBitOctets = 0

    /// Counts one more.
    mutating func add(octets: Int, eightBit: Int) {
        if octets > longest { longest = octets }
        eightBitOctets += eightBit
    }
}
