internal import Glibc

/// The content of one message on its way in.
final class IncomingContent {
    private var decoder = ContentDecoder()
    private var facts = ContentFacts()
    private var beginning: [UInt8] = []
    private let digest = RunningDigest()
    private let limit: Int
    /// The file that is being written, unless messages are only counted.
    let file: MessageFile?
    /// Whether the session knows that octets have come.
    var hasBegun = false

    /// Begins a message; octets beyond `limit` are counted and thrown away.
    init(limit: Int, file: MessageFile?) {
        self.limit = limit
        self.file = file
    }

    /// Consumes octets from the network; returns how many of them the content took with its final
    /// dot, or `nil` if it goes on.
    func receive(_ chunk: UnsafeRawBufferPointer) -> Int? {
        // A copy, since the decoder may not be touched while it hands out to us.
        var decoder = decoder
        defer { self.decoder = decoder }
        return decoder.decode(chunk) { take($0) }
    }

    /// Sums up what was seen; call once, after the final dot.
    func finish() -> ContentFacts {
        let header = HeaderPeek.header(of: beginning)
        facts.messageID = HeaderPeek.messageID(in: header)
        facts.headerSenders = HeaderPeek.senders(in: header)
        facts.has8BitHeader = header.contains { $0 >= 0x80 }
        facts.hasBareLF = decoder.hasBareLF
        facts.hasBareCR = decoder.hasBareCR
        facts.longestLine = decoder.longestLine
        facts.sha256 = digest.finish()
        return facts
    }

    private func take(_ run: UnsafeRawBufferPointer) {
        facts.octets += run.count
        guard facts.octets <= limit else { return }
        let room = HeaderPeek.limit - beginning.count
        if room > 0 { beginning.append(contentsOf: run.prefix(room)) }
        if !facts.has8Bit { facts.has8Bit = Self.has8Bit(run) }
        if !facts.hasNUL, let base = run.baseAddress {
            facts.hasNUL = memchr(base, 0, run.count) != nil
        }
        digest.update(run)
        file?.write(run)
    }

    /// Eight octets at a time: this looks at every octet of every message.
    private static func has8Bit(_ run: UnsafeRawBufferPointer) -> Bool {
        var index = 0
        var bits: UInt64 = 0
        while index + 8 <= run.count {
            bits |= run.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            index += 8
        }
        return bits & 0x8080_8080_8080_8080 != 0 || run[index...].contains { $0 >= 0x80 }
    }
}
