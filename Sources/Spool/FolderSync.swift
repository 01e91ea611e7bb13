internal import Glibc

/// Group commit for one folder: a change is durable once a sync that began after it has ended.
///
/// Whoever comes while nobody leads has `fsync` called for all who have come by then, and again for
/// those who came meanwhile; the others leave a closure behind and go on. A thread that slept instead
/// would cost two context switches for each message and barrier, more than the rest of its work. A sync
/// takes its turn behind the work that waits already: the moves among that share it, and where nothing
/// waits it begins at once. Nobody waits when nothing has happened since the last sync. Where nobody is
/// held up by the wait, the syncs keep a distance, so that more share one (``Haste/leisurely``). A failed
/// sync makes the folder *sick* for
/// good: the kernel reports an error once and marks the pages clean, so a second sync would succeed
/// without writing.
package final class FolderSync: Sendable {
    /// The changes that somebody waits for.
    enum Changes {
        /// Every change.
        case all
        /// All but moves out of the folder, whose new name is another folder's to keep.
        case arrivals
    }

    /// Whether somebody is held up until the changes are durable.
    enum Haste {
        /// One sync after another, each in its turn, for as long as anybody waits.
        case urgent
        /// After a sync a rest of some milliseconds.
        case leisurely
    }

    /// Hears that the changes are durable, or why nobody will ever know.
    typealias Completion = @Sendable (SpoolError?) -> Void

    private struct State {
        /// Counts changes; begins ahead of `synced`, since nothing is known of earlier changes.
        var touched: UInt64 = 1
        /// The value of `touched` after the last change that is no departure.
        var arrived: UInt64 = 1
        /// The value of `touched` when the last completed sync began.
        var synced: UInt64 = 0
        /// Whether somebody calls `fsync` until nobody waits any more.
        var isLed = false
        var failure: (error: SpoolError, touched: UInt64)?
        var waiters: [(target: UInt64, completion: Completion)] = []
    }

    private enum Step {
        case call(SpoolError?)
        case lead
        case leave
    }

    private let state = Monitor(State())
    private let descriptor: Int32
    private let path: [UInt8]
    private let hooks: SpoolHooks

    init(descriptor: Int32, path: [UInt8], hooks: SpoolHooks) {
        self.descriptor = descriptor
        self.path = path
        self.hooks = hooks
    }

    /// Records that an entry of the folder changed; to be called after the change.
    func touch() {
        state.locked { state in
            state.touched += 1
            state.arrived = state.touched
        }
    }

    /// Records that an entry was moved to another folder; to be called after the move.
    func touchDeparture() { state.locked { $0.touched += 1 } }

    /// Whether something changed since the last completed sync began.
    var isDirty: Bool { state.locked { $0.synced < $0.touched } }

    /// The error that made the folder sick, if one did.
    var sickness: SpoolError? { state.locked { $0.failure?.error } }

    /// Calls back once the changes recorded before the call are durable.
    ///
    /// Calls back at once when they are. To be the last thing that its thread does for now, which may
    /// be the one that syncs next.
    func whenDurable(
        _ changes: Changes,
        _ haste: Haste = .urgent,
        _ completion: @escaping Completion
    ) {
        switch (state.locked { enlist(&$0, changes, completion) }, haste) {
        case (.call(let error), _): completion(error)
        case (.lead, .urgent): hooks.inTurn { self.leadInTurn() }
        case (.lead, .leisurely): leadAtLeisure()
        case (.leave, _): break
        }
    }

    /// Returns once every change recorded before the call is durable.
    func wait() throws(SpoolError) {
        let outcome = Monitor<SpoolError??>(nil)
        let step = state.locked { state in
            enlist(&state, .all) { error in
                outcome.locked { $0 = .some(error) }
                outcome.wakeAll()
            }
        }
        switch step {
        case .call(let error): if let error { throw error }
        case .lead: lead { outcome.locked { $0 != nil } }
        case .leave: break
        }
        if case .call = step { return }
        if let error = outcome.waiting({ $0 }) { throw error }
    }

    private func enlist(
        _ state: inout State,
        _ changes: Changes,
        _ completion: @escaping Completion
    ) -> Step {
        let target =
            switch changes {
            case .all: state.touched
            case .arrivals: state.arrived
            }
        if state.synced >= target { return .call(nil) }
        if let failure = state.failure {
            return .call(target <= failure.touched ? failure.error : .sick(path))
        }
        state.waiters.append((target, completion))
        if state.isLed { return .leave }
        state.isLed = true
        return .lead
    }

    /// Syncs for everybody who waits, until nobody does or this thread has had enough.
    private func lead(until hasEnough: () -> Bool) {
        while let touched = begin() {
            sync(touched)
            if hasEnough() { return handOver() }
        }
    }

    /// Syncs once, and leads on behind the work that has come meanwhile.
    private func leadInTurn() {
        guard let touched = begin() else { return }
        sync(touched)
        hooks.inTurn { self.leadInTurn() }
    }

    /// Syncs once, and leads on after a rest; whoever comes meanwhile is led.
    private func leadAtLeisure() {
        guard let touched = begin() else { return }
        sync(touched)
        hooks.soon { self.leadAtLeisure() }
    }

    private func sync(_ touched: UInt64) {
        let (served, error) = finish(touched, hooks.sync(descriptor))
        for completion in served { completion(error) }
    }

    private func begin() -> UInt64? {
        state.locked { state in
            state.isLed = !state.waiters.isEmpty
            return state.isLed ? state.touched : nil
        }
    }

    /// Nobody leads until the other thread gets to it, so that whoever comes first does: a queue
    /// full of work that waits for this folder cannot keep it from being synced.
    private func handOver() {
        let isWaitedFor = state.locked { state in
            state.isLed = false
            return !state.waiters.isEmpty
        }
        if isWaitedFor { hooks.later { self.leadUnlessLed() } }
    }

    private func leadUnlessLed() {
        let mustLead = state.locked { state in
            defer { state.isLed = true }
            return !state.isLed
        }
        if mustLead { lead { false } }
    }

    private func finish(
        _ touched: UInt64,
        _ result: Int32
    ) -> (served: [Completion], error: SpoolError?) {
        state.locked { state in
            // EINVAL: the file system has no fsync for folders (some FUSE and CIFS mounts) and
            // never will; there the server's own order is all there is.
            guard result == 0 || result == -EINVAL else {
                // Whatever the error, room on the disk alone is no cure: a restart is.
                let error = SpoolError(.io, "sync", path: path, number: -result)
                state.failure = (error, touched)
                defer { state.waiters = [] }
                return (state.waiters.map(\.completion), error)
            }
            state.synced = max(state.synced, touched)
            let served = state.waiters.prefix { $0.target <= touched }.map(\.completion)
            // Whoever came before the sync began is among them.
            state.waiters.removeFirst(served.count)
            return (served, nil)
        }
    }
}

extension SpoolError {
    fileprivate static func sick(_ path: [UInt8]) -> SpoolError {
        SpoolError(.sick, "sync", path: path)
    }
}
