import Testing

@testable import Operations

struct TimeReferenceTests {
    /// 2026-11-23 10:15:30 UTC.
    private let now: Int64 = 1795428930000000

    @Test(arguments: [
        ("30s", "2026-11-23T10:15:00Z"), ("15min", "2026-11-23T10:00:30Z"),
        ("2h", "2026-11-23T08:15:30Z"), ("3d", "2026-11-20T10:15:30Z"),
        ("1w", "2026-11-16T10:15:30Z"), ("2 days", "2026-11-21T10:15:30Z"),
        ("2026-11-20", "2026-11-20T00:00:00Z"), ("2024-02-29", "2024-02-29T00:00:00Z"),
        ("2026-11-20T08:00", "2026-11-20T08:00:00Z"),
        ("2026-11-20 08:00", "2026-11-20T08:00:00Z"),
        ("2026-11-20T08:00:07Z", "2026-11-20T08:00:07Z"),
        ("999999w", "1970-01-01T00:00:00Z"),
    ])
    func `a span counts back from now, and a date is one of UTC`(
        text: String,
        instant: String
    ) throws {
        let read = try TimeReference(text, now: now).microseconds
        #expect(Readable.timestamp(read) == instant)
    }

    @Test(arguments: [
        "", "h", "2", "2m", "-2h", "2hh", "1234567h", "2026-02-30", "2026-13-01",
        "2026-11-20T24:00",
        "2026-11-20T", "2026-11-20Z", "26-11-20", "1969-12-31", "２h", "yesterday",
        "2026-11-20T08:00+01:00",
    ])
    func `anything else is refused with how a time is written`(text: String) {
        let refusal = #expect(throws: CommandRefusal.self) { try TimeReference(text, now: now) }
        #expect(
            refusal?.lines == [
                "\"\(text)\" is not a time; write 2h, 3d, 2026-11-20 or 2026-11-20T08:00 (UTC)."
            ]
        )
        #expect(refusal?.status == .usage)
    }
}
