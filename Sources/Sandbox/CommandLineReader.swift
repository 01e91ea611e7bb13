internal import Glibc
package import NIOCore

/// One line of a client, or why it is none.
package enum SandboxLine: Hashable, Sendable {
    /// The line without its CR LF.
    case text(String)
    /// The line was longer than any command; its octets are gone.
    case tooLong
    /// The line ended in a bare LF, or held a CR or NUL: whoever wrote it may be smuggling.
    case strayLineEnd
    /// The line is not UTF-8.
    case notText
}

/// Cuts lines out of what a client sends, with a limit on what waits for its end.
package struct CommandLineReader: Sendable {
    /// The longest line in octets with its CR LF: RFC 4954 §4 grants 12,288 to `AUTH`.
    package static let limit = 12_290

    /// Whether the rest of a line that is too long is being thrown away.
    private var isSkipping = false

    /// Creates a reader between lines.
    package init() {}

    /// Takes the next line from the buffer, or `nil` until more has come.
    package mutating func next(from buffer: inout ByteBuffer) -> SandboxLine? {
        guard let length = Self.lineLength(in: buffer) else {
            if isSkipping || buffer.readableBytes > Self.limit {
                isSkipping = true
                buffer.clear()
            }
            return nil
        }
        guard let octets = buffer.readBytes(length: length) else { return nil }
        if isSkipping || length > Self.limit {
            isSkipping = false
            return .tooLong
        }
        let content = octets.dropLast(octets.suffix(2).elementsEqual([0x0D, 0x0A]) ? 2 : 1)
        // RFC 5321 §2.3.8: neither CR nor LF may be sent but as a pair, and nothing else ends lines.
        guard content.count == octets.count - 2, !content.contains(0x0D), !content.contains(0)
        else { return .strayLineEnd }
        return String(validating: content, as: UTF8.self).map { .text($0) } ?? .notText
    }

    /// The octets up to and with the first LF.
    private static func lineLength(in buffer: ByteBuffer) -> Int? {
        buffer.withUnsafeReadableBytes { octets in
            guard let base = octets.baseAddress, octets.count > 0,
                let found = memchr(base, 0x0A, octets.count)
            else { return nil }
            return UnsafeRawPointer(found) - base + 1
        }
    }
}
