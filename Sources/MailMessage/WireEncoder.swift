import Glibc

/// Turns a message into the octets between `354` and its reply: CRLF line ends, dots stuffed, the
/// final dot (RFC 5321 §4.5.2).
///
/// Takes the header and the body in chunks of any size; where the chunks end makes no difference.
/// No bare CR or LF comes out, so no second message can hide in the first (RFC 5321 §2.3.8).
package struct WireEncoder: Sendable {
    private var isAtLineStart = true
    private var pending = PendingReturns()

    /// Creates an encoder at the start of a message.
    package init() {}

    /// Appends the wire form of the next chunk.
    package mutating func encode(_ input: UnsafeRawBufferPointer, into output: inout [UInt8]) {
        // Space is set aside for the worst case, twice the input; blocks keep that small.
        for start in stride(from: 0, to: input.count, by: Self.blockOctets) {
            let end = min(start + Self.blockOctets, input.count)
            let block = UnsafeRawBufferPointer(rebasing: input[start..<end])
            output.append(addingCapacity: WireWriter.capacity(for: block.count)) { span in
                span.withUnsafeMutableBufferPointer { buffer, count in
                    var writer = WireWriter(UnsafeMutableRawBufferPointer(buffer), at: count)
                    encode(block, with: &writer)
                    count = writer.count
                }
            }
        }
    }

    /// Appends the last line end, if it is missing, and the final dot.
    package mutating func finish(into output: inout [UInt8]) {
        let open = pending.count + (isAtLineStart || pending.count > 0 ? 0 : 1)
        for _ in 0..<open { output.append(contentsOf: "\r\n".utf8) }
        output.append(contentsOf: ".\r\n".utf8)
    }

    private static let blockOctets = 8192

    private mutating func encode(_ input: UnsafeRawBufferPointer, with writer: inout WireWriter) {
        var position = encodePending(input, with: &writer)
        var search = LineEndSearch(input)
        var hasTriedAll = false
        // Everything from here to `position` is in wire form already and copied in one go.
        var run = position
        while position < input.count {
            if isAtLineStart, !hasTriedAll {
                hasTriedAll = true
                let end = endOfCleanLines(input, from: position)
                if end > position {
                    position = end
                    continue
                }
            }
            if isAtLineStart, input[position] == UInt8(ascii: ".") {
                writer.append(input, run..<position)
                writer.append(UInt8(ascii: "."))
                run = position
            }
            let end = search.next(from: position)
            isAtLineStart = false
            guard end < input.count else { break }
            guard let length = LineEnd.length(in: input, at: end) else {
                writer.append(input, run..<end)
                return pending.keep(input, from: end)
            }
            isAtLineStart = true
            position = end + length
            if length != 2 {
                writer.append(input, run..<end)
                writer.endLine()
                run = position
            }
        }
        writer.append(input, run..<input.count)
    }

    /// Where the last line of a block ends, if all of them are in wire form already.
    private func endOfCleanLines(_ input: UnsafeRawBufferPointer, from start: Int) -> Int {
        guard let end = input.endOfLastLine(in: start..<input.count),
            input.areLinesClean(in: start..<end, without: UInt8(ascii: "."))
        else { return start }
        return end
    }

    private mutating func encodePending(
        _ input: UnsafeRawBufferPointer,
        with writer: inout WireWriter
    ) -> Int {
        let resolved = pending.resolve(input)
        for _ in 0..<resolved.lineEnds {
            writer.endLine()
            isAtLineStart = true
        }
        return resolved.consumed
    }
}

/// Writes into memory that was set aside for the whole result, without a check for each run.
private struct WireWriter {
    /// No octet becomes more than two, and two carriage returns can be pending from the last chunk.
    static func capacity(for inputOctets: Int) -> Int { 2 * inputOctets + 4 }

    private let buffer: UnsafeMutableRawBufferPointer
    private(set) var count: Int

    init(_ buffer: UnsafeMutableRawBufferPointer, at count: Int) {
        self.buffer = buffer
        self.count = count
    }

    mutating func append(_ input: UnsafeRawBufferPointer, _ range: Range<Int>) {
        guard !range.isEmpty, let source = input.baseAddress, let target = buffer.baseAddress else {
            return
        }
        precondition(range.count <= buffer.count - count, "the worst case was reckoned wrongly")
        memcpy(target + count, source + range.lowerBound, range.count)
        count += range.count
    }

    mutating func append(_ octet: UInt8) {
        precondition(count < buffer.count, "the worst case was reckoned wrongly")
        buffer[count] = octet
        count += 1
    }

    mutating func endLine() {
        append(LineEnd.cr)
        append(LineEnd.lf)
    }
}
