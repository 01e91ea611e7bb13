internal import Delivery
internal import Ledger
internal import SafeText
internal import Settings
internal import Spool

/// Writes down what operators do to messages, with who did it; never keeps them waiting.
///
/// Where the ledger is locked for longer than a moment, or not there yet, a note is left for the daemon.
/// Who may write neither may still move files: the daemon then notices the move, without a name.
struct OperatorJournal: Sendable {
    private let directory: String?
    private let actor: String
    private let now: @Sendable () -> Int64
    private let mask: PrivacyMask?
    private var events: [MessageEvent] = []

    /// The most events that are kept before they are written.
    private static let batch = 1000
    /// How long a write waits for another process, in seconds.
    private static let patience = 0.2

    /// Creates a journal of somebody's actions; it writes nothing where the settings have no ledger.
    init(_ relay: RelayFolders, actor: String) {
        directory = relay.settings.ledger.isEnabled ? relay.settings.state.directory : nil
        (self.actor, now, mask) = (actor, relay.now, relay.mask)
    }

    /// Notes that a verb was carried out; a message without an id was no message yet.
    mutating func note(_ verb: MessageVerb, _ message: FoundMessage) {
        guard directory != nil, let id = message.entry.id else { return }
        var event = MessageEvent(
            verb.kind,
            at: now(),
            id: id.text,
            pickup: message.pickup,
            file: message.entry.original.display
        )
        event.actor = actor
        events.append(mask.map { event.masked(by: $0) } ?? event)
        if events.count >= Self.batch { write() }
    }

    /// Writes what was noted.
    mutating func write() {
        guard let directory, !events.isEmpty else { return }
        defer { events = [] }
        do {
            let store = try LedgerStore(joining: directory, patience: Self.patience)
            try store.append(events)
        } catch {
            _ = OperatorNote.leave(events, in: directory)
        }
    }
}

extension MessageVerb {
    /// The event it is.
    fileprivate var kind: MessageEvent.Kind {
        switch self {
        case .retry: .retried
        case .hold: .setAside
        case .release: .released
        case .remove: .removed
        }
    }
}
