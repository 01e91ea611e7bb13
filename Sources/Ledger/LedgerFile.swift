internal import CLinux
internal import GRDB
internal import Glibc

/// The file of the ledger and how it is opened.
struct LedgerFile: Sendable {
    let path: String

    init(stateDirectory: String) { path = "\(stateDirectory)/ledger.sqlite" }

    /// What SQLite keeps beside it.
    private static let companions = ["", "-wal", "-shm", "-journal"]
    /// The most damaged ledgers that are kept: a sick disk must not fill itself with them.
    private static let keptDamaged = 3

    /// Which file the path names now; `nil` for none.
    var identity: LedgerIdentity? {
        var facts = stat()
        guard stat(path, &facts) == 0 else { return nil }
        return LedgerIdentity(device: UInt64(facts.st_dev), inode: UInt64(facts.st_ino))
    }

    /// Opens it for writing, made and brought up to date where needed; `patience` is in seconds.
    ///
    /// - Throws: ``LedgerError``.
    func openForWriting(patience: Double) throws -> DatabaseQueue {
        try create()
        var configuration = Configuration()
        configuration.label = "ledger"
        // A rollback that fails on a bad disk must end in an error, not in the end of the daemon.
        configuration.allowsUnsafeTransactions = true
        configuration.busyMode = .timeout(patience)
        configuration.prepareDatabase { database in
            // Only an empty file takes the first: it has no effect on another.
            try database.execute(
                sql: """
                    PRAGMA auto_vacuum = INCREMENTAL;
                    PRAGMA journal_mode = WAL;
                    PRAGMA synchronous = NORMAL;
                    PRAGMA cache_size = -8000;
                    PRAGMA journal_size_limit = 16000000;
                    """
            )
        }
        do {
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            try queue.inDatabase { try LedgerSchema.migrate($0, path: path) }
            return queue
        } catch {
            throw LedgerError(error, path: path)
        }
    }

    /// Opens it for reading.
    ///
    /// - Throws: ``LedgerError``.
    func openForReading() throws -> DatabaseQueue {
        guard access(path, F_OK) == 0 else {
            throw errno == ENOENT ? LedgerError.missing(path: path) : .denied(path: path)
        }
        var configuration = Configuration()
        configuration.label = "ledger reader"
        configuration.readonly = true
        configuration.busyMode = .timeout(1)
        configuration.prepareDatabase { database in
            database.add(function: LedgerCondition.function)
            try database.execute(sql: "PRAGMA cache_size = -8000")
        }
        do {
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            try queue.inDatabase { try LedgerSchema.check($0, path: path) }
            return queue
        } catch {
            throw LedgerError(error, path: path)
        }
    }

    /// Puts a damaged ledger aside, so that a new one can be made; returns where it lies.
    func setAside(at seconds: Int64) -> String? {
        let kept = damaged()
        if kept.count >= Self.keptDamaged {
            for suffix in Self.companions { unlink(path + suffix) }
            return nil
        }
        let target = "\(path).damaged-\(seconds)"
        for suffix in Self.companions { rename(path + suffix, target + suffix) }
        return target
    }

    private func damaged() -> [String] {
        var found = glob_t()
        defer { globfree(&found) }
        guard glob("\(path).damaged-*[0-9]", 0, nil, &found) == 0 else { return [] }
        return (0..<Int(found.gl_pathc)).compactMap { index in
            found.gl_pathv[index].map { String(cString: $0) }
        }
    }

    /// Makes an empty file that its group may read; what SQLite puts beside it gets the same mode.
    private func create() throws {
        let mode: UInt32 = 0o640
        let file = linux_open(AT_FDCWD, path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        switch -file {
        case EEXIST: return
        case EACCES, EPERM, EROFS: throw LedgerError.denied(path: path)
        case ENOSPC, EDQUOT: throw LedgerError.full(path: path)
        case 1...:
            throw LedgerError.other(path: path, reason: String(cString: linux_error_text(-file)))
        default:
            _ = linux_set_mode(file, mode)
            _ = linux_close(file)
        }
    }
}

/// Which file a path named when it was opened.
struct LedgerIdentity: Hashable, Sendable {
    let device: UInt64
    let inode: UInt64
}
