internal import CLinux
internal import Glibc

/// The threads that make blocking file calls, so that no event loop ever does.
///
/// Sixteen by default: one thread syncs about 4,400 files a second, sixteen about 20,400, because
/// the file system groups their commits. Only as many as half the processors run at once, though;
/// another is woken when one of them is about to wait for the disk (``blocking(_:)``). A wake-up with
/// its two context switches costs more than the rename it is for, and a thread that is awake takes the
/// next piece of work for nothing. Where calls take long that should not, as on a network mount, one
/// more thread watches that nothing waits for them.
package final class SpoolThreads: Sendable {
    private struct Work {
        var pending: [@Sendable () -> Void] = []
        var head = 0
        /// What is to run a little later.
        var deferred: [@Sendable () -> Void] = []
        /// Threads that wait for `semaphore` and have not been woken.
        var idle = 0
        /// Threads that run and do not wait for the disk.
        var active = 0
        /// Whether a thread was woken that has not looked yet.
        var isWaking = false
        /// How many bodies were taken so far.
        var taken = 0
        /// Whether the watching thread is awake.
        var isWatched = false
        var isStopped = false
        var threads: [pthread_t] = []
    }

    private let work = Monitor(Work())
    private let wakeUps = Semaphore()
    private let watchStarts = Semaphore()
    private let processors: Int

    /// How long work may wait for threads that run before another is woken.
    private static let patienceMicroseconds: UInt32 = 5000

    /// Starts the threads.
    package init(count: Int = 16) {
        processors = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)) / 2)
        for _ in 0..<max(count, 1) { start { $0.serve() } }
        start { $0.watch() }
    }

    /// Runs `body` on one of the threads; bodies start in the order of the calls.
    ///
    /// After ``stop()`` the body is dropped.
    package func run(_ body: @escaping @Sendable () -> Void) { _ = accepts(body) }

    /// Runs `body` on one of the threads, or on the caller's after ``stop()``.
    package func runAnyway(_ body: @escaping @Sendable () -> Void) {
        if !accepts(body) { body() }
    }

    /// Runs `body` behind what waits already, as the last thing that the caller does, or on the
    /// caller's thread after ``stop()``.
    ///
    /// One of the threads wakes no other for it: it looks for work itself in a moment.
    package func runInTurn(_ body: @escaping @Sendable () -> Void) {
        guard isOwnThread else { return runAnyway(body) }
        work.locked { $0.pending.append(body) }
    }

    /// Runs `body` on one of the threads within some five milliseconds, or on the caller's after
    /// ``stop()``: for work that is cheaper when more has come together.
    package func runSoon(_ body: @escaping @Sendable () -> Void) {
        enum Answer { case refused, kept, watch }
        let answer: Answer = work.locked { work in
            if work.isStopped { return .refused }
            work.deferred.append(body)
            if work.isWatched { return .kept }
            work.isWatched = true
            return .watch
        }
        switch answer {
        case .watch: watchStarts.post()
        case .refused: body()
        case .kept: break
        }
    }

    private func accepts(_ body: @escaping @Sendable () -> Void) -> Bool {
        enum Answer { case refused, queued, wake, watch }
        let answer: Answer = work.locked { work in
            if work.isStopped { return .refused }
            work.pending.append(body)
            if self.mustWake(&work) { return .wake }
            if work.idle == 0 || work.isWatched { return .queued }
            work.isWatched = true
            return .watch
        }
        switch answer {
        case .wake: wakeUps.post()
        case .watch: watchStarts.post()
        case .queued, .refused: break
        }
        return answer != .refused
    }

    /// Runs a call that waits for the disk, and lets another thread work meanwhile.
    func blocking<Result>(_ call: () -> Result) -> Result {
        guard isOwnThread else { return call() }
        let mustWake = work.locked { work in
            work.active -= 1
            return self.mustWake(&work)
        }
        if mustWake { wakeUps.post() }
        defer { work.locked { $0.active += 1 } }
        return call()
    }

    private func mustWake(_ work: inout Work, beyondProcessors: Bool = false) -> Bool {
        guard work.idle > 0, !work.isWaking, work.head < work.pending.count,
            work.active < processors || beyondProcessors
        else { return false }
        work.idle -= 1
        work.isWaking = true
        return true
    }

    /// Finishes everything handed over so far, then ends the threads.
    ///
    /// Must not be called on one of the threads.
    package func stop() {
        let threads = work.locked { work in
            work.isStopped = true
            defer { work.threads = [] }
            return work.threads
        }
        for _ in threads { wakeUps.post() }
        watchStarts.post()
        for thread in threads { pthread_join(thread, nil) }
    }
}

extension SpoolThreads {
    private var isOwnThread: Bool {
        linux_thread_owner() == UnsafeRawPointer(Unmanaged.passUnretained(work).toOpaque())
    }

    private func start(_ body: @escaping @Sendable (SpoolThreads) -> Void) {
        let box = Unmanaged.passRetained(Start(threads: self, body: body))
        var thread = pthread_t()
        let failure = pthread_create(
            &thread,
            nil,
            { argument in
                guard let argument else { return nil }
                let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
                start.body(start.threads)
                return nil
            },
            box.toOpaque()
        )
        precondition(failure == 0, "the system refuses to start a thread: error \(failure)")
        work.locked { $0.threads.append(thread) }
    }

    private final class Start: Sendable {
        let threads: SpoolThreads
        let body: @Sendable (SpoolThreads) -> Void

        init(threads: SpoolThreads, body: @escaping @Sendable (SpoolThreads) -> Void) {
            self.threads = threads
            self.body = body
        }
    }

    /// Wakes one more thread whenever work has waited too long, for as long as any waits, and hands
    /// over what was to run a little later.
    private func watch() {
        enum Step { case wake, go, sleep, end }
        linux_name_thread("spool-watch")
        var expected = 0
        while true {
            let step: Step = work.locked { work in
                if work.isStopped { return .end }
                let isNew = self.admitDeferred(&work)
                let waiting = work.pending.count - work.head
                work.isWatched = waiting > 0
                if waiting == 0 { return .sleep }
                defer { expected = work.taken + waiting }
                let isLate = work.taken < expected
                guard isLate || isNew else { return .go }
                return mustWake(&work, beyondProcessors: isLate) ? .wake : .go
            }
            switch step {
            case .wake: wakeUps.post()
            case .go: break
            case .sleep: watchStarts.wait()
            case .end: return
            }
            usleep(Self.patienceMicroseconds)
        }
    }

    private func admitDeferred(_ work: inout Work) -> Bool {
        if work.deferred.isEmpty { return false }
        work.pending += work.deferred
        work.deferred = []
        return true
    }

    private func serve() {
        // A thread otherwise has the name of the one that happened to start it.
        linux_name_thread("spool")
        linux_set_thread_owner(Unmanaged.passUnretained(work).toOpaque())
        work.locked { $0.active += 1 }
        while true {
            switch work.locked({ next(&$0) }) {
            case .run(let body): body()
            case .sleep:
                wakeUps.wait()
                work.locked { work in
                    work.active += 1
                    work.isWaking = false
                }
            case .end: return
            }
        }
    }

    private enum Next {
        case run(@Sendable () -> Void)
        case sleep
        case end
    }

    private func next(_ work: inout Work) -> Next {
        if work.isStopped { _ = admitDeferred(&work) }
        guard work.head < work.pending.count else {
            work.active -= 1
            if work.isStopped { return .end }
            work.idle += 1
            return .sleep
        }
        let body = work.pending[work.head]
        work.head += 1
        work.taken += 1
        // Taking from the front of an array moves the rest: do it once in a while.
        if work.head == work.pending.count || work.head >= 1024 {
            work.pending.removeFirst(work.head)
            work.head = 0
        }
        return .run(body)
    }
}

/// A counting semaphore: one system call to wake and one to sleep, where a condition variable takes
/// its mutex as well and needs twice as many.
// @unchecked because sem_t is made to be shared, which the compiler cannot know.
private final class Semaphore: @unchecked Sendable {
    private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    init() {
        semaphore.initialize(to: sem_t())
        sem_init(semaphore, 0, 0)
    }

    deinit {
        sem_destroy(semaphore)
        semaphore.deallocate()
    }

    func post() { sem_post(semaphore) }

    func wait() {
        while sem_wait(semaphore) != 0 && errno == EINTR {}
    }
}
