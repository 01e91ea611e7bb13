// Reads, inspects and encodes one message out of memory, as the daemon does with a file, beside
// memcpy of the same octets; prints the MB/s of both, by turns, one line a round.
//
// Usage: Scan crlf|lf ROUNDS
internal import Glibc
internal import MailMessage

/// A multipart of 64 MB: a text and an attachment in base64.
func message(lineEnd: String) -> [UInt8] {
    let text = "The quick brown fox jumps over the lazy dog, and the dog does not mind.\(lineEnd)"
    let base64 = String(repeating: "QUJD", count: 19) + lineEnd
    let header = [
        "From: a@example.com", "To: b@example.org", "Date: Mon, 23 Nov 2026 10:15:30 +0000",
        "Message-ID: <1@example.com>", "MIME-Version: 1.0",
        "Content-Type: multipart/mixed; boundary=part", "", "--part",
        "Content-Type: text/plain", "", "",
    ]
    var octets = Array(header.joined(separator: lineEnd).utf8)
    while octets.count < 16 << 20 { octets += text.utf8 }
    let part = ["--part", "Content-Transfer-Encoding: base64", "", ""]
    octets += part.joined(separator: lineEnd).utf8
    while octets.count < 64 << 20 { octets += base64.utf8 }
    return octets + "--part--\(lineEnd)".utf8
}

/// What the daemon does between claim and connection, in chunks of its size.
func scan(_ file: UnsafeRawBufferPointer, into output: inout [UInt8]) throws {
    let chunk = 256 * 1024
    let inspector = MessageInspector()
    let inspected = try inspector.inspect(
        UnsafeRawBufferPointer(rebasing: file.prefix(inspector.headOctets)),
        isWholeFile: false,
        identity: MessageIdentity(id: "bench", claimedAt: 0)
    )
    var survey = inspected.survey()
    var position = inspected.bodyOffset
    while position < file.count {
        let end = min(position + chunk, file.count)
        survey.read(UnsafeRawBufferPointer(rebasing: file[position..<end]))
        position = end
    }
    survey.finish()
    var writer = ContentWriter(try inspected.outgoing(survey).segments)
    while let need = writer.advance(into: &output) {
        let end = min(need.range.lowerBound + chunk, file.count)
        let octets = UnsafeRawBufferPointer(rebasing: file[need.range.lowerBound..<end])
        writer.write(octets, isEnd: end == file.count, into: &output)
        output.removeAll(keepingCapacity: true)
    }
}

func seconds(_ body: () throws -> Void) rethrows -> Double {
    let clock = ContinuousClock()
    let time = try clock.measure(body).components
    return Double(time.seconds) + Double(time.attoseconds) / 1e18
}

let file = message(lineEnd: CommandLine.arguments[1] == "lf" ? "\n" : "\r\n")
let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: file.count, alignment: 64)
var output: [UInt8] = []
output.reserveCapacity(512 * 1024)
// The first copy has the pages made, and does not count.
copy.copyBytes(from: file)
for _ in 0..<(Int(CommandLine.arguments[2]) ?? 5) {
    let copying = seconds { copy.copyBytes(from: file) }
    let scanning = try file.withUnsafeBytes { file in
        try seconds { try scan(file, into: &output) }
    }
    let octets = Double(file.count) / 1e6
    print(Int(octets / scanning), Int(octets / copying))
}
