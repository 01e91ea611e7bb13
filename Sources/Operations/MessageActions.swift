internal import Delivery
internal import Settings
internal import Spool

/// Carries out what an operator wants done to messages, by moving their files.
///
/// Takes no lock: each change is one rename, which the daemon notices, is told of, or wins.
package struct MessageActions: Sendable {
    let relay: RelayFolders
    let verb: MessageVerb
    private let lookup: MessageLookup
    let pickups: [PickupSettings]
    private let daemon: DaemonState

    /// Prepares a verb for the messages of one pickup, or of all.
    ///
    /// - Throws: When there is no such pickup.
    package init(
        _ verb: MessageVerb,
        _ relay: RelayFolders,
        pickup: String? = nil
    ) throws(CommandRefusal) {
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
        var changed = ChangedPickups()
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
        finish(changed, &result)
        return result
    }

    /// Does it to one message, where it lies now.
    ///
    /// A move that is not durable can be undone by a power cut, as one by hand; the daemon syncs what it
    /// finds before it sends it.
    func act(
        on message: FoundMessage,
        _ confirm: (String) -> Bool,
        _ changed: inout ChangedPickups,
        isDurable: Bool = true
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
                try carryOut(action, message, isDurable)
            } catch {
                throw refusal(error, label)
            }
            changed.note(message)
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
        _ message: FoundMessage,
        _ isDurable: Bool
    ) throws(SpoolError) {
        switch action {
        case .toQueue: try message.spool.retry(message.entry, isDurable: isDurable)
        case .toHeld: try message.spool.hold(message.entry, isDurable: isDurable)
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
    func finish(_ changed: ChangedPickups, _ result: inout CommandResult) {
        for spool in changed.spools.values { spool.wake() }
        let needsDaemon = verb == .retry || verb == .release
        if needsDaemon, !changed.spools.isEmpty, daemon.isStopped {
            result.complaints.append("Postchute is not running: the queue waits until it is.")
        }
    }
}

/// The pickups in which something was moved.
struct ChangedPickups {
    /// By name.
    private(set) var spools: [String: OperatorSpool] = [:]

    mutating func note(_ message: FoundMessage) { spools[message.pickup] = message.spool }
}
