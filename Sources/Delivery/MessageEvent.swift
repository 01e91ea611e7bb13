/// What happened to one message at one instant: told to whoever watches, and never what is to be done.
package struct MessageEvent: Hashable, Sendable {
    /// Microseconds since 1970.
    package var at: Int64
    package var kind: Kind
    /// The id of the spool, which is the message's for as long as it exists.
    package var id: String
    package var pickup: String
    /// The file's original name, made safe to show.
    package var file: String
    package var route: String?
    /// The envelope's sender; empty for the null sender, `nil` before the message was read.
    package var sender: String?
    package var recipients: [Recipient]
    package var subject: String?
    package var messageID: String?
    /// The size of the content.
    package var octets: Int?
    /// The server's reply word for word, its lines joined by LF.
    package var reply: String?
    /// What happened, in a sentence.
    package var reason: String?
    /// What to do about it, in a sentence or two.
    package var advice: String?
    /// Host, address and TLS version of the session.
    package var peer: String?
    /// The session of the attempt, as the log's debug lines have it.
    package var session: String?
    /// How long the attempt took.
    package var milliseconds: Int64?
    /// The operator who did it; `nil` for what Postchute did by itself.
    package var actor: String?

    /// Creates an event; what it does not know stays empty.
    package init(_ kind: Kind, at: Int64, id: String, pickup: String, file: String) {
        (self.kind, self.at, self.id) = (kind, at, id)
        (self.pickup, self.file) = (pickup, file)
        recipients = []
    }

    /// What happened; the raw values are words of the log.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        /// The file appeared in the drop folder, as its attributes tell.
        case dropped
        case claimed
        /// Accepted by the server for everybody.
        case sent
        /// Accepted for some; the others are offered at once.
        case partSent = "part-sent"
        /// Not now: a retry is due.
        case deferred
        /// Nobody knows whether the server accepted it.
        case uncertain
        /// Back in the queue, for no fault of its own.
        case returned
        case failed
        case held
        /// Gone from the queue by somebody's hand.
        case taken
        /// An operator put it back into the queue.
        case retried
        /// An operator put what was held back into the queue.
        case released
        /// An operator set it aside.
        case setAside = "set-aside"
        /// An operator removed it.
        case removed
        /// Retention removed it.
        case expired
    }

    /// One recipient and what became of it.
    package struct Recipient: Hashable, Sendable, Codable {
        package var address: String
        package var outcome: Outcome
        /// The server's reply in one line, if it said something about this recipient.
        package var reply: String?

        /// Creates a recipient.
        package init(_ address: String, _ outcome: Outcome, reply: String? = nil) {
            (self.address, self.outcome, self.reply) = (address, outcome, reply)
        }

        /// What became of a recipient.
        package enum Outcome: String, Hashable, Sendable, Codable {
            case pending, accepted, refused
        }
    }
}

/// Somebody who is told of every event: the ledger, alerts.
///
/// Called on the delivery loop and others, on the way of every message: a witness takes the event and
/// returns at once, and what it cannot keep it drops by itself.
package protocol MessageWitness: Sendable {
    func note(_ event: MessageEvent)
}
