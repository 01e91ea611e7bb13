internal import Delivery
internal import Settings
internal import Spool

/// Carries out a verb on every message of a selection, one after the other.
///
/// Each message is one rename, so that it can be stopped between any two of them.
package struct BulkActions: Sendable {
    private let actions: MessageActions
    private let verb: MessageVerb
    private let folder: ListedFolder
    private let filter: MessageFilter
    private var matches: [FoundMessage] = []
    private var complaints: [String] = []

    /// How many messages a dry run shows, and how many that could not be moved are named.
    private static let shown = 10

    /// Finds the messages; nothing is moved yet, and `actor` is who the ledger names.
    ///
    /// - Throws: For a pickup, route, folder or address that cannot be meant.
    package init(
        _ verb: MessageVerb,
        _ relay: RelayFolders,
        pickup: String? = nil,
        actor: String = OperatorActor.current,
        _ selection: MessageSelection
    ) throws(CommandRefusal) {
        actions = try MessageActions(verb, relay, pickup: pickup, actor: actor)
        filter = try MessageFilter(selection, relay)
        self.verb = verb
        folder = try verb.folder(selection.folder)
        for pickup in actions.pickups {
            do throws(SpoolError) {
                try find(pickup.name, try relay.spool(of: pickup))
            } catch {
                complaints.append("pickup \(pickup.name): \(error.fullSentence)")
            }
        }
    }

    private mutating func find(_ pickup: String, _ spool: OperatorSpool) throws(SpoolError) {
        for place in try folder.places(in: spool) {
            // Names first: a folder whose files are opened meanwhile shows what comes and goes.
            var entries: [SpoolEntry] = []
            try spool.list(place) { entry in
                entries.append(entry)
                return true
            }
            for entry in entries {
                let message = FoundMessage(pickup: pickup, spool: spool, entry: entry)
                if try filter.matches(message) { matches.append(message) }
            }
        }
    }

    /// How many messages are meant.
    package var count: Int { matches.count }

    /// What a person is asked before messages are removed.
    package var question: String {
        "Remove \(Readable.count(count, "message")) from \(folder.rawValue), with the texts and "
            + "histories?"
    }

    /// Does it; `goesOn` is told after each message how many are done, and stops it with `false`.
    package func run(goesOn: (Int) -> Bool = { _ in true }) -> BulkOutcome {
        var outcome = outcome()
        var changed = ChangedPickups(OperatorJournal(actions.relay, actor: actions.actor))
        for (index, message) in matches.enumerated() {
            do throws(CommandRefusal) {
                _ = try actions.act(on: message, { _ in true }, &changed, isDurable: false)
                outcome.done += 1
            } catch {
                outcome.add(error)
            }
            if !goesOn(index + 1), index + 1 < count {
                outcome.isStopped = true
                break
            }
        }
        for (pickup, spool) in changed.spools where verb != .remove {
            do throws(SpoolError) {
                try spool.sync(verb == .hold ? .held : .queue)
            } catch {
                outcome.complaints.append("pickup \(pickup): \(error.fullSentence)")
                outcome.status = max(outcome.status, .unavailable)
            }
        }
        var end = CommandResult()
        actions.finish(&changed, &end)
        outcome.complaints += end.complaints
        return outcome
    }

    /// What would be done.
    package var rehearsal: BulkOutcome {
        var outcome = outcome()
        outcome.examples = matches.prefix(Self.shown).map(\.label)
        outcome.isRehearsal = true
        return outcome
    }

    private func outcome() -> BulkOutcome {
        BulkOutcome(
            verb: verb,
            folder: folder,
            matched: count,
            complaints: complaints,
            status: complaints.isEmpty ? .done : .unavailable
        )
    }
}

extension MessageVerb {
    /// The folder a verb means when none is named: where the messages lie that it is for.
    fileprivate func folder(_ named: ListedFolder?) throws(CommandRefusal) -> ListedFolder {
        let usual: ListedFolder =
            switch self {
            case .retry, .remove: .failed
            case .hold: .queue
            case .release: .held
            }
        guard let named else { return usual }
        if folders.contains(named) { return named }
        let known = folders.map(\.rawValue).joined(separator: ", ")
        throw CommandRefusal(
            "\(rawValue) is not for messages in \(named.rawValue), only for those in: \(known).",
            .usage
        )
    }
}
