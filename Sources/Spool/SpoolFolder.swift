/// The folders a message can be in after its claim, and the one place that has their names.
package enum SpoolFolder: Hashable, Sendable {
    /// Claimed messages, waiting or deferred.
    case queue
    /// Messages whose content may be on the wire.
    case sending
    /// Messages Microsoft accepted on one day, `2026-11-23`, in UTC.
    case sent(day: String)
    /// Messages that cannot be sent, each beside its reason.
    case failed
    /// Messages set aside by a person or by policy.
    case held
    /// One small file for each message with a history.
    case state

    /// The folder relative to the spool.
    package var path: String {
        switch self {
        case .queue: "queue"
        case .sending: "queue/sending"
        case .sent(let day): "sent/\(day)"
        case .failed: "failed"
        case .held: "held"
        case .state: "state"
        }
    }

    /// The folder that holds one folder for each day.
    static let sentRoot = "sent"
    /// `sending/` as its parent sees it.
    static let sendingName = "sending"
    /// Where the files of a bundle wait for each other, inside `queue/`.
    static let collectingName = "collecting"
    /// Where files of another file system are copied from, inside the drop folder.
    static let claimName = ".postchute-claim"
    /// The file in `queue/` that pauses the pickup while it exists.
    static let pausedName = "PAUSED"
    /// The file in the drop folder whose appearance asks the daemon for a look at its folders.
    package static let wakeName = ".postchute-wake"
    /// The file in `state/` whose lock belongs to the running daemon.
    static let lockName = "lock"

    /// The names that are ours in a drop folder that is its own spool.
    package static let namesInDrop = ["queue", sentRoot, "failed", "held", "state", claimName]
}
