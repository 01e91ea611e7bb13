import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Spool

@Suite("Folder sync")
struct FolderSyncTests {
    /// A disk whose syncs a test lets through one by one.
    private final class Disk: Sendable {
        struct State {
            var begun = 0
            var allowed = 0
            var result: Int32 = 0
        }
        let state = Monitor(State())
        var begun: Int { state.locked { $0.begun } }

        /// `soon` is what a leader does instead of resting, `inTurn` what it does instead of taking its
        /// turn behind others, `later` what it hands its duty over by.
        func makeFolder(
            later: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void = { $0() },
            inTurn: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void = { $0() },
            soon: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void = { $0() }
        ) -> FolderSync {
            let sync: @Sendable (Int32) -> Int32 = { _ in
                self.state.locked { $0.begun += 1 }
                return self.state.waiting { state in
                    guard state.allowed > 0 else { return nil }
                    state.allowed -= 1
                    return state.result
                }
            }
            return FolderSync(
                descriptor: 0,
                path: Array("/q".utf8),
                hooks: SpoolHooks(sync: sync, later: later, inTurn: inTurn, soon: soon)
            )
        }

        func allow(_ count: Int, result: Int32 = 0) {
            state.locked { state in
                state.allowed += count
                state.result = result
            }
            state.wakeAll()
        }
    }

    /// A thread's result, once it has one.
    private final class Outcome: Sendable {
        let error = Mutex<SpoolError.Kind?>(nil)
        let isDone = Atomic(false)

        func run(_ folder: FolderSync, on threads: SpoolThreads) {
            threads.run {
                do throws(SpoolError) {
                    try folder.wait()
                } catch {
                    self.error.withLock { $0 = error.kind }
                }
                self.isDone.store(true, ordering: .sequentiallyConsistent)
            }
        }
        var done: Bool { isDone.load(ordering: .sequentiallyConsistent) }
    }

    @Test func `nobody waits when nothing happened since the last sync`() throws {
        let disk = Disk()
        let folder = disk.makeFolder()
        disk.allow(10)
        try folder.wait()
        try folder.wait()
        #expect(disk.begun == 1)
        #expect(!folder.isDirty)
        folder.touch()
        #expect(folder.isDirty)
        try folder.wait()
        #expect(disk.begun == 2)
    }

    // leader            follower            latecomers (14)
    // touch
    // fsync begins
    //                   touch, waits        touch, wait
    // fsync ends
    // returns           fsync begins
    //                   fsync ends
    //                   returns             return
    @Test func `a waiter joins only a sync that began after its rename`() async throws {
        let disk = Disk()
        let threads = SpoolThreads()
        let folder = disk.makeFolder(later: { threads.runAnyway($0) })
        let leader = Outcome()
        leader.run(folder, on: threads)
        try await waitUntil("the first sync") { disk.begun == 1 }
        let followers = (0..<15).map { _ in Outcome() }
        for follower in followers {
            folder.touch()
            follower.run(folder, on: threads)
        }
        disk.allow(1)
        try await waitUntil("the leader") { leader.done }
        try await waitUntil("the second sync") { disk.begun == 2 }
        #expect(followers.allSatisfy { !$0.done })
        disk.allow(15)
        try await waitUntil("the followers") { followers.allSatisfy(\.done) }
        // All sixteen threads may not have asked before the second sync began: those need a third.
        #expect(disk.begun <= 3)
        disk.allow(100)
        threads.stop()
    }

    @Test func `a move out of the folder keeps nobody waiting who has arrived`() throws {
        let disk = Disk()
        let folder = disk.makeFolder()
        disk.allow(1)
        try folder.wait()
        folder.touchDeparture()
        let calls = Monitor(0)
        folder.whenDurable(.arrivals) { error in calls.locked { $0 += error == nil ? 1 : 100 } }
        #expect(calls.locked { $0 } == 1)
        #expect(disk.begun == 1)
        #expect(folder.isDirty)
        disk.allow(1)
        folder.whenDurable(.all) { error in calls.locked { $0 += error == nil ? 1 : 100 } }
        #expect(calls.locked { $0 } == 2)
        #expect(disk.begun == 2)
    }

    @Test func `who has leisure is synced for at once, and after a rest together with the others`()
    {
        let disk = Disk()
        let rests = Monitor<[@Sendable () -> Void]>([])
        let folder = disk.makeFolder(soon: { rest in rests.locked { $0.append(rest) } })
        disk.allow(3)
        let calls = Monitor(0)
        let come: () -> Void = {
            folder.touch()
            folder.whenDurable(.arrivals, .leisurely) { error in
                calls.locked { $0 += error == nil ? 1 : 100 }
            }
        }
        let endRest: () -> Void = { for rest in rests.locked({ $0.removingAll() }) { rest() } }
        come()
        #expect(calls.locked { $0 } == 1)
        for _ in 0..<10 { come() }
        #expect((disk.begun, calls.locked { $0 }) == (1, 1))
        endRest()
        #expect((disk.begun, calls.locked { $0 }) == (2, 11))
        endRest()
        #expect(rests.locked { $0.isEmpty })
        come()
        #expect((disk.begun, calls.locked { $0 }) == (3, 12))
        // The rest holds the folder, and the folder what it rests by.
        endRest()
        #expect(rests.locked { $0.isEmpty })
    }

    @Test func `a sync takes its turn, and serves all who have come before it`() {
        let disk = Disk()
        let line = Monitor<[@Sendable () -> Void]>([])
        let folder = disk.makeFolder(inTurn: { work in line.locked { $0.append(work) } })
        disk.allow(2)
        let calls = Monitor(0)
        let come: () -> Void = {
            folder.touch()
            folder.whenDurable(.arrivals) { error in calls.locked { $0 += error == nil ? 1 : 100 } }
        }
        let advance: () -> Void = { for work in line.locked({ $0.removingAll() }) { work() } }
        for _ in 0..<10 { come() }
        #expect((disk.begun, calls.locked { $0 }) == (0, 0))
        #expect(line.locked { $0.count } == 1)
        advance()
        #expect((disk.begun, calls.locked { $0 }) == (1, 10))
        // It has taken its next turn, for whoever comes by then.
        come()
        #expect(line.locked { $0.count } == 1)
        advance()
        #expect((disk.begun, calls.locked { $0 }) == (2, 11))
        advance()
        #expect(line.locked { $0.isEmpty })
        #expect(disk.begun == 2)
    }

    @Test func `what takes its turn on the threads comes behind the work that waits`()
        async throws
    {
        let threads = SpoolThreads(count: 1)
        let order = Monitor<[String]>([])
        let note: @Sendable (String) -> Void = { word in order.locked { $0.append(word) } }
        let gate = Monitor(false)
        threads.run {
            _ = gate.waiting { $0 ? true : nil }
            threads.runInTurn { note("in turn") }
            note("first")
        }
        threads.run { note("second") }
        gate.locked { $0 = true }
        gate.wakeAll()
        try await waitUntil("all") { order.locked { $0.count } == 3 }
        #expect(order.locked { $0 } == ["first", "second", "in turn"])
        threads.stop()
        threads.runInTurn { note("after the end") }
        #expect(order.locked { $0.last } == "after the end")
    }

    // The only thread: comes, and its sync takes its turn; cannot go on before the folder is synced.
    @Test func `whoever cannot go on does not wait for somebody's turn`() async throws {
        let disk = Disk()
        let threads = SpoolThreads(count: 1)
        let folder = disk.makeFolder(
            later: { threads.runAnyway($0) },
            inTurn: { threads.runInTurn($0) },
            soon: { threads.runSoon($0) }
        )
        disk.allow(10)
        for haste in [FolderSync.Haste.urgent, .leisurely] {
            let calls = Monitor(0)
            let gate = Monitor(false)
            threads.run { _ = gate.waiting { $0 ? true : nil } }
            threads.run {
                for _ in 0..<2 {
                    folder.touch()
                    folder.whenDurable(.all, haste) { error in
                        calls.locked { $0 += error == nil ? 1 : 100 }
                    }
                }
            }
            let other = Outcome()
            threads.run { folder.touch() }
            other.run(folder, on: threads)
            gate.locked { $0 = true }
            gate.wakeAll()
            try await waitUntil("the other, \(haste)") { other.done }
            try await waitUntil("all, \(haste)") { calls.locked { $0 } == 2 }
        }
        threads.stop()
    }

    @Test func `what takes its turn on a thread that ends is done before it does`() {
        let threads = SpoolThreads(count: 1)
        let calls = Monitor(0)
        threads.run { threads.runInTurn { threads.runInTurn { calls.locked { $0 += 1 } } } }
        threads.stop()
        #expect(calls.locked { $0 } == 1)
    }

    @Test func `who comes while the folder is synced goes on, and is told after the next`()
        async throws
    {
        let disk = Disk()
        let folder = disk.makeFolder()
        let threads = SpoolThreads(count: 1)
        let leader = Outcome()
        leader.run(folder, on: threads)
        try await waitUntil("the first sync") { disk.begun == 1 }
        let calls = Monitor(0)
        for _ in 0..<10 {
            folder.touch()
            folder.whenDurable(.arrivals) { error in calls.locked { $0 += error == nil ? 1 : 100 } }
        }
        #expect(calls.locked { $0 } == 0)
        disk.allow(1)
        try await waitUntil("the leader, who hands over") { leader.done || disk.begun == 2 }
        disk.allow(1)
        try await waitUntil("the others") { calls.locked { $0 } == 10 }
        #expect(disk.begun == 2)
        threads.stop()
    }

    @Test func `a failed sync is not repeated and believed`() async throws {
        let disk = Disk()
        let folder = disk.makeFolder()
        disk.allow(1, result: -EIO)
        #expect(kind { try folder.wait() } == .io)
        disk.allow(10)
        #expect(kind { try folder.wait() } == .io)
        folder.touch()
        let later = #expect(throws: SpoolError.self) { try folder.wait() }
        #expect(
            later?.sentence == "cannot sync /q: an earlier sync of this folder failed; "
                + "check the disk, then restart postchute"
        )
        #expect(disk.begun == 1)
        #expect(
            folder.sickness?.sentence
                == "cannot sync /q: Input/output error; check the disk, then restart postchute"
        )
    }

    @Test func `everybody who waited for a failed sync hears of it`() async throws {
        let disk = Disk()
        let folder = disk.makeFolder()
        let threads = SpoolThreads()
        let outcomes = (0..<8).map { _ in Outcome() }
        for outcome in outcomes { outcome.run(folder, on: threads) }
        try await waitUntil("the sync") { disk.begun == 1 }
        disk.allow(1, result: -EIO)
        threads.stop()
        #expect(outcomes.allSatisfy { $0.error.withLock { $0 } == .io })
    }

    @Test func `a file system without folder syncs is taken as it is`() throws {
        let disk = Disk()
        let folder = disk.makeFolder()
        disk.allow(1, result: -EINVAL)
        try folder.wait()
        #expect(folder.sickness == nil)
    }
}

extension Array {
    /// Empties the array and returns what was in it.
    fileprivate mutating func removingAll() -> Self {
        defer { self = [] }
        return self
    }
}

@Suite("Spool threads")
struct SpoolThreadsTests {
    @Test func `stopping finishes what was handed over and drops the rest`() {
        let threads = SpoolThreads(count: 4)
        let count = Monitor(0)
        for _ in 0..<5000 { threads.run { count.locked { $0 += 1 } } }
        threads.stop()
        #expect(count.locked { $0 } == 5000)
        threads.run { count.locked { $0 += 1 } }
        threads.stop()
        #expect(count.locked { $0 } == 5000)
        threads.runAnyway { count.locked { $0 += 1 } }
        #expect(count.locked { $0 } == 5001)
    }

    @Test func `what is to run soon does so by itself, and before a stop ends`() async throws {
        let threads = SpoolThreads(count: 2)
        let count = Monitor(0)
        for _ in 0..<10 { threads.runSoon { count.locked { $0 += 1 } } }
        try await waitUntil("ten that ran") { count.locked { $0 } == 10 }
        for _ in 0..<10 {
            threads.runSoon { threads.runSoon { count.locked { $0 += 1 } } }
        }
        threads.stop()
        #expect(count.locked { $0 } == 20)
        threads.runSoon { count.locked { $0 += 1 } }
        #expect(count.locked { $0 } == 21)
    }

    @Test(arguments: [true, false])
    func `work does not wait for a thread that does not come back`(
        isKnownToBlock: Bool
    ) async throws {
        let threads = SpoolThreads(count: 3)
        let (stuck, done, go) = (Monitor(0), Monitor(0), Monitor(false))
        let hang: @Sendable () -> Void = {
            stuck.locked { $0 += 1 }
            go.waiting { $0 ? () : nil }
        }
        for _ in 0..<2 {
            threads.run { if isKnownToBlock { threads.blocking(hang) } else { hang() } }
        }
        try await waitUntil("two that hang") { stuck.locked { $0 } == 2 }
        for _ in 0..<100 { threads.run { done.locked { $0 += 1 } } }
        try await waitUntil("a hundred by the third") { done.locked { $0 } == 100 }
        go.locked { $0 = true }
        go.wakeAll()
        threads.stop()
    }
}
