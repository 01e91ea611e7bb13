internal import DequeModule
package import NIOCore
internal import Spool
internal import Submission

extension DeliveryEngine {
    /// How often pause files are looked for.
    private static let flagInterval = TimeAmount.seconds(2)
    /// How often a queue folder is read whose window is empty: files moved in by hand.
    private static let scanInterval = Duration.seconds(30)

    func scheduleHousekeeping() {
        readPauseFlags()
        state.housekeeping = loop.scheduleRepeatedTask(
            initialDelay: Self.flagInterval,
            delay: Self.flagInterval
        ) { _ in
            self.watchClock(at: self.clock.monotonic())
            self.believeWallClock()
            self.readPauseFlags()
            self.rescanIdleLanes()
        }
    }

    /// Notes whether the wall clock was set, so that histories can still be read.
    func watchClock(at now: Duration) {
        let step = state.eras.note(wall: clock.wall(), at: now)
        if let step { log.clockStepped(by: step) }
    }

    private func rescanIdleLanes() {
        let now = clock.monotonic()
        guard now - state.lastRescan >= Self.scanInterval else { return }
        state.lastRescan = now
        for lane in state.lanes where lane.queue.isWindowEmpty && lane.suspendedUntil == nil {
            lookAgain(lane)
        }
    }

    private func readPauseFlags() {
        let spools = state.lanes.filter { !$0.isRetired }.map { ($0.pickup.name, $0.pickup.spool) }
        let routes = state.routes.map { $0.route }
        onThread {
            var flags = PauseFlags()
            for (name, spool) in spools { flags.pickups[name] = spool.isPaused }
            for route in routes {
                flags.routes[route.name] = route.isPaused()
                if route.takeResumeRequest() { flags.resumed.append(route.name) }
            }
            return .pauseFlags(flags)
        }
    }

    /// Takes over what operators have paused.
    ///
    /// Ending a pause also ends the suspensions of a route: `resume` is how a person says that the
    /// cause is gone.
    func apply(_ flags: PauseFlags) {
        for lane in state.lanes where !lane.isRetired {
            guard let isPaused = flags.pickups[lane.pickup.name], isPaused != lane.isPaused else {
                continue
            }
            setPaused(lane, isPaused)
        }
        for route in state.routes {
            guard let isPaused = flags.routes[route.route.name], isPaused != route.isPaused else {
                continue
            }
            route.isPaused = isPaused
            log.paused("route", route.route.name, isPaused: isPaused)
            if !isPaused { resume(route) }
        }
        for name in flags.resumed { if let route = route(name) { resume(route) } }
    }

    func setPaused(_ lane: PickupLane, _ isPaused: Bool) {
        lane.isPaused = isPaused
        log.paused("pickup", lane.pickup.name, isPaused: isPaused)
        // What was loaded might wait for its account for a day.
        if isPaused { giveBackAll(of: lane) } else { forgiveSenders(of: lane) }
    }

    /// Ends the suspension of a route and of its senders: settings were changed, or a person knows
    /// better.
    package func resume(route name: String) {
        loop.preconditionInEventLoop()
        guard let route = route(name) else { return }
        resume(route)
        pump()
    }

    private func resume(_ route: RouteLane) {
        if route.condition.resumed() { log.routeResumed(route.route.name) }
        for lane in route.pickups { forgiveSenders(of: lane) }
    }

    /// Lets the messages of suspended senders go at once, which wait for the end of the suspension.
    func forgiveSenders(of lane: PickupLane) {
        if lane.suspendedSenders.isEmpty { return }
        for key in state.breakers.keys {
            for sender in lane.suspendedSenders.keys { state.breakers[key]?.forgive(sender) }
        }
        lane.suspendedSenders = [:]
        lookAgain(lane)
    }

    /// Takes nothing more, aborts what has no final dot yet, and succeeds when everything else has
    /// its reply and its place.
    ///
    /// The caller bounds the wait; what is still in `sending/` then is uncertain at the next start.
    package func stop() -> EventLoopFuture<Void> {
        loop.preconditionInEventLoop()
        if let stopped = state.stopped { return stopped.futureResult }
        let promise = loop.makePromise(of: Void.self)
        state.stopped = promise
        state.housekeeping?.cancel()
        let now = clock.monotonic()
        for route in state.routes + state.retiredRoutes {
            giveBack(route, at: now)
            route.route.submitter.stop()
            route.route.submitter.closeIdleSessions()
        }
        finishStopIfIdle()
        return promise.futureResult
    }

    /// Gives back what is loaded of a pickup from which nothing is to be sent now.
    func giveBackAll(of lane: PickupLane) {
        let now = clock.monotonic()
        for route in state.routes where route.ready.contains(where: { $0.lane === lane }) {
            let ready = route.ready
            route.ready.removeAll { $0.lane === lane }
            for message in ready where message.lane === lane { giveBack(message, route, at: now) }
        }
    }

    func finishStopIfIdle() {
        guard let promise = state.stopped, state.isIdle, areLimitsSaved() else { return }
        state.wakeUp?.task.cancel()
        promise.succeed(())
    }
}
