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
        var receive: (@Sendable ([Event]) -> Void)?
    }

    private let box = Mutex(Box())
    private let loop: any EventLoop

    /// Creates an inbox that keeps what it gets until it is opened.
    init(loop: any EventLoop) { self.loop = loop }

    /// Hands events to `receive` from now on, on the loop and in the order of arrival.
    func open(_ receive: @escaping @Sendable ([Event]) -> Void) {
        box.withLock { $0.receive = receive }
        loop.execute { self.drain() }
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
        let (events, receive) = box.withLock { box in
            defer {
                if box.receive != nil { box.events = [] }
                box.isScheduled = false
            }
            return (box.events, box.receive)
        }
        if !events.isEmpty { receive?(events) }
    }
}
