internal import Spool

/// The files a pickup has left where they are, so that each is reported once and not looked into
/// again until it changes.
struct LeftFiles {
    private struct Mark {
        var inode: UInt64
        var changed: Int64
        /// Two changes within one tick of the kernel's clock have the same time.
        var size: Int64
        /// The last scan that met it.
        var scan: Int
        /// Whether the obstacle may go although the file does not change.
        var mayPass = false

        func isOf(_ facts: FileFacts) -> Bool {
            inode == facts.inode && changed == facts.changed && size == facts.size
        }
    }

    /// What became of an attempt to remember a file.
    enum Answer: Hashable {
        case new
        /// It was left before, for what may have passed meanwhile.
        case known
        /// There is no room; the first time since there was.
        case full
        case stillFull
    }

    private let limit: Int
    private var marks: [CandidateKey: Mark] = [:]
    private var scan = 0
    private var toldFull = false

    init(limit: Int) { self.limit = limit }

    /// Whether a file was left, changed or not.
    func contains(_ key: CandidateKey) -> Bool { marks[key] != nil }

    /// Whether there is no use in looking at a file again; it counts as met.
    ///
    /// Forgets it when it has changed. What a disk or a permission was the obstacle to is looked at
    /// once in every scan.
    mutating func stillHolds(_ key: CandidateKey, _ facts: FileFacts?) -> Bool {
        guard let facts, let mark = marks[key], mark.isOf(facts) else {
            marks[key] = nil
            return false
        }
        marks[key]?.scan = scan
        return !mark.mayPass || mark.scan == scan
    }

    /// Remembers a file by name and inode.
    mutating func remember(
        _ key: CandidateKey,
        _ facts: FileFacts,
        _ obstacle: Obstacle
    ) -> Answer {
        if marks[key]?.isOf(facts) == true { return .known }
        guard marks.count < limit else {
            defer { toldFull = true }
            return toldFull ? .stillFull : .full
        }
        marks[key] = Mark(
            inode: facts.inode,
            changed: facts.changed,
            size: facts.size,
            scan: scan,
            mayPass: obstacle.mayPass
        )
        return .new
    }

    /// Remembers a folder that cannot be used; `false` when it was known.
    mutating func rememberFolder(_ key: CandidateKey) -> Bool {
        let isNew = marks[key] == nil
        if isNew && marks.count >= limit { return false }
        marks[key] = Mark(inode: 0, changed: 0, size: 0, scan: scan)
        return isNew
    }

    mutating func removeAll() {
        marks.removeAll()
        toldFull = false
    }

    mutating func beginScan() { scan += 1 }

    /// Forgets what the scan did not meet: it is gone.
    mutating func endScan() {
        marks = marks.filter { $0.key.place == .queue || $0.value.scan == scan }
        if marks.count < limit { toldFull = false }
    }
}

extension Obstacle {
    /// Whether it may go without a change to the file: the cause lies outside.
    fileprivate var mayPass: Bool {
        switch self {
        case .unreadable, .damaged, .immovable: true
        case .folder, .symbolicLink, .namedPipe, .socket, .device, .hardLink, .empty,
            .trailingNULs, .otherFileSystem, .unusableFolder, .foreignName, .unfinishedName,
            .unwatchedFolder:
            false
        }
    }
}

/// How often a file that is left may be reported: a writer who makes such files without end must not
/// be able to fill the log.
struct ReportAllowance {
    /// Reports at once, and after a while without any.
    static let burst = 100
    /// One more for each of these that passes.
    static let interval = Duration.seconds(1)

    private var available = burst
    private var counted: Duration?
    private var omitted = 0

    /// Whether there may be a report; one that may not be is counted.
    mutating func spend(at now: Duration) -> Bool {
        refill(at: now)
        guard available > 0 else {
            omitted += 1
            return false
        }
        available -= 1
        return true
    }

    /// How many reports were left out since the last time, once there may be one.
    mutating func takeOmitted(at now: Duration) -> Int? {
        refill(at: now)
        guard omitted > 0, available > 0 else { return nil }
        available -= 1
        defer { omitted = 0 }
        return omitted
    }

    private mutating func refill(at now: Duration) {
        let from = counted ?? now
        let intervals = Int((now - from) / Self.interval)
        available = min(Self.burst, available + intervals)
        counted = from + Self.interval * intervals
    }
}

/// Claimed files on their way to the engine: few reports, and none late.
struct ClaimBatch {
    private static let limit = 256
    private static let patience = Duration.milliseconds(10)

    private var files: [ClaimedFile] = []
    private var begun = Duration.zero

    /// Adds a file and returns whether the batch is due.
    mutating func add(_ file: ClaimedFile, at now: Duration) -> Bool {
        if files.isEmpty { begun = now }
        files.append(file)
        return files.count >= Self.limit || now - begun >= Self.patience
    }

    /// Hands the files over and begins anew.
    mutating func take() -> [ClaimedFile] {
        defer { files.removeAll(keepingCapacity: true) }
        return files
    }
}
