internal import Spool
internal import Glibc

/// What others want of a pickup's thread, collected until it has time.
struct PickupRequests: Sendable {
    /// How a file was noticed.
    enum Hint: Hashable, Sendable {
        /// It was created under this name.
        case created
        /// It was renamed to this name.
        case movedIn
        /// It was written, closed or given other rights.
        case touched
    }

    /// Entries to look at, by folder and name.
    var hints: [CandidateKey: Hint] = [:]
    /// Folders below the drop folder to scan.
    var folders: Set<[UInt8]> = []
    var wantsScan = false
    var isWoken = false
    var isStopped = false

    /// Beyond this many hints a scan is cheaper.
    static let maximumHints = 4096
    static let maximumFolders = 256

    var isEmpty: Bool {
        hints.isEmpty && folders.isEmpty && !wantsScan && !isWoken && !isStopped
    }

    /// Adds a hint; a later one replaces what it outdates.
    mutating func add(_ hint: Hint, for key: CandidateKey) {
        switch hint {
        case .created, .movedIn: hints[key] = hint
        case .touched: if hints[key] == nil { hints[key] = hint }
        }
        if hints.count > Self.maximumHints {
            hints.removeAll()
            wantsScan = true
        }
    }

    mutating func add(folder: [UInt8]) {
        folders.insert(folder)
        if folders.count > Self.maximumFolders {
            folders.removeAll()
            wantsScan = true
        }
    }
}

/// Names one file a pickup may claim.
struct CandidateKey: Hashable, Sendable {
    /// Where it lies.
    enum Place: Hashable, Sendable {
        /// In the drop folder (an empty path) or a folder below it.
        case drop([UInt8])
        /// In `queue/`, where a person put it.
        case queue
    }

    var place: Place
    var name: FileName
}

/// The requests behind a mutex, and the thread's way to sleep until there are some.
// @unchecked because all mutable state is guarded by `mutex`, a pthread mutex that Swift cannot see.
final class PickupInbox: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var requests = PickupRequests()
    private var hasStopped = false

    init() {
        mutex.initialize(to: pthread_mutex_t())
        changed.initialize(to: pthread_cond_t())
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        // Deadlines must not move with the time of day.
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(changed, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(changed)
        pthread_mutex_destroy(mutex)
        changed.deallocate()
        mutex.deallocate()
    }

    /// Adds to the requests and wakes the thread.
    func post(_ body: (inout PickupRequests) -> Void) {
        locked { body(&requests) }
        pthread_cond_signal(changed)
    }

    /// Whether the thread is to end; asked between two files of a long scan.
    var isStopped: Bool { locked { requests.isStopped || hasStopped } }

    /// Takes all requests.
    func take() -> PickupRequests {
        locked {
            defer { requests = PickupRequests() }
            hasStopped = hasStopped || requests.isStopped
            return requests
        }
    }

    /// Waits until there are requests or the monotonic clock shows a time.
    func wait(until deadline: Duration) {
        let (seconds, attoseconds) = deadline.components
        var time = timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
        locked {
            while requests.isEmpty {
                if pthread_cond_timedwait(changed, mutex, &time) == ETIMEDOUT { return }
            }
        }
    }

    private func locked<Result>(_ body: () -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body()
    }
}
