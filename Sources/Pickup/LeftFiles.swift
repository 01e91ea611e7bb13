internal import Spool

/// The files a pickup has left where they are, so that each is reported once and not looked into
/// again until it changes.
struct LeftFiles {
    private struct Mark {
        var inode: UInt64
        var changed: Int64
        /// The last scan that met it.
        var scan: Int
    }

    /// What became of an attempt to remember a file.
    enum Answer: Hashable {
        case new
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

    /// Whether the file is still the one that was left; it counts as met.
    mutating func stillHolds(_ key: CandidateKey, _ facts: FileFacts) -> Bool {
        guard let mark = marks[key], mark.inode == facts.inode, mark.changed == facts.changed else {
            return false
        }
        marks[key]?.scan = scan
        return true
    }

    /// Remembers a file by name and inode.
    mutating func remember(_ key: CandidateKey, _ facts: FileFacts) -> Answer {
        guard marks.count < limit else {
            defer { toldFull = true }
            return toldFull ? .stillFull : .full
        }
        marks[key] = Mark(inode: facts.inode, changed: facts.changed, scan: scan)
        return .new
    }

    /// Remembers a folder that cannot be used; `false` when it was known.
    mutating func rememberFolder(_ key: CandidateKey) -> Bool {
        let isNew = marks[key] == nil
        if isNew && marks.count >= limit { return false }
        marks[key] = Mark(inode: 0, changed: 0, scan: scan)
        return isNew
    }

    mutating func forget(_ key: CandidateKey) { marks[key] = nil }

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
