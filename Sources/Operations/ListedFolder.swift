internal import Spool

/// A folder as commands name it.
package enum ListedFolder: String, Hashable, Sendable, CaseIterable {
    case queue, sending, failed, held, sent

    /// The folders of the spool this stands for; every day of `sent/`, the latest first.
    func places(in spool: OperatorSpool) throws(SpoolError) -> [SpoolFolder] {
        switch self {
        case .queue: [.queue]
        case .sending: [.sending]
        case .failed: [.failed]
        case .held: [.held]
        case .sent: try spool.days().map { .sent(day: $0) }
        }
    }
}

extension SpoolFolder {
    /// The folder as commands name it.
    var word: String {
        switch self {
        case .queue: "queue"
        case .sending: "sending"
        case .sent: "sent"
        case .failed: "failed"
        case .held: "held"
        case .state: "state"
        }
    }
}
