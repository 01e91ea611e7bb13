internal import Glibc

/// Finds the end of the content and undoes dot-stuffing, chunk by chunk (RFC 5321 §4.5.2).
///
/// Only CR LF ends a line: `LF.LF` and `LF.CRLF` are content, however a client meant them.
package struct ContentDecoder: Sendable {
    private enum State: Hashable {
        /// Between lines. Next: `dot` or `line`.
        case lineStart
        /// After a dot that begins a line and is not content. Next: `dotCR` or `line`.
        case dot
        /// After such a dot and a CR, which is not handed out yet. Next: the end or `line`.
        case dotCR
        /// Inside a line. Next: `lineStart` after CR LF.
        case line(endsWithCR: Bool)
    }

    private var state = State.lineStart
    private var lineOctets = 0

    /// Whether a line feed without its CR was content.
    package private(set) var hasBareLF = false
    /// Whether a CR without its line feed was content.
    package private(set) var hasBareCR = false
    /// Octets of the longest line, as unstuffed and without its line end.
    package private(set) var longestLine = 0

    /// Creates a decoder at the start of the content.
    package init() {}

    /// Decodes a chunk and hands out its content in runs.
    ///
    /// - Returns: How many octets the content took with its final dot, or `nil` if it goes on.
    package mutating func decode(
        _ chunk: UnsafeRawBufferPointer,
        into sink: (UnsafeRawBufferPointer) -> Void
    ) -> Int? {
        var index = 0
        var runStart = 0
        func hand(out end: Int) {
            if end > runStart { sink(UnsafeRawBufferPointer(rebasing: chunk[runStart..<end])) }
        }
        while index < chunk.count {
            switch state {
            case .lineStart:
                guard chunk[index] == Self.dot else {
                    state = .line(endsWithCR: false)
                    continue
                }
                hand(out: index)
                index += 1
                runStart = index
                state = .dot
            case .dot:
                guard chunk[index] == Self.cr else {
                    state = .line(endsWithCR: false)
                    continue
                }
                index += 1
                runStart = index
                state = .dotCR
            case .dotCR:
                if chunk[index] == Self.lf { return index + 1 }
                Self.handOutCR(to: sink)
                lineOctets = 1
                state = .line(endsWithCR: true)
            case .line(let endsWithCR):
                index = readLine(chunk, from: index, afterCR: endsWithCR)
            }
        }
        hand(out: chunk.count)
        return nil
    }

    /// Reads up to the next line feed, or to the chunk's end, and returns where that is.
    private mutating func readLine(
        _ chunk: UnsafeRawBufferPointer,
        from start: Int,
        afterCR: Bool
    ) -> Int {
        let rest = UnsafeRawBufferPointer(rebasing: chunk[start...])
        let lineFeed = Self.firstIndex(of: Self.lf, in: rest)
        let length = lineFeed ?? rest.count
        let lastIsCR = length > 0 ? rest[length - 1] == Self.cr : afterCR
        // A CR is bare unless it is the last octet before the line feed, or may yet turn out so.
        let inner = UnsafeRawBufferPointer(rebasing: rest[..<max(0, length - 1)])
        if (afterCR && length > 0) || Self.firstIndex(of: Self.cr, in: inner) != nil {
            hasBareCR = true
        }
        lineOctets += length
        guard lineFeed != nil else {
            state = .line(endsWithCR: lastIsCR)
            longestLine = max(longestLine, lineOctets - (lastIsCR ? 1 : 0))
            return chunk.count
        }
        if lastIsCR {
            longestLine = max(longestLine, lineOctets - 1)
            lineOctets = 0
            state = .lineStart
        } else {
            hasBareLF = true
            lineOctets += 1
            state = .line(endsWithCR: false)
        }
        return start + length + 1
    }

    private static func firstIndex(of octet: UInt8, in octets: UnsafeRawBufferPointer) -> Int? {
        guard let base = octets.baseAddress, octets.count > 0,
            let found = memchr(base, Int32(octet), octets.count)
        else { return nil }
        return UnsafeRawPointer(found) - base
    }

    private static func handOutCR(to sink: (UnsafeRawBufferPointer) -> Void) {
        withUnsafeBytes(of: cr) { sink($0) }
    }

    private static let dot = UInt8(ascii: ".")
    private static let cr = UInt8(ascii: "\r")
    private static let lf = UInt8(ascii: "\n")
}
