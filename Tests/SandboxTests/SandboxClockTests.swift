import Testing

@testable import Sandbox

@Suite("Sandbox clock")
struct SandboxClockTests {
    @Test func `a fast clock begins now and takes real time in small pieces`() {
        let before = SandboxTime.now()
        let clock = SandboxClock(speed: 60)
        let began = clock.now()
        #expect(began >= before)
        #expect(began.milliseconds - before.milliseconds < 60_000)
        #expect(clock.realTime(.seconds(60)) == .seconds(1))
        #expect(clock.now() >= began)
    }

    @Test(arguments: [
        (Duration.seconds(1), Int64(1_000)), (.milliseconds(-5), -5), (.zero, 0),
        (.seconds(Int64.max), Int64.max), (.seconds(Int64.min), Int64.min),
    ])
    func `no moment is beyond all time`(duration: Duration, milliseconds: Int64) {
        let moment = SandboxTime(milliseconds: 0).advanced(by: duration)
        #expect(moment.milliseconds == milliseconds)
    }

    @Test func `a window forgets what is as old as it is long`() {
        var window = RollingWindow(seconds: 60)
        window.add(2, at: SandboxTime(milliseconds: 0))
        window.add(3, at: SandboxTime(milliseconds: 30_000))
        #expect(window.total(at: SandboxTime(milliseconds: 59_999)) == 5)
        #expect(window.total(at: SandboxTime(milliseconds: 60_000)) == 3)
        #expect(window.total(at: SandboxTime(milliseconds: 90_000)) == 0)
        #expect(window.most == 5)
    }

    @Test func `a window is never too early`() {
        var window = RollingWindow(seconds: 86_400)
        // Closer than the grain: both count until the later one is a day old.
        window.add(1, at: SandboxTime(milliseconds: 0))
        window.add(1, at: SandboxTime(milliseconds: 1_000))
        #expect(window.total(at: SandboxTime(milliseconds: 86_400_999)) == 2)
        #expect(window.total(at: SandboxTime(milliseconds: 86_401_000)) == 0)
    }
}
