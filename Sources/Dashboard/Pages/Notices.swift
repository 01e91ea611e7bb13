internal import Operations
internal import Synchronization

/// What an action came to, in the sentences of the command.
struct Notice: Hashable, Sendable {
    var lines: [String]
    var isProblem: Bool

    /// Creates the notice of an action.
    init(_ result: CommandResult) {
        lines = result.output + result.complaints
        isProblem = result.output.isEmpty
    }

    var model: Model {
        [
            "tone": .text(isProblem ? "error" : "done"),
            "lines": .list(lines.prefix(20).map { ["line": .text($0)] }),
        ]
    }
}

/// Notices that wait for the page after the action; the newest of them only.
///
/// In memory and not in the address, where anybody could make a page say anything.
final class Notices: Sendable {
    private struct Entry {
        var key: String
        var visitor: String
        var notice: Notice
    }

    private let entries = Mutex<[Entry]>([])
    private static let most = 64

    /// Keeps a notice for a visitor; returns the key to ask for it with.
    func keep(_ notice: Notice, for visitor: Visitor) -> String {
        let key = String(UInt64.random(in: .min ... .max), radix: 36)
        entries.withLock { entries in
            entries.append(Entry(key: key, visitor: visitor.name, notice: notice))
            if entries.count > Self.most { entries.removeFirst() }
        }
        return key
    }

    /// The notice under a key, of this visitor; it stays, so that the page may be loaded again.
    func notice(_ key: String?, for visitor: Visitor?) -> Notice? {
        guard let key, let visitor else { return nil }
        return entries.withLock { entries in
            entries.first { $0.key == key && $0.visitor == visitor.name }?.notice
        }
    }
}
