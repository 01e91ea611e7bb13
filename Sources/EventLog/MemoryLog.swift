import Synchronization

/// Lines kept in memory, for tests.
final class MemoryLog: Sendable {
    private let kept = Mutex<[String]>([])

    /// The lines so far, in order.
    var lines: [String] { kept.withLock { $0 } }

    /// Appends one line.
    func append(_ line: String) {
        kept.withLock { $0.append(line) }
    }
}
