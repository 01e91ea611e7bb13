internal import GRDB

extension LedgerStore {
    /// Forgets messages whose last event is older than an instant in microseconds since 1970, at most
    /// so many; returns how many.
    ///
    /// - Throws: ``LedgerError``.
    func forget(before instant: Int64, limit: Int) throws -> Int {
        let count = try write { database in
            let rows = try Row.fetchAll(
                database,
                sql: "SELECT * FROM message WHERE last_at < ? ORDER BY last_at LIMIT ?",
                arguments: [instant, limit]
            )
            for row in rows { try forget(LedgerRecord(row), database) }
            try database.execute(sql: "DELETE FROM activity WHERE start < ?", arguments: [instant])
            try database.execute(sql: "DELETE FROM gap WHERE until < ?", arguments: [instant])
            return rows.count
        }
        // Gives pages back to the file system, a few at a time.
        if count > 0 {
            do {
                try queue.inDatabase { try $0.execute(sql: "PRAGMA incremental_vacuum(2000)") }
            } catch {
                throw LedgerError(error, path: path)
            }
        }
        return count
    }

    private func forget(_ record: LedgerRecord, _ database: Database) throws {
        guard let number = record.number else { return }
        if let text = record.indexed { try LedgerBatch.unindex(text, number, database) }
        for address in record.addresses {
            try database.execute(
                sql: "DELETE FROM address WHERE address = ? AND message = ?",
                arguments: [address, number]
            )
        }
        try database.execute(sql: "DELETE FROM event WHERE message = ?", arguments: [number])
        try database.execute(sql: "DELETE FROM message WHERE number = ?", arguments: [number])
    }
}
