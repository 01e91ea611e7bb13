internal import DequeModule

/// Counts what happened in the last minute, hour or day.
///
/// Moments closer together than a 60,000th of the window count as one, the later: so a window
/// needs a bounded memory, and never forgets too early.
struct RollingWindow: Sendable {
    private struct Entry {
        var time: Int64
        var amount: Int
    }

    private let length: Int64
    private let grain: Int64
    private var entries: Deque<Entry> = []
    private var sum = 0
    /// The most there ever was in any such window.
    private(set) var most = 0

    /// Creates an empty window of so many seconds.
    init(seconds: Int64) {
        length = seconds * 1000
        grain = seconds / 60
    }

    /// What happened in the window that ends at a moment.
    mutating func total(at now: SandboxTime) -> Int {
        forget(before: now)
        return sum
    }

    /// Counts an amount at a moment, which is not before earlier ones.
    mutating func add(_ amount: Int, at now: SandboxTime) {
        forget(before: now)
        sum += amount
        most = max(most, sum)
        if let last = entries.last, now.milliseconds - last.time < grain {
            entries[entries.count - 1].time = max(last.time, now.milliseconds)
            entries[entries.count - 1].amount += amount
        } else {
            entries.append(Entry(time: now.milliseconds, amount: amount))
        }
    }

    /// The first moment from `now` on at which one more stays within a limit.
    mutating func room(for limit: Int, at now: SandboxTime) -> SandboxTime {
        forget(before: now)
        var excess = sum + 1 - limit
        for entry in entries where excess > 0 {
            excess -= entry.amount
            guard excess <= 0 else { continue }
            return SandboxTime(milliseconds: max(now.milliseconds, entry.time + length))
        }
        return now
    }

    private mutating func forget(before now: SandboxTime) {
        while let first = entries.first, first.time <= now.milliseconds - length {
            sum -= first.amount
            entries.removeFirst()
        }
    }
}
