import Testing

@testable import Sandbox

@Suite("Content decoder")
struct ContentDecoderTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let wire: String
        let content: String
        /// What the decoder leaves unread.
        var rest = ""
        var hasBareLF = false
        var hasBareCR = false
        var longestLine = 0
    }

    static let cases = [
        Case(testDescription: "nothing at all", wire: ".\r\n", content: ""),
        Case(testDescription: "one line", wire: "ab\r\n.\r\n", content: "ab\r\n", longestLine: 2),
        Case(
            testDescription: "a command behind the final dot",
            wire: "a\r\n.\r\nQUIT\r\n",
            content: "a\r\n",
            rest: "QUIT\r\n",
            longestLine: 1
        ),
        Case(
            testDescription: "stuffed dots",
            wire: "..a\r\n..\r\n.b\r\n.\r\n",
            content: ".a\r\n.\r\nb\r\n",
            longestLine: 2
        ),
        Case(
            testDescription: "a dot inside a line",
            wire: "a.\r\nb.c\r\n.\r\n",
            content: "a.\r\nb.c\r\n",
            longestLine: 3
        ),
        Case(
            testDescription: "LF.LF is content",
            wire: "a\n.\nb\r\n.\r\n",
            content: "a\n.\nb\r\n",
            hasBareLF: true,
            longestLine: 5
        ),
        Case(
            testDescription: "LF.CRLF is content",
            wire: "a\n.\r\nb\r\n.\r\n",
            content: "a\n.\r\nb\r\n",
            hasBareLF: true,
            longestLine: 3
        ),
        Case(
            testDescription: "CRLF.LF is content without its dot",
            wire: "a\r\n.\nb\r\n.\r\n",
            content: "a\r\n\nb\r\n",
            hasBareLF: true,
            longestLine: 2
        ),
        Case(
            testDescription: "CR.CR is content",
            wire: "a\r.\rb\r\n.\r\n",
            content: "a\r.\rb\r\n",
            hasBareCR: true,
            longestLine: 5
        ),
        Case(
            testDescription: "a dot, CR, and no LF",
            wire: ".\rb\r\n.\r\n",
            content: "\rb\r\n",
            hasBareCR: true,
            longestLine: 2
        ),
        Case(
            testDescription: "CR CR LF",
            wire: "a\r\r\n.\r\n",
            content: "a\r\r\n",
            hasBareCR: true,
            longestLine: 2
        ),
    ]

    @Test(arguments: cases)
    func `content is found wherever the network cuts it`(example: Case) {
        let wire = Array(example.wire.utf8)
        for first in 0...wire.count {
            for second in first...wire.count {
                check(example, [wire[..<first], wire[first..<second], wire[second...]])
            }
        }
        check(example, wire.indices.map { wire[$0...$0] })
    }

    private func check(_ example: Case, _ chunks: [ArraySlice<UInt8>]) {
        var decoder = ContentDecoder()
        var content: [UInt8] = []
        var rest: [UInt8] = []
        var isAtEnd = false
        for chunk in chunks {
            guard !isAtEnd else {
                rest += chunk
                continue
            }
            let end = chunk.withUnsafeBytes { octets in
                decoder.decode(octets) { content += $0 }
            }
            if let end {
                isAtEnd = true
                rest += chunk.dropFirst(end)
            }
        }
        #expect(isAtEnd)
        #expect(String(decoding: content, as: UTF8.self) == example.content)
        #expect(String(decoding: rest, as: UTF8.self) == example.rest)
        #expect(decoder.hasBareLF == example.hasBareLF)
        #expect(decoder.hasBareCR == example.hasBareCR)
        #expect(decoder.longestLine == example.longestLine)
    }

    @Test func `content without its final dot goes on`() {
        var decoder = ContentDecoder()
        let end = Array("a\r\n.\r".utf8).withUnsafeBytes { decoder.decode($0) { _ in } }
        #expect(end == nil)
    }
}
