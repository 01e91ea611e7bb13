internal import Spool

/// One move a spool thread carries out after an attempt, complete enough to be repeated.
///
/// Repeating is safe: every move is one rename, and one that has happened answers *vanished*.
struct SettlementOrder: Sendable {
    enum Move: Sendable {
        /// `sending/` → `sent/`; B3 is durable when it returns.
        case sent
        /// The outcome of a part becomes durable; the file stays where it is.
        case recordPart(in: SpoolFolder, DeliveryState)
        /// Back to the queue, with a history if there is one; due after the pause.
        case requeue(from: SpoolFolder, DeliveryState?, after: Duration)
        /// To `failed/`, the reason first.
        case fail(from: SpoolFolder, reason: [UInt8], DeliveryState?)
        /// To `held/`.
        case hold(from: SpoolFolder, reason: [UInt8], DeliveryState)
    }

    let name: SpoolName
    let move: Move
    /// Held so that a part can go on where the last one ended.
    let message: LoadedMessage?

    /// Carries the move out and returns where the file is if a person had moved it meanwhile;
    /// blocking, on a spool thread.
    func carryOut(in spool: MessageSpool) throws(SpoolError) -> MessageLocation? {
        switch move {
        case .sent:
            return try spool.settleSent(name).elsewhere
        case .recordPart(let folder, let state):
            try spool.save(state, of: name, in: folder)
            return nil
        case .requeue(.queue, nil, _):
            return nil
        case .requeue(let folder, let state, _):
            let history = state ?? DeliveryState(name)
            return try spool.returnToQueue(name, from: folder, state: history).elsewhere
        case .fail(let folder, let reason, let state):
            return try spool.fail(name, from: folder, reason: reason, state: state).elsewhere
        case .hold(let folder, let reason, let state):
            return try spool.hold(name, from: folder, reason: reason, state: state).elsewhere
        }
    }
}

extension MoveResult {
    /// Where a person had put the file, if it is not where it was to go.
    fileprivate var elsewhere: MessageLocation? {
        if case .elsewhere(let location) = self { location } else { nil }
    }
}
