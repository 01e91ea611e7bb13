internal import Glibc

/// The threads that make blocking file calls, so that no event loop ever does.
///
/// Sixteen by default: one thread syncs about 4,400 files a second, sixteen about 20,400, because
/// the file system groups their commits.
package final class SpoolThreads: Sendable {
    private struct Work {
        var pending: [@Sendable () -> Void] = []
        var head = 0
        var isStopped = false
        var threads: [pthread_t] = []
    }

    private let work = Monitor(Work())

    /// Starts the threads.
    package init(count: Int = 16) {
        for _ in 0..<max(count, 1) { start() }
    }

    /// Runs `body` on one of the threads; bodies start in the order of the calls.
    ///
    /// After ``stop()`` the body is dropped.
    package func run(_ body: @escaping @Sendable () -> Void) {
        work.locked { work in
            if !work.isStopped { work.pending.append(body) }
        }
        work.wakeOne()
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
        work.wakeAll()
        for thread in threads { pthread_join(thread, nil) }
    }

    private func start() {
        let box = Unmanaged.passRetained(work)
        var thread = pthread_t()
        let failure = pthread_create(
            &thread,
            nil,
            { argument in
                guard let argument else { return nil }
                let work = Unmanaged<Monitor<Work>>.fromOpaque(argument).takeRetainedValue()
                SpoolThreads.serve(work)
                return nil
            },
            box.toOpaque()
        )
        precondition(failure == 0, "the system refuses to start a thread: error \(failure)")
        work.locked { $0.threads.append(thread) }
    }

    private static func serve(_ work: Monitor<Work>) {
        while let body = work.waiting({ next(&$0) }) { body() }
    }

    /// The next body, `.some(nil)` when the thread must end, or `nil` to wait.
    private static func next(_ work: inout Work) -> (@Sendable () -> Void)?? {
        guard work.head < work.pending.count else { return work.isStopped ? .some(nil) : nil }
        let body = work.pending[work.head]
        work.head += 1
        // Taking from the front of an array moves the rest: do it once in a while.
        if work.head == work.pending.count || work.head >= 1024 {
            work.pending.removeFirst(work.head)
            work.head = 0
        }
        return body
    }
}
