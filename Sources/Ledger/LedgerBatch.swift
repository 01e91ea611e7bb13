internal import Delivery
internal import GRDB

/// Events on their way into one transaction: each message's row is read once and written once.
struct LedgerBatch {
    private let database: Database
    private var records: [String: LedgerRecord] = [:]
    private var activity: [ActivityKey: LedgerCounts] = [:]
    /// The order of the messages, so that their numbers follow what happened.
    private var order: [String] = []
    private var events: [MessageEvent] = []

    init(_ database: Database) { self.database = database }

    /// Takes one event.
    mutating func add(_ event: MessageEvent) throws {
        let id = LedgerRecord.bounded(event.id)
        if records[id] == nil { order.append(id) }
        let known = try records[id] ?? find(id)
        var record = known ?? LedgerRecord(event)
        // What Postchute noticed of an operator's move is the operator's event, in either order.
        if event.kind == .taken, event.actor == nil, try hasHand(record, event.at) { return }
        // An operator's action may be written down before the claim is, and what was found in the
        // folders too.
        if event.kind == .claimed, let known, event.at <= known.message.lastAt,
            try hasClaim(known)
        {
            return
        }
        for event in record.told(by: event) {
            record.apply(event)
            events.append(event)
            activity[ActivityKey(event), default: LedgerCounts()].count(event)
        }
        records[id] = record
    }

    /// Writes what was taken.
    mutating func finish() throws {
        for id in order {
            guard var record = records[id] else { continue }
            try write(&record)
            records[id] = record
        }
        for event in events { try write(event) }
        for (key, counts) in activity where counts != LedgerCounts() {
            try write(counts, key)
        }
    }

    /// Whether the ledger has a message.
    func knows(_ id: String) throws -> Bool {
        let id = LedgerRecord.bounded(id)
        return try records[id] != nil || find(id) != nil
    }

    private func find(_ id: String) throws -> LedgerRecord? {
        let statement = try database.cachedStatement(sql: "SELECT * FROM message WHERE id = ?")
        return try Row.fetchOne(statement, arguments: [id]).map { LedgerRecord($0) }
    }

    /// Whether an operator did to the message what was just noticed.
    private func hasHand(_ record: LedgerRecord, _ instant: Int64) throws -> Bool {
        let since = instant - Self.noticeMicroseconds
        if events.contains(where: { $0.id == record.message.id && $0.isByHand && $0.at >= since }) {
            return true
        }
        guard let number = record.number else { return false }
        let statement = try database.cachedStatement(
            sql: "SELECT 1 FROM event WHERE message = ? AND actor IS NOT NULL AND at >= ?"
        )
        return try Row.fetchOne(statement, arguments: [number, since]) != nil
    }

    /// Whether the claim of a message is known.
    private func hasClaim(_ record: LedgerRecord) throws -> Bool {
        if events.contains(where: { $0.id == record.message.id && $0.kind == .claimed }) {
            return true
        }
        guard let number = record.number else { return false }
        let statement = try database.cachedStatement(
            sql: "SELECT 1 FROM event WHERE message = ? AND kind = 'claimed'"
        )
        return try Row.fetchOne(statement, arguments: [number]) != nil
    }

    /// How long after a move the daemon may notice it: a scan comes every 30 seconds.
    private static let noticeMicroseconds: Int64 = 90_000_000

    /// How much later than the move itself its event may be dated.
    private static let moveMicroseconds: Int64 = 2_000_000

    private func write(_ record: inout LedgerRecord) throws {
        let message = record.message
        let values: StatementArguments = [
            message.id, message.pickup, message.file, message.last, message.route,
            message.sender, RecipientText.encode(message.recipients), message.subject,
            message.messageID, message.octets, message.reply, message.reason,
            message.attempts, message.firstAt, message.lastAt,
        ]
        if let number = record.number {
            try database.cachedStatement(sql: Self.update).execute(arguments: values + [number])
        } else {
            try database.cachedStatement(sql: Self.insert).execute(arguments: values)
            record.number = database.lastInsertedRowID
        }
        try index(&record)
    }

    private func index(_ record: inout LedgerRecord) throws {
        guard let number = record.number else { return }
        let text = record.searchText
        if text != record.indexed {
            if let old = record.indexed { try Self.unindex(old, number, database) }
            try database.cachedStatement(sql: "INSERT INTO search(rowid, text) VALUES (?, ?)")
                .execute(arguments: [number, text])
            record.indexed = text
        }
        let addresses = record.currentAddresses
        for address in addresses.subtracting(record.addresses) {
            try database.cachedStatement(
                sql: "INSERT OR IGNORE INTO address(address, message) VALUES (?, ?)"
            ).execute(arguments: [address, number])
        }
        record.addresses.formUnion(addresses)
    }

    /// Takes a message out of the search; the text has to be the one that was put in.
    static func unindex(_ text: String, _ number: Int64, _ database: Database) throws {
        try database.cachedStatement(
            sql: "INSERT INTO search(search, rowid, text) VALUES ('delete', ?, ?)"
        ).execute(arguments: [number, text])
    }

    private func write(_ event: MessageEvent) throws {
        guard let number = records[LedgerRecord.bounded(event.id)]?.number else { return }
        if event.isByHand {
            try database.cachedStatement(
                sql: """
                    DELETE FROM event WHERE message = ? AND kind = 'taken' AND actor IS NULL
                    AND at >= ?
                    """
            ).execute(arguments: [number, event.at - Self.noticeMicroseconds])
            // The daemon may have tried the message again, and told of a hand without a name, before
            // the command wrote down whose hand it was.
            try database.cachedStatement(
                sql: """
                    DELETE FROM event WHERE message = ? AND kind = ? AND actor IS NULL
                    AND at BETWEEN ? AND ?
                    """
            ).execute(arguments: [
                number, event.kind.rawValue, event.at - Self.moveMicroseconds,
                event.at + Self.noticeMicroseconds,
            ])
        }
        // What a sent message's recipients got stands in its row for good.
        let recipients =
            event.recipients.isEmpty || event.kind == .sent
            ? nil : RecipientText.encode(event.recipients)
        try database.cachedStatement(sql: Self.insertEvent).execute(arguments: [
            number, event.at, event.kind.rawValue, event.route, recipients, event.octets,
            event.reply.map(LedgerRecord.bounded), event.reason.map(LedgerRecord.bounded),
            event.advice.map(LedgerRecord.bounded), event.peer.map(LedgerRecord.bounded),
            event.session.map(LedgerRecord.bounded), event.milliseconds,
            event.actor.map(LedgerRecord.bounded),
        ])
    }

    private func write(_ counts: LedgerCounts, _ key: ActivityKey) throws {
        try database.cachedStatement(sql: Self.count).execute(
            arguments: [key.start, key.pickup, key.route] + StatementArguments(counts.columns)
        )
    }

    static let insert = """
        INSERT INTO message(id, pickup, file, last, route, sender, recipients, subject, message_id,
        octets, reply, reason, attempts, first_at, last_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """
    private static let update = """
        UPDATE message SET id = ?, pickup = ?, file = ?, last = ?, route = ?, sender = ?,
        recipients = ?, subject = ?, message_id = ?, octets = ?, reply = ?, reason = ?,
        attempts = ?, first_at = ?, last_at = ? WHERE number = ?
        """
    private static let insertEvent = """
        INSERT INTO event(message, at, kind, route, recipients, octets, reply, reason, advice, peer,
        session, milliseconds, actor) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """
    private static let count = """
        INSERT INTO activity(start, pickup, route, claimed, sent, failed, deferred, held, uncertain,
        recipients, octets, milliseconds) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT(start, pickup, route) DO UPDATE SET
        claimed = claimed + excluded.claimed, sent = sent + excluded.sent,
        failed = failed + excluded.failed, deferred = deferred + excluded.deferred,
        held = held + excluded.held, uncertain = uncertain + excluded.uncertain,
        recipients = recipients + excluded.recipients, octets = octets + excluded.octets,
        milliseconds = milliseconds + excluded.milliseconds
        """
}

extension MessageEvent {
    /// Whether somebody did it whose name is known.
    fileprivate var isByHand: Bool { actor != nil }
}
