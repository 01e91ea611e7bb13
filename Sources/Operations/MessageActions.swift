internal import Delivery
internal import Settings
internal import Spool

/// Carries out what an operator wants done to messages, by moving their files.
///
/// Takes no lock: each change is one rename, which the daemon notices, is told of, or wins.
package struct MessageActions: Sendable {
    private let relay: RelayFolders
    private let verb: MessageVerb
    private let lookup: MessageLookup
    private let pickups: [PickupSettings]
    private let daemon: DaemonState
    private let actor: String

    /// Prepares a verb for the messages of one pickup, or of all; `actor` is who the ledger names.
    ///
    /// - Throws: When there is no such pickup.
    package init(
        _ verb: MessageVerb,
        _ relay: RelayFolders,
        pickup: String? = nil,
        actor: String = OperatorActor.current
    ) throws(CommandRefusal) {
        self.actor = actor
        (self.verb, self.relay) = (verb, relay)
        lookup = try MessageLookup(relay, pickup: pickup)
        pickups = try relay.pickups(named: pickup)
        daemon = relay.daemon()
    }

    /// Does it to each of the messages, given by beginnings of ids or by file names, whatever
    /// becomes of the others.
    ///
    /// `confirm` is asked before a message is removed; on `false` the message stays.
    package func run(
        _ names: [String],
        confirm: (String) -> Bool = { _ in true }
    ) -> CommandResult {
        var results = [CommandResult?](repeating: nil, count: names.count)
        var changed = ChangedPickups(OperatorJournal(relay, actor: actor))
        var wanted = Array(names.indices)
        // The daemon moves messages, and this very command may know one by two names: what is gone
        // when its turn comes is looked up again, with all others of which that is true.
        for isLast in [false, false, true] where !wanted.isEmpty {
            let found = lookup.find(each: wanted.map { names[$0] }, first: verb.folders)
            var moved: [Int] = []
            for (index, message) in zip(wanted, found) {
                do throws(CommandRefusal) {
                    let message = try message.get()
                    if !isLast, message.isGone {
                        moved.append(index)
                    } else {
                        results[index] = try act(on: message, confirm, &changed)
                    }
                } catch {
                    results[index] = CommandResult(error)
                }
            }
            wanted = moved
        }
        var result = CommandResult()
        for case let each? in results { result.add(each) }
        finish(&changed, &result)
        return result
    }

    /// Puts every failed message back into the queue.
    package func retryAll() -> CommandResult {
        var result = CommandResult()
        var changed = ChangedPickups(OperatorJournal(relay, actor: actor))
        var count = 0
        for pickup in pickups {
            do throws(SpoolError) {
                let spool = try relay.spool(of: pickup)
                try retryAll(pickup.name, spool, &count, &changed, &result)
            } catch {
                let line = "pickup \(pickup.name): \(error.fullSentence)"
                result.add(CommandResult(complaints: [line], status: .unavailable))
            }
        }
        result.output.append(
            count == 0
                ? "No failed message was put back."
                : "\(Readable.count(count, "failed message")) back in the queue, due at once."
        )
        finish(&changed, &result)
        return result
    }

    /// In batches: a folder that is read while it shrinks may show a name twice or not at all, and
    /// a million names need not be held at once.
    private func retryAll(
        _ pickup: String,
        _ spool: OperatorSpool,
        _ count: inout Int,
        _ changed: inout ChangedPickups,
        _ result: inout CommandResult
    ) throws(SpoolError) {
        let batch = 1000
        var stuck: Set<FileName> = []
        while stuck.count < batch {
            var entries: [SpoolEntry] = []
            try spool.list(.failed) { entry in
                if !stuck.contains(entry.fileName) { entries.append(entry) }
                return entries.count < batch
            }
            if entries.isEmpty { return }
            for entry in entries {
                let message = FoundMessage(pickup: pickup, spool: spool, entry: entry)
                do throws(CommandRefusal) {
                    _ = try act(on: message, { _ in true }, &changed)
                    count += 1
                } catch {
                    stuck.insert(entry.fileName)
                    result.add(CommandResult(error))
                }
            }
        }
    }

    private func act(
        on message: FoundMessage,
        _ confirm: (String) -> Bool,
        _ changed: inout ChangedPickups
    ) throws(CommandRefusal) -> CommandResult {
        let (label, entry) = (message.label, message.entry)
        switch try plan(for: message) {
        case .nothing(let sentence):
            return CommandResult(["\(label) \(sentence)"])
        case .refuse(let sentence, let status):
            throw CommandRefusal("\(label) \(sentence)", status)
        case .act(let action, let sentence):
            if action == .delete, !confirm("Remove \(label) from \(entry.place.word)?") {
                return CommandResult(["\(label) stays where it is."])
            }
            do throws(SpoolError) {
                try carryOut(action, message)
            } catch {
                throw refusal(error, label)
            }
            changed.note(verb, message)
            return CommandResult(["\(label) \(sentence)"])
        }
    }

    private func plan(for message: FoundMessage) throws(CommandRefusal) -> VerbPlan {
        let entry = message.entry
        var wasTried = false
        // Only there does the history decide, and operators may not look at it.
        if verb == .retry, entry.place == .queue, let id = entry.id {
            do throws(SpoolError) {
                wasTried = try message.spool.nextAttempt(of: id) != nil
            } catch {
                throw refusal(error, message.label)
            }
        }
        return verb.plan(
            for: entry.place,
            wasTried: wasTried,
            hasDaemon: !daemon.isStopped,
            name: entry.id?.text ?? entry.fileName.display
        )
    }

    private func carryOut(
        _ action: VerbAction,
        _ message: FoundMessage
    ) throws(SpoolError) {
        switch action {
        case .toQueue: try message.spool.retry(message.entry)
        case .toHeld: try message.spool.hold(message.entry)
        case .delete: try message.spool.remove(message.entry)
        }
    }

    /// Operators may move messages, not look into `state/`.
    private static let askAsDaemon = "Try as root or as the daemon's user."

    private func refusal(_ error: SpoolError, _ label: String) -> CommandRefusal {
        switch error.kind {
        case .vanished:
            CommandRefusal("\(label) was moved by somebody else meanwhile; look again.", .tryLater)
        case .onTheWire:
            CommandRefusal("\(label) went on the wire meanwhile; try again in a minute.", .tryLater)
        case .denied:
            CommandRefusal(
                "\(label) stays where it is: \(error.fullSentence) \(Self.askAsDaemon)",
                .unavailable
            )
        default:
            CommandRefusal("\(label) stays where it is: \(error.fullSentence)", .unavailable)
        }
    }

    /// Tells the daemon, or the operator that there is none.
    private func finish(_ changed: inout ChangedPickups, _ result: inout CommandResult) {
        changed.journal.write()
        for spool in changed.spools.values { spool.wake() }
        let needsDaemon = verb == .retry || verb == .release
        if needsDaemon, !changed.spools.isEmpty, daemon.isStopped {
            result.complaints.append("Postchute is not running: the queue waits until it is.")
        }
    }
}

/// The pickups in which something was moved, and the journal of it.
private struct ChangedPickups {
    private(set) var spools: [String: OperatorSpool] = [:]
    var journal: OperatorJournal

    init(_ journal: OperatorJournal) { self.journal = journal }

    mutating func note(_ verb: MessageVerb, _ message: FoundMessage) {
        spools[message.pickup] = message.spool
        journal.note(verb, message)
    }
}
