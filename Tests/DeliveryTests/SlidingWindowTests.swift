import Testing

@testable import Delivery

@Suite("Sliding window")
struct SlidingWindowTests {
    private static let minute = Duration.seconds(60)

    @Test func `what was counted leaves room only when it is as old as the span`() {
        var window = SlidingWindow(limit: 3, span: Self.minute)
        for second in 1...3 { window.count(1, at: .seconds(second)) }
        #expect(window.wait(for: 1, at: .seconds(4)) == .milliseconds(57_250))
        #expect(window.wait(for: 1, at: .milliseconds(61_249)) == .milliseconds(1))
        #expect(window.wait(for: 1, at: .milliseconds(61_250)) == .zero)
        #expect(window.used == 2)
    }

    @Test func `what is under way takes its place and what was not used frees it`() {
        var window = SlidingWindow(limit: 10, span: Self.minute)
        window.reserve(8)
        #expect(window.wait(for: 2, at: .zero) == .zero)
        #expect(window.wait(for: 3, at: .zero) > .zero)
        window.settle(8, used: 5, at: .seconds(1))
        #expect(window.used == 5)
        #expect(window.wait(for: 5, at: .seconds(1)) == .zero)
    }

    @Test func `more than the whole limit fits into an empty window only`() {
        var window = SlidingWindow(limit: 10, span: Self.minute)
        #expect(window.wait(for: 12, at: .zero) == .zero)
        window.count(1, at: .zero)
        #expect(window.wait(for: 12, at: .seconds(1)) == .milliseconds(59_250))
    }

    @Test func `a bucket of a day counts until its youngest part is a day old`() {
        var window = SlidingWindow.day(limit: 100)
        window.count(60, at: .zero)
        window.count(40, at: .seconds(299))
        window.count(0, at: .seconds(400))
        #expect(window.live.count == 1)
        #expect(window.wait(for: 1, at: .seconds(86_410)) == .seconds(289) + .milliseconds(250))
        window.expire(at: .seconds(86_700))
        #expect(window.isEmpty)
    }

    @Test func `a day has no more than one bucket for each five minutes`() {
        var window = SlidingWindow.day(limit: .max)
        for second in stride(from: 0, to: 200_000, by: 7) {
            window.expire(at: .seconds(second))
            window.count(1, at: .seconds(second))
        }
        #expect(window.live.count <= 290)
    }

    @Test func `a window that the server calls full is full until the instant`() {
        var window = SlidingWindow.day(limit: 100)
        window.close(until: .seconds(3600))
        #expect(window.wait(for: 1, at: .seconds(60)) == .seconds(3540))
        #expect(!window.isEmpty)
        #expect(window.wait(for: 1, at: .seconds(3600)) == .zero)
        #expect(window.isEmpty)
    }

    /// A server that counts each submission at any instant between its start and its end, and
    /// transactions of any length: whatever it draws, no span of its own holds more than the limit.
    @Test(arguments: 1...20)
    func `no span at the server ever holds more than the limit`(seed: UInt64) {
        var random = SplitMix(seed)
        let (limit, sessions) = (30, Int.random(in: 1...3, using: &random))
        let longest = Double([0.05, 1, 10, 70].randomElement(using: &random) ?? 1)
        var window = SlidingWindow(limit: limit, span: Self.minute)
        var pacer = RatePacer(rate: DeliveryRate(limit, per: Self.minute))
        var (now, counted) = (Duration.zero, [Duration]())
        var running: [Duration] = []
        while counted.count < 400 {
            running.sort()
            let next = running.first ?? .seconds(Int.max / 2)
            let wait = max(pacer.delay(at: now), window.wait(for: 1, at: now))
            if running.count == sessions || (wait > .zero && next <= now + wait) {
                now = max(now, running.removeFirst())
                window.settle(1, used: 1, at: now)
            } else if wait > .zero {
                now += wait
            } else {
                pacer.started(at: now)
                window.reserve(1)
                let length = Double.random(in: 0...longest, using: &random)
                running.append(now + .seconds(length))
                counted.append(now + .seconds(length * Double.random(in: 0...1, using: &random)))
            }
        }
        counted.sort()
        for index in counted.indices.dropFirst(limit) {
            #expect(counted[index] - counted[index - limit] > Self.minute)
        }
    }

    @Test(arguments: [0.1, 1, 2.9]) func `the pace is 95 % of the limit or more`(length: Double) {
        var window = SlidingWindow(limit: 30, span: Self.minute)
        var pacer = RatePacer(rate: DeliveryRate(30, per: Self.minute))
        var (now, started) = (Duration.zero, 0)
        var running: [Duration] = []
        while now < .seconds(7200) {
            let wait = max(pacer.delay(at: now), window.wait(for: 1, at: now))
            if let end = running.first, running.count == 2 || end <= now + wait {
                now = max(now, running.removeFirst())
                window.settle(1, used: 1, at: now)
            } else if wait > .zero {
                now += wait
            } else {
                pacer.started(at: now)
                window.reserve(1)
                running.append(now + .seconds(length))
                started += 1
            }
        }
        #expect(started <= 3600)
        #expect(Double(started) >= 0.95 * 3600)
    }

    @Test func `an estimate fills one span after another`() {
        var window = SlidingWindow.day(limit: 100)
        #expect(window.drain(of: 100, at: .zero) == .zero)
        #expect(window.drain(of: 101, at: .zero) == .seconds(86_400) + .milliseconds(250))
        window.count(100, at: .zero)
        #expect(window.drain(of: 1, at: .seconds(3600)) == .seconds(82_800) + .milliseconds(250))
    }
}

/// A small generator whose sequence a failing test can name.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
