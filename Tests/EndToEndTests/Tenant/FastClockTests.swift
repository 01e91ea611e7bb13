import TestSupport
import Testing

@Suite("A fast clock")
struct FastClockTests {
    @Test func `a program that sleeps an hour and looks at the clock is done in a second`()
        async throws
    {
        let clock = try await FastClock(speed: 7200)
        let program = """
            import time
            begin, wall = time.monotonic(), time.time()
            time.sleep(3600)
            print(round((time.monotonic() - begin) / 600), round((time.time() - wall) / 600))
            """
        let run = try await ChildProcess.run(
            clock.launcher + ["/usr/bin/python3", "-c", program],
            limit: .seconds(30)
        )
        #expect(run.exit == .code(0), "\(run.errors)")
        let tens = run.output.split { $0 == " " || $0 == "\n" }.compactMap { Int($0) }
        // An hour is six times ten minutes; a loaded machine may add some.
        #expect(tens.count == 2 && tens.allSatisfy { (6...60).contains($0) }, "\(run.output)")
        #expect(clock.elapsed >= .seconds(3600))
    }
}
