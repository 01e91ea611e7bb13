internal import Operations
internal import Synchronization

/// Looks at routes that go on or were taken: few at a time, since each takes a session.
final class Verifications: Sendable {
    private struct State {
        var running: Set<String> = []
        var done: [String: RoutesView.Verification] = [:]
    }

    private let state = Mutex(State())
    private static let most = 2

    /// Begins a look at a route; `false` when it has to wait for others.
    func begin(_ name: String) -> Bool {
        state.withLock { state in
            guard state.running.count < Self.most else { return false }
            return state.running.insert(name).inserted
        }
    }

    /// Ends it with what was found; only the last look at a route is kept.
    func end(_ name: String, _ report: VerifyReport.Route, at instant: Int64) {
        state.withLock { state in
            state.running.remove(name)
            state.done[name] = RoutesView.Verification(report: report, at: instant)
        }
    }

    /// What was found, by route.
    var all: [String: RoutesView.Verification] { state.withLock { $0.done } }
}
