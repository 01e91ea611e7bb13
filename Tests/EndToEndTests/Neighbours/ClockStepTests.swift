import Glibc
import TestSupport
import Testing

/// The time of day is set, forward or back, while messages wait for one reason or another.
///
/// Waits are counted on a clock that nobody can set: neither do they end at once, nor do they last
/// until the time of day has come again.
@Suite("Clock steps", .serialized)
struct ClockStepTests {
    private static let day: Int64 = 86_400
    /// By how many seconds the clock is set.
    private static let steps: [Int64] =
        LongRun.isOn ? [-day, day, 3653 * day, -3600] : [-day, day]
    private static let forward: [Int64] = LongRun.isOn ? [3653 * day, day] : [3653 * day]
    private static let back: [Int64] = LongRun.isOn ? [-day, -3600] : [-day]

    @Test(arguments: steps)
    func `under load a step of the clock loses nothing, doubles nothing and delays nothing`(
        step: Int64
    ) async throws {
        let clock = try await SteppedClock()
        var plan = RelayPlan.busy
        plan.launcher = clock.launcher
        try await withRelay("step", plan) { relay in
            let load = MixedLoad(relay)
            load.start()
            try await load.more(40)
            for target in LongRun.isOn ? [step, 0, step, 2 * step, 0] : [step, 0] {
                try clock.step(to: target)
                try await relay.waitForLine("clock-stepped") { line in
                    line["by_s"].flatMap { Int64($0) } != nil
                }
                try await load.more(40)
            }
            await load.stop()
            // Nobody helps: what is deferred comes back by itself, within its longest pause of 2 s.
            try await waitUntil(limit: .seconds(60), "all to be sent; the log:\n\(relay.log)") {
                relay.entries(.sent).count == load.names.count
            }
            try await relay.stopDaemon()
            try relay.expectExactlyOnce(load.names)
            #expect(relay.lines("failed").isEmpty)
            #expect(relay.lines("uncertain").isEmpty)
        }
    }

    @Test(arguments: back)
    func `a deferred message does not wait until a clock that was set back has caught up`(
        step: Int64
    ) async throws {
        let clock = try await SteppedClock()
        var plan = RelayPlan()
        plan.launcher = clock.launcher
        plan.route = ["retry_first = '4s'", "retry_maximum = '4s'"]
        plan.script = #"at dot reply "451 4.3.0 Try later" times 1"#
        try await withRelay("back", plan) { relay in
            try relay.drop("x.eml", RelayHarness.message("x"))
            try await relay.waitForLine("deferred")
            try clock.step(to: step)
            // The queue is read anew, as it is every 30 seconds; the first time the message may still
            // be on its way back.
            for _ in 1...2 { try await relay.readQueueAnew() }
            try await relay.waitFor(.sent, "x.eml", limit: .seconds(20))
        }
    }

    @Test(arguments: [-day, day])
    func
        `after a restart with another time of day a deferred message waits its longest pause at most`(
            step: Int64
        ) async throws
    {
        let clock = try await SteppedClock()
        var plan = RelayPlan()
        plan.launcher = clock.launcher
        // The longest pause of all is that after an uncertain outcome, 15 minutes: `retry` is used.
        plan.script = #"at dot reply "451 4.3.0 Try later" times 1"#
        plan.route = ["retry_first = '5s'", "retry_maximum = '5s'"]
        try await withRelay("restart", plan) { relay in
            try relay.drop("x.eml", RelayHarness.message("x"))
            try await relay.waitForLine("deferred")
            try await relay.stopDaemon()
            try clock.step(to: step)
            try await relay.startDaemon()
            if step < 0 {
                let retry = try await relay.command("retry", "x.eml")
                #expect(retry.code == 0, "\(retry)")
            }
            try await relay.waitFor(.sent, "x.eml", limit: .seconds(30))
            #expect(try relay.received().count == 1)
        }
    }

    @Test(arguments: forward)
    func `a clock set forward makes nobody give up`(step: Int64) async throws {
        let clock = try await SteppedClock()
        var plan = RelayPlan()
        plan.launcher = clock.launcher
        plan.route = ["retry_first = '300ms'", "give_up_after = '6s'"]
        plan.script = #"at dot reply "451 4.3.0 Try later" times 4"#
        try await withRelay("forward", plan) { relay in
            // The daemon is older than what a message may wait.
            try await Task.sleep(for: .seconds(7))
            try relay.drop("x.eml", RelayHarness.message("x"))
            try await relay.waitForLine("deferred")
            try clock.step(to: step)
            try await relay.waitFor(.sent, "x.eml")
            #expect(relay.lines("failed").isEmpty)
            #expect(relay.lines("deferred").count == 4)
        }
    }

    @Test(arguments: steps)
    func `an uncertain message waits its time whatever the clock shows`(step: Int64) async throws {
        let clock = try await SteppedClock()
        var plan = RelayPlan()
        plan.launcher = clock.launcher
        plan.script = "at dot close times 1"
        try await withRelay("uncertain-step", plan) { relay in
            try relay.drop("x.eml", RelayHarness.message("x"))
            try await relay.waitForLine("uncertain")
            try clock.step(to: step)
            for _ in 1...2 { try await relay.readQueueAnew() }
            try relay.drop("y.eml", RelayHarness.message("y"))
            try await relay.waitFor(.sent, "y.eml")
            #expect(relay.places("x.eml") == [.queue], "it is not tried before its 15 minutes")
            let retry = try await relay.command("retry", "x.eml")
            #expect(retry.code == 0, "\(retry)")
            try await relay.waitFor(.sent, "x.eml")
        }
    }

    @Test(arguments: back)
    func `the rate of messages stays what it is`(
        step: Int64
    )
        async throws
    {
        let clock = try await SteppedClock()
        var plan = RelayPlan()
        plan.launcher = clock.launcher
        plan.route = ["rate = '120/min'"]
        try await withRelay("pace", plan) { relay in
            let start = ContinuousClock.now
            for number in 1...9 {
                try relay.drop("\(number).eml", RelayHarness.message("\(number)"))
                if number == 3 { try clock.step(to: step) }
            }
            try await waitUntil("nine to be sent") { relay.entries(.sent).count == 9 }
            // The first goes at once, each of the others half a second after the one before.
            #expect(ContinuousClock.now - start > .milliseconds(3900))
            try await relay.stopDaemon()
        }
    }

    @Test func `around midnight and back each message is filed under the day of its acceptance`()
        async throws
    {
        let clock = try await SteppedClock()
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        // Five seconds to midnight, UTC.
        let step = Self.day - Int64(now.tv_sec) % Self.day - 5
        try clock.step(to: step)
        var plan = RelayPlan.busy
        plan.launcher = clock.launcher
        try await withRelay("midnight", plan) { relay in
            let load = MixedLoad(relay)
            load.start()
            try await waitUntil("the next day") { folderNames("\(relay.drop)/sent").count == 2 }
            try await load.more(20)
            try clock.step(to: step - 3600)
            try await load.more(20)
            await load.stop()
            try await relay.deliverAll(load.names)
            try await relay.stopDaemon()
            try relay.expectExactlyOnce(load.names)
            #expect(folderNames("\(relay.drop)/sent").count == 2)
        }
    }
}

extension RelayHarness {
    /// Has the daemon read its queue folder, and waits until it has: a file without an id that lies
    /// there is found by nothing else.
    func readQueueAnew() async throws {
        let name = "by-hand-\(UInt64.random(in: 0 ... .max))"
        try writeFile(Self.message(name).utf8, to: "\(drop)/queue/\(name).eml")
        let wake = "\(drop)/.postchute-wake"
        try writeFile([], to: wake)
        unlink(wake)
        try await waitFor(.sent, "\(name).eml")
    }
}
