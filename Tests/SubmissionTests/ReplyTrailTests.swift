import Submission
import Testing

@Suite("Reply trail")
struct ReplyTrailTests {
    private static let host = "MN2PR05CA0004.namprd05.prod.outlook.com"
    private static let time = "2023-09-12T20:59:57.214Z"
    private static let session = "08DBB276B7E699C4"

    private static func trail(_ lines: String...) throws -> [String?]? {
        let trail = Reply(try #require(ReplyCode(550)), lines: lines).trail
        return trail.map { [$0.host, $0.time, $0.session] }
    }

    @Test func `host, time and session are read from the end of a reply`() throws {
        let whole = "[\(Self.host) \(Self.time) \(Self.session)]"
        let all = [Self.host, Self.time, Self.session]
        #expect(try Self.trail("5.7.3 Authentication unsuccessful \(whole)") == all)
        #expect(try Self.trail("5.7.3 Authentication", "5.7.3 unsuccessful \(whole) ") == all)
        #expect(try Self.trail(whole) == all)
    }

    @Test func `each form gives what it has`() throws {
        #expect(try Self.trail("4.3.2 Limit [Hostname=\(Self.host)]") == [Self.host, nil, nil])
        #expect(try Self.trail("5.7.4 Unrecognized [\(Self.host)]") == [Self.host, nil, nil])
        #expect(try Self.trail("ready at Mon [\(Self.session)]") == [nil, nil, Self.session])
        #expect(
            try Self.trail("2.6.0 <a@b> [InternalId=1, Hostname=\(Self.host)] Queued mail")
                == [Self.host, nil, nil]
        )
        #expect(
            try Self.trail("banned IP [192.0.2.1] (AS1) [\(Self.host) \(Self.time)]")
                == [Self.host, Self.time, nil]
        )
        #expect(
            try Self.trail("[\(Self.host)] from [192.0.2.1]") == [Self.host, nil, nil],
            "an address behind it does not hide it"
        )
    }

    @Test(
        "what is something else is no trail",
        arguments: [
            "", "no brackets", "from [192.0.2.1]", "from [2001:db8::1]", "[]", "[ ]",
            "[is disabled]",
            "unbalanced ]", "unbalanced [", "][", "[InternalId=1]", "[host]", "[a..b]",
            "[Message=451 4.7.0 x]",
        ]
    )
    func none(text: String) throws {
        #expect(try Self.trail(text) == nil)
    }

    @Test func `a server cannot make the reading long`() throws {
        #expect(try Self.trail("[" + String(repeating: "a.", count: 100_000) + "a]") == nil)
        #expect(try Self.trail(String(repeating: "[]", count: 10_000)) == nil)
        #expect(try Self.trail(String(repeating: "[", count: 100_000) + "]") == nil)
    }
}
