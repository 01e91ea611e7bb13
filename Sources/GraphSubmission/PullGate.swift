internal import Synchronization

/// Knows whether somebody is using a message's source, so that an attempt ends only when nobody is:
/// what is asked of a source may move its file.
final class PullGate: Sendable {
    private struct State {
        var isInUse = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    /// Begins to use the source; to be called before it is asked whether that is still allowed.
    func enter() { state.withLock { $0.isInUse = true } }

    /// Ends the use.
    func leave() {
        let waiters = state.withLock { state in
            defer { state = State() }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Returns when the source is not in use.
    func whenQuiet() async {
        await withCheckedContinuation { continuation in
            let isQuiet = state.withLock { state in
                if state.isInUse { state.waiters.append(continuation) }
                return !state.isInUse
            }
            if isQuiet { continuation.resume() }
        }
    }
}
