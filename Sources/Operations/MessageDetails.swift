internal import Delivery
internal import MailMessage
internal import Settings
internal import Spool
internal import Submission

/// Everything `show` says about one message.
package struct MessageDetails: Sendable {
    let message: FoundMessage
    let now: Int64
    let facts: FileFacts?
    /// Octets of the file, or of all files of a bundle.
    let octets: Int64?
    /// What the file says; `nil` when it was moved meanwhile or cannot be read.
    let preparation: Result<PreparedMessage, ContentRefusal>?
    let state: DeliveryState?
    let reason: [String]
    /// What could not be read, and why.
    let complaints: [String]

    /// Finds a message by the beginning of its id or a file name and reads what there is.
    ///
    /// - Throws: When there is no such message, or there are several.
    package init(
        _ relay: RelayFolders,
        _ words: String,
        pickup: String? = nil
    ) throws(CommandRefusal) {
        let lookup = try MessageLookup(relay, pickup: pickup)
        let first: [ListedFolder] = [.queue, .sending, .failed, .held]
        let found = try lookup.find(words, first: first)
        let settings = relay.settings.pickups.first { $0.name == found.pickup }
        self.init(found, ContentRules(settings, relay.settings), now: relay.now())
    }

    /// Reads what there is of a message that was found.
    init(_ message: FoundMessage, _ rules: ContentRules, now: Int64) {
        (self.message, self.now) = (message, now)
        let (spool, entry) = (message.spool, message.entry)
        var problems: [String] = []
        facts = Self.read(&problems) { () throws(SpoolError) in try spool.facts(entry) }
        let history = Self.read(&problems) { () throws(SpoolError) in
            try entry.place.isSent
                ? nil
                : entry.id.flatMap { (id) throws(SpoolError) in
                    try spool.state(of: id)
                }
        }
        let prepared = Self.read(&problems) { () throws(SpoolError) in
            try rules.prepare(entry, history, in: spool)
        }
        state = history
        preparation = prepared.flatMap(\.outcome)
        octets = prepared?.octets ?? facts?.size
        let octets = Self.read(&problems) { () throws(SpoolError) in
            try spool.reason(of: entry)
        }
        reason = octets.map(ReasonFile.lines) ?? []
        complaints = problems
    }

    private static func read<Value>(
        _ problems: inout [String],
        _ body: () throws(SpoolError) -> Value?
    ) -> Value? {
        do throws(SpoolError) {
            return try body()
        } catch {
            problems.append(error.fullSentence)
            return nil
        }
    }

    /// A recipient and what became of it.
    struct Recipient: Hashable, Sendable {
        var address: String
        var outcome: String
        /// The reply, where there was one.
        var reply: String
    }

    /// The recipients of the history, or those the file names.
    var recipients: [Recipient] {
        if let records = state?.recipients, !records.isEmpty {
            return records.map { record in
                switch record.outcome {
                case .pending: Recipient(address: record.address, outcome: "pending", reply: "")
                case .accepted(let reply):
                    Recipient(address: record.address, outcome: "accepted", reply: reply)
                case .refused(let reply):
                    Recipient(address: record.address, outcome: "refused", reply: reply)
                }
            }
        }
        guard case .success(let prepared) = preparation else { return [] }
        let outcome = message.entry.place.isSent ? "accepted" : "pending"
        return prepared.inspected.envelope.recipients.map {
            Recipient(address: $0.address.text, outcome: outcome, reply: "")
        }
    }

    /// 0, or 69 when something could not be read.
    var status: ExitStatus { complaints.isEmpty ? .done : .unavailable }
}

extension SpoolFolder {
    /// Whether this is a day of `sent/`.
    var isSent: Bool {
        switch self {
        case .sent: true
        case .queue, .sending, .failed, .held, .state: false
        }
    }
}
