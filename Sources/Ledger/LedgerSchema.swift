internal import GRDB

/// The tables of the ledger and the steps that made them.
///
/// `PRAGMA user_version` is a hundred times the form's number plus the steps taken. Steps only add:
/// a version of Postchute from before a step reads and writes the file all the same, so that going
/// back works. What takes something away would begin a new form, which earlier versions leave alone.
enum LedgerSchema {
    /// The form this version knows.
    static let form = 1

    /// What each step adds; never changed, only appended to.
    private static let steps = [first]

    /// Takes the steps that a file lacks.
    ///
    /// - Throws: ``LedgerError/newer(path:)`` for a form that is not known.
    static func migrate(_ database: Database, path: String) throws {
        let version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        let (form, taken) = version.quotientAndRemainder(dividingBy: 100)
        guard form <= Self.form else { throw LedgerError.newer(path: path) }
        guard taken < steps.count else { return }
        try database.inTransaction(.immediate) {
            for step in steps[taken...] { try database.execute(sql: step) }
            try database.execute(sql: "PRAGMA user_version = \(Self.form * 100 + steps.count)")
            return .commit
        }
    }

    /// Looks whether the file can be read by this version.
    static func check(_ database: Database, path: String) throws {
        let version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        if version / 100 > form { throw LedgerError.newer(path: path) }
        if version == 0 { throw LedgerError.missing(path: path) }
    }

    // `search` holds only which three letters a message has: what it finds is looked at again. Its
    // text is not kept twice, so whoever changes a message tells it the old text and the new.
    private static let first = """
        CREATE TABLE message(
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            pickup TEXT NOT NULL,
            file TEXT NOT NULL,
            last TEXT NOT NULL,
            route TEXT,
            sender TEXT,
            recipients TEXT NOT NULL,
            subject TEXT,
            message_id TEXT,
            octets INTEGER,
            reply TEXT,
            reason TEXT,
            attempts INTEGER NOT NULL,
            first_at INTEGER NOT NULL,
            last_at INTEGER NOT NULL
        );
        CREATE INDEX message_by_time ON message(last_at, id);
        CREATE INDEX message_by_last ON message(last, last_at);
        CREATE INDEX message_by_pickup ON message(pickup, last_at);
        CREATE INDEX message_by_route ON message(route, last_at);
        CREATE TABLE event(
            number INTEGER PRIMARY KEY,
            message INTEGER NOT NULL,
            at INTEGER NOT NULL,
            kind TEXT NOT NULL,
            route TEXT,
            recipients TEXT,
            octets INTEGER,
            reply TEXT,
            reason TEXT,
            advice TEXT,
            peer TEXT,
            session TEXT,
            milliseconds INTEGER,
            actor TEXT
        );
        CREATE INDEX event_by_message ON event(message);
        CREATE TABLE address(
            address TEXT NOT NULL,
            message INTEGER NOT NULL,
            PRIMARY KEY(address, message)
        ) WITHOUT ROWID;
        CREATE VIRTUAL TABLE search USING fts5(
            text, content='', columnsize=0, detail=none, tokenize='trigram'
        );
        CREATE TABLE activity(
            start INTEGER NOT NULL,
            pickup TEXT NOT NULL,
            route TEXT NOT NULL,
            claimed INTEGER NOT NULL DEFAULT 0,
            sent INTEGER NOT NULL DEFAULT 0,
            failed INTEGER NOT NULL DEFAULT 0,
            deferred INTEGER NOT NULL DEFAULT 0,
            held INTEGER NOT NULL DEFAULT 0,
            uncertain INTEGER NOT NULL DEFAULT 0,
            recipients INTEGER NOT NULL DEFAULT 0,
            octets INTEGER NOT NULL DEFAULT 0,
            milliseconds INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY(start, pickup, route)
        ) WITHOUT ROWID;
        CREATE TABLE gap(since INTEGER NOT NULL, until INTEGER NOT NULL, events INTEGER NOT NULL);
        """
}
