import EventLog
import NIOCore
import NIOPosix
import Spool
import Submission
import TestSupport
import Testing

@testable import Delivery

@Suite("Clock eras")
struct ClockErasTests {
    private static let day: Int64 = 86_400_000_000

    /// Eras that begin at 0, 100 and 200 s of the monotonic clock; the first shows 1,000,000 s then.
    private static func eras(_ steps: Duration...) -> ClockEras {
        var eras = ClockEras(wall: 1_000_000_000_000, at: .zero)
        var offset = Duration.seconds(1_000_000)
        for (index, step) in steps.enumerated() {
            offset += step
            let now = Duration.seconds(100 * (index + 1))
            let noted = eras.note(wall: (now + offset).nanoseconds / 1000, at: now)
            #expect(noted == step)
        }
        return eras
    }

    @Test func `without a step a reading is where the clocks say`() {
        let eras = Self.eras()
        #expect(eras.instant(of: 1_000_070_000_000, upTo: .seconds(90)) == .seconds(70))
        #expect(eras.instant(of: 999_990_000_000, upTo: .seconds(90)) == .seconds(-10))
        #expect(eras.instant(of: 1_000_100_000_000, upTo: .seconds(90)) == .seconds(90))
    }

    @Test(arguments: [86_400, -86_400, 315_360_000, -3600])
    func `a reading from before a step is as old as it was`(step: Int) {
        let eras = Self.eras(.seconds(step))
        #expect(eras.instant(of: 1_000_070_000_000, upTo: .seconds(150)) == .seconds(70))
        let later = 1_000_120_000_000 + Int64(step) * 1_000_000
        #expect(eras.instant(of: later, upTo: .seconds(150)) == .seconds(120))
    }

    @Test func `a reading that was skipped is of the step, one of the future of now`() {
        let eras = Self.eras(.seconds(86_400))
        let skipped = 1_000_100_000_000 + Self.day / 2
        #expect(eras.instant(of: skipped, upTo: .seconds(150)) == .seconds(100))
        let future = 1_000_100_000_000 + 2 * Self.day
        #expect(eras.instant(of: future, upTo: .seconds(150)) == .seconds(150))
    }

    @Test func `what fits two eras is of the later one`() {
        let eras = Self.eras(.seconds(-50))
        #expect(eras.instant(of: 1_000_080_000_000, upTo: .seconds(190)) == .seconds(130))
    }

    @Test func `steps there and back are told apart`() {
        let eras = Self.eras(.seconds(86_400), .seconds(-86_400))
        #expect(eras.instant(of: 1_000_070_000_000, upTo: .seconds(250)) == .seconds(70))
        #expect(
            eras.instant(of: 1_000_150_000_000 + Self.day, upTo: .seconds(250)) == .seconds(150)
        )
        #expect(eras.instant(of: 1_000_240_000_000, upTo: .seconds(250)) == .seconds(240))
    }

    @Test func `a clock that is slewed makes no era, and is followed`() {
        var eras = ClockEras(wall: 0, at: .zero)
        for second in 1...1000 {
            // 500 ppm fast.
            let wall = Int64(second) * 1_000_500
            #expect(eras.note(wall: wall, at: .seconds(second)) == nil)
        }
        #expect(eras.instant(of: 1_000_400_000, upTo: .seconds(1000)) == .milliseconds(999_900))
    }

    @Test func `steps without end are no memory without end`() {
        var eras = ClockEras(wall: 0, at: .zero)
        for second in 1...1000 {
            let wall: Int64 = second % 2 == 0 ? 0 : Self.day
            #expect(eras.note(wall: wall + Int64(second) * 1_000_000, at: .seconds(second)) != nil)
        }
        #expect(eras.instant(of: 990_500_000, upTo: .seconds(1000)) == .milliseconds(990_500))
    }
}

@Suite("Clock steps")
struct ClockStepTests {
    private static let busy = Scripted.takes(
        .failed(.refused(.answer(451, "4.3.0 Try later"), .endOfData)),
        [.accepted(Scripted.reply)]
    )

    private static func policy(giveUpAfter: Duration) -> SettlementPolicy {
        SettlementPolicy(schedule: RetrySchedule(giveUpAfter: giveUpAfter))
    }

    private func deferred(_ fixture: EngineFixture, times: Int = 1) async throws {
        try await waitUntil("deferred \(times) times; the log: \(fixture.log.lines)") {
            fixture.nudge()
            return fixture.log.lines.count { $0.contains(" event=deferred ") } == times
        }
    }

    @Test(arguments: [86_400, 315_360_000])
    func `a message is not given up because the clock was set forward`(step: Int) async throws {
        let policy = Self.policy(giveUpAfter: .seconds(3600))
        try await withEngine(scripts: [[Self.busy, Self.busy]], policy: policy) { fixture in
            try await fixture.begin()
            // The relay is older than what a message may wait.
            fixture.clock.advance(by: .seconds(2 * 3600))
            try fixture.claim("a.eml", to: ["b@example.org"])
            try await deferred(fixture)
            fixture.clock.step(by: .seconds(step))
            fixture.clock.advance(by: .seconds(70))
            try await deferred(fixture, times: 2)
            fixture.clock.advance(by: .seconds(140))
            try await waitUntil("sent") {
                fixture.nudge()
                return fixture.sent.count == 1
            }
            #expect(fixture.names("failed") == [])
            #expect(fixture.log.lines.contains("event=clock-stepped by_s=\(step)"))
        }
    }

    @Test(arguments: [-3600, -86_400, -315_360_000])
    func `a clock that was set back neither puts off a message nor gives it more time`(
        step: Int
    )
        async throws
    {
        let policy = Self.policy(giveUpAfter: .seconds(1))
        try await withEngine(scripts: [[Self.busy, Self.busy]], policy: policy) { fixture in
            try await fixture.begin()
            try fixture.claim("a.eml", to: ["b@example.org"])
            try await deferred(fixture)
            fixture.clock.step(by: .seconds(step))
            // The folder is read anew, as it is every 30 seconds.
            fixture.engine.wake(pickup: "erp")
            try await fixture.waitForReading()
            fixture.clock.advance(by: .seconds(70))
            fixture.engine.wake(pickup: "erp")
            try await waitUntil("failed") {
                fixture.nudge()
                return fixture.names("failed").count == 2
            }
            #expect(fixture.submitters[0].seen.count == 2)
        }
    }

    @Test func `time for which a pickup was paused does not count towards giving up`() async throws
    {
        let policy = Self.policy(giveUpAfter: .seconds(3600))
        try await withEngine(scripts: [[Self.busy]], policy: policy) { fixture in
            try await fixture.begin()
            try fixture.folder.write("", to: "drop/queue/PAUSED")
            try await waitUntil("paused") {
                fixture.log.lines.contains { $0.contains("event=paused") }
            }
            try fixture.claim("a.eml", to: ["b@example.org"])
            fixture.nudge()
            fixture.clock.advance(by: .seconds(2 * 3600))
            fixture.nudge()
            removeTree(fixture.folder.path("drop/queue/PAUSED"))
            try await deferred(fixture)
            #expect(fixture.names("failed") == [])
        }
    }
}

extension EngineFixture {
    /// Waits until no queue is being read.
    fileprivate func waitForReading() async throws {
        try await waitUntil("the queue to be read") {
            try await group.next().submit {
                self.engine.state.lanes.allSatisfy { !$0.isScanning && !$0.wantsScan }
            }.get()
        }
    }
}
