internal import CLinux
import Glibc

/// The bounded buffer between the callers and the thread that writes.
// @unchecked because all mutable state is guarded by `mutex`, a pthread mutex that Swift cannot see.
final class LogWriter: @unchecked Sendable {
    private struct Entry {
        var line: LogLine
        var time: LogTime
    }

    private let descriptor: Int32
    private var style: LogStyle
    private let capacity: Int
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var waiting: [Entry] = []
    private var lost = 0
    private var isWriting = false
    /// Whether the thread waits for lines and has not been woken.
    private var isIdle = false
    private var flushers = 0
    private var isStopping = false
    /// Who asked whether the thread answers.
    private var callers: [@Sendable () -> Void] = []

    /// Starts the thread; it ends after ``stop()`` and holds this object until then.
    init(descriptor: Int32, style: LogStyle, capacity: Int) {
        self.descriptor = descriptor
        self.style = style
        self.capacity = max(1, capacity)
        mutex.initialize(to: pthread_mutex_t())
        pthread_mutex_init(mutex, nil)
        changed.initialize(to: pthread_cond_t())
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        // A step of the wall clock must not lengthen the limit of `flush`.
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(changed, &attributes)
        pthread_condattr_destroy(&attributes)
        startThread()
    }

    deinit {
        pthread_cond_destroy(changed)
        changed.deallocate()
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    /// Takes one line, or counts it as lost when the buffer is full.
    func enqueue(_ line: LogLine) {
        let entry = Entry(line: line, time: .now())
        withLock {
            guard !isStopping else { return }
            guard waiting.count < capacity else {
                lost += 1
                return
            }
            waiting.append(entry)
            guard isIdle else { return }
            isIdle = false
            pthread_cond_broadcast(changed)
        }
    }

    /// Writes in another style from now on.
    func adjust(_ style: LogStyle) { withLock { self.style = style } }

    /// Calls back on the thread, after the lines that wait; never once it has ended.
    func whenAnswering(_ completion: @escaping @Sendable () -> Void) {
        withLock {
            callers.append(completion)
            guard isIdle else { return }
            isIdle = false
            pthread_cond_broadcast(changed)
        }
    }

    /// Waits until nothing waits and nothing is being written, or the limit has passed.
    func flush(limitSeconds: Int) {
        var limit = timespec()
        clock_gettime(CLOCK_MONOTONIC, &limit)
        limit.tv_sec += limitSeconds
        withLock {
            flushers += 1
            defer { flushers -= 1 }
            while !waiting.isEmpty || lost > 0 || isWriting {
                if pthread_cond_timedwait(changed, mutex, &limit) != 0 { return }
            }
        }
    }

    /// Lets the thread write what waits and end; returns at once.
    func stop() {
        withLock {
            isStopping = true
            pthread_cond_broadcast(changed)
        }
    }

    private func withLock<Result>(_ body: () -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body()
    }
}

extension LogWriter {
    private func startThread() {
        let context = Unmanaged.passRetained(self)
        let result = linux_start_thread(
            "log",
            256 * 1024,
            { context in
                guard let context else { return }
                Unmanaged<LogWriter>.fromOpaque(context).takeRetainedValue().run()
            },
            context.toOpaque()
        )
        // Without a thread there is nobody to write: better no log than a daemon that ends for it.
        if result < 0 {
            context.release()
            isStopping = true
        }
    }

    /// Lines to be written together.
    private struct Batch {
        var text = ""
        var lines = 0
        /// Whether a part of it was written, which ends within a line.
        var endsInside = false
    }

    private func run() {
        var refused = Batch()
        while let batch = nextBatch(after: refused) {
            let written = writeFully(Array(batch.text.utf8))
            let isWhole = written == batch.text.utf8.count
            refused = isWhole ? Batch() : Batch(lines: batch.lines, endsInside: written > 0)
            let (isHurried, callers) = withLock {
                isWriting = false
                if flushers > 0 { pthread_cond_broadcast(changed) }
                defer { self.callers = [] }
                return (flushers > 0 || isStopping, self.callers)
            }
            for caller in callers { caller() }
            if !isHurried { usleep(Self.pauseMicroseconds) }
        }
    }

    /// Between two writes, so that a busy daemon wakes this thread once for many lines.
    private static let pauseMicroseconds: UInt32 = 1000

    /// Waits for lines and takes all of them, or returns `nil` when it is time to end.
    ///
    /// What was refused before, as by a full disk, is counted as lost.
    private func nextBatch(after refused: Batch) -> Batch? {
        var isEnd = false
        let (entries, lost, style): ([Entry], Int, LogStyle) = withLock {
            while waiting.isEmpty && self.lost == 0 && callers.isEmpty && !isStopping {
                isIdle = true
                pthread_cond_wait(changed, mutex)
            }
            isIdle = false
            defer {
                waiting.removeAll(keepingCapacity: waiting.count < 1024)
                self.lost = 0
            }
            isWriting = !waiting.isEmpty || self.lost > 0
            isEnd = waiting.isEmpty && self.lost == 0 && isStopping
            return (waiting, self.lost, self.style)
        }
        if isEnd { return nil }
        var text = refused.endsInside ? "\n" : ""
        for entry in entries { text += style.render(entry.line, at: entry.time) }
        let missing = lost + refused.lines
        if missing > 0 {
            let line = LogLine(.warning, "log-lines-lost").adding("count", missing)
            text += style.render(line, at: .now())
        }
        return Batch(text: text, lines: entries.count + missing)
    }

    /// Writes the octets until the descriptor refuses for good, and returns how many it took.
    private func writeFully(_ octets: [UInt8]) -> Int {
        octets.withUnsafeBytes { octets in
            var rest = octets[...]
            while !rest.isEmpty {
                let written = Glibc.write(
                    descriptor,
                    UnsafeRawBufferPointer(rebasing: rest).baseAddress,
                    rest.count
                )
                if written > 0 {
                    rest = rest.dropFirst(written)
                } else if errno == EAGAIN {
                    // Somebody made the shared terminal or pipe non-blocking.
                    var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    poll(&wait, 1, -1)
                } else if errno != EINTR {
                    break
                }
            }
            return octets.count - rest.count
        }
    }
}
