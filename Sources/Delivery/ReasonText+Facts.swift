package import MailMessage
package import Spool

/// What the text beside a message tells of it, apart from what happened.
package struct MessageFacts: Sendable {
    package var name: SpoolName
    package var pickup: String
    package var route: String
    /// The envelope's sender; empty for none.
    package var sender: String
    package var subject: String?
    package var messageID: String
    /// The size of the content.
    package var octets: Int
    /// What was changed on the wire.
    package var repairs: [Repair]
    /// Every attempt, the last one included.
    package var attempts: AttemptHistory
    /// When it failed or was set aside, in microseconds since 1970.
    package var at: Int64

    /// Creates the facts of a message that was tried.
    package init(
        _ name: SpoolName,
        pickup: String,
        route: String,
        sender: String,
        messageID: String,
        octets: Int,
        at: Int64
    ) {
        (self.name, self.pickup, self.route, self.sender) = (name, pickup, route, sender)
        (self.messageID, self.octets, self.at) = (messageID, octets, at)
        repairs = []
        attempts = AttemptHistory()
    }
}

extension ReasonText {
    /// How many of the first attempts are told of, and of the last.
    private static let toldAttempts = (first: 3, last: 20)

    /// Adds what is known of the message; `end` is what happened to it at last, in one word.
    mutating func add(_ message: MessageFacts, end: String) {
        facts = [("File", message.name.original.display), ("Pickup", message.pickup)]
        facts.append(("Route", message.route))
        if let subject = message.subject { facts.append(("Subject", subject)) }
        facts += [
            ("Sender", message.sender.isEmpty ? "<>" : message.sender),
            ("Recipients", "\(recipients.count)"),
            ("Message-ID", message.messageID),
            ("Size", "\(message.octets) octets"),
            ("Claimed", WallTime.text(message.name.id.microseconds)),
            (end, WallTime.text(message.at)),
            ("Attempts", "\(message.attempts.count)"),
            ("Id", message.name.id.text),
        ]
        facts += message.repairs.map { ("Changed", $0.sentence) }
        add(message.attempts)
    }

    /// Adds what is known of each attempt, or of the first and last of many.
    mutating func add(_ history: AttemptHistory) {
        let records = history.records
        let (first, last) = Self.toldAttempts
        let leading = Array(records.prefix(first))
        let trailing = Array(records.dropFirst(first).suffix(last))
        attempts = leading.map(Self.told)
        let missing = history.count - leading.count - trailing.count
        if missing > 0 { attempts.append(("… \(missing) attempts in between are left out …", "")) }
        attempts += trailing.map(Self.told)
    }

    private static func told(_ record: AttemptRecord) -> (heading: String, detail: String) {
        var words = WallTime.text(record.started)
        if !record.route.isEmpty { words += ", by \(record.route)" }
        if !record.peer.isEmpty { words += ", to \(record.peer)" }
        words += ", \(record.outcome.rawValue) after \(time(record.duration))"
        return (words, record.detail)
    }

    private static func time(_ microseconds: Int64) -> String {
        let milliseconds = max(microseconds, 0) / 1000
        return milliseconds < 10_000 ? "\(milliseconds) ms" : "\(milliseconds / 1000) s"
    }
}
