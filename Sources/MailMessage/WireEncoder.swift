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
        output.reserveCapacity(output.count + input.count + input.count / 16)
        var position = encodePending(input, into: &output)
        var search = LineEndSearch(input)
        // Everything from here to `position` is in wire form already and copied in one go.
        var run = position
        while position < input.count {
            if isAtLineStart, input[position] == UInt8(ascii: ".") {
                output.append(contentsOf: input[run..<position])
                output.append(UInt8(ascii: "."))
                run = position
            }
            let end = search.next(from: position)
            isAtLineStart = false
            guard end < input.count else { break }
            guard let length = LineEnd.length(in: input, at: end) else {
                output.append(contentsOf: input[run..<end])
                return pending.keep(input, from: end)
            }
            isAtLineStart = true
            position = end + length
            if length != 2 {
                output.append(contentsOf: input[run..<end])
                output.append(contentsOf: [LineEnd.cr, LineEnd.lf])
                run = position
            }
        }
        output.append(contentsOf: input[run...])
    }

    /// Appends the last line end, if it is missing, and the final dot.
    package mutating func finish(into output: inout [UInt8]) {
        for _ in 0..<pending.count { endLine(&output) }
        if !isAtLineStart { endLine(&output) }
        output.append(contentsOf: ".\r\n".utf8)
    }

    private mutating func encodePending(
        _ input: UnsafeRawBufferPointer,
        into output: inout [UInt8]
    ) -> Int {
        let resolved = pending.resolve(input)
        for _ in 0..<resolved.lineEnds { endLine(&output) }
        return resolved.consumed
    }

    private mutating func endLine(_ output: inout [UInt8]) {
        output.append(contentsOf: [LineEnd.cr, LineEnd.lf])
        isAtLineStart = true
    }
}
