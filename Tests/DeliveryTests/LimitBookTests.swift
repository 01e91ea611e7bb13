import Synchronization
import TestSupport
import Testing

@testable import Delivery

@Suite("Limits on disk")
struct LimitBookTests {
    private static func clock(
        _ monotonic: Duration,
        boot: String = "a",
        wall: Int64? = nil,
        isKept: Bool = true
    ) -> LimitRecords.Clock {
        LimitRecords.Clock(
            boot: boot,
            wall: wall ?? monotonic.nanoseconds / 1000,
            monotonic: monotonic,
            isWallKept: isKept
        )
    }

    private static func sample() -> LimitRecords {
        var window = SlidingWindow.day(limit: 10_000)
        window.count(120, at: .seconds(10))
        window.count(7, at: .seconds(900))
        window.close(until: .seconds(5000))
        var records = LimitRecords(clock: clock(.seconds(1000)), windows: [])
        records.add("account/erp%1 ü@contoso.com/recipients", window, grant: 40, at: .seconds(1000))
        records.add("empty", SlidingWindow.day(limit: 1), grant: 0, at: .seconds(1000))
        return records
    }

    @Test func `records come back as they were written`() {
        let octets = LimitFormat.encode(Self.sample())
        #expect(
            String(decoding: octets, as: UTF8.self) == """
                postchute-limits 1
                clock a 1000000000 1000000000 kept
                window account/erp%251%20%C3%BC@contoso.com/recipients 86400000 40 4000000 \
                990000:990000:120 100000:100000:7
                end

                """
        )
        #expect(LimitFormat.decode(octets) == Self.sample())
    }

    @Test func `a file that is cut or spoiled anywhere is refused and traps nothing`() {
        let octets = LimitFormat.encode(Self.sample())
        for length in octets.indices {
            #expect(LimitFormat.decode(Array(octets[..<length])) == nil)
        }
        var random = SplitMix(7)
        for _ in 0..<5000 {
            var spoiled = octets
            let place = Int.random(in: octets.indices, using: &random)
            spoiled[place] = UInt8.random(in: 0...255, using: &random)
            if let records = LimitFormat.decode(spoiled) {
                for window in records.windows {
                    _ = window.window(elapsed: .seconds(5), at: .seconds(50))
                }
            }
        }
        let huge = "postchute-limits 1\nclock - 0 0 free\nwindow w 1 9223372036854775807 0\nend\n"
        #expect(LimitFormat.decode(Array(huge.utf8)) == nil)
    }

    /// Uses at random, saves at random, and a crash at any instant, also while a save is under way.
    @Test(arguments: 1...30)
    func `a crash never forgets what was used`(seed: UInt64) {
        var random = SplitMix(seed)
        let book = LimitBook(isKept: true)
        let limit = book.limit("w", .day(limit: 1000))
        var (now, used, reserved) = (Duration.zero, 0, [Int]())
        var file = LimitRecords(clock: Self.clock(.zero), windows: [])
        var saving: LimitRecords?
        for _ in 0..<Int.random(in: 1...300, using: &random) {
            now += .milliseconds(Int.random(in: 0...2000, using: &random))
            let amount = Int.random(in: 1...60, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0 where book.mayTake(amount, of: limit):
                book.take(amount, of: limit)
                reserved.append(amount)
                used += amount
            case 1 where !reserved.isEmpty:
                let ended = reserved.removeFirst()
                book.settle(ended, used: ended, of: limit, at: now)
            case 2 where saving == nil && (book.needsSave || book.hasChanged):
                saving = book.records(Self.clock(now), at: now, isLast: false)
            case 3:
                guard let records = saving else { break }
                file = records
                saving = nil
                _ = book.saved(true)
            default: break
            }
        }
        // The power goes before or after the rename of a save under way.
        if let saving, Bool.random(using: &random) { file = saving }
        let after = LimitBook(isKept: true)
        after.restore(file, elapsed: .zero, at: now)
        let known = after.limit("w", .day(limit: 1000)).window.used
        #expect(known >= used)
        #expect(known <= used + 40 + 120 + 60)
    }

    @Test func `a clean stop adds nothing`() {
        let book = LimitBook(isKept: true)
        let limit = book.limit("w", .day(limit: 1000))
        book.take(10, of: limit)
        book.settle(10, used: 9, of: limit, at: .seconds(1))
        let file = book.records(Self.clock(.seconds(2)), at: .seconds(2), isLast: true)
        let after = LimitBook(isKept: true)
        after.restore(file, elapsed: .seconds(5), at: .seconds(7))
        #expect(after.limit("w", .day(limit: 1000)).window.used == 9)
    }

    @Test func `nothing is taken beyond what the disk knows of, until it refuses to know`() {
        let book = LimitBook(isKept: true)
        let limit = book.limit("w", .day(limit: 1000))
        #expect(!book.mayTake(1, of: limit))
        #expect(book.needsSave)
        _ = book.records(Self.clock(.zero), at: .zero, isLast: false)
        #expect(!book.mayTake(1, of: limit))
        #expect(!book.saved(true))
        #expect(book.mayTake(2, of: limit))
        #expect(!book.mayTake(3, of: limit))
        _ = book.records(Self.clock(.zero), at: .zero, isLast: false)
        #expect(book.saved(false))
        #expect(book.mayTake(500, of: limit))
        _ = book.records(Self.clock(.zero), at: .zero, isLast: false)
        #expect(book.saved(true))
    }

    @Test(arguments: [
        (used: 0, next: 2), (used: 1, next: 2), (used: 2, next: 4), (used: 15, next: 30),
        (used: 500, next: 40),
    ])
    func `a save grants twice what was used since the last one, within bounds`(
        _ used: Int,
        _ next: Int
    ) {
        let book = LimitBook(isKept: true)
        let limit = book.limit("w", .day(limit: 1000))
        _ = book.records(Self.clock(.zero), at: .zero, isLast: false)
        _ = book.saved(true)
        book.take(used, of: limit)
        book.settle(used, used: used, of: limit, at: .seconds(1))
        _ = book.records(Self.clock(.seconds(2)), at: .seconds(2), isLast: false)
        _ = book.saved(true)
        #expect(book.mayTake(next, of: limit))
        #expect(!book.mayTake(next + 1, of: limit))
    }

    @Test(
        arguments: [
            // Within one boot the clock that never jumps says it, whatever the wall clock does.
            (clock(.seconds(100)), clock(.seconds(160), wall: 0), 60, nil),
            (clock(.seconds(100)), clock(.seconds(160), wall: .max), 60, nil),
            (clock(.seconds(100)), clock(.seconds(40)), 0, nil),
            // After a reboot the time since the boot is certain.
            (clock(.seconds(100)), clock(.seconds(30), boot: "b", wall: 500_000_000), 30, 400),
            (clock(.seconds(100)), clock(.seconds(30), boot: "b", wall: 1), 30, nil),
            (
                clock(.seconds(100), isKept: false),
                clock(.seconds(30), boot: "b", wall: 500_000_000), 30, nil
            ),
            (
                clock(.seconds(100)),
                clock(.seconds(30), boot: "b", wall: 500_000_000, isKept: false), 30, nil
            ),
            (clock(.seconds(1), wall: .min), clock(.seconds(2), boot: "b", wall: .max), 2, nil),
            (clock(.seconds(100), boot: ""), clock(.seconds(160), boot: ""), 0, 60),
        ] as [(LimitRecords.Clock, LimitRecords.Clock, Int, Int?)]
    )
    func `time across a restart is what is certain, and what a time server vouches for`(
        saved: LimitRecords.Clock,
        now: LimitRecords.Clock,
        certain: Int,
        believed: Int?
    ) {
        #expect(saved.certainTime(until: now) == .seconds(certain))
        #expect(saved.believedTime(until: now) == believed.map { .seconds($0) })
    }

    @Test func `time that turns out to have passed makes older only what was read`() {
        var records = LimitRecords(clock: Self.clock(.zero), windows: [])
        var window = SlidingWindow.day(limit: 100)
        window.count(60, at: .zero)
        records.add("w", window, grant: 0, at: .seconds(1))
        let book = LimitBook(isKept: false)
        book.restore(records, elapsed: .zero, at: .seconds(10))
        let limit = book.limit("w", .day(limit: 100))
        limit.window.count(40, at: .seconds(400))
        book.age(by: .seconds(86_400))
        #expect(limit.window.wait(for: 60, at: .seconds(401)) == .zero)
        #expect(limit.window.wait(for: 61, at: .seconds(401)) > .seconds(86_000))
    }

    @Test func `the file is replaced as a whole, and its errors are sentences`() async throws {
        try await withScratchFolder("limits") { folder in
            let ledger = FileLimitLedger(directory: folder.path("state"))
            #expect(try ledger.load() == nil)
            let missing = #expect(throws: LimitLedgerError.self) { try ledger.save(Self.sample()) }
            #expect(missing?.sentence.hasSuffix("No such file or directory.") == true)
            try folder.makeFolder("state")
            #expect(try ledger.load() == nil)
            try ledger.save(Self.sample())
            #expect(try ledger.load() == Self.sample())
            #expect(folder.names("state") == ["limits"])
            try folder.write("postchute-limits 1\n", to: "state/limits")
            let error = #expect(throws: LimitLedgerError.self) { try ledger.load() }
            #expect(error?.sentence == "The file \(folder.path("state"))/limits is damaged.")
        }
    }
}
