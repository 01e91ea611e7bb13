internal import MailMessage

/// Turns a content in SMTP wire form into the body of a sendMail request: a field in front, base64
/// without line ends.
///
/// - Invariant: Until ``finish(into:)`` the body's last digits are missing, whatever the chunks: no
///   service can take what it got for the whole.
struct MimeEncoder: Sendable {
    private var decoder = WireDecoder()
    private var base64 = Base64Stream()
    private var decoded: [UInt8] = []
    /// Octets that were encoded so far, without the encoding's growth.
    private(set) var octets = 0

    /// Begins with a field, which may be empty.
    init(prefix: [UInt8]) { decoded = prefix }

    /// The digits of a body of so many octets.
    static func encodedOctets(_ count: Int) -> Int { (count + 2) / 3 * 4 }

    /// Whether the final dot was read.
    var isComplete: Bool { decoder.isFinished }

    /// Appends the digits of the next chunk.
    mutating func encode(_ chunk: [UInt8], into output: inout [UInt8]) {
        chunk.withUnsafeBytes { decoder.decode($0, into: &decoded) }
        octets += decoded.count
        decoded.withUnsafeBytes { base64.encode($0, into: &output) }
        decoded.removeAll(keepingCapacity: true)
    }

    /// Appends the last digits.
    mutating func finish(into output: inout [UInt8]) { base64.finish(into: &output) }
}

/// Encodes octets in base64 without line ends (RFC 4648 §4), chunk by chunk.
///
/// The last one to three octets wait until ``finish(into:)``.
struct Base64Stream: Sendable {
    // One to three octets, none only at the start.
    private var pending: [UInt8] = []

    /// Appends the digits of the next chunk.
    mutating func encode(_ input: UnsafeRawBufferPointer, into output: inout [UInt8]) {
        let total = pending.count + input.count
        let whole = (max(total, 1) - 1) / 3 * 3
        guard whole > 0 else { return pending.append(contentsOf: input) }
        let start = 3 - pending.count
        pending.append(contentsOf: input[..<start])
        output.reserveCapacity(output.count + whole / 3 * 4)
        append(pending[0], pending[1], pending[2], to: &output)
        let end = start + whole - 3
        for index in stride(from: start, to: end, by: 3) {
            append(input[index], input[index + 1], input[index + 2], to: &output)
        }
        pending.removeAll(keepingCapacity: true)
        pending.append(contentsOf: input[end...])
    }

    /// Appends the last digits with their padding.
    mutating func finish(into output: inout [UInt8]) {
        guard let first = pending.first else { return }
        let second = pending.count > 1 ? pending[1] : 0
        let third = pending.count > 2 ? pending[2] : 0
        append(first, second, third, to: &output)
        let missing = 3 - pending.count
        output.removeLast(missing)
        output.append(contentsOf: repeatElement(UInt8(ascii: "="), count: missing))
        pending.removeAll()
    }

    private func append(
        _ first: UInt8,
        _ second: UInt8,
        _ third: UInt8,
        to output: inout [UInt8]
    ) {
        output.append(Self.digits[Int(first >> 2)])
        output.append(Self.digits[Int((first & 0x03) << 4 | second >> 4)])
        output.append(Self.digits[Int((second & 0x0F) << 2 | third >> 6)])
        output.append(Self.digits[Int(third & 0x3F)])
    }

    private static let digits = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8
    )
}
