import Testing

@testable import Delivery

@Suite("Retry schedule")
struct RetryScheduleTests {
    private let schedule = RetrySchedule(first: .seconds(60), maximum: .seconds(3600))

    @Test(
        "doubles from the first pause to the maximum",
        arguments: [
            (1, 60), (2, 120), (3, 240), (6, 1920), (7, 3600), (50, 3600), (0, 60), (-1, 60),
        ]
    )
    func doubles(attempts: Int, seconds: Int) {
        #expect(schedule.pause(afterAttempts: attempts, jitter: 0.5) == .seconds(seconds))
    }

    @Test func `jitter spreads a pause over ten percent either way`() {
        #expect(schedule.pause(afterAttempts: 1, jitter: 0) == .seconds(54))
        #expect(schedule.pause(afterAttempts: 1, jitter: 1) == .seconds(66))
        #expect(schedule.pause(afterAttempts: 1, jitter: 7) == .seconds(66))
    }
}

@Suite("Rate pacer")
struct RatePacerTests {
    @Test func `an unlimited route never waits`() {
        var pacer = RatePacer(rate: nil)
        for _ in 0..<1000 { pacer.started(at: .zero) }
        #expect(pacer.delay(at: .zero) == .zero)
    }

    @Test func `thirty a minute is one every two seconds`() {
        var pacer = RatePacer(rate: DeliveryRate(30, per: .seconds(60)))
        #expect(pacer.delay(at: .seconds(100)) == .zero)
        pacer.started(at: .seconds(100))
        #expect(pacer.delay(at: .seconds(100)) == .seconds(2))
        #expect(pacer.delay(at: .seconds(101)) == .seconds(1))
        #expect(pacer.delay(at: .seconds(102)) == .zero)
    }

    @Test func `a pause earns no more than the burst`() {
        var pacer = RatePacer(rate: DeliveryRate(1, per: .seconds(1)), burst: 3)
        var started = 0
        while pacer.delay(at: .seconds(1000)) == .zero, started < 10 {
            pacer.started(at: .seconds(1000))
            started += 1
        }
        #expect(started == 3)
    }

    @Test func `a rate of nothing per minute does not divide by zero`() {
        var pacer = RatePacer(rate: DeliveryRate(0, per: .seconds(60)))
        pacer.started(at: .zero)
        #expect(pacer.delay(at: .zero) == .seconds(60))
    }
}

@Suite("Suspension history")
struct SuspensionHistoryTests {
    @Test func `suspended time does not count`() {
        var history = SuspensionHistory()
        history.update(isSuspended: true, at: .seconds(10))
        history.update(isSuspended: true, at: .seconds(15))
        history.update(isSuspended: false, at: .seconds(30))
        #expect(history.unsuspended(from: .zero, to: .seconds(100)) == .seconds(80))
        #expect(history.unsuspended(from: .seconds(20), to: .seconds(40)) == .seconds(10))
        #expect(history.unsuspended(from: .seconds(50), to: .seconds(40)) == .zero)
    }

    @Test func `a suspension in force counts as suspended up to now`() {
        var history = SuspensionHistory()
        history.update(isSuspended: true, at: .seconds(10))
        #expect(history.unsuspended(from: .zero, to: .seconds(60)) == .seconds(10))
    }

    @Test func `a thousand suspensions are kept in bounded memory and never count as waiting`() {
        var history = SuspensionHistory()
        for step in 0..<1000 {
            history.update(isSuspended: true, at: .seconds(step * 10))
            history.update(isSuspended: false, at: .seconds(step * 10 + 5))
        }
        let counted = history.unsuspended(from: .zero, to: .seconds(10_000))
        #expect(counted <= .seconds(5000))
        #expect(history.unsuspended(from: .seconds(9_990), to: .seconds(10_000)) == .seconds(5))
    }
}

@Suite("Wall time")
struct WallTimeTests {
    @Test(
        "shows an instant in UTC",
        arguments: [
            (Int64(0), "1970-01-01 00:00:00 UTC"),
            (1_795_428_930_123_456, "2026-11-23 10:15:30 UTC"),
            (951_782_399_999_999, "2000-02-28 23:59:59 UTC"),
            (951_782_400_000_000, "2000-02-29 00:00:00 UTC"),
            (-1, "1969-12-31 23:59:59 UTC"),
        ]
    )
    func shows(microseconds: Int64, text: String) {
        #expect(WallTime.text(microseconds) == text)
    }
}
