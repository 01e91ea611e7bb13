import MailMessage
import Testing

@Suite("Wire encoder")
struct WireEncoderTests {
    @Test(arguments: [
        ("", ".\r\n"),
        ("a", "a\r\n.\r\n"),
        ("a\r\n", "a\r\n.\r\n"),
        ("a\nb", "a\r\nb\r\n.\r\n"),
        ("a\rb\r", "a\r\nb\r\n.\r\n"),
        ("a\r\r\nb\r\r\n", "a\r\nb\r\n.\r\n"),
        ("\r\r\r\n", "\r\n\r\n.\r\n"),
        ("\n\r", "\r\n\r\n.\r\n"),
        ("\r\r", "\r\n\r\n.\r\n"),
        (".", "..\r\n.\r\n"),
        (".\r\n", "..\r\n.\r\n"),
        ("..a\n.b.\n", "...a\r\n..b.\r\n.\r\n"),
        ("a.\r\n", "a.\r\n.\r\n"),
        ("a\n.\nMAIL FROM:<x@y.z>", "a\r\n..\r\nMAIL FROM:<x@y.z>\r\n.\r\n"),
        ("a\r.\rb", "a\r\n..\r\nb\r\n.\r\n"),
        ("a\r\r\n.\r\r\nb", "a\r\n..\r\nb\r\n.\r\n"),
    ])
    func `content becomes wire form`(content: String, expected: String) {
        #expect(String(decoding: encoded([Array(content.utf8)]), as: UTF8.self) == expected)
        #expect(encoded(content.utf8.map { [$0] }) == Array(expected.utf8))
    }

    @Test func `where chunks end makes no difference`() {
        var generator = SeededGenerator(seed: 2026)
        for _ in 0..<4000 {
            let content = Self.hostileContent(&generator)
            let expected = Self.reference(content)
            #expect(encoded([content]) == expected)
            let chunks = randomChunks(content, &generator)
            #expect(encoded(chunks) == expected, "\(chunks)")
            let survey = surveyed(chunks)
            #expect(survey.wireOctets == Self.unstuffed(expected).count, "\(chunks)")
        }
    }

    @Test func `no bare CR or LF and no early final dot comes out`() {
        var generator = SeededGenerator(seed: 1123)
        for _ in 0..<4000 {
            let output = encoded(randomChunks(Self.hostileContent(&generator), &generator))
            for index in output.indices {
                if output[index] == 13 { #expect(output[index + 1] == 10) }
                if output[index] == 10 { #expect(output[index - 1] == 13) }
            }
            let lines = String(decoding: output, as: UTF8.self).unicodeScalars.split(
                separator: "\n",
                omittingEmptySubsequences: false
            )
            #expect(lines.dropLast(2).allSatisfy { String($0) != ".\r" })
        }
    }

    @Test func `un-stuffing gives the content back, and encoding that again changes nothing`() {
        var generator = SeededGenerator(seed: 42)
        for _ in 0..<2000 {
            let once = encoded([Self.hostileContent(&generator)])
            #expect(encoded([Self.unstuffed(once)]) == once)
        }
    }

    /// Random content in which line ends and dots are as frequent as letters.
    private static func hostileContent(_ generator: inout SeededGenerator) -> [UInt8] {
        let alphabet: [UInt8] = [13, 13, 10, 46, 46, 97, 0xFF]
        return (0..<Int.random(in: 0...24, using: &generator)).map { _ in
            alphabet.randomElement(using: &generator) ?? 0
        }
    }

    /// The rules once more, a line at a time and with no thought of speed.
    private static func reference(_ content: [UInt8]) -> [UInt8] {
        var lines: [[UInt8]] = [[]]
        var rest = content[...]
        while let octet = rest.first {
            let ends: [[UInt8]] = [[13, 13, 10], [13, 10], [13], [10]]
            if let end = ends.first(where: { rest.starts(with: $0) }) {
                rest = rest.dropFirst(end.count)
                lines.append([])
            } else {
                rest = rest.dropFirst()
                lines[lines.count - 1].append(octet)
            }
        }
        if lines.last == [] { lines.removeLast() }
        let stuffed = lines.map { ($0.first == 46 ? [46] : []) + $0 + [13, 10] }
        return stuffed.flatMap { $0 } + [46, 13, 10]
    }

    /// What a server keeps of a wire form.
    private static func unstuffed(_ wire: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var isAtLineStart = true
        for octet in wire.dropLast(3) {
            if !(isAtLineStart && octet == 46) { result.append(octet) }
            isAtLineStart = octet == 10
        }
        return result
    }
}
