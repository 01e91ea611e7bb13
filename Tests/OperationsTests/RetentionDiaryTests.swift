import Settings
import TestSupport
import Testing

@testable import Operations

@Suite("Retention and clocks")
struct RetentionDiaryTests {
    private static let hour: Int64 = 3_600_000_000
    private static let noon = TestRelay.noon

    @Test func `the first look removes nothing for a day`() {
        var diary = RetentionDiary()
        #expect(diary.look(at: Self.noon) == false)
        for hour in 1..<24 { #expect(diary.look(at: Self.noon + Int64(hour) * Self.hour) == false) }
        #expect(diary.look(at: Self.noon + 24 * Self.hour) == true)
        #expect(diary.look(at: Self.noon + 25 * Self.hour) == true)
    }

    @Test func `a clock that leaps years ahead removes nothing for a day`() {
        var diary = RetentionDiary()
        diary.looked = Self.noon
        let leap = Self.noon + 10 * 365 * 24 * Self.hour
        #expect(diary.look(at: leap) == false)
        #expect(diary.look(at: leap + 23 * Self.hour) == false)
        #expect(diary.look(at: leap + 24 * Self.hour) == true)
    }

    @Test func `a clock that was set right again waits a day from then, and no longer`() {
        var diary = RetentionDiary()
        diary.looked = Self.noon
        _ = diary.look(at: Self.noon + 10 * 365 * 24 * Self.hour)
        let back = Self.noon + Self.hour
        #expect(diary.look(at: back) == false)
        #expect(diary.look(at: back + 24 * Self.hour) == true)
    }

    @Test func `a week-end without the daemon costs a day, an hour nothing`() {
        var diary = RetentionDiary()
        diary.looked = Self.noon
        #expect(diary.look(at: Self.noon + 47 * Self.hour) == true)
        #expect(diary.look(at: Self.noon + 47 * Self.hour + 49 * Self.hour) == false)
    }

    @Test func `what it wrote it reads, and nonsense is no look`() {
        var diary = RetentionDiary()
        _ = diary.look(at: Self.noon)
        #expect(RetentionDiary(text: diary.text) == diary)
        for text in ["", "looked", "looked x\nwaits 9999999999999999999999", "\u{0}\n\n"] {
            #expect(RetentionDiary(text: text) == RetentionDiary())
        }
    }

    @Test func `the diary lies in the state directory, and without one nothing is removed`() throws
    {
        let relay = try TestRelay()
        let clock = RetentionClock(relay.settings.state)
        #expect(!clock.mayRemove(at: Self.noon))
        #expect(clock.mayRemove(at: Self.noon + 24 * Self.hour))
        #expect(relay.scratch.names("state") == ["retention"])
        let nowhere = RetentionClock(StateSettings(directory: relay.scratch.path("missing")))
        #expect(!nowhere.mayRemove(at: Self.noon))
        #expect(!nowhere.mayRemove(at: Self.noon + 24 * Self.hour))
    }
}
