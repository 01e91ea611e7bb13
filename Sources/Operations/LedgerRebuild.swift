internal import Delivery
internal import Glibc
package import Ledger
internal import MailMessage
package import Settings
internal import Spool
internal import Submission

/// Fills a new ledger from what lies in the folders, while mail goes on.
///
/// An id tells when its message was claimed, a folder what became of it, and the file who it was for.
/// Attempts and operators are not found again.
package struct LedgerRebuild: Sendable {
    /// What was found.
    package struct Outcome: Hashable, Sendable {
        package var messages = 0
        /// Folders that could not be read, in sentences.
        package var problems: [String] = []
    }

    private let relay: RelayFolders
    private let settings: RelaySettings

    /// Messages that are written at once, between two pauses.
    private static let batch = 200
    /// A pause after each batch, in microseconds: the disk belongs to the mail.
    private static let pause: UInt32 = 20_000
    /// Larger files are not read for their header.
    private static let maximumOctets: Int64 = 1_000_000
    /// How long a batch waits for the daemon's writer, in seconds.
    private static let patience = 10.0

    /// Prepares to fill the ledger of these settings.
    package init(_ settings: RelaySettings) {
        self.settings = settings
        relay = RelayFolders(settings)
    }

    /// Reads every folder and writes down what is not known yet; takes as long as it takes.
    package func run() -> Result<Outcome, LedgerError> {
        do {
            let store = try LedgerStore(
                stateDirectory: settings.state.directory,
                patience: Self.patience
            )
            var outcome = Outcome()
            for pickup in settings.pickups {
                do throws(SpoolError) {
                    try read(pickup, store, &outcome)
                } catch {
                    outcome.problems.append("pickup \(pickup.name): \(error.fullSentence)")
                }
            }
            return .success(outcome)
        } catch {
            return .failure(error as? LedgerError ?? .other(path: "", reason: "\(error)"))
        }
    }

    private func read(
        _ pickup: PickupSettings,
        _ store: LedgerStore,
        _ outcome: inout Outcome
    ) throws(SpoolError) {
        let spool = try relay.spool(of: pickup)
        let rules = ContentRules(pickup, settings)
        let mask = relay.mask
        for folder in [ListedFolder.queue, .failed, .held, .sent] {
            for place in try folder.places(in: spool) {
                var entries: [SpoolEntry] = []
                try spool.list(place) { entry in
                    if entry.id != nil { entries.append(entry) }
                    return true
                }
                for start in stride(from: 0, to: entries.count, by: Self.batch) {
                    let part = entries[start..<min(start + Self.batch, entries.count)]
                    let told = part.map { entry in
                        let message = FoundMessage(pickup: pickup.name, spool: spool, entry: entry)
                        let events = events(message, rules)
                        return mask.map { mask in events.map { $0.masked(by: mask) } } ?? events
                    }
                    do {
                        outcome.messages += try store.adopt(told)
                    } catch {
                        outcome.problems.append("\(error)")
                        return
                    }
                    usleep(Self.pause)
                }
            }
        }
    }

    /// What must have happened to a message, so that it lies where it lies.
    private func events(_ found: FoundMessage, _ rules: ContentRules) -> [MessageEvent] {
        guard let id = found.entry.id else { return [] }
        var claimed = MessageEvent(
            .claimed,
            at: id.microseconds,
            id: id.text,
            pickup: found.pickup,
            file: found.entry.original.display
        )
        let facts = (try? found.spool.facts(found.entry)) ?? nil
        if let facts, !facts.isFolder, facts.size <= Self.maximumOctets {
            describe(MessageDetails(found, rules, now: 0), &claimed)
        }
        claimed.octets = facts.map { Int(clamping: $0.size) }
        guard let kind = found.entry.place.kind else { return [claimed] }
        var last = claimed
        last.kind = kind
        // The rename that ended its way changed the file's status last, unless somebody did since.
        last.at = max(facts.map { $0.changed / 1000 } ?? id.microseconds, id.microseconds)
        if case .sent(let day) = found.entry.place, Readable.day(last.at) != "\(day)",
            let start = try? TimeReference("\(day)", now: 0).microseconds
        {
            last.at = max(start, id.microseconds)
        }
        return [claimed, last]
    }

    private func describe(_ details: MessageDetails, _ event: inout MessageEvent) {
        if case .success(let prepared) = details.preparation {
            let summary = prepared.inspected
            event.sender = summary.envelope.sender?.text ?? ""
            (event.subject, event.messageID) = (summary.subject, summary.messageID)
        }
        event.recipients = details.recipients.map { recipient in
            .init(
                recipient.address,
                MessageEvent.Recipient.Outcome(rawValue: recipient.outcome) ?? .pending,
                reply: recipient.reply.isEmpty ? nil : recipient.reply
            )
        }
        event.reason =
            details.reason.isEmpty
            ? nil
            : ReasonFile.happened(
                Array(details.reason.joined(separator: "\n").utf8)
            )
    }
}

extension SpoolFolder {
    /// The event that brings a message into the folder; `nil` for the queue.
    fileprivate var kind: MessageEvent.Kind? {
        switch self {
        case .sent: .sent
        case .failed: .failed
        case .held: .held
        case .queue, .sending, .state: nil
        }
    }
}
