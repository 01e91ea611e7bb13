internal import Delivery
internal import Ledger

/// What `trace` is asked, as words of a command line.
package struct TraceQuestion: Sendable {
    package var text: String?
    package var file: String?
    package var address: String?
    package var subject: String?
    package var messageID: String?
    package var reply: String?
    package var pickup: String?
    package var route: String?
    /// Points in time, as ``TimeReference`` reads them.
    package var since: String?
    package var until: String?
    /// Words of events, separated by commas.
    package var last: String?
    package var limit = Self.standardLimit

    /// How many messages are listed unless something else is asked for.
    package static let standardLimit = 50

    /// Creates a question that every message answers.
    package init() {}

    /// The question as the ledger understands it.
    ///
    /// - Throws: For a time or a word that is none.
    func query(now: Int64) throws(CommandRefusal) -> LedgerQuery {
        var query = LedgerQuery()
        (query.text, query.file, query.address) = (text, file, address)
        (query.subject, query.messageID, query.reply) = (subject, messageID, reply)
        (query.pickup, query.route) = (pickup, route)
        if let since { query.since = try TimeReference(since, now: now).microseconds }
        if let until { query.before = try TimeReference(until, now: now).microseconds }
        query.kinds = try kinds()
        return query
    }

    private func kinds() throws(CommandRefusal) -> [MessageEvent.Kind] {
        var kinds: [MessageEvent.Kind] = []
        for word in (last ?? "").split(separator: ",") {
            let word = word.drop { $0 == " " }
            guard let kind = MessageEvent.Kind(rawValue: String(word)) else {
                let known = MessageEvent.Kind.allCases.map(\.rawValue).joined(separator: ", ")
                throw CommandRefusal("\"\(word)\" is no event; the events are: \(known).", .usage)
            }
            kinds.append(kind)
        }
        return kinds
    }
}
