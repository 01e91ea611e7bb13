import Delivery
@testable import Spool
import Testing

@testable import Operations

@Suite("Rendering")
struct RenderingTests {
    @Test(arguments: [
        (0, "0 s"), (-5, "0 s"), (119, "119 s"), (120, "2 min"), (7199, "119 min"), (7200, "2 h"),
        (172_799, "47 h"), (172_800, "2 d"), (Int64.max, "106751991167300 d"),
    ])
    func `a span has one unit`(seconds: Int64, text: String) {
        #expect(Readable.span(seconds: seconds) == text)
    }

    @Test(arguments: [
        (0, "0 B"), (999, "999 B"), (1000, "1.0 KB"), (1299, "1.2 KB"), (9999, "9.9 KB"),
        (10_000, "10 KB"), (999_999, "999 KB"), (1_000_000, "1.0 MB"), (34_000_000, "34 MB"),
        (2_500_000_000, "2.5 GB"), (3_000_000_000_000, "3 TB"), (-1, "0 B"),
        (Int64.max, "9223372 TB"),
    ])
    func `a size has two digits at least`(octets: Int64, text: String) {
        #expect(Readable.size(octets) == text)
    }

    @Test func `instants are UTC`() {
        #expect(Readable.timestamp(TestRelay.noon) == "2026-11-23T10:15:30Z")
        #expect(Readable.day(TestRelay.noon) == "2026-11-23")
        #expect(Readable.span(from: .min, to: .max) == "106751991 d")
        #expect(Readable.span(from: .max, to: .min) == "0 s")
    }

    @Test func `columns are aligned, numbers to the right`() {
        var table = TextTable([
            .init(heading: "NAME"), .init(heading: "N", isNumber: true), .init(heading: "NOTE"),
        ])
        table.add(["a", "1", ""])
        table.add(["bücher", "1000", "x"])
        #expect(table.lines == ["NAME       N  NOTE", "a          1", "bücher  1000  x"])
    }

    @Test func `a document keeps the order of its members`() {
        let value = JSONValue.members([
            "b": .array([.null, .bool(true), .integer(-1)]), "a\n": .string("\u{202E}\""),
            "empty": .array([]), "none": .members([:]), "no": .optional(String?.none),
            "n": .optional(7), "name": .name(Array("é\n".utf8)), "raw": .name([0xE9, 0x0A]),
            "t": .time(TestRelay.noon),
        ])
        #expect(
            value.lines.joined(separator: "\n") == #"""
                {
                  "b": [
                    null,
                    true,
                    -1
                  ],
                  "a\n": "\u202E\"",
                  "empty": [],
                  "none": {},
                  "no": null,
                  "n": 7,
                  "name": "é\n",
                  "raw": "\\xE9\\n",
                  "t": "2026-11-23T10:15:30Z"
                }
                """#
        )
    }

    @Test(arguments: [
        ("What happened\r\n  It was refused.\r\n", "It was refused."),
        ("Set aside.\r\n\r\nWhat happened: No blank line.\r\n", "No blank line."),
        ("a note of mine\nmore", "a note of mine"),
        ("Nobody got it.\r\nRefused: 550 no\r\n\r\nWhat to do\r\n  Ask.\r\n", "Refused: 550 no"),
        ("It is unfit.\r\n\r\nWhat to do\r\n  Ask.\r\n", "It is unfit."),
        ("one\ntwo\nthree\n\nWhat to do\n  Ask.\n", "one"),
        ("What happened", "What happened"),
        ("\r\n\r\n", nil),
        ("", nil),
    ])
    func `what happened is found in every reason`(text: String, happened: String?) {
        #expect(ReasonFile.happened(Array(text.utf8)) == happened)
    }

    @Test func `what happened is found in the reasons the daemon writes`() {
        let octets = ReasonText(happened: "It was refused.", advice: "Ask.").octets()
        #expect(ReasonFile.happened(octets) == "It was refused.")
        #expect(
            ReasonFile.lines(octets) == [
                "It was refused.", "", "What to do", "  Ask.",
            ]
        )
    }

    @Test func `exit statuses are those of sysexits`() {
        #expect(ExitStatus.allCases.map(\.rawValue) == [0, 64, 65, 69, 75, 78])
        #expect(max(ExitStatus.data, .tryLater) == .tryLater)
    }

    @Test(arguments: [1, 2, 7])
    func `of a million messages only the latest are kept`(limit: Int) throws {
        var latest = LatestEntries(limit: limit)
        let name = try #require(FileName("x"))
        for time in (0..<100).shuffled() {
            let id = SpoolID(microseconds: Int64(time), random: 0)
            latest.add(SpoolEntry(place: .queue, fileName: name, id: id, original: name))
        }
        #expect(latest.take().map { $0.id?.microseconds } == (100 - limit..<100).map { Int64($0) })
        #expect(latest.isCut)
    }
}
