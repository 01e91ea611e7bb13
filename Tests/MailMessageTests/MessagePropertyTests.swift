import MailMessage
import Submission
import Testing

/// What holds for every message, tried on thousands put together by chance.
///
/// A failure prints the message; the seeds are fixed, so that it can be had again.
@Suite("What holds for every message")
struct MessagePropertyTests {
    /// Messages that are accepted, with what became of them.
    private static func accepted(
        _ count: Int,
        seed: UInt64,
        rules: MessageRules = MessageRules(),
        _ check: (MadeMessage, Outgoing) throws -> Void
    ) rethrows {
        var generator = SeededGenerator(seed: seed)
        var sent = 0
        for _ in 0..<count {
            let made = MadeMessage(&generator)
            guard let message = try? outgoing(made.octets, rules: rules) else { continue }
            sent += 1
            try check(made, message)
        }
        // A generator whose messages are all refused would prove nothing.
        #expect(sent > count / 3)
    }

    @Test func `the wire form of the wire form is itself`() throws {
        var again = MessageRules()
        again.isDotStuffed = true
        again.envelope.defaultTo = [try #require(MailAddress(localPart: "x", domain: "y.z"))]
        try Self.accepted(2000, seed: 1) { made, message in
            let second = try outgoing(message.wire, rules: again)
            #expect(second.wire == message.wire, "\(made)")
            #expect(second.message.repairs.allSatisfy { $0 == .dotStuffing }, "\(made)")
        }
    }

    @Test func `no line holds a bare CR or LF, and none is too long`() {
        Self.accepted(2000, seed: 2) { made, message in
            var previous: UInt8 = 0
            var length = 0
            for octet in message.wire {
                if octet == 0x0A { #expect(previous == 0x0D, "\(made)") }
                if previous == 0x0D { #expect(octet == 0x0A, "\(made)") }
                // A stuffed dot comes on top.
                length = octet == 0x0A ? 0 : length + 1
                #expect(length <= 1000, "\(made)")
                previous = octet
            }
            #expect(message.wire.suffix(5).elementsEqual("\r\n.\r\n".utf8), "\(made)")
        }
    }

    @Test func `un-stuffing what was stuffed gives the octets back`() throws {
        var generator = SeededGenerator(seed: 3)
        let pieces = [".", "..", "a", "\r\n", "\r\n.", ".\r\n", "x.y", " "]
        for _ in 0..<2000 {
            var text = ""
            for _ in 0..<Int.random(in: 0...30, using: &generator) {
                text += pieces.randomElement(using: &generator) ?? ""
            }
            let stuffed = encoded(randomChunks(Array(text.utf8), &generator))
            var decoder = SourceDecoder(SourceForm(isDotStuffed: true))
            var octets: [UInt8] = []
            for chunk in randomChunks(stuffed, &generator) {
                chunk.withUnsafeBytes { decoder.decode($0, into: &octets) }
            }
            decoder.finish(into: &octets)
            let ended = text.isEmpty || text.hasSuffix("\r\n") ? text : text + "\r\n"
            #expect(octets == Array(ended.utf8), "\(text.debugDescription)")
            #expect(decoder.defect == nil)
        }
    }

    @Test func `nobody receives whom the rules do not name, and everybody whom they do`() {
        Self.accepted(3000, seed: 4) { made, message in
            #expect(Set(message.inspected.recipients) == made.recipients, "\(made)")
            #expect(message.inspected.recipients.count == made.recipients.count, "\(made)")
        }
    }

    @Test func `nothing of a Bcc goes out`() {
        Self.accepted(3000, seed: 5) { made, message in
            #expect(!message.text.contains("hidden"), "\(made)")
            if let text = message.sevenBitText { #expect(!text.contains("hidden"), "\(made)") }
        }
    }

    @Test func `the size that is announced is the size that is sent`() {
        Self.accepted(2000, seed: 6) { made, message in
            if let octets = message.message.octets {
                #expect(octets == message.octetsWithoutDots, "\(made)")
            }
            if let sevenBit = message.message.sevenBit {
                let text = message.sevenBitText ?? ""
                #expect(sevenBit.octets >= text.utf8.count, "\(made)")
                #expect(text.utf8.allSatisfy { $0 < 0x80 }, "\(made)")
            }
        }
    }

    @Test func `where chunks end makes no difference`() throws {
        var generator = SeededGenerator(seed: 7)
        try Self.accepted(1000, seed: 8) { made, whole in
            let pieces = try outgoing(made.octets) { randomChunks($0, &generator) }
            #expect(pieces.message.segments == whole.message.segments, "\(made)")
            #expect(pieces.message.octets == whole.message.octets, "\(made)")
            #expect(pieces.words == whole.words, "\(made)")
            let wire = wireForm(of: whole.message.segments, whole.octets, pieces: 3)
            #expect(wire == whole.wire, "\(made)")
        }
    }
}

extension Outgoing {
    /// Octets of the wire form without stuffed dots and the final one.
    fileprivate var octetsWithoutDots: Int {
        var count = 0
        var isLineStart = true
        for octet in wire.dropLast(3) {
            if isLineStart, octet == UInt8(ascii: ".") { count -= 1 }
            count += 1
            isLineStart = octet == 0x0A
        }
        return count
    }
}
