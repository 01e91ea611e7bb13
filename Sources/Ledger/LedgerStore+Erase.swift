internal import Delivery
internal import GRDB

extension LedgerStore {
    /// What stands for an address, and for everything else of its messages, that was erased.
    package static let erased = "erased"

    /// Takes an address out of the ledger; returns in how many messages it stood.
    ///
    /// The messages stay, so that counts stay true: their file name, subject and Message-ID go, which
    /// may tell of the person, and so does every text that quotes the address. Works beside the daemon.
    ///
    /// - Throws: ``LedgerError``; what was done until then stays done.
    package func erase(matching address: String) throws -> Int {
        let address = address.lowercased()
        var count = 0
        try protect { try $0.execute(sql: "PRAGMA secure_delete = ON") }
        // Small transactions, so that the daemon's next batch finds its turn.
        while true {
            let erased = try write { try eraseSome(address, $0) }
            if erased == 0 { break }
            count += erased
        }
        if count > 0 {
            // What was deleted is only marked in the index until its parts are merged, and the log may
            // hold pages from before.
            try write { try $0.execute(sql: "INSERT INTO search(search) VALUES ('optimize')") }
            try protect { try $0.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)") }
        }
        return count
    }

    /// How many messages the ledger has of an address.
    ///
    /// - Throws: ``LedgerError``.
    package func count(matching address: String) throws -> Int {
        try write { database in
            try Int.fetchOne(
                database,
                sql: "SELECT count(*) FROM address WHERE address = ?",
                arguments: [address.lowercased()]
            ) ?? 0
        }
    }

    private func protect(_ body: (Database) throws -> Void) throws {
        do {
            try queue.inDatabase(body)
        } catch {
            throw LedgerError(error, path: path)
        }
    }

    private func eraseSome(_ address: String, _ database: Database) throws -> Int {
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT message.* FROM address JOIN message ON number = address.message
                WHERE address = ? LIMIT 200
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

    private func erase(_ address: String, _ record: LedgerRecord, _ database: Database) throws {
        guard let number = record.number else { return }
        if let text = record.indexed { try LedgerBatch.unindex(text, number, database) }
        var record = record
        record.message.erase(address)
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
