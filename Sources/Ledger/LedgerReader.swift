package import Delivery
internal import GRDB
internal import Synchronization

/// Reads the ledger of a state directory, beside the daemon that writes it or without one.
///
/// Opened at the first question, and again when another file has taken its place. Safe from any
/// thread; questions are answered one after the other.
package struct LedgerReader: Sendable {
    private let connection: LedgerConnection

    /// Creates a reader; nothing is opened yet.
    package init(stateDirectory: String) {
        connection = LedgerConnection(LedgerFile(stateDirectory: stateDirectory))
    }

    /// The most messages of one page.
    package static let maximumLimit = 10_000

    /// The messages that answer to a query, newest first.
    ///
    /// - Throws: ``LedgerError``.
    package func messages(
        _ query: LedgerQuery,
        after cursor: LedgerCursor? = nil,
        limit: Int
    ) throws -> LedgerPage {
        let limit = min(max(limit, 1), Self.maximumLimit)
        return try connection.read { database in
            var found = try LedgerSearch(query, after: cursor).run(database, limit: limit + 1)
            let isLast = found.count <= limit
            found = Array(found.prefix(limit))
            return LedgerPage(
                messages: found,
                next: isLast ? nil : found.last.map { LedgerCursor(lastAt: $0.lastAt, id: $0.id) }
            )
        }
    }

    /// The message of an id, or `nil`.
    ///
    /// - Throws: ``LedgerError``.
    package func message(_ id: String) throws -> LedgerMessage? {
        try connection.read { database in
            try Row.fetchOne(
                database,
                sql: "SELECT * FROM message WHERE id = ?",
                arguments: [id]
            ).map { LedgerMessage($0) }
        }
    }

    /// Everything that happened to a message, oldest first; empty for one that is not known.
    ///
    /// - Throws: ``LedgerError``.
    package func events(of id: String) throws -> [MessageEvent] {
        try connection.read { database in
            guard
                let row = try Row.fetchOne(
                    database,
                    sql: "SELECT * FROM message WHERE id = ?",
                    arguments: [id]
                )
            else { return [] }
            let message = LedgerMessage(row)
            let number: Int64 = row["number"]
            return try Row.fetchAll(
                database,
                sql: "SELECT * FROM event WHERE message = ? ORDER BY at, number LIMIT 10000",
                arguments: [number]
            ).compactMap { MessageEvent($0, of: message) }
        }
    }

    /// What happened in each span of time that begins between two instants and in which anything
    /// happened, oldest first; instants and the span are in microseconds.
    ///
    /// Time is kept in steps of five minutes: instants and spans are taken down to whole steps. A
    /// claim has no route yet, and counts for none.
    ///
    /// - Throws: ``LedgerError``.
    package func activity(
        from start: Int64,
        to end: Int64,
        span: Int64,
        pickup: String? = nil,
        route: String? = nil
    ) throws -> [LedgerActivity] {
        let grain = ActivityKey.grain
        let span = max(span / grain * grain, grain)
        let start = ActivityKey.floor(start, to: grain)
        return try connection.read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT ?1 + (start - ?1) / ?3 * ?3 AS span, sum(claimed) AS claimed,
                    sum(sent) AS sent, sum(failed) AS failed, sum(deferred) AS deferred
                    FROM activity WHERE start >= ?1 AND start < ?2
                    AND (?4 IS NULL OR pickup = ?4) AND (?5 IS NULL OR route = ?5)
                    GROUP BY 1 ORDER BY 1
                    """,
                arguments: [start, end, span, pickup, route]
            ).map { row in
                LedgerActivity(
                    start: row["span"],
                    claimed: row["claimed"],
                    sent: row["sent"],
                    failed: row["failed"],
                    deferred: row["deferred"]
                )
            }
        }
    }

    /// Runs `body` with the ledger open.
    ///
    /// - Throws: ``LedgerError``.
    func read<Result>(_ body: (Database) throws -> Result) throws -> Result {
        try connection.read(body)
    }
}

/// The connection that copies of a reader share.
private final class LedgerConnection: Sendable {
    private struct Open {
        let queue: DatabaseQueue
        let identity: LedgerIdentity?
    }

    private let file: LedgerFile
    private let open = Mutex<Open?>(nil)

    init(_ file: LedgerFile) { self.file = file }

    func read<Result>(_ body: (Database) throws -> Result) throws -> Result {
        let queue = try queue()
        do {
            return try queue.inDatabase { database in
                var result: Result?
                // One transaction: what several statements see is of one instant.
                try database.inTransaction(.deferred) {
                    result = try body(database)
                    return .commit
                }
                guard let result else {
                    throw LedgerError.other(path: file.path, reason: "no result")
                }
                return result
            }
        } catch {
            let error = LedgerError(error, path: file.path)
            // Whatever was wrong may be over when somebody asks again.
            if case .locked = error {} else { open.withLock { $0 = nil } }
            throw error
        }
    }

    private func queue() throws -> DatabaseQueue {
        try open.withLock { open in
            let identity = file.identity
            if let known = open, identity != nil, known.identity == identity { return known.queue }
            let queue = try file.openForReading()
            open = Open(queue: queue, identity: identity)
            return queue
        }
    }
}

extension MessageEvent {
    /// The event of a row; `nil` for a kind that a later version added.
    init?(_ row: Row, of message: LedgerMessage) {
        let word: String = row["kind"]
        guard let kind = Kind(rawValue: word) else { return nil }
        self.init(
            kind,
            at: row["at"],
            id: message.id,
            pickup: message.pickup,
            file: message.file
        )
        let recipients: String? = row["recipients"]
        self.recipients = recipients.map(RecipientText.decode) ?? []
        if kind == .sent, self.recipients.isEmpty { self.recipients = message.recipients }
        route = row["route"]
        if milliseconds != nil || route != nil {
            (sender, subject, messageID) = (message.sender, message.subject, message.messageID)
        }
        octets = row["octets"]
        reply = row["reply"]
        reason = row["reason"]
        advice = row["advice"]
        peer = row["peer"]
        session = row["session"]
        milliseconds = row["milliseconds"]
        actor = row["actor"]
    }
}
