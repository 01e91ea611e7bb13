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
        /// Whether somebody calls `fsync` now.
        var isLed = false
        /// Whether a thread will come to lead, in its turn or after a rest.
        ///
        /// Nobody leads until it does, so that whoever cannot go on meanwhile leads at once: threads
        /// that all wait for this folder would otherwise wait for one of them to become free.
        var isDue = false
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
        let step = state.locked { state in
            let step = enlist(&state, changes, completion)
            guard case .lead = step else { return step }
            defer { state.isDue = true }
            return state.isDue ? .leave : .lead
        }
        switch (step, haste) {
        case (.call(let error), _): completion(error)
        case (.lead, .urgent): hooks.inTurn { self.takeTurn(.urgent) }
        case (.lead, .leisurely): takeTurn(.leisurely)
        case (.leave, _): break
        }
    }

    /// Returns once every change recorded before the call is durable.
    func wait() throws(SpoolError) {
        let outcome = Monitor<SpoolError??>(nil)
        let step = state.locked { state in
            let step = enlist(&state, .all) { error in
                outcome.locked { $0 = .some(error) }
                outcome.wakeAll()
            }
            if case .lead = step { state.isLed = true }
            return step
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
        return state.isLed ? .leave : .lead
    }

    /// Syncs until this thread has what it waits for; another goes on for those who came meanwhile.
    private func lead(until hasEnough: () -> Bool) {
        repeat { sync(state.locked(\.touched)) } while !hasEnough()
        if stopLeading(.urgent) { hooks.later { self.takeTurn(.urgent) } }
    }

    /// Syncs once for all who have come, unless somebody does already, and again later.
    private func takeTurn(_ haste: Haste) {
        let touched: UInt64? = state.locked { state in
            state.isDue = false
            if state.isLed || state.waiters.isEmpty { return nil }
            state.isLed = true
            return state.touched
        }
        guard let touched else { return }
        sync(touched)
        guard stopLeading(haste) else { return }
        switch haste {
        case .urgent: hooks.inTurn { self.takeTurn(haste) }
        case .leisurely: hooks.soon { self.takeTurn(haste) }
        }
    }

    /// Returns whether the caller must have somebody take the next turn; after a rest whoever comes
    /// during the rest shares it.
    private func stopLeading(_ haste: Haste) -> Bool {
        state.locked { state in
            state.isLed = false
            if state.isDue || haste == .urgent && state.waiters.isEmpty { return false }
            state.isDue = true
            return true
        }
    }

    private func sync(_ touched: UInt64) {
        let (served, error) = finish(touched, hooks.sync(descriptor))
        for completion in served { completion(error) }
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
