internal import Synchronization

/// What a sandbox has done so far.
package struct SandboxCounters: Hashable, Sendable {
    /// Messages accepted, whatever became of the reply.
    package var accepted = 0
    /// Octets of those messages.
    package var acceptedOctets = 0
    /// Contents that were not accepted.
    package var refused = 0
    /// Commands and responses to challenges.
    package var commands = 0
    package var sessionsNow = 0
    /// The most sessions there were at once.
    package var sessionsMost = 0
    package var sessionsEver = 0
    package var handshakes = 0
    /// Handshakes that failed, and sessions that ended in a TLS error.
    package var tlsFailures = 0

    /// Creates counters at zero.
    package init() {}
}

/// Counts, and wakes those who wait for a count.
final class SandboxTally: Sendable {
    private struct Waiter {
        let awaited: Int
        let wake: @Sendable (Bool) -> Void
    }

    private struct Book {
        var counters = SandboxCounters()
        var waiters: [Int: Waiter] = [:]
        var nextWaiter = 0
    }

    private let book = Mutex(Book())

    /// The counters of this moment.
    var counters: SandboxCounters { book.withLock { $0.counters } }

    /// Changes counters.
    func count(_ change: (inout SandboxCounters) -> Void) {
        book.withLock { change(&$0.counters) }
    }

    /// Counts an accepted message.
    func countAccepted(octets: Int) {
        let ready = book.withLock { book in
            book.counters.accepted += 1
            book.counters.acceptedOctets += octets
            guard !book.waiters.isEmpty else { return [Waiter]() }
            let accepted = book.counters.accepted
            let ready = book.waiters.filter { $0.value.awaited <= accepted }
            for key in ready.keys { book.waiters[key] = nil }
            return Array(ready.values)
        }
        for waiter in ready { waiter.wake(true) }
    }

    /// Calls `wake` with `true` once so many messages are accepted.
    ///
    /// - Returns: What to give to ``giveUp(_:)``; `nil` when it was called already.
    func whenAccepted(_ awaited: Int, wake: @escaping @Sendable (Bool) -> Void) -> Int? {
        let key: Int? = book.withLock { book in
            guard book.counters.accepted < awaited else { return nil }
            book.nextWaiter += 1
            book.waiters[book.nextWaiter] = Waiter(awaited: awaited, wake: wake)
            return book.nextWaiter
        }
        if key == nil { wake(true) }
        return key
    }

    /// Wakes a waiter with `false`, if it still waits.
    func giveUp(_ key: Int) {
        let waiter = book.withLock { $0.waiters.removeValue(forKey: key) }
        waiter?.wake(false)
    }
}
