internal import Dispatch
internal import Pickup
internal import Spool
internal import Synchronization
internal import Delivery

/// Tells the writers of one pickup what was refused, behind everything else: a folder that hangs or
/// is full delays no mail.
final class FeedbackWriter: Sendable {
    private let folder: FeedbackFolder
    private let log: PickupLog
    // A queue of its own, since its only thread may wait for a network mount.
    private let queue: DispatchQueue
    private let state = Mutex(State())

    private struct State {
        var waiting = 0
        var written = 0
        /// Why the last text could not be written, so that it is said once.
        var trouble: String?
        /// Whether nothing is written for want of room, and whether something was left out for that.
        var isHeld = false
        var isBehind = false
    }

    /// Texts that may wait for a folder that hangs; the start after it writes the others.
    private static let maximumWaiting = 1000
    /// How often old texts are removed: with each so many new ones.
    private static let removalInterval = 100
    /// How far back a start looks for messages nobody was told of: one day, in microseconds.
    private static let sweptSpan: Int64 = 86_400_000_000

    /// Creates a writer; nothing is opened.
    init(_ folder: FeedbackFolder, log: PickupLog) {
        (self.folder, self.log) = (folder, log)
        queue = DispatchQueue(label: "feedback")
    }

    /// Writes a text soon.
    func write(_ text: [UInt8], about name: SpoolName) {
        let isTooMuch = state.withLock { state in
            if state.isHeld {
                state.isBehind = true
                // As if too many waited: what is left out here is written when there is room again.
                state.waiting += 1
                return true
            }
            state.waiting += 1
            return state.waiting > Self.maximumWaiting
        }
        guard !isTooMuch else { return state.withLock { $0.waiting -= 1 } }
        queue.async { [self] in
            state.withLock { $0.waiting -= 1 }
            attempt { () throws(SpoolError) in
                try folder.write(text, about: name)
                let isTime = state.withLock { state in
                    state.written += 1
                    return state.written % Self.removalInterval == 0
                }
                if isTime { try folder.removeOld() }
            }
        }
    }

    /// Tells of what a daemon that was killed could not tell of, and removes what is old.
    func sweep(_ spool: MessageSpool, now: @escaping @Sendable () -> Int64) {
        queue.async { [self] in
            attempt { () throws(SpoolError) in
                for name in try spool.failed(within: Self.sweptSpan)
                where try !folder.hasText(about: name) {
                    try folder.write(FeedbackText.lost.octets(name, at: now()), about: name)
                }
                try folder.removeOld()
            }
        }
    }

    /// Removes what is old.
    func removeOld() {
        queue.async { [self] in attempt { () throws(SpoolError) in try folder.removeOld() } }
    }

    /// Has texts written, or left out while the disk has no room for them; what was left out is written
    /// afterwards.
    func allow(_ mayWrite: Bool, spool: MessageSpool?, now: @escaping @Sendable () -> Int64) {
        let mustCatchUp = state.withLock { state in
            state.isHeld = !mayWrite
            guard mayWrite, state.isBehind else { return false }
            state.isBehind = false
            return true
        }
        if mustCatchUp, let spool { sweep(spool, now: now) }
    }

    /// Waits a moment for texts that are still to be written.
    func finish() {
        let done = DispatchSemaphore(value: 0)
        queue.async { done.signal() }
        _ = done.wait(timeout: .now() + .seconds(2))
    }

    private func attempt(_ work: () throws(SpoolError) -> Void) {
        do throws(SpoolError) {
            try work()
            state.withLock { $0.trouble = nil }
        } catch {
            let sentence = error.fullSentence
            let isNew = state.withLock { state in
                defer { state.trouble = sentence }
                return state.trouble != sentence
            }
            if isNew { log.feedbackFailed(sentence) }
        }
    }
}
