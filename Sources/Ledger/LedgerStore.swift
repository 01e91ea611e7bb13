package import Delivery
internal import GRDB

/// The ledger, open for writing: by the daemon, or by a command beside it.
package final class LedgerStore: Sendable {
    let path: String
    let queue: DatabaseQueue
    /// The file that was opened: another may have taken its place.
    private let identity: LedgerIdentity?
    private let file: LedgerFile

    /// Opens the ledger of a state directory, and makes it where there is none.
    ///
    /// `patience` is how long each write waits for another process, in seconds.
    ///
    /// - Throws: ``LedgerError``.
    package init(stateDirectory: String, patience: Double = 0.2) throws {
        file = LedgerFile(stateDirectory: stateDirectory)
        path = file.path
        queue = try file.openForWriting(patience: patience)
        identity = file.identity
    }

    /// Whether the path still names the file that is open.
    var isInPlace: Bool { identity != nil && file.identity == identity }

    /// Writes events, all or none; their order is the order of what happened.
    ///
    /// - Throws: ``LedgerError``.
    package func append(_ events: [MessageEvent]) throws {
        try write { database in
            var batch = LedgerBatch(database)
            for event in events { try batch.add(event) }
            try batch.finish()
        }
    }

    /// Notes that events were lost between two instants, in microseconds since 1970.
    func noteGap(since: Int64, until: Int64, events: Int) throws {
        try write { database in
            try database.execute(
                sql: "INSERT INTO gap(since, until, events) VALUES (?, ?, ?)",
                arguments: [since, until, events]
            )
        }
    }

    /// Runs `body` in one transaction.
    ///
    /// - Throws: ``LedgerError``.
    func write<Result>(_ body: (Database) throws -> Result) throws -> Result {
        do {
            return try queue.inDatabase { database in
                var result: Result?
                try database.inTransaction(.immediate) {
                    result = try body(database)
                    return .commit
                }
                guard let result else { throw LedgerError.other(path: path, reason: "no result") }
                return result
            }
        } catch {
            throw LedgerError(error, path: path)
        }
    }
}
