internal import Delivery
internal import GRDB

/// How one page of messages is found.
///
/// What is common is found by looking at the newest messages, what is rare by an index: the newest
/// are looked at first, and only where they do not fill the page are candidates asked for. Too many
/// candidates mean that it is common after all, and then every message is looked at, newest first.
struct LedgerSearch {
    private let kinds: [String]
    private let frame: LedgerCondition
    private let words: LedgerCondition
    private let candidates: [LedgerCondition]

    /// How many of the newest messages are looked at before an index is asked.
    private static let window = 5000
    /// The most candidates that are sorted.
    private static let maximumCandidates = 10_000

    init(_ query: LedgerQuery, after cursor: LedgerCursor?) {
        kinds = query.kinds.map(\.rawValue)
        frame = .frame(of: query, after: cursor)
        words = .words(of: query)
        candidates = LedgerCondition.candidates(of: query)
    }

    /// The newest messages, at most so many.
    func run(_ database: Database, limit: Int) throws -> [LedgerMessage] {
        guard !words.isEmpty else { return try newest(database, limit: limit) }
        let window = try look(database, in: Self.window, limit: limit)
        if window.found.count >= limit || window.isAll { return window.found }
        guard !candidates.isEmpty else { return try look(database, in: nil, limit: limit).found }
        for candidate in candidates {
            let count = try Int.fetchOne(
                database,
                sql: "SELECT count(*) FROM (\(candidate.sql) LIMIT \(Self.maximumCandidates + 1))",
                arguments: candidate.arguments
            )
            if let count, count <= Self.maximumCandidates {
                return try fetch(database, among: candidate, limit: limit)
            }
        }
        return try look(database, in: nil, limit: limit).found
    }

    /// Without words an index has them in order; several kinds are as many lists to be merged.
    private func newest(_ database: Database, limit: Int) throws -> [LedgerMessage] {
        if kinds.isEmpty { return try fetch(database, among: nil, limit: limit) }
        var found: [LedgerMessage] = []
        for kind in Set(kinds) {
            let condition = frame + LedgerCondition("last = ?", [kind])
            found += try rows(
                database,
                "SELECT * FROM message WHERE \(condition.clause) "
                    + "ORDER BY last_at DESC, id DESC LIMIT \(limit)",
                condition.arguments
            )
        }
        found.sort { ($0.lastAt, $0.id) > ($1.lastAt, $1.id) }
        return Array(found.prefix(limit))
    }

    /// Looks at messages newest first, at so many of them or at all.
    private func look(
        _ database: Database,
        in window: Int?,
        limit: Int
    ) throws -> (found: [LedgerMessage], isAll: Bool) {
        let inner = """
            SELECT * FROM message WHERE \(framed.clause)
            ORDER BY last_at DESC, id DESC LIMIT \(window ?? -1)
            """
        let found = try rows(
            database,
            "SELECT * FROM (\(inner)) AS message WHERE \(words.clause) LIMIT \(limit)",
            framed.arguments + words.arguments
        )
        guard let window, found.count < limit else { return (found, window == nil) }
        let seen = try Int.fetchOne(
            database,
            sql: """
                SELECT count(*) FROM (SELECT 1 FROM message WHERE \(framed.clause)
                LIMIT \(window + 1))
                """,
            arguments: framed.arguments
        )
        return (found, seen ?? 0 <= window)
    }

    private func fetch(
        _ database: Database,
        among candidate: LedgerCondition?,
        limit: Int
    ) throws -> [LedgerMessage] {
        var condition = framed + words
        if let candidate {
            condition += LedgerCondition("number IN (\(candidate.sql))", candidate.arguments)
        }
        return try rows(
            database,
            "SELECT * FROM message WHERE \(condition.clause) "
                + "ORDER BY last_at DESC, id DESC LIMIT \(limit)",
            condition.arguments
        )
    }

    /// The frame with the kinds in it.
    private var framed: LedgerCondition {
        if kinds.isEmpty { return frame }
        let marks = kinds.map { _ in "?" }.joined(separator: ", ")
        return frame + LedgerCondition("last IN (\(marks))", StatementArguments(kinds))
    }

    private func rows(
        _ database: Database,
        _ sql: String,
        _ arguments: StatementArguments
    ) throws -> [LedgerMessage] {
        try Row.fetchAll(database, sql: sql, arguments: arguments).map { LedgerMessage($0) }
    }
}
