import Submission
import Testing

@testable import SMTPProtocol

@Suite("Reply parser")
struct ReplyParserTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let input: String
        let code: Int
        let lines: [String]
        var testDescription: String { String(reflecting: input) }

        init(_ input: String, _ code: Int, _ lines: [String]) {
            self.input = input
            self.code = code
            self.lines = lines
        }
    }

    static let replies = [
        Case("250 OK\r\n", 250, ["OK"]),
        Case("250-first\r\n250-second\r\n250 third\r\n", 250, ["first", "second", "third"]),
        Case("354\r\n", 354, [""]),
        Case("250-\r\n250\r\n", 250, ["", ""]),
        Case("220 bare line feed\n", 220, ["bare line feed"]),
        Case("250-mixed\n250 ends\r\n", 250, ["mixed", "ends"]),
        Case("451 4.7.0  two  spaces \r\n", 451, ["4.7.0  two  spaces "]),
        Case("599 x\r\n", 599, ["x"]),
        Case("250 Jörg\r\n", 250, ["Jörg"]),
    ]

    @Test(arguments: replies)
    func `a whole reply is read in one piece`(_ example: Case) throws {
        var parser = ReplyParser()
        let expected = Reply(try #require(ReplyCode(example.code)), lines: example.lines)
        let step = parser.parse(example.input)
        #expect(step == .reply(expected, consumed: example.input.utf8.count))
        #expect(parser.pending == .nothing)
    }

    @Test(arguments: replies)
    func `a reply is read octet by octet`(_ example: Case) throws {
        var parser = ReplyParser()
        let expected = Reply(try #require(ReplyCode(example.code)), lines: example.lines)
        let octets = Array(example.input.utf8)
        for octet in octets.dropLast() { #expect(parser.parse([octet]) == .incomplete) }
        #expect(parser.parse([octets[octets.count - 1]]) == .reply(expected, consumed: 1))
    }

    @Test(arguments: replies)
    func `a reply is read however it is cut in two`(_ example: Case) throws {
        let octets = Array(example.input.utf8)
        let expected = Reply(try #require(ReplyCode(example.code)), lines: example.lines)
        for cut in 1..<octets.count {
            var parser = ReplyParser()
            #expect(parser.parse(Array(octets[..<cut])) == .incomplete)
            let step = parser.parse(Array(octets[cut...]))
            #expect(step == .reply(expected, consumed: octets.count - cut))
        }
    }

    @Test func `what follows a reply is left alone`() throws {
        var parser = ReplyParser()
        let first = Reply(try #require(ReplyCode(250)), lines: ["a"])
        #expect(parser.parse("250 a\r\n354 b\r\n") == .reply(first, consumed: 7))
        #expect(parser.pending == .nothing)
    }

    @Test func `octets that are not UTF-8 are replaced`() throws {
        var parser = ReplyParser()
        let reply = Reply(try #require(ReplyCode(550)), lines: ["J\u{FFFD}rg"])
        let octets = Array("550 J".utf8) + [0xF6] + Array("rg\r\n".utf8)
        #expect(parser.parse(octets) == .reply(reply, consumed: octets.count))
    }

    @Test(arguments: [
        ("HTTP/1.1 400 Bad Request\r\n", "'HTTP/1.1 400 Bad Request' is not an SMTP reply"),
        ("\r\n", "'' is not an SMTP reply"),
        ("25\r\n", "'25' is not an SMTP reply"),
        ("2500 no\r\n", "'2500 no' is not an SMTP reply"),
        ("150 no\r\n", "'150 no' is not an SMTP reply"),
        ("600 no\r\n", "'600 no' is not an SMTP reply"),
        ("250_no\r\n", "'250_no' is not an SMTP reply"),
        ("250-a\r\nb\r\n", "'b' is not an SMTP reply"),
        ("250-a\r\n550 b\r\n", "the code changed from 250 to 550 within one reply"),
    ])
    func `what is no reply is an error with a sentence`(_ input: String, _ sentence: String) {
        for fragment in [input.utf8.count, 1] {
            var parser = ReplyParser()
            var last = ReplyParser.Step.incomplete
            for piece in Array(input.utf8).chunked(fragment) where last == .incomplete {
                last = parser.parse(piece)
            }
            guard case .malformed(let defect) = last else {
                Issue.record("\(last)")
                continue
            }
            #expect(defect.sentence == sentence)
            #expect(parser.parse("250 OK\r\n") == .malformed(defect), "an error is final")
        }
    }

    @Test func `a foreign line is quoted in part`() {
        var parser = ReplyParser()
        let line = String(repeating: "x", count: 200)
        let quote = String(repeating: "x", count: 80) + "…"
        #expect(parser.parse(line + "\r\n") == .malformed(.notAReply(quote)))
    }

    @Test(arguments: [1, 7, 4096])
    func `a line may be as long as its limit, and no longer`(_ fragment: Int) {
        let limits = ReplyLimits(lineOctets: 40, lines: 3, octets: 200)
        let line = "250 " + String(repeating: "x", count: 35) + "\r"
        #expect(last(line + "\n", fragment, limits).isReply)
        let longer = "250 " + String(repeating: "x", count: 36) + "\r\n"
        #expect(last(longer, fragment, limits) == .malformed(.lineTooLong(limit: 40)))
        let endless = String(repeating: "2", count: 41)
        #expect(last(endless, fragment, limits) == .malformed(.lineTooLong(limit: 40)))
    }

    @Test(arguments: [1, 7, 4096])
    func `a reply has as many lines as its limit, and no more`(_ fragment: Int) {
        let limits = ReplyLimits(lineOctets: 40, lines: 3, octets: 200)
        #expect(last("250-a\r\n250-b\r\n250 c\r\n", fragment, limits).isReply)
        let more = String(repeating: "250-a\r\n", count: 4)
        #expect(last(more, fragment, limits) == .malformed(.tooManyLines(limit: 3)))
    }

    @Test(arguments: [1, 7, 4096])
    func `a reply has as many octets as its limit, and no more`(_ fragment: Int) {
        let limits = ReplyLimits(lineOctets: 40, lines: 100, octets: 70)
        let line = "250-" + String(repeating: "x", count: 29) + "\r\n"
        #expect(last(line + line, fragment, limits) == .incomplete)
        #expect(
            last(line + line + "250\n", fragment, limits) == .malformed(.tooManyOctets(limit: 70))
        )
    }

    @Test(arguments: [
        ("", Following.nothing), ("2", .more), ("4", .farewell), ("42", .farewell),
        ("421", .farewell), ("45", .more), ("421-", .farewell), ("421-x\r\n", .farewell),
        ("250-x\r\n", .more),
    ])
    func `the start of a reply tells what it announces`(_ input: String, _ expected: Following) {
        var parser = ReplyParser()
        #expect(parser.parse(input) == .incomplete)
        #expect(parser.pending == expected)
        parser.discard()
        #expect(parser.pending == .nothing)
    }

    private func last(
        _ input: String,
        _ fragment: Int,
        _ limits: ReplyLimits
    ) -> ReplyParser.Step {
        var parser = ReplyParser(limits: limits)
        var step = ReplyParser.Step.incomplete
        for piece in Array(input.utf8).chunked(fragment) where step == .incomplete {
            step = parser.parse(piece)
        }
        return step
    }
}

@Suite("Reply reader")
struct ReplyReaderTests {
    @Test(arguments: [
        ("250 a\r\n", [Following.nothing]),
        ("250 a\r\n250 b\r\n", [.more, .nothing]),
        ("250 a\r\n421 b\r\n", [.farewell, .nothing]),
        ("250 a\r\n25", [.more]),
        ("250 a\r\n42", [.farewell]),
        ("250 a\r\nnonsense\r\n", [.more]),
    ])
    func `a reply comes with what follows it`(_ input: String, _ expected: [Following]) {
        var reader = ReplyReader()
        let found = reader.events(in: input).compactMap { event -> Following? in
            if case .reply(_, let following) = event { following } else { nil }
        }
        #expect(found == expected)
    }

    @Test func `nonsense is reported once, after the replies before it`() {
        var reader = ReplyReader()
        #expect(reader.events(in: "250 a\r\nnonsense\r\n250 b\r\n").count == 2)
        #expect(reader.events(in: "250 c\r\n").isEmpty)
    }

    @Test func `a reply cut across two reads is read once`() {
        var reader = ReplyReader()
        #expect(reader.events(in: "250-a\r\n25").isEmpty)
        #expect(reader.events(in: "0 b\r\n").count == 1)
    }

    @Test func `discarding forgets the reply read ahead`() {
        var reader = ReplyReader()
        let octets = Array("220 go\r\n250 injected\r\n".utf8)
        var offset = 0
        _ = octets.withUnsafeBytes { reader.next(in: $0, from: &offset) }
        reader.discard()
        #expect(reader.events(in: "250 real\r\n").count == 1)
    }
}

extension ReplyParser {
    mutating func parse(_ octets: [UInt8]) -> Step { octets.withUnsafeBytes { parse($0) } }
    mutating func parse(_ text: String) -> Step { parse(Array(text.utf8)) }
}

extension ReplyParser.Step {
    var isReply: Bool {
        if case .reply = self { true } else { false }
    }
}

extension ReplyReader {
    mutating func events(in text: String) -> [Event] {
        let octets = Array(text.utf8)
        var events: [Event] = []
        var offset = 0
        while let event = octets.withUnsafeBytes({ next(in: $0, from: &offset) }) {
            events.append(event)
        }
        return events
    }
}

extension [UInt8] {
    func chunked(_ size: Int) -> [[UInt8]] {
        stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
    }
}
