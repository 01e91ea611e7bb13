import Testing

@testable import Delivery

@Suite("Backlog estimate")
struct BacklogEstimateTests {
    private static let hour: Int64 = 3_600_000_000

    @Test func `the pace decides while the day has room`() {
        var backlog = Backlog(messages: 6000, recipients: 1, pace: 0.5)
        #expect(backlog.estimate(at: .zero, wall: 0) == .about(seconds: 12_000))
        backlog.shared = .day(limit: 10_000)
        #expect(backlog.estimate(at: .zero, wall: 0) == .about(seconds: 12_000))
    }

    @Test func `the day's limit decides where it is used up first`() {
        var window = SlidingWindow.day(limit: 10_000)
        window.count(9000, at: .zero)
        let backlog = Backlog(messages: 900, recipients: 2, pace: 0.5, shared: window)
        // Room for the last comes when the first bucket ends.
        #expect(
            backlog.estimate(at: .seconds(3600), wall: 0) == .notBefore(23 * Self.hour + 1_000_000)
                || backlog.estimate(at: .seconds(3600), wall: 0) == .notBefore(23 * Self.hour)
        )
    }

    @Test func `several days are counted in full`() {
        let backlog = Backlog(messages: 250, recipients: 1, pace: 0.5, shared: .day(limit: 100))
        #expect(backlog.estimate(at: .zero, wall: 0) == .notBefore(48 * Self.hour))
    }

    @Test func `others of the account use its day as well`() {
        var backlog = Backlog(messages: 60, recipients: 1, pace: 1, shared: .day(limit: 100))
        #expect(backlog.estimate(at: .zero, wall: 0) == .about(seconds: 60))
        backlog.share = 0.5
        #expect(backlog.estimate(at: .zero, wall: 0) == .notBefore(24 * Self.hour))
    }

    @Test func `nothing is done, and without a pace nothing is known`() {
        #expect(Backlog(messages: 0, recipients: 1).estimate(at: .zero, wall: 0) == .done)
        #expect(Backlog(messages: 1, recipients: 1).estimate(at: .zero, wall: 0) == .unknown)
        let slow = Backlog(messages: .max, recipients: 500, pace: 1e-300)
        #expect(slow.estimate(at: .zero, wall: .max) == .about(seconds: .max))
    }

    @Test func `the last part decides for all`() {
        let parts: [BacklogEstimate] = [.done, .about(seconds: 7200), .notBefore(Self.hour)]
        #expect(BacklogEstimate.last(of: parts, now: 0) == .about(seconds: 7200))
        #expect(
            BacklogEstimate.last(of: parts, now: -2 * Self.hour) == .notBefore(Self.hour)
        )
        #expect(BacklogEstimate.last(of: parts + [.unknown], now: 0) == .unknown)
        #expect(BacklogEstimate.last(of: [], now: 0) == .done)
    }

    @Test func `the pace of late is that of the last ten minutes`() {
        var meter = PaceMeter()
        #expect(meter.recipientsOfMessage == 1)
        for second in stride(from: 0, to: 1000, by: 2) {
            meter.sent(recipients: 3, at: .seconds(second))
        }
        #expect(meter.recipientsOfMessage == 3)
        let pace = meter.pace(at: .seconds(1000)) ?? 0
        #expect(abs(pace - 0.5) < 0.02)
    }
}
