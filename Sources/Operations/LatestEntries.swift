internal import Spool

/// The latest messages of a folder that may hold a million.
struct LatestEntries {
    private let limit: Int
    private var entries: [SpoolEntry] = []
    /// Whether there were more than ``limit``.
    private(set) var isCut = false

    /// Keeps at most `limit` messages, at least one.
    init(limit: Int) { self.limit = max(limit, 1) }

    /// Adds a message, which may push out the oldest.
    mutating func add(_ entry: SpoolEntry) {
        entries.append(entry)
        // In strides: sorting at every step would cost a million sorts.
        if entries.count >= 2 * limit { cut() }
    }

    /// Whether there is no room for older ones.
    var isFull: Bool { entries.count >= limit }

    /// The messages by claim, the oldest first; files put there by hand before all others.
    mutating func take() -> [SpoolEntry] {
        cut()
        return entries
    }

    private mutating func cut() {
        entries.sort(by: Self.precedes)
        guard entries.count > limit else { return }
        entries.removeFirst(entries.count - limit)
        isCut = true
    }

    private static func precedes(_ left: SpoolEntry, _ right: SpoolEntry) -> Bool {
        switch (left.id, right.id) {
        case (let left?, let right?) where left != right: left < right
        case (nil, .some): true
        case (.some, nil): false
        default: left.fileName.octets.lexicographicallyPrecedes(right.fileName.octets)
        }
    }
}
