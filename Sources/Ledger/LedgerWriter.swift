internal import CLinux
package import Delivery
internal import Dispatch
internal import Glibc
internal import Synchronization

/// Keeps the ledger of a running daemon: takes every event at once and writes it from a thread of its
/// own, some hundred together.
///
/// Mail never waits for it: what cannot be written yet is kept up to a bound, beyond it only counted.
package final class LedgerWriter: MessageWitness {
    /// What the writer has to say, each thing once.
    package enum Notice: Hashable, Sendable {
        /// The ledger cannot be written; it is tried again.
        case trouble(LedgerError)
        /// It can be written again.
        case recovered
        /// A damaged ledger was put aside, or removed where too many lie there already.
        case setAside(String?, LedgerError)
        /// A new ledger was begun, which knows nothing of what lies in the folders.
        case begun
        /// So many events were lost between two instants, in microseconds since 1970.
        case lost(Int, since: Int64, until: Int64)
    }

    /// How long messages are remembered.
    private struct Keeping {
        /// In microseconds after a message's last event; `nil` for ever.
        var span: Int64?
        /// Whether that is another span than when the old was last looked for.
        var isNew = false
    }

    private struct Box {
        var events: [MessageEvent] = []
        /// Events that the thread has taken and not written yet.
        var taken = 0
        var lost: (count: Int, since: Int64, until: Int64)?
        var isIdle = true
        var isStopping = false
        var hasEnded = false
        var flushers: [DispatchSemaphore] = []
    }

    let file: LedgerFile
    let stateDirectory: String
    private let keeping: Mutex<Keeping>
    let now: @Sendable () -> Int64
    let tell: @Sendable (Notice) -> Void
    private let capacity: Int
    private let box = Mutex(Box())
    private let wakeUp = DispatchSemaphore(value: 0)
    /// Signalled when the thread has closed the ledger.
    private let ended = DispatchSemaphore(value: 0)
    /// How long a stop waits for that, in seconds.
    private static let closing = 2.0
    private let current = Mutex<LedgerError?>(nil)

    /// The most events of one transaction.
    static let batch = 1000
    /// How long events are collected before they are written.
    private static let pause = DispatchTimeInterval.milliseconds(250)

    /// Creates a writer, which keeps what it is told until it is started.
    ///
    /// `keep` is how long a message is remembered after its last event, in microseconds; `now` gives
    /// microseconds since 1970; `tell` is called on the thread.
    package init(
        stateDirectory: String,
        keep: Int64?,
        capacity: Int = 100_000,
        now: @escaping @Sendable () -> Int64,
        tell: @escaping @Sendable (Notice) -> Void
    ) {
        self.stateDirectory = stateDirectory
        file = LedgerFile(stateDirectory: stateDirectory)
        keeping = Mutex(Keeping(span: keep))
        (self.capacity, self.now, self.tell) = (capacity, now, tell)
    }

    /// Why the ledger is not written to; `nil` while it is.
    package var trouble: LedgerError? { current.withLock { $0 } }

    /// Remembers messages for another time from now on; what is older is forgotten soon.
    package func adjust(keep: Int64?) {
        let isNew = keeping.withLock { keeping in
            guard keeping.span != keep else { return false }
            keeping = Keeping(span: keep, isNew: true)
            return true
        }
        if isNew { wakeUp.signal() }
    }

    package func note(_ event: MessageEvent) {
        let mustWake = box.withLock { box in
            if box.hasEnded { return false }
            guard box.events.count + box.taken < capacity else {
                box.lost = (
                    (box.lost?.count ?? 0) + 1, box.lost?.since ?? event.at, event.at
                )
                return false
            }
            box.events.append(event)
            defer { box.isIdle = false }
            return box.isIdle
        }
        if mustWake { wakeUp.signal() }
    }

    /// Waits until what was noted is written, `seconds` at most; returns whether it is.
    package func flush(seconds: Double) -> Bool {
        let done = DispatchSemaphore(value: 0)
        box.withLock { $0.flushers.append(done) }
        wakeUp.signal()
        return done.wait(timeout: .now() + seconds) == .success
    }

    /// Writes what is left and ends the thread, within `seconds`; what is noted later is dropped.
    package func stop(seconds: Double = 10) {
        _ = flush(seconds: seconds)
        box.withLock { $0.isStopping = true }
        wakeUp.signal()
        // A ledger that is closed is one file.
        _ = ended.wait(timeout: .now() + Self.closing)
    }
}

extension LedgerWriter {
    /// Starts the thread, once.
    package func start() {
        let context = Unmanaged.passRetained(self)
        let result = linux_start_thread(
            "ledger",
            0,
            { context in
                guard let context else { return }
                Unmanaged<LedgerWriter>.fromOpaque(context).takeRetainedValue().run()
            },
            context.toOpaque()
        )
        guard result < 0 else { return }
        context.release()
        box.withLock { $0.hasEnded = true }
        current.withLock {
            $0 = .other(path: file.path, reason: String(cString: linux_error_text(-result)))
        }
    }

    private func run() {
        var work = LedgerWork(self)
        // Who asks before the first message finds a ledger, and a damaged one is filled anew at once.
        work.step()
        while true {
            _ = wakeUp.wait(timeout: .now() + work.patience)
            let isUrgent = box.withLock { $0.isStopping || !$0.flushers.isEmpty }
            // A wake-up meanwhile is somebody who waits or the end.
            if !isUrgent { _ = wakeUp.wait(timeout: .now() + Self.pause) }
            work.step()
            if box.withLock({ $0.isStopping }) { break }
        }
        box.withLock { box in
            box.hasEnded = true
            box.events = []
        }
        work.close()
        ended.signal()
    }

    /// Takes the events that wait, in their order, and who waits for them.
    func take() -> LedgerHaul {
        box.withLock { box in
            defer {
                box.taken += box.events.count
                (box.events, box.flushers, box.lost) = ([], [], nil)
                box.isIdle = true
            }
            return LedgerHaul(events: box.events, flushers: box.flushers, lost: box.lost)
        }
    }

    /// How long a message is remembered after its last event, in microseconds, `nil` for ever; and
    /// whether that is new since the last call.
    func takeKeeping() -> (span: Int64?, isNew: Bool) {
        keeping.withLock { keeping in
            defer { keeping.isNew = false }
            return (keeping.span, keeping.isNew)
        }
    }

    /// Notes that events which were taken are written.
    func wrote(_ count: Int) { box.withLock { $0.taken -= count } }

    /// Notes whether the ledger can be written, and says so when that changes.
    func note(_ error: LedgerError?) {
        let previous = current.withLock { current in
            defer { current = error }
            return current
        }
        if let error {
            if error != previous { tell(.trouble(error)) }
        } else if previous != nil {
            tell(.recovered)
        }
    }
}

/// What the thread takes at once.
struct LedgerHaul {
    var events: [MessageEvent]
    var flushers: [DispatchSemaphore]
    var lost: (count: Int, since: Int64, until: Int64)?
}
