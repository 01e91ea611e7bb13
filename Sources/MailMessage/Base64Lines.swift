/// Encodes octets in base64, in lines of 76 octets (RFC 2045 §6.8).
///
/// Takes the octets in chunks of any size; where they end makes no difference.
package struct Base64Lines: Sendable {
    // At most two octets that make no group of three yet.
    private var pending: [UInt8] = []
    private var column = 0

    /// Octets of one line without its CRLF.
    package static let lineOctets = 76

    /// Creates an encoder at the start of a line.
    package init() {}

    /// The octets that `count` octets become, the last CRLF included.
    package static func encodedOctets(_ count: Int) -> Int {
        let digits = (count + 2) / 3 * 4
        return digits + (digits + lineOctets - 1) / lineOctets * 2
    }

    /// Appends the lines of the next chunk.
    package mutating func encode(_ input: UnsafeRawBufferPointer, into output: inout [UInt8]) {
        var start = 0
        while !pending.isEmpty, pending.count < 3, start < input.count {
            pending.append(input[start])
            start += 1
        }
        if pending.count == 3 {
            append(pending[0], pending[1], pending[2], into: &output)
            pending.removeAll(keepingCapacity: true)
        }
        let whole = (input.count - start) / 3 * 3
        output.reserveCapacity(output.count + Self.encodedOctets(whole) + 8)
        for index in stride(from: start, to: start + whole, by: 3) {
            append(input[index], input[index + 1], input[index + 2], into: &output)
        }
        pending.append(contentsOf: input[(start + whole)...])
    }

    /// Appends the last group with its padding, and ends the last line.
    package mutating func finish(into output: inout [UInt8]) {
        if let first = pending.first {
            let second = pending.count > 1 ? pending[1] : 0
            append(first, second, 0, into: &output, digits: pending.count + 1)
            pending.removeAll()
        }
        if column > 0 { output.append(contentsOf: "\r\n".utf8) }
        column = 0
    }

    private mutating func append(
        _ first: UInt8,
        _ second: UInt8,
        _ third: UInt8,
        into output: inout [UInt8],
        digits: Int = 4
    ) {
        let bits = UInt32(first) << 16 | UInt32(second) << 8 | UInt32(third)
        output.append(Self.digit(bits >> 18))
        output.append(Self.digit(bits >> 12))
        output.append(digits > 2 ? Self.digit(bits >> 6) : UInt8(ascii: "="))
        output.append(digits > 3 ? Self.digit(bits) : UInt8(ascii: "="))
        column += 4
        if column == Self.lineOctets {
            output.append(LineEnd.cr)
            output.append(LineEnd.lf)
            column = 0
        }
    }

    private static let digits = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8
    )

    private static func digit(_ bits: UInt32) -> UInt8 { digits[Int(bits & 63)] }
}

/// Breaks base64 that is there already into lines of 76 octets; white space is dropped.
struct Base64Rewrap: Sendable {
    private var column = 0

    mutating func encode(_ input: UnsafeRawBufferPointer, into output: inout [UInt8]) {
        for octet in input where !isSpace(octet) && octet != LineEnd.cr && octet != LineEnd.lf {
            if column == Base64Lines.lineOctets {
                output.append(contentsOf: "\r\n".utf8)
                column = 0
            }
            output.append(octet)
            column += 1
        }
    }

    mutating func finish(into output: inout [UInt8]) {
        if column > 0 { output.append(contentsOf: "\r\n".utf8) }
        column = 0
    }
}
