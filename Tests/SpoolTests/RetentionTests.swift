import Glibc
import TestSupport
import Testing

@testable import Spool

@Suite("Retention")
struct RetentionTests {
    private static let day: Int64 = 86_400_000_000

    /// Sweeps at so many days after noon of the test's day, and returns what was removed.
    @discardableResult
    private func sweep(
        _ spool: TestSpool,
        _ rules: RetentionRules,
        days: Int64,
        limit: Int = 200
    ) throws -> [String] {
        let now = TestSpool.Controls.noon + days * Self.day
        var sweep = try RetentionSweep(opening: spool.options, rules, now: { now })
        var removed: [String] = []
        while !sweep.isDone { removed += try sweep.step(limit: limit).map(\.text) }
        #expect(sweep.counts.sent + sweep.counts.failed == removed.count)
        return removed
    }

    private func sent(_ spool: TestSpool, _ name: String = "a.eml") throws -> SpoolName {
        let name = try spool.sending(name)
        _ = try spool.spool.settleSent(name)
        return name
    }

    private func failed(_ spool: TestSpool, _ name: String = "a.eml") throws -> SpoolName {
        let name = try spool.claimed(name)
        let state = DeliveryState(name)
        _ = try spool.spool.fail(name, from: .queue, reason: Array("why".utf8), state: state)
        return name
    }

    private static let month = RetentionRules(sent: 30 * day, failed: 90 * day)

    @Test func `a sent message goes 30 days after the end of its day, whatever its own times say`()
        throws
    {
        let spool = try TestSpool()
        let name = try sent(spool)
        var times = [timespec(tv_sec: 0, tv_nsec: 0), timespec(tv_sec: 0, tv_nsec: 0)]
        utimensat(AT_FDCWD, spool.path("sent/2026-11-23", name), &times, 0)
        #expect(try sweep(spool, Self.month, days: 30).isEmpty)
        #expect(spool.names("sent/2026-11-23") == [name.text])
        #expect(try sweep(spool, Self.month, days: 31) == [name.text])
        #expect(spool.names("sent").isEmpty)
    }

    @Test func `for ever is for ever`() throws {
        let spool = try TestSpool()
        let (one, other) = (try sent(spool), try failed(spool, "b.eml"))
        try sweep(spool, RetentionRules(sent: nil, failed: nil), days: 0)
        try sweep(spool, RetentionRules(sent: nil, failed: nil), days: 100_000)
        #expect(spool.names("sent/2026-11-23") == [one.text])
        #expect(spool.names("failed").contains(other.text))
    }

    @Test func `a failed message goes with its reason and history, counted from when it was seen`()
        throws
    {
        let spool = try TestSpool()
        let name = try failed(spool)
        #expect(try sweep(spool, Self.month, days: 200).isEmpty)
        #expect(chmod(spool.path("failed", name), 0o640) == 0)
        #expect(try sweep(spool, Self.month, days: 289).isEmpty)
        #expect(try sweep(spool, Self.month, days: 290) == [name.text])
        #expect(spool.names("failed").isEmpty)
        #expect(try spool.spool.state(of: name.id) == nil)
    }

    @Test func `a message that fails again begins anew`() throws {
        let spool = try TestSpool()
        let name = try failed(spool)
        try sweep(spool, Self.month, days: 0)
        let desk = try OperatorSpool(opening: spool.options)
        try desk.retry(try #require(try desk.find(Array("a.eml".utf8)).first))
        // Kept by a second name, so that the new reason cannot be given the old one's inode.
        _ = try failed(spool, "other.eml")
        var state = DeliveryState(name)
        state.attempts.append(
            AttemptRecord(
                started: TestSpool.Controls.noon + 80 * Self.day,
                duration: 1,
                outcome: .failed,
                route: "r",
                peer: "",
                detail: ""
            )
        )
        _ = try spool.spool.fail(name, from: .queue, reason: Array("again".utf8), state: state)
        #expect(try !sweep(spool, Self.month, days: 91).contains(name.text))
        #expect(try sweep(spool, Self.month, days: 182).contains(name.text))
    }

    @Test func `a restored folder keeps the age of its messages`() throws {
        let spool = try TestSpool()
        let name = try failed(spool)
        var state = DeliveryState(name)
        state.attempts.append(
            AttemptRecord(
                started: TestSpool.Controls.noon - Self.day,
                duration: 1,
                outcome: .failed,
                route: "r",
                peer: "",
                detail: ""
            )
        )
        try spool.spool.states.save(state)
        try sweep(spool, Self.month, days: 0)
        // A copy: other inodes, other births.
        let reason = spool.path("failed", name) + ".txt"
        #expect(rename(reason, reason + ".old") == 0)
        try spool.scratch.write("why", to: "drop/failed/\(name.text).txt")
        #expect(unlink(reason + ".old") == 0)
        #expect(try sweep(spool, Self.month, days: 89).isEmpty)
        #expect(try sweep(spool, Self.month, days: 90) == [name.text])
    }

    @Test(arguments: ["", "nonsense\n", "postchute-failed-since 1\n-5 x y z\n1 2\n"])
    func `a record that is lost makes messages young again`(content: String) throws {
        let spool = try TestSpool()
        let name = try failed(spool)
        try sweep(spool, Self.month, days: 0)
        try spool.scratch.write(content, to: "drop/state/failed-since")
        #expect(try sweep(spool, Self.month, days: 100).isEmpty)
        #expect(try sweep(spool, Self.month, days: 190) == [name.text])
    }

    @Test func `the record survives every name`() {
        var record = FailedRecord()
        let entry = FailedRecord.Entry(since: 5, inode: .max, born: -1)
        for name in ["a b.eml", " x\n\ny\n", "\u{FF}", "%0A"] {
            record.entries[Array(name.utf8)] = entry
        }
        record.entries[[0xFF, 0x20, 0x0A]] = entry
        #expect(FailedRecord(record.octets) == record)
    }

    @Test func `beyond the size the oldest go first`() throws {
        let spool = try TestSpool()
        let names = try ["1.eml", "2.eml", "3.eml"].map { try sent(spool, $0) }
        // 20 octets each.
        var rules = RetentionRules(sent: nil, failed: nil, sentOctets: 60)
        #expect(try sweep(spool, rules, days: 0).isEmpty)
        rules.sentOctets = 40
        #expect(try sweep(spool, rules, days: 0) == [names[0].text])
        rules.sentOctets = 10
        #expect(try sweep(spool, rules, days: 0, limit: 1) == [names[1].text, names[2].text])
        #expect(spool.names("sent").isEmpty)
    }

    @Test func `what is somebody's stays`() throws {
        let spool = try TestSpool()
        let name = try sent(spool)
        let day = "drop/sent/2026-11-23"
        let foreign = SpoolID(microseconds: 1, random: 1).text
        try spool.scratch.write("x", to: "\(day)/notes.eml")
        try spool.scratch.makeFolder("\(day)/album", mode: 0o700)
        #expect(mkfifo(spool.scratch.path("\(day)/\(foreign).pipe"), 0o600) == 0)
        #expect(symlink("/etc/passwd", spool.scratch.path("\(day)/\(foreign).link")) == 0)
        try spool.scratch.makeFolder("\(day)/\(foreign).tree", mode: 0o700)
        try spool.scratch.makeFolder("\(day)/\(foreign).tree/deep", mode: 0o700)
        try spool.scratch.makeFolder("elsewhere", mode: 0o700)
        try spool.scratch.write("x", to: "elsewhere/\(foreign).x.eml")
        #expect(
            symlink(spool.scratch.path("elsewhere"), spool.scratch.path("drop/sent/2020-01-01"))
                == 0
        )
        try spool.scratch.makeFolder("drop/sent/2020-99-99", mode: 0o700)
        try spool.scratch.write("x", to: "drop/sent/2020-99-99/\(foreign).x.eml")
        #expect(try sweep(spool, Self.month, days: 1000) == [name.text])
        let left = ["\(foreign).link", "\(foreign).pipe", "\(foreign).tree", "album", "notes.eml"]
        #expect(spool.names("sent/2026-11-23").sorted() == left)
        #expect(spool.scratch.names("elsewhere") == ["\(foreign).x.eml"])
        #expect(spool.names("sent/2020-99-99") == ["\(foreign).x.eml"])
    }

    @Test func `many go in steps`() throws {
        let spool = try TestSpool()
        for number in 0..<25 { _ = try sent(spool, "\(number).eml") }
        let now = TestSpool.Controls.noon + 31 * Self.day
        var sweep = try RetentionSweep(opening: spool.options, Self.month, now: { now })
        var steps: [Int] = []
        while !sweep.isDone { steps.append(try sweep.step(limit: 10).count) }
        #expect(steps.filter { $0 > 0 } == [10, 10, 5])
        #expect(spool.names("sent").isEmpty)
    }

    @Test func `after a crash in between the next start and the next sweep finish the work`() throws
    {
        let spool = try TestSpool()
        let name = try failed(spool)
        try sweep(spool, Self.month, days: 0)
        // As a kill right after the message's own removal leaves it.
        #expect(unlink(spool.path("failed", name)) == 0)
        #expect(spool.names("failed") == [name.text + ".txt"])
        let restarted = try spool.restarted()
        #expect(try restarted.recover().removedReasons == 1)
        #expect(spool.names("failed").isEmpty)
        #expect(try sweep(spool, Self.month, days: 100).isEmpty)
    }

    @Test func `a message that somebody takes back keeps its history`() throws {
        let spool = try TestSpool()
        let name = try failed(spool)
        try sweep(spool, Self.month, days: 0)
        let now = TestSpool.Controls.noon + 100 * Self.day
        var sweep = try RetentionSweep(opening: spool.options, Self.month, now: { now })
        // It is found to have expired, and moved before it is removed.
        #expect(try sweep.step().isEmpty)
        #expect(!sweep.isDone)
        #expect(rename(spool.path("failed", name), spool.path("queue", name)) == 0)
        #expect(try sweep.step().isEmpty)
        #expect(spool.names("queue") == [name.text])
        #expect(try spool.spool.state(of: name.id) != nil)
    }
}
