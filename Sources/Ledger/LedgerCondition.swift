internal import Delivery
internal import GRDB

/// A part of a statement with its arguments; everything that somebody wrote is an argument.
struct LedgerCondition {
    private(set) var sql: String
    private(set) var arguments: StatementArguments

    init(_ sql: String, _ arguments: StatementArguments = []) {
        (self.sql, self.arguments) = (sql, arguments)
    }

    /// Whether it asks for nothing.
    var isEmpty: Bool { sql.isEmpty }

    /// The condition as it stands behind WHERE.
    var clause: String { isEmpty ? "1" : sql }

    static func + (left: Self, right: Self) -> Self {
        if left.isEmpty { return right }
        if right.isEmpty { return left }
        return Self("\(left.sql) AND \(right.sql)", left.arguments + right.arguments)
    }

    static func += (left: inout Self, right: Self) { left = left + right }

    private static let nothing = Self("")
}

extension LedgerCondition {
    /// What an index answers: pickup, route, time, and where the page begins.
    static func frame(of query: LedgerQuery, after cursor: LedgerCursor?) -> Self {
        var all = nothing
        if let pickup = query.pickup { all += Self("pickup = ?", [pickup]) }
        if let route = query.route { all += Self("route = ?", [route]) }
        if let since = query.since { all += Self("last_at >= ?", [since]) }
        if let before = query.before { all += Self("last_at < ?", [before]) }
        if let cursor {
            all += Self("(last_at, id) < (?, ?)", [cursor.lastAt, cursor.id])
        }
        return all
    }

    /// What is looked for in each message.
    static func words(of query: LedgerQuery) -> Self {
        var all = nothing
        if let text = query.text, !text.isEmpty { all += anywhere(text) }
        if let file = query.file, !file.isEmpty { all += like("file", pattern: file) }
        if let subject = query.subject, !subject.isEmpty { all += contains("subject", subject) }
        if let id = query.bareMessageID { all += contains("message_id", id) }
        if let reply = query.reply, !reply.isEmpty { all += self.reply(reply) }
        if let address = query.address, !address.isEmpty { all += self.address(address) }
        return all
    }

    private static func anywhere(_ text: String) -> Self {
        let columns = ["file", "recipients", "sender", "subject", "message_id", "id"]
        let parts = columns.map { contains($0, text) }
        let arguments = parts.reduce(StatementArguments()) { $0 + $1.arguments }
        return Self("(\(parts.map(\.sql).joined(separator: " OR ")))", arguments)
    }

    // A recipient's own reply stands among the recipients.
    private static func reply(_ text: String) -> Self {
        let (all, own) = (contains("reply", text), contains("recipients", text))
        return Self("(\(all.sql) OR \(own.sql))", all.arguments + own.arguments)
    }

    private static func address(_ address: String) -> Self {
        if address.hasPrefix("@") {
            let domain = escaped(address)
            return Self(
                #"(sender LIKE ? ESCAPE '\' OR recipients LIKE ? ESCAPE '\')"#,
                ["%" + domain, "%\(domain)\n%"]
            )
        }
        return Self(
            """
            EXISTS (SELECT 1 FROM address WHERE address.address = ? \
            AND address.message = message.number)
            """,
            [address.lowercased()]
        )
    }

    /// LIKE knows only ASCII's letters as equal in small and large; for others there is a function.
    private static func contains(_ column: String, _ text: String) -> Self {
        if text.utf8.allSatisfy({ $0 < 0x80 }) {
            return Self("\(column) LIKE ? ESCAPE '\\'", ["%\(escaped(text))%"])
        }
        return Self("ledger_contains(\(column), ?)", [text.lowercased()])
    }

    private static func like(_ column: String, pattern: String) -> Self {
        guard pattern.contains("*") else { return contains(column, pattern) }
        let parts = pattern.split(separator: "*", omittingEmptySubsequences: false)
        let text = parts.map { escaped(String($0)) }.joined(separator: "%")
        return Self("\(column) LIKE ? ESCAPE '\\'", ["%\(text)%"])
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            if scalar == "%" || scalar == "_" || scalar == "\\" { result += "\\" }
            result.unicodeScalars.append(scalar)
        }
        return result
    }
}

extension LedgerCondition {
    /// Statements that give the numbers of messages that may answer to the words, the best first.
    static func candidates(of query: LedgerQuery) -> [Self] {
        var all: [Self] = []
        if let address = query.address, !address.hasPrefix("@"), !address.isEmpty {
            all.append(
                Self("SELECT message FROM address WHERE address = ?", [address.lowercased()])
            )
        }
        var texts = [query.text, query.subject, query.bareMessageID, query.reply].compactMap(\.self)
        if let domain = query.address, domain.hasPrefix("@") { texts.append(domain) }
        texts += (query.file ?? "").split(separator: "*").map { String($0) }
        let trigrams = Trigrams.rarest(of: texts)
        if !trigrams.isEmpty {
            let words = trigrams.map { "\"\($0.replacing("\"", with: "\"\""))\"" }
            all.append(
                Self(
                    "SELECT rowid FROM search WHERE search MATCH ?",
                    [words.joined(separator: " AND ")]
                )
            )
        }
        return all
    }

    /// The function that finds letters of any case in any script.
    static let function = DatabaseFunction("ledger_contains", argumentCount: 2, pure: true) {
        guard let text = String.fromDatabaseValue($0[0]),
            let word = String.fromDatabaseValue($0[1])
        else { return false }
        return text.lowercased().contains(word)
    }
}

extension LedgerQuery {
    /// The Message-ID without its angle brackets; `nil` where none is looked for.
    fileprivate var bareMessageID: String? {
        guard var id = messageID.map({ Substring($0) }) else { return nil }
        if id.first == "<" { id.removeFirst() }
        if id.last == ">" { id.removeLast() }
        return id.isEmpty ? nil : String(id)
    }
}
