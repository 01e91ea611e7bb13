package import Spool

/// What is known of a message's recipients across all of its attempts.
package struct RecipientTable: Hashable, Sendable {
    /// Where one recipient stands; replies are verbatim.
    package enum Status: Hashable, Sendable {
        /// Still to be served; the reply is the last temporary refusal, if any.
        case pending(reply: String?)
        /// Served: never offered again.
        case accepted(reply: String)
        /// Refused for good.
        case refused(reply: String)
    }

    /// One recipient.
    package struct Entry: Hashable, Sendable {
        package var address: String
        package var status: Status

        /// Creates an entry.
        package init(address: String, status: Status) {
            self.address = address
            self.status = status
        }
    }

    /// The recipients in the order of the message.
    package private(set) var entries: [Entry]

    /// Creates the table of a message nobody has tried to send.
    package init(_ addresses: [String]) {
        entries = addresses.map { Entry(address: $0, status: .pending(reply: nil)) }
    }

    /// Carries over what earlier attempts found, by address: the order of the file may have changed
    /// since.
    package mutating func restore(_ earlier: [RecipientRecord]) {
        let known = Dictionary(earlier.map { ($0.address, $0.outcome) }) { first, _ in first }
        for index in entries.indices {
            switch known[entries[index].address] {
            case .accepted(let reply): entries[index].status = .accepted(reply: reply)
            case .refused(let reply): entries[index].status = .refused(reply: reply)
            case .pending, nil: break
            }
        }
    }

    /// The table as a history keeps it.
    package var records: [RecipientRecord] {
        entries.map { entry in
            let outcome: RecipientRecord.Outcome =
                switch entry.status {
                case .pending: .pending
                case .accepted(let reply): .accepted(reply: reply)
                case .refused(let reply): .refused(reply: reply)
                }
            return RecipientRecord(address: entry.address, outcome: outcome)
        }
    }

    /// The records of a message that goes to `failed/`: when it comes back, whoever was not served
    /// gets another chance, and whoever was does not get another copy.
    package var recordsForRetry: [RecipientRecord] {
        records.map { record in
            if case .refused = record.outcome {
                RecipientRecord(address: record.address, outcome: .pending)
            } else {
                record
            }
        }
    }

    /// Positions of the recipients still to be served.
    package var pending: [Int] {
        entries.indices.filter { if case .pending = entries[$0].status { true } else { false } }
    }

    /// The entries that were refused for good.
    package var refused: [Entry] {
        entries.filter { if case .refused = $0.status { true } else { false } }
    }

    /// The entries that were served.
    package var accepted: [Entry] {
        entries.filter { if case .accepted = $0.status { true } else { false } }
    }

    /// The address of one recipient; empty for a position that has none.
    func address(at index: Int) -> String {
        entries.indices.contains(index) ? entries[index].address : ""
    }

    /// Sets one recipient's status.
    package mutating func set(_ status: Status, at index: Int) {
        guard entries.indices.contains(index) else { return }
        entries[index].status = status
    }
}
