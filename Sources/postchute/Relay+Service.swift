internal import Delivery
internal import Dispatch
internal import EventLog
internal import NIOCore
internal import NIOPosix
internal import Operations
internal import Settings
internal import Spool
internal import Synchronization
internal import UnixSignals

extension Relay {
    /// How long the start waits for folders before it is called ready without them: a mount that hangs
    /// must not have the daemon taken for one that does not start.
    private static let startPatience = Duration.seconds(30)
    /// How often a stop says that it goes on, and how much time it asks for each time.
    private static let drainStep = Duration.seconds(2)
    static let drainExtension = Duration.seconds(15)

    /// Tells the service manager that the daemon is ready and alive, and reloads on request, until the
    /// task is cancelled.
    func serveManager() async {
        let hangups = await UnixSignalsSequence(trapping: .sighup)
        let heart = startHeart()
        await becomeReady()
        for await _ in hangups {
            if Task.isCancelled { break }
            await reload()
        }
        // It goes on to beat while the daemon stops.
        withExtendedLifetime(heart) {}
    }

    private func becomeReady() async {
        let engine = engine
        let end = ContinuousClock.now + Self.startPatience
        while !Task.isCancelled, ContinuousClock.now < end {
            let isReady = try? await group.next().submit { engine.isReady }.get()
            if isReady == true { break }
            try? await Task.sleep(for: .milliseconds(20))
        }
        if isAfterCrash.load(ordering: .relaxed) { await tellLeftovers() }
        manager.ready()
    }

    private func tellLeftovers() async {
        let engine = engine
        let count = (try? await group.next().submit { engine.leftovers }.get()) ?? 0
        log.write(
            LogLine(.warning, "restarted-after-crash").adding("sending", count)
                .adding("reason", crashSentence.withLock { $0 } ?? "")
                .adding(
                    "advice",
                    count == 0
                        ? "Nothing was on the wire; look for the cause in the journal."
                        : "Each of these messages may be delivered twice; see its line uncertain."
                )
        )
    }

    /// Leaves the mark of a running daemon, and notes how the one before ended.
    func beginMarker() {
        let (earlier, failure) = CrashMarker(settings.state).begin()
        if let sentence = earlier.sentence {
            isAfterCrash.store(true, ordering: .relaxed)
            crashSentence.withLock { $0 = sentence }
        }
        if let failure {
            log.write(LogLine(.warning, "no-marker").adding("reason", failure.fullSentence))
        }
    }

    /// Removes the mark: the daemon stopped as it should.
    func endMarker() { CrashMarker(settings.state).end() }

    /// Asks the parts that must not hang, and tells the manager as long as all of them answer.
    private func startHeart() -> (any DispatchSourceTimer)? {
        guard let limit = manager.watchdog else { return nil }
        let (loop, threads, log, manager) = (group.next(), threads, log, manager)
        let pulse = Pulse([
            ("delivery", { answer in loop.execute(answer) }),
            ("spool", { answer in threads.run(answer) }),
            ("log", { answer in log.whenAnswering(answer) }),
        ])
        let timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "watchdog"))
        let milliseconds = Int(limit / .milliseconds(4))
        timer.schedule(deadline: .now(), repeating: .milliseconds(max(milliseconds, 1)))
        let said = Mutex(false)
        timer.setEventHandler {
            let silent = pulse.beat()
            guard !silent.isEmpty else {
                said.withLock { $0 = false }
                return manager.alive()
            }
            let isNew = said.withLock { said in
                defer { said = true }
                return !said
            }
            guard isNew else { return }
            let reason = "A part of the daemon has not answered for a quarter of WatchdogSec."
            log.write(
                LogLine(.warning, "not-answering")
                    .adding("parts", silent.joined(separator: ","))
                    .adding("reason", reason)
            )
        }
        timer.resume()
        return timer
    }

    /// Tells how far a stop is, and asks for the time it takes.
    func tellDraining() async {
        let engine = engine
        while !Task.isCancelled {
            let count = (try? await group.next().submit { engine.underWay }.get()) ?? 0
            manager.show(
                count == 1
                    ? "Stopping: 1 message is on the wire."
                    : "Stopping: \(count) messages are on the wire."
            )
            manager.extend(by: Self.drainExtension)
            try? await Task.sleep(for: Self.drainStep)
        }
    }
}
