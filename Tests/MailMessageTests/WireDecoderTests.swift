import MailMessage
import Testing

@Suite("Wire decoder")
struct WireDecoderTests {
    @Test(arguments: [
        (".\r\n", ""),
        ("a\r\n.\r\n", "a\r\n"),
        ("..\r\n.\r\n", ".\r\n"),
        ("...a\r\n..b.\r\n.\r\n", "..a\r\n.b.\r\n"),
        ("a.\r\n.\r\n", "a.\r\n"),
        ("\r\n\r\n.\r\n", "\r\n\r\n"),
        ("a\r\n.\r\nMAIL FROM:<x@y.z>\r\n", "a\r\n"),
    ])
    func `wire form becomes content`(wire: String, expected: String) {
        #expect(String(decoding: decoded([Array(wire.utf8)]), as: UTF8.self) == expected)
        #expect(decoded(wire.utf8.map { [$0] }) == Array(expected.utf8))
    }

    @Test func `what the encoder made comes back, wherever chunks end`() {
        var generator = SeededGenerator(seed: 73)
        for _ in 0..<4000 {
            let alphabet: [UInt8] = [13, 10, 46, 46, 97, 0xFF]
            let content = (0..<Int.random(in: 0...24, using: &generator)).map { _ in
                alphabet.randomElement(using: &generator) ?? 0
            }
            let wire = encoded([content])
            let once = decoded(randomChunks(wire, &generator))
            #expect(encoded([once]) == wire)
            #expect(once == decoded([wire]))
        }
    }

    private func decoded(_ chunks: [[UInt8]]) -> [UInt8] {
        var decoder = WireDecoder()
        var output: [UInt8] = []
        for chunk in chunks {
            #expect(!decoder.isFinished || chunks.count > 1)
            chunk.withUnsafeBytes { decoder.decode($0, into: &output) }
        }
        #expect(decoder.isFinished)
        return output
    }
}
