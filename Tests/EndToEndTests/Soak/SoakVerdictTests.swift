import TestSupport
import Testing

/// Whether the soak would notice: its verdicts are pure, so every fault can be shown to them.
@Suite("Soak verdicts")
struct SoakVerdictTests {
    /// An hour of rests, a minute apart, of a daemon that does not change.
    private static func samples(
        _ change: (inout SoakSample, _ minute: Int) -> Void = { _, _ in }
    ) -> [SoakSample] {
        (0..<60).map { minute in
            var sample = SoakSample(
                time: Double(minute) * 60,
                // Pages come and go.
                residentKB: 40_000 + minute % 3 * 400,
                peakKB: 50_000,
                descriptors: 40,
                threads: 30,
                workers: 2,
                processorTime: Double(minute),
                messages: minute * 1000,
                logLines: minute * 1000,
                queue: 0,
                isAtRest: true
            )
            change(&sample, minute)
            return sample
        }
    }

    private static func complaints(
        _ change: (inout SoakSample, _ minute: Int) -> Void
    ) -> [String] {
        SoakTrend(samples(change), warmUp: 600).complaints
    }

    @Test func `a daemon that does not change is flat`() {
        #expect(Self.complaints { _, _ in } == [])
    }

    @Test func `growth before the warm-up ends is none`() {
        #expect(Self.complaints { $0.residentKB -= $1 < 10 ? 20_000 : 0 } == [])
    }

    @Test func `five megabytes an hour are seen`() {
        let trend = SoakTrend(Self.samples { $0.residentKB += $1 * 85 }, warmUp: 600)
        #expect(trend.complaints.count == 1)
        #expect(trend.complaints.first?.hasPrefix("memory grew: ") == true)
        #expect(trend.memorySlope.map { (4.5...5.5).contains($0) } == true)
    }

    @Test func `one descriptor more is seen`() {
        let complaints = Self.complaints { $0.descriptors += $1 > 40 ? 1 : 0 }
        #expect(complaints == ["descriptors differ: Ends(first: 40.0, last: 41.0)"])
    }

    @Test func `one thread more is seen`() {
        let complaints = Self.complaints { $0.threads += $1 > 40 ? 1 : 0 }
        #expect(complaints == ["threads differ: Ends(first: 30.0, last: 31.0)"])
    }

    @Test func `a worker more comes and goes, two more are seen`() {
        #expect(Self.complaints { $0.workers += $1 > 40 ? 1 : 0 } == [])
        let complaints = Self.complaints { $0.workers += $1 > 40 ? 2 : 0 }
        #expect(complaints == ["workers grew: Ends(first: 2.0, last: 4.0)"])
    }

    @Test func `a message that costs a quarter more is seen`() {
        let complaints = Self.complaints { $0.processorTime += $1 > 40 ? Double($1 - 40) / 4 : 0 }
        #expect(complaints == ["the cost differs: Ends(first: 1.0, last: 1.25)"])
    }

    @Test func `what is measured under load is not compared`() {
        let trend = SoakTrend(
            Self.samples {
                $0.isAtRest = $1.isMultiple(of: 2)
                $0.descriptors += $0.isAtRest ? 0 : $1
            },
            warmUp: 600
        )
        #expect(trend.complaints == [])
    }

    @Test func `a few samples say nothing`() {
        let trend = SoakTrend(Array(Self.samples().prefix(11)), warmUp: 0)
        #expect(trend.complaints == ["11 samples at rest say nothing about growth"])
    }

    /// What is seen of one message, and what the ledger says to that.
    struct Story: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let kind: SoakKind
        let complaints: [String]
        let tell: @Sendable (inout SoakLedger) -> Void

        init(
            _ description: String,
            _ kind: SoakKind,
            _ complaints: [String] = [],
            _ tell: @escaping @Sendable (inout SoakLedger) -> Void
        ) {
            testDescription = description
            self.kind = kind
            self.complaints = complaints
            self.tell = tell
        }
    }

    static let stories: [Story] = [
        Story("sent and received", .plain) {
            $0.arrived("x", .sent)
            $0.note("x") { $0.copies = 1 }
        },
        Story("refused", .refused) { $0.arrived("x", .failed) },
        Story("sent twice, announced", .droppedAfterDot) {
            $0.arrived("x", .sent)
            $0.note("x") { ($0.copies, $0.announcements) = (2, 1) }
        },
        Story("removed", .plain) { $0.note("x") { $0.isRemoved = true } },
        Story("removed too late", .plain) {
            $0.note("x") { ($0.copies, $0.isRemoved, $0.isLoggedSent) = (1, true, true) }
        },
        Story(
            "lost",
            .plain,
            ["x (plain) belongs in sent, was seen in []", "x (plain) never came"]
        ) {
            _ in
        },
        Story("sent and never received", .plain, ["x (plain) never came"]) {
            $0.arrived("x", .sent)
        },
        Story("sent twice without a word", .plain, ["x (plain) came 2 times, 0 announced"]) {
            $0.arrived("x", .sent)
            $0.note("x") { $0.copies = 2 }
        },
        Story("received and spoiled", .plain, ["x (plain) was not received as it was"]) {
            $0.arrived("x", .sent)
            $0.note("x") { ($0.copies, $0.spoiled) = (1, 1) }
        },
        Story(
            "in two folders",
            .plain,
            ["x (plain) belongs in sent, was seen in [failed 1×, sent 1×]"]
        ) {
            $0.arrived("x", .sent)
            $0.arrived("x", .failed)
            $0.note("x") { $0.copies = 1 }
        },
        Story("failed silently", .refused, ["x (refused) failed without a reason"]) {
            $0.arrived("x", .failed, hasReason: false)
        },
        Story("sent although removed", .plain, ["x (plain) came 1 times, 0 announced"]) {
            $0.note("x") { ($0.copies, $0.isRemoved) = (1, true) }
        },
        Story("from nowhere", .refused, ["y came from nowhere"]) {
            $0.arrived("x", .failed)
            $0.note("y") { $0.copies += 1 }
        },
    ]

    @Test(arguments: stories)
    func `the ledger tells what breaks the promise`(story: Story) {
        var ledger = SoakLedger()
        ledger.expect(SoakMessage(name: "x", kind: story.kind, lines: 1))
        story.tell(&ledger)
        #expect(ledger.complaints == story.complaints)
    }

    @Test func `the kinds are a thousand in all`() {
        #expect(SoakKind.allCases.map(\.share).reduce(0, +) == 1000)
    }
}
