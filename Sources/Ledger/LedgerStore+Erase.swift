internal import Delivery
internal import GRDB

extension LedgerStore {
    /// What stands for an address, and for everything else of its messages, that was erased.
    package static let erased = "erased"

    /// Messages that are changed in one transaction, so that the daemon's next batch finds its turn.
    private static let batch = 200
    /// Rows that are looked through at once.
    private static let stride: Int64 = 5000
    /// Pages of the index that are merged in one transaction.
    private static let mergedPages = 500

    /// Takes an address out of the ledger; returns in how many messages it stood.
    ///
    /// The messages stay, so that counts stay true: their file name, subject and Message-ID go, which
    /// may tell of the person, and so does every text that quotes the address. Messages of others lose
    /// only what quotes it. Works beside the daemon, and again after it was cut off.
    ///
    /// - Throws: ``LedgerError``; what was done until then stays done.
    package func erase(matching address: String) throws -> Int {
        let address = address.lowercased()
        var count = 0
        try protect { try $0.execute(sql: "PRAGMA secure_delete = ON") }
        while true {
            let erased = try write { try eraseSome(address, $0) }
            if erased == 0 { break }
            count += erased
        }
        let quoting = try quoting(address)
        for start in Swift.stride(from: 0, to: quoting.count, by: Self.batch) {
            let part = quoting[start..<min(start + Self.batch, quoting.count)]
            try write { database in
                for number in part { try erase(address, quotedBy: number, database) }
            }
        }
        // Also when nothing was found: whoever was cut off before this had erased everything else.
        try forgetDeleted()
        return count + quoting.count
    }

    /// What was deleted is only marked in the index until its parts are merged, and the log may hold
    /// pages from before.
    private func forgetDeleted() throws {
        var pages = -Self.mergedPages
        while true {
            let changed = try write { database in
                let before = database.totalChangesCount
                try database.execute(
                    sql: "INSERT INTO search(search, rank) VALUES ('merge', ?)",
                    arguments: [pages]
                )
                return database.totalChangesCount - before
            }
            // The command is a change itself (https://sqlite.org/fts5.html#the_merge_command).
            if changed < 2 { break }
            pages = Self.mergedPages
        }
        try protect { database in
            let isBusy = try Int.fetchOne(database, sql: "PRAGMA wal_checkpoint(TRUNCATE)") != 0
            if isBusy { throw LedgerError.locked(path: path) }
        }
    }

    /// How many messages the ledger has of an address, or that quote it.
    ///
    /// - Throws: ``LedgerError``.
    package func count(matching address: String) throws -> Int {
        let address = address.lowercased()
        let own = try write { database in
            try Int64.fetchSet(
                database,
                sql: "SELECT message FROM address WHERE address = ?",
                arguments: [address]
            )
        }
        return try own.union(quoting(address)).count
    }

    /// The messages with a text, their own or of an event, in which an address stands.
    private func quoting(_ address: String) throws -> [Int64] {
        var numbers: Set<Int64> = []
        let columns = [
            "message": [
                "file", "sender", "recipients", "subject", "message_id", "reply", "reason",
            ],
            "event": ["recipients", "reply", "reason", "advice"],
        ]
        for (table, names) in columns {
            let condition = names.map { "instr(lower(\($0)), ?1)" }.joined(separator: " OR ")
            let key = table == "event" ? "message" : "number"
            var last: Int64 = 0
            while let end = try end(of: table, after: last) {
                try protect { database in
                    numbers.formUnion(
                        try Int64.fetchAll(
                            database,
                            sql: """
                                SELECT \(key) FROM \(table)
                                WHERE number > ?2 AND number <= ?3 AND (\(condition))
                                """,
                            arguments: [address, last, end]
                        )
                    )
                }
                last = end
            }
        }
        return numbers.sorted()
    }

    /// The last of the rows of a table that are looked through next; `nil` where there are none.
    private func end(of table: String, after last: Int64) throws -> Int64? {
        var end: Int64?
        try protect { database in
            end = try Int64.fetchOne(
                database,
                sql: """
                    SELECT max(number) FROM
                    (SELECT number FROM \(table) WHERE number > ? ORDER BY number LIMIT ?)
                    """,
                arguments: [last, Self.stride]
            )
        }
        return end
    }

    private func protect(_ body: (Database) throws -> Void) throws {
        do {
            try queue.inDatabase(body)
        } catch {
            throw LedgerError(error, path: path)
        }
    }

    /// Takes an address out of some of its messages; returns of how many.
    func eraseSome(_ address: String, _ database: Database) throws -> Int {
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT message.* FROM address JOIN message ON number = address.message
                WHERE address = ? LIMIT \(Self.batch)
                """,
            arguments: [address]
        )
        for row in rows { try erase(address, LedgerRecord(row), database) }
        // A row that names a message which is not there would be found for ever.
        if rows.isEmpty {
            try database.execute(sql: "DELETE FROM address WHERE address = ?", arguments: [address])
        }
        return rows.count
    }

    private func erase(
        _ address: String,
        quotedBy number: Int64,
        _ database: Database
    ) throws {
        let row = try Row.fetchOne(
            database,
            sql: "SELECT * FROM message WHERE number = ?",
            arguments: [number]
        )
        if let row {
            try erase(address, LedgerRecord(row), database, onlyQuoted: true)
        } else {
            try eraseEvents(address, number, database)
        }
    }

    private func erase(
        _ address: String,
        _ record: LedgerRecord,
        _ database: Database,
        onlyQuoted: Bool = false
    ) throws {
        guard let number = record.number else { return }
        if let text = record.indexed { try LedgerBatch.unindex(text, number, database) }
        var record = record
        if onlyQuoted {
            record.message.eraseQuoted(address)
        } else {
            record.message.erase(address)
        }
        let message = record.message
        try database.execute(
            sql: """
                UPDATE message SET file = ?, sender = ?, recipients = ?, subject = ?,
                message_id = ?, reply = ?, reason = ? WHERE number = ?
                """,
            arguments: [
                message.file, message.sender, RecipientText.encode(message.recipients),
                message.subject, message.messageID, message.reply, message.reason, number,
            ]
        )
        try database.execute(
            sql: "INSERT INTO search(rowid, text) VALUES (?, ?)",
            arguments: [number, record.searchText]
        )
        try database.execute(
            sql: "DELETE FROM address WHERE address = ? AND message = ?",
            arguments: [address, number]
        )
        try eraseEvents(address, number, database)
    }

    private func eraseEvents(_ address: String, _ number: Int64, _ database: Database) throws {
        let rows = try Row.fetchAll(
            database,
            sql: "SELECT * FROM event WHERE message = ?",
            arguments: [number]
        )
        for row in rows {
            let recipients: String? = row["recipients"]
            let texts = ["reply", "reason", "advice"].map { column -> String? in
                let text: String? = row[column]
                return text?.erasing(address)
            }
            try database.execute(
                sql: """
                    UPDATE event SET recipients = ?, reply = ?, reason = ?, advice = ?
                    WHERE number = ?
                    """,
                arguments: [
                    recipients.map { text in
                        let list = RecipientText.decode(text).map { $0.erasing(address) }
                        return RecipientText.encode(list)
                    },
                    texts[0], texts[1], texts[2], row["number"] as Int64,
                ]
            )
        }
    }
}

extension LedgerMessage {
    /// Takes an address out, in small letters, with what may tell of its owner.
    fileprivate mutating func erase(_ address: String) {
        file = LedgerStore.erased
        subject = subject.map { _ in LedgerStore.erased }
        messageID = messageID.map { _ in LedgerStore.erased }
        eraseQuoted(address)
    }

    /// Takes an address out, in small letters, wherever it stands.
    fileprivate mutating func eraseQuoted(_ address: String) {
        file = file.erasing(address)
        subject = subject?.erasing(address)
        messageID = messageID?.erasing(address)
        sender = sender.map { $0.lowercased() == address ? LedgerStore.erased : $0 }
        recipients = recipients.map { $0.erasing(address) }
        reply = reply?.erasing(address)
        reason = reason?.erasing(address)
    }
}

extension MessageEvent.Recipient {
    fileprivate func erasing(_ gone: String) -> Self {
        Self(
            address.lowercased() == gone ? LedgerStore.erased : address,
            outcome,
            reply: reply?.erasing(gone)
        )
    }
}

extension String {
    /// The text without an address given in small letters.
    fileprivate func erasing(_ address: String) -> String {
        guard !address.isEmpty, lowercased().contains(address) else { return self }
        // Lengths differ where letters change theirs: then nothing of the text is safe to keep.
        let small = lowercased()
        guard small.utf8.count == utf8.count else { return LedgerStore.erased }
        let (text, target) = (Array(utf8), Array(address.utf8))
        let folded = Array(small.utf8)
        var result: [UInt8] = []
        var index = 0
        while index < text.count {
            if folded[index...].starts(with: target) {
                result += Array(LedgerStore.erased.utf8)
                index += target.count
            } else {
                result.append(text[index])
                index += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
