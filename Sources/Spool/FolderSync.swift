internal import Glibc

/// Group commit for one folder: a rename is durable once a sync that began after it has ended.
///
/// One thread at a time calls `fsync`; the others wait for it or for the next one. Nobody waits
/// when nothing has happened since the last sync. A failed sync makes the folder *sick* for good:
/// the kernel reports an error once and marks the pages clean, so a second sync would succeed
/// without writing.
package final class FolderSync: Sendable {
    private struct State {
        /// Counts changes; begins ahead of `synced`, since nothing is known of earlier changes.
        var touched: UInt64 = 1
        /// The value of `touched` when the last completed sync began.
        var synced: UInt64 = 0
        var isRunning = false
        var failure: (error: SpoolError, touched: UInt64)?
    }

    private enum Step {
        case done
        case failed(SpoolError)
        case lead(touched: UInt64)
    }

    private let state = Monitor(State())
    private let descriptor: Int32
    private let path: [UInt8]
    private let sync: @Sendable (Int32) -> Int32

    init(descriptor: Int32, path: [UInt8], sync: @escaping @Sendable (Int32) -> Int32) {
        self.descriptor = descriptor
        self.path = path
        self.sync = sync
    }

    /// Records that an entry of the folder changed; to be called after the change.
    func touch() { state.locked { $0.touched += 1 } }

    /// Whether something changed since the last completed sync began.
    var isDirty: Bool { state.locked { $0.synced < $0.touched } }

    /// The error that made the folder sick, if one did.
    var sickness: SpoolError? { state.locked { $0.failure?.error } }

    /// Returns once every change recorded before the call is durable.
    func wait() throws(SpoolError) {
        let target = state.locked { $0.touched }
        while true {
            switch state.waiting({ step(&$0, target) }) {
            case .done: return
            case .failed(let error): throw error
            case .lead(let touched): finish(touched, sync(descriptor))
            }
        }
    }

    private func step(_ state: inout State, _ target: UInt64) -> Step? {
        if state.synced >= target { return .done }
        if let failure = state.failure {
            let isOurs = target <= failure.touched
            return .failed(isOurs ? failure.error : SpoolError(.sick, "sync", path: path))
        }
        if state.isRunning { return nil }
        state.isRunning = true
        return .lead(touched: state.touched)
    }

    private func finish(_ touched: UInt64, _ result: Int32) {
        state.locked { state in
            state.isRunning = false
            // EINVAL: the file system has no fsync for folders (some FUSE and CIFS mounts) and
            // never will; there the server's own order is all there is.
            if result == 0 || result == -EINVAL {
                state.synced = max(state.synced, touched)
            } else {
                // Whatever the error, room on the disk alone is no cure: a restart is.
                state.failure = (SpoolError(.io, "sync", path: path, number: -result), touched)
            }
        }
        state.wakeAll()
    }
}
