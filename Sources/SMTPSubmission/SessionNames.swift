internal import Synchronization

/// Names for sessions: numbers, in the order in which the sessions began.
enum SessionNames {
    private static let last = Atomic<Int>(0)

    /// A name that no other session of this process has.
    static func next() -> String {
        String(last.add(1, ordering: .relaxed).newValue)
    }
}
