/// Turns the wire form of a content back into its octets: what ``WireEncoder`` added goes, stuffed
/// dots and the final dot (RFC 5321 §4.5.2).
///
/// Takes the wire form in chunks of any size; where the chunks end makes no difference.
package struct WireDecoder: Sendable {
    private enum State {
        case lineStart
        /// After a dot at the start of a line: a stuffed one, or the final one.
        case dot
        /// After a dot that is alone on its line so far.
        case dotReturn
        case text
        case finished
    }

    private var state = State.lineStart

    /// Creates a decoder at the start of a content.
    package init() {}

    /// Whether the final dot was read; what comes after it is ignored.
    package var isFinished: Bool { state == .finished }

    /// Appends the octets of the next chunk.
    package mutating func decode(_ input: UnsafeRawBufferPointer, into output: inout [UInt8]) {
        var index = 0
        while index < input.count {
            switch state {
            case .lineStart:
                guard input[index] == UInt8(ascii: ".") else {
                    state = .text
                    continue
                }
                state = .dot
                index += 1
            case .dot:
                guard input[index] == LineEnd.cr else {
                    state = .text
                    continue
                }
                state = .dotReturn
                index += 1
            case .dotReturn:
                if input[index] == LineEnd.lf {
                    state = .finished
                    return
                }
                output.append(LineEnd.cr)
                state = .text
            case .text:
                let end = input.firstIndex(of: LineEnd.lf, from: index)
                if end < input.count { state = .lineStart }
                let next = min(end + 1, input.count)
                output.append(contentsOf: UnsafeRawBufferPointer(rebasing: input[index..<next]))
                index = next
            case .finished:
                return
            }
        }
    }
}
