import NIOCore
import NIOEmbedded
import Testing

@testable import SMTPSubmission

@Suite("Deadline timer")
struct DeadlineTimerTests {
    private let loop = EmbeddedEventLoop()

    private final class Bell {
        var rings = 0
    }

    private func make() -> (DeadlineTimer, Bell) {
        let bell = Bell()
        return (DeadlineTimer(loop: loop) { bell.rings += 1 }, bell)
    }

    @Test func `it fires once, at its deadline`() {
        let (timer, bell) = make()
        timer.arm(after: .seconds(10))
        loop.advanceTime(by: .seconds(9))
        #expect(bell.rings == 0)
        loop.advanceTime(by: .seconds(1))
        #expect(bell.rings == 1)
        loop.advanceTime(by: .seconds(100))
        #expect(bell.rings == 1)
    }

    @Test func `a deadline moves away`() {
        let (timer, bell) = make()
        timer.arm(after: .seconds(10))
        loop.advanceTime(by: .seconds(5))
        timer.arm(after: .seconds(10))
        loop.advanceTime(by: .seconds(9))
        #expect(bell.rings == 0)
        loop.advanceTime(by: .seconds(1))
        #expect(bell.rings == 1)
    }

    @Test func `a deadline moves closer`() {
        let (timer, bell) = make()
        timer.arm(after: .seconds(600))
        timer.arm(after: .seconds(10))
        loop.advanceTime(by: .seconds(10))
        #expect(bell.rings == 1)
        loop.advanceTime(by: .seconds(600))
        #expect(bell.rings == 1)
    }

    @Test func `a disarmed timer is silent and can be armed again`() {
        let (timer, bell) = make()
        timer.arm(after: .seconds(10))
        timer.disarm()
        loop.advanceTime(by: .seconds(5))
        timer.arm(after: .seconds(10))
        loop.advanceTime(by: .seconds(9))
        #expect(bell.rings == 0)
        loop.advanceTime(by: .seconds(1))
        #expect(bell.rings == 1)
        timer.arm(after: .seconds(1))
        timer.disarm()
        loop.advanceTime(by: .seconds(60))
        #expect(bell.rings == 1)
    }

    @Test func `an ended timer leaves nothing behind`() {
        let (timer, bell) = make()
        timer.arm(after: .seconds(10))
        timer.end()
        loop.advanceTime(by: .seconds(60))
        #expect(bell.rings == 0)
    }
}
