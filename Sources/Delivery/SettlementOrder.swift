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
        /// Back to the queue, with a history if there is one; due at the instant of the engine's
        /// clock, which does not depend on how long the disk takes.
        case requeue(from: SpoolFolder, DeliveryState?, due: Duration)
        /// To `failed/`, the reason first.
        case fail(from: SpoolFolder, reason: [UInt8], DeliveryState?)
        /// To `held/`.
        case hold(from: SpoolFolder, reason: [UInt8], DeliveryState)
    }

    let name: SpoolName
    let move: Move
    /// Held so that a part can go on where the last one ended.
    let message: LoadedMessage?
    /// What the writer is told once the message is in `failed/`.
    var feedback: FeedbackText?

    /// How a move ended; the location is where the file is if a person had moved it meanwhile.
    typealias Outcome = Result<MessageLocation?, SpoolError>

    /// Carries the move out and calls back once it is durable; blocking, on a spool thread.
    func carryOut(in spool: MessageSpool, then completion: @escaping @Sendable (Outcome) -> Void) {
        switch move {
        case .sent:
            spool.settleSent(name, hasHistory: message?.state != nil) {
                completion($0.map(\.elsewhere))
            }
        case .recordPart(let folder, let state):
            completion(
                outcome { () throws(SpoolError) in try spool.save(state, of: name, in: folder) }
            )
        case .requeue(.queue, nil, _):
            completion(.success(nil))
        case .requeue(let folder, let state, _):
            let history = state ?? DeliveryState(name)
            completion(
                outcome { () throws(SpoolError) in
                    try spool.returnToQueue(name, from: folder, state: history)
                }
            )
        case .fail(let folder, let reason, let state):
            completion(
                outcome { () throws(SpoolError) in
                    try spool.fail(name, from: folder, reason: reason, state: state)
                }
            )
        case .hold(let folder, let reason, let state):
            completion(
                outcome { () throws(SpoolError) in
                    try spool.hold(name, from: folder, reason: reason, state: state)
                }
            )
        }
    }

    private func outcome(_ move: () throws(SpoolError) -> MoveResult) -> Outcome {
        Result(catching: move).map(\.elsewhere)
    }

    private func outcome(_ record: () throws(SpoolError) -> Void) -> Outcome {
        Result(catching: record).map { nil }
    }
}

extension MoveResult {
    /// Where a person had put the file, if it is not where it was to go.
    fileprivate var elsewhere: MessageLocation? {
        if case .elsewhere(let location) = self { location } else { nil }
    }
}
