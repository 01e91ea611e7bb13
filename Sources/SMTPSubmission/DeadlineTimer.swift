import NIOCore

/// One deadline that moves with every reply, at the price of a scheduled task now and then.
///
/// A task for each command would be scheduled and cancelled thousands of times a second; this one
/// stays while deadlines move away from it and schedules itself again when it fires too early.
final class DeadlineTimer {
    private let loop: any EventLoop
    private let fire: () -> Void
    private var deadline: NIODeadline?
    private var scheduled: (at: NIODeadline, task: Scheduled<Void>)?

    /// Creates a timer that is not armed; `fire` runs on the loop.
    init(loop: any EventLoop, fire: @escaping () -> Void) {
        self.loop = loop
        self.fire = fire
    }

    /// Sets the deadline, replacing the one before.
    func arm(after duration: Duration) {
        let deadline = loop.now + TimeAmount(duration)
        self.deadline = deadline
        if let scheduled {
            guard deadline < scheduled.at else { return }
            scheduled.task.cancel()
        }
        schedule(at: deadline)
    }

    /// Removes the deadline.
    func disarm() {
        deadline = nil
    }

    /// Removes the deadline and the task; the timer is not used again.
    func end() {
        deadline = nil
        scheduled?.task.cancel()
        scheduled = nil
    }

    private func schedule(at time: NIODeadline) {
        let task = loop.assumeIsolated().scheduleTask(deadline: time) { self.wake() }
        scheduled = (time, task)
    }

    private func wake() {
        scheduled = nil
        guard let deadline else { return }
        guard deadline <= loop.now else { return schedule(at: deadline) }
        self.deadline = nil
        fire()
    }
}
