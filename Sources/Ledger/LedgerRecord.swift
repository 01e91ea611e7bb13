internal import Delivery
internal import GRDB
internal import Spool

/// One row of `message`, and what an event changes in it.
struct LedgerRecord {
    /// The row's number; `nil` for a row that is not there yet.
    var number: Int64?
    var message: LedgerMessage
    /// The text the row was last found by; `nil` for a new row.
    var indexed: String?
    /// Addresses of `address` that the row has; empty for a new row.
    var addresses: Set<String>

    /// The longest text of one column, in octets; no header or reply needs more to be found by.
    static let maximumOctets = 4000
    /// How much of a reply is searched in.
    private static let searchedReplyOctets = 400

    /// Begins a message with its first event.
    init(_ event: MessageEvent) {
        let claimed = SpoolID(octets: Array(event.id.utf8))?.microseconds
        message = LedgerMessage(
            id: Self.bounded(event.id),
            pickup: Self.bounded(event.pickup),
            file: Self.bounded(event.file),
            last: event.kind.rawValue,
            recipients: [],
            attempts: 0,
            firstAt: claimed ?? event.at,
            lastAt: event.at
        )
        addresses = []
    }

    /// The message of a row.
    init(_ row: Row) {
        number = row["number"]
        message = LedgerMessage(row)
        indexed = ""
        addresses = []
        indexed = searchText
        addresses = currentAddresses
    }

    /// Takes over what an event tells.
    mutating func apply(_ event: MessageEvent) {
        if event.at >= message.lastAt {
            message.last = event.kind.rawValue
            message.lastAt = event.at
        }
        if let route = event.route { message.route = Self.bounded(route) }
        if let sender = event.sender { message.sender = Self.bounded(sender) }
        if !event.recipients.isEmpty { message.recipients = event.recipients }
        if let subject = event.subject { message.subject = Self.bounded(subject) }
        if let id = event.messageID { message.messageID = Self.bounded(id) }
        if let octets = event.octets { message.octets = octets }
        if let reply = event.reply { message.reply = Self.bounded(reply) }
        if event.milliseconds != nil { message.attempts += 1 }
        switch event.kind {
        case .sent, .retried, .released: message.reason = nil
        default: if let reason = event.reason { message.reason = Self.bounded(reason) }
        }
    }

    /// The event, with what must have happened before it: a message that had left the queue and is
    /// tried again was put back by somebody with a file manager.
    ///
    /// A claim that is late is the caller's to judge: only the events know whether it is known.
    func told(by event: MessageEvent) -> [MessageEvent] {
        guard number != nil || message.attempts > 0, event.actor == nil else { return [event] }
        // What was written late tells nothing about where the message was since.
        let isLate = event.at <= message.lastAt
        let back = MessageEvent(
            message.last == "held" || message.last == "set-aside" ? .released : .retried,
            at: max(event.at - (event.milliseconds ?? 0) * 1000, message.lastAt),
            id: event.id,
            pickup: event.pickup,
            file: event.file
        )
        switch event.kind {
        case .claimed:
            if isLate { return [event] }
            switch message.last {
            case "dropped": return [event]
            // Found in the folders before its event was written, or put back by somebody who is known.
            case "claimed", "retried", "released": return []
            default: return [back]
            }
        case .sent, .partSent, .deferred, .uncertain, .returned, .failed:
            return !isLate && Self.outOfQueue.contains(message.last) ? [back, event] : [event]
        case .dropped, .held, .taken, .retried, .released, .setAside, .removed, .expired:
            return [event]
        }
    }

    /// The last events of messages that wait for nothing.
    private static let outOfQueue: Set = ["failed", "held", "set-aside", "taken", "removed"]

    /// What the message is searched by.
    var searchText: String {
        var parts = [message.file, message.id, message.messageID ?? "", message.subject ?? ""]
        parts.append(message.sender ?? "")
        parts += message.recipients.map(\.address)
        if let reply = message.reply {
            parts.append(
                String(decoding: reply.utf8.prefix(Self.searchedReplyOctets), as: UTF8.self)
            )
        }
        return Self.withoutNUL(parts.joined(separator: "\n"))
    }

    /// Who the message is from and for, in small letters.
    var currentAddresses: Set<String> {
        var all = Set(message.recipients.map { $0.address.lowercased() })
        if let sender = message.sender, !sender.isEmpty { all.insert(sender.lowercased()) }
        return all
    }

    /// A text without the scalar at which SQLite's functions for text end.
    private static func withoutNUL(_ text: String) -> String {
        guard text.utf8.contains(0) else { return text }
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            scalars.append(scalar.value == 0 ? "\u{FFFD}" : scalar)
        }
        return String(scalars)
    }

    /// A text that no file or server can make longer than a row should be.
    static func bounded(_ text: String) -> String {
        let text = withoutNUL(text)
        guard text.utf8.count > maximumOctets else { return text }
        return String(decoding: text.utf8.prefix(maximumOctets), as: UTF8.self) + "…"
    }
}

extension LedgerMessage {
    /// The message of a row.
    init(_ row: Row) {
        self.init(
            id: row["id"],
            pickup: row["pickup"],
            file: row["file"],
            last: row["last"],
            route: row["route"],
            sender: row["sender"],
            recipients: RecipientText.decode(row["recipients"]),
            subject: row["subject"],
            messageID: row["message_id"],
            octets: row["octets"],
            reply: row["reply"],
            reason: row["reason"],
            attempts: row["attempts"],
            firstAt: row["first_at"],
            lastAt: row["last_at"]
        )
    }
}
