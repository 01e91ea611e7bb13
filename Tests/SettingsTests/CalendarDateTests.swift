import Settings
import Testing

@Suite("Calendar date")
struct CalendarDateTests {
    @Test(
        arguments: [
            ("1970-01-01", 0), ("1970-01-02", 1), ("2000-02-29", 11_016), ("2027-03-31", 20_908),
            ("2100-03-01", 47_541), ("9999-12-31", 2_932_896),
        ]
    )
    func `a day has its number`(text: String, days: Int64) throws {
        let date = try #require(CalendarDate(text))
        #expect(date.seconds == days * 86_400)
        #expect("\(date)" == text)
    }

    @Test(
        arguments: [
            "", "2027", "2027-3-31", "2027-02-29", "2100-02-29", "2027-13-01", "2027-00-10",
            "2027-04-31", "1969-12-31", "2027-03-31T00:00:00Z", "２０２７-03-31", "2027-03-+1",
        ]
    )
    func `what is no day is none`(text: String) {
        #expect(CalendarDate(text) == nil)
    }

    @Test func `earlier days come first`() throws {
        let days = try ["2026-12-31", "2027-01-01", "2027-01-02", "2027-02-01"].map {
            try #require(CalendarDate($0))
        }
        #expect(days == days.reversed().sorted())
    }
}
