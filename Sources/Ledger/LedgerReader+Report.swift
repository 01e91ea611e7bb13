internal import GRDB

/// What a report adds up.
package struct LedgerSum: Hashable, Sendable {
    /// A pickup, a route, or the start of a day in microseconds since 1970.
    package var key: String
    package var claimed: Int
    package var sent: Int
    package var failed: Int
    package var deferred: Int
    package var held: Int
    package var uncertain: Int
    /// Accepted recipients.
    package var recipients: Int
    /// Octets of the sent messages.
    package var octets: Int64
    /// How long sending them took, all attempts that succeeded together.
    package var milliseconds: Int64
}

/// Messages that ended for one reason.
package struct LedgerFailure: Hashable, Sendable {
    package var reason: String
    /// The last reply, of one of them.
    package var reply: String?
    package var count: Int
    /// The latest of them, and when its last event was, in microseconds since 1970.
    package var id: String
    package var lastAt: Int64
}

/// What a report has a line for.
package enum LedgerGrouping: String, Hashable, Sendable, CaseIterable {
    case day, pickup, route

    fileprivate var column: String {
        switch self {
        case .day: "start / 86400000000 * 86400000000"
        case .pickup: "pickup"
        case .route: "route"
        }
    }
}

extension LedgerReader {
    /// What happened between two instants in microseconds since 1970, added up; days are of UTC.
    ///
    /// - Throws: ``LedgerError``.
    package func sums(
        by grouping: LedgerGrouping,
        from start: Int64,
        to end: Int64,
        pickup: String? = nil
    ) throws -> [LedgerSum] {
        let columns = [
            "claimed", "sent", "failed", "deferred", "held", "uncertain", "recipients", "octets",
            "milliseconds",
        ].map { "sum(\($0)) AS \($0)" }.joined(separator: ", ")
        return try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT CAST(\(grouping.column) AS TEXT) AS key, \(columns) FROM activity
                    WHERE start >= ?1 AND start < ?2 AND (?3 IS NULL OR pickup = ?3)
                    GROUP BY 1 ORDER BY 1
                    """,
                arguments: [ActivityKey.floor(start, to: ActivityKey.grain), end, pickup]
            ).map { LedgerSum($0) }
        }
    }

    /// Why messages failed or were held whose last event lies between two instants, the most common
    /// reason first; a hundred at most.
    ///
    /// - Throws: ``LedgerError``.
    package func failures(
        from start: Int64,
        to end: Int64,
        pickup: String? = nil
    ) throws -> [LedgerFailure] {
        try read { database in
            // SQLite takes the other columns from the row with the maximum.
            try Row.fetchAll(
                database,
                sql: """
                    SELECT coalesce(reason, '') AS reason, reply, count(*) AS count, id,
                    max(last_at) AS last_at FROM message
                    WHERE last IN ('failed', 'held') AND last_at >= ?1 AND last_at < ?2
                    AND (?3 IS NULL OR pickup = ?3)
                    GROUP BY 1 ORDER BY count DESC, last_at DESC LIMIT 100
                    """,
                arguments: [start, end, pickup]
            ).map { row in
                LedgerFailure(
                    reason: row["reason"],
                    reply: row["reply"],
                    count: row["count"],
                    id: row["id"],
                    lastAt: row["last_at"]
                )
            }
        }
    }

    /// How many events were lost since an instant in microseconds since 1970.
    ///
    /// - Throws: ``LedgerError``.
    package func lostEvents(since: Int64) throws -> Int {
        try read { database in
            try Int.fetchOne(
                database,
                sql: "SELECT sum(events) FROM gap WHERE until >= ?",
                arguments: [since]
            ) ?? 0
        }
    }
}

extension LedgerSum {
    fileprivate init(_ row: Row) {
        self.init(
            key: row["key"],
            claimed: row["claimed"],
            sent: row["sent"],
            failed: row["failed"],
            deferred: row["deferred"],
            held: row["held"],
            uncertain: row["uncertain"],
            recipients: row["recipients"],
            octets: row["octets"],
            milliseconds: row["milliseconds"]
        )
    }
}
