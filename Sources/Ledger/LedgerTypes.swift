package import Delivery

/// One message as the ledger knows it: where it stands, and what it is found by.
package struct LedgerMessage: Hashable, Sendable, Codable {
    /// The id of the spool.
    package var id: String
    package var pickup: String
    package var file: String
    /// The last event's word, such as `sent`; see ``Delivery/MessageEvent/Kind``.
    package var last: String
    package var route: String?
    package var sender: String?
    package var recipients: [MessageEvent.Recipient]
    package var subject: String?
    package var messageID: String?
    package var octets: Int?
    /// The last reply word for word.
    package var reply: String?
    package var reason: String?
    package var attempts: Int
    /// When it was claimed and when the last event was; microseconds since 1970.
    package var firstAt: Int64
    package var lastAt: Int64
}

/// What to look for; every part that is given must hold.
package struct LedgerQuery: Hashable, Sendable {
    /// Anywhere in file name, addresses, subject, Message-ID or id; letters of any case.
    package var text: String?
    /// A part of the file name; `*` stands for anything.
    package var file: String?
    /// The sender or a recipient, whole or from `@` on.
    package var address: String?
    package var subject: String?
    /// With or without angle brackets.
    package var messageID: String?
    /// A part of a reply, such as `5.7.60`.
    package var reply: String?
    package var pickup: String?
    package var route: String?
    /// The last event is one of these; empty for any.
    package var kinds: [MessageEvent.Kind] = []
    /// The last event is not older and older; microseconds since 1970.
    package var since: Int64?
    package var before: Int64?

    /// Creates a query that everything answers to.
    package init() {}
}

/// Where a page of messages ends, to go on from: newest first.
package struct LedgerCursor: Hashable, Sendable {
    package var lastAt: Int64
    package var id: String

    /// Creates a cursor.
    package init(lastAt: Int64, id: String) { (self.lastAt, self.id) = (lastAt, id) }
}

/// One page of messages, newest first.
package struct LedgerPage: Hashable, Sendable {
    package var messages: [LedgerMessage]
    /// Where the next page begins; `nil` on the last.
    package var next: LedgerCursor?
}

/// What happened in one span of time.
package struct LedgerActivity: Hashable, Sendable, Codable {
    /// The start of the span, microseconds since 1970.
    package var start: Int64
    package var claimed: Int
    package var sent: Int
    package var failed: Int
    package var deferred: Int
}
