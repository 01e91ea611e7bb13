internal import NIOCore
internal import Synchronization

/// Carries results from many threads to the delivery loop, one wake-up for a whole batch.
///
/// A loop hop for each message would cost more than the message; while the loop is busy, results
/// collect here and arrive together.
final class BatchedInbox<Event: Sendable>: Sendable {
    private struct Box {
        var events: [Event] = []
        var isScheduled = false
    }

    private let box = Mutex(Box())
    private let loop: any EventLoop
    private let receive: @Sendable ([Event]) -> Void

    /// Creates an inbox whose events are handed to `receive` on `loop`, in the order of arrival.
    init(loop: any EventLoop, receive: @escaping @Sendable ([Event]) -> Void) {
        self.loop = loop
        self.receive = receive
    }

    /// Adds one event; callable from any thread.
    func post(_ event: Event) {
        let mustWake = box.withLock { box in
            box.events.append(event)
            defer { box.isScheduled = true }
            return !box.isScheduled
        }
        if mustWake { loop.execute { self.drain() } }
    }

    private func drain() {
        let events = box.withLock { box in
            defer {
                box.events = []
                box.isScheduled = false
            }
            return box.events
        }
        receive(events)
    }
}
