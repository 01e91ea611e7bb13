import Submission
import Testing

@Suite("Reply")
struct ReplyTests {
    @Test(arguments: [-1, 0, 199, 600, 1000])
    func `a code outside 200 to 599 is refused`(value: Int) {
        #expect(ReplyCode(value) == nil)
    }

    @Test(
        "the first digit is the class",
        arguments: [
            (200, .completed), (299, .completed), (354, .intermediate), (421, .temporary),
            (499, .temporary), (500, .permanent), (599, .permanent),
        ] as [(Int, ReplyClass)]
    )
    func replyClass(value: Int, expected: ReplyClass) {
        #expect(ReplyCode(value)?.replyClass == expected)
    }

    @Test(
        "an enhanced status stands alone at the start",
        arguments: [
            ("5.7.1 Refused", "5.7.1", 5),
            ("2.0.0", "2.0.0", 5),
            ("4.7.500 Busy", "4.7.500", 7),
            ("5.999.999 x", "5.999.999", 9),
        ]
    )
    func enhanced(text: String, status: String, octets: Int) throws {
        let leading = try #require(EnhancedStatus.leading(text))
        #expect(leading.status.description == status)
        #expect(leading.octets == octets)
    }

    @Test(
        "what only looks like an enhanced status is text",
        arguments: [
            "", " 5.7.1", "5.7", "5.7.1.2 x", "5.7.1: x", "5.7.x", "3.1.1 x", "1.1.1", "5..1",
            "5.7.",
            "5.1000.1", "55.7.1", "5.7.1\t", "smtp.example.com", "٥.٧.١",
            "5.7.99999999999999999999",
        ]
    )
    func notEnhanced(text: String) {
        #expect(EnhancedStatus.leading(text) == nil)
    }

    @Test(arguments: [(3, 1, 1), (5, 1000, 0), (5, 0, 1000), (5, -1, 0), (Int.max, 0, 0)])
    func `a status outside the ranges has no value`(statusClass: Int, subject: Int, detail: Int) {
        #expect(EnhancedStatus(statusClass, subject, detail) == nil)
    }

    @Test func `a reply is shown as it was sent, or on one line`() throws {
        let reply = Reply(
            try #require(ReplyCode(550)),
            lines: ["5.1.1 No such user", "5.1.1 here"]
        )
        #expect(reply.verbatim == "550-5.1.1 No such user\n550 5.1.1 here")
        #expect(reply.summary == "550 5.1.1 No such user 5.1.1 here")
        #expect(reply.enhanced == EnhancedStatus(5, 1, 1))
    }

    @Test func `a reply without text has one empty line`() throws {
        let reply = Reply(try #require(ReplyCode(250)), lines: [])
        #expect(reply.lines == [""])
        #expect(reply.verbatim == "250 ")
        #expect(reply.enhanced == nil)
    }

    @Test(
        "the essence of a reply is what two of its kind share",
        arguments: [
            (["5.7.3 Authentication unsuccessful [AM0 2026 08DE]"], "Authentication unsuccessful"),
            (["5.1.1 No such user", "5.1.1 here"], "No such user here"),
            (["No code"], "No code"),
            (["5.7.1"], ""),
            (["4.3.2 Limit. [Hostname=A] "], "Limit."),
            (["[only a suffix]"], ""),
            (["Limit. [Hostname=A] [AM0 2026 08DE]"], "Limit."),
            (["unbalanced ]"], "unbalanced ]"),
            (["from [192.0.2.1] refused"], "from [192.0.2.1] refused"),
        ]
    )
    func essence(lines: [String], expected: String) throws {
        #expect(Reply(try #require(ReplyCode(550)), lines: lines).essence == expected)
    }
}
