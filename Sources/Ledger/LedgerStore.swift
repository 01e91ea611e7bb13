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

    /// Opens a ledger that is there already: making one is the daemon's, which then fills it.
    ///
    /// - Throws: ``LedgerError``.
    package convenience init(joining stateDirectory: String, patience: Double) throws {
        let file = LedgerFile(stateDirectory: stateDirectory)
        if file.identity == nil { throw LedgerError.missing(path: file.path) }
        try self.init(stateDirectory: stateDirectory, patience: patience)
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
                if database.isInsideTransaction { try database.rollback() }
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

extension LedgerStore {
    /// Writes down messages that are not known yet, each with the events it is known by; returns how
    /// many.
    ///
    /// - Throws: ``LedgerError``.
    package func adopt(_ messages: [[MessageEvent]]) throws -> Int {
        try write { database in
            var batch = LedgerBatch(database)
            var count = 0
            for events in messages {
                guard let first = events.first, try !batch.knows(first.id) else { continue }
                for event in events { try batch.add(event) }
                count += 1
            }
            try batch.finish()
            return count
        }
    }
}
