internal import MailMessage

/// What goes over the wire, and what may never be in it.
enum WireForm {
    /// The claim all inputs are inspected for.
    static let claim = MessageIdentity(
        id: "20261123T101530123456-7h3k9q2mzx4wp",
        claimedAt: 1_795_428_930
    )

    /// What the inspector makes of a whole file, or `nil` when it refuses it.
    static func inspected(_ file: UnsafeRawBufferPointer) -> InspectedMessage? {
        do throws(MessageDefect) {
            return try MessageInspector().inspect(file, isWholeFile: true, identity: claim)
        } catch {
            demand(!error.sentence.isEmpty && !error.advice.isEmpty, "a refusal has its sentences")
            demand(error.sentence.utf8.count <= 2000, "a sentence is short")
            return nil
        }
    }

    /// What the inspector makes of a whole file, or `nil` when it refuses it.
    static func inspected(_ file: [UInt8]) -> InspectedMessage? {
        file.withUnsafeBytes { inspected($0) }
    }

    /// The encoder's output for chunks.
    static func encoded(_ chunks: [UnsafeRawBufferPointer]) -> [UInt8] {
        var encoder = WireEncoder()
        var output: [UInt8] = []
        for chunk in chunks { encoder.encode(chunk, into: &output) }
        encoder.finish(into: &output)
        return output
    }

    /// The content a server keeps of octets on the wire, each line checked on the way.
    static func content(_ wire: [UInt8]) -> [UInt8] {
        demand(wire.suffix(3).elementsEqual(".\r\n".utf8), "the final dot ends the content")
        demandLineEnds(wire)
        var content: [UInt8] = []
        var start = 0
        let end = wire.count - 3
        while start < end, let feed = wire[start...].firstIndex(of: 0x0A) {
            var line = wire[start...feed]
            if line.first == UInt8(ascii: ".") {
                line = line.dropFirst()
                demand(line.first == UInt8(ascii: "."), "no line but the last is a dot alone")
            }
            content += line
            start = feed + 1
        }
        demand(start == end, "the final dot stands on a line of its own")
        return content
    }

    /// No bare CR and no bare LF.
    static func demandLineEnds(_ octets: [UInt8]) {
        var previous: UInt8 = 0
        for octet in octets {
            demand((octet == 0x0A) == (previous == 0x0D), "CR and LF stand only together")
            previous = octet
        }
        demand(previous != 0x0D, "no CR ends the octets")
    }
}

/// Pieces whose lengths the octets themselves decide, so that a finding can be had again.
func pieces(_ octets: UnsafeRawBufferPointer) -> [UnsafeRawBufferPointer] {
    var pieces: [UnsafeRawBufferPointer] = []
    var start = 0
    while start < octets.count {
        let end = min(octets.count, start + Int(octets[start] % 7))
        pieces.append(UnsafeRawBufferPointer(rebasing: octets[start..<end]))
        // A piece may be empty once, and then everything goes on.
        if end == start {
            pieces.append(UnsafeRawBufferPointer(rebasing: octets[start..<start + 1]))
            start += 1
        } else {
            start = end
        }
    }
    return pieces
}
