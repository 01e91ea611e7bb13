import NIOCore
import Testing

@testable import Sandbox

@Suite("Command line reader")
struct CommandLineReaderTests {
    @Test(arguments: [
        ("NOOP\r\n", [SandboxLine.text("NOOP")]),
        ("\r\n", [.text("")]),
        ("RSET\r\nNOOP\r\nQU", [.text("RSET"), .text("NOOP")]),
        ("NOOP\n", [.strayLineEnd]),
        ("NO\rOP\r\n", [.strayLineEnd]),
        ("NO\u{0}OP\r\n", [.strayLineEnd]),
        ("NOOP\r\r\n", [.strayLineEnd]),
        ("\n", [.strayLineEnd]),
        ("a\nb\r\n", [.strayLineEnd, .text("b")]),
        ("NOOP", []),
        ("", []),
    ])
    func `lines end in CR LF and hold no other end`(text: String, lines: [SandboxLine]) {
        #expect(read(Array(text.utf8)[...]) == lines)
        let octets = Array(text.utf8)
        #expect(read(octets.indices.map { octets[$0...$0] }) == lines)
    }

    @Test func `what is not UTF-8 is no text`() {
        #expect(read([0xC3, 0x28, 0x0D, 0x0A]) == [.notText])
    }

    @Test func `a line of the greatest length passes and one octet more does not`() {
        let longest = String(repeating: "x", count: CommandLineReader.limit - 2)
        #expect(read(Array("\(longest)\r\n".utf8)[...]) == [.text(longest)])
        #expect(read(Array("\(longest)y\r\nNOOP\r\n".utf8)[...]) == [.tooLong, .text("NOOP")])
    }

    @Test func `an endless line takes no room and is reported once`() {
        var reader = CommandLineReader()
        var buffer = ByteBuffer()
        for _ in 0..<100 {
            buffer.writeRepeatingByte(0x78, count: 10_000)
            #expect(reader.next(from: &buffer) == nil)
            #expect(buffer.readableBytes <= CommandLineReader.limit)
        }
        buffer.writeString("\r\nNOOP\r\n")
        #expect(reader.next(from: &buffer) == .tooLong)
        #expect(reader.next(from: &buffer) == .text("NOOP"))
    }

    private func read(_ octets: ArraySlice<UInt8>) -> [SandboxLine] { read([octets]) }

    private func read(_ chunks: [ArraySlice<UInt8>]) -> [SandboxLine] {
        var reader = CommandLineReader()
        var buffer = ByteBuffer()
        var lines: [SandboxLine] = []
        for chunk in chunks {
            buffer.writeBytes(chunk)
            while let line = reader.next(from: &buffer) { lines.append(line) }
        }
        return lines
    }
}
