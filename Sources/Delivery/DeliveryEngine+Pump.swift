internal import DequeModule
internal import NIOCore
internal import Spool
internal import Submission

extension DeliveryEngine {
    /// Gives every route what it can take now, and asks to be woken when time changes that.
    func pump() {
        let now = clock.monotonic()
        for route in state.routes { tick(route, at: now) }
        for lane in state.lanes {
            lane.history.update(isSuspended: !lane.maySend, at: now)
            resumeIfDue(lane, at: now)
        }
        if !state.isStopping {
            for route in state.routes { pump(route, at: now) }
            for lane in state.lanes where lane.queue.isWindowEmpty && lane.queue.hasOverflowed {
                scan(lane)
            }
        }
        scheduleWakeUp(at: now)
        finishStopIfIdle()
    }

    private func pump(_ route: RouteLane, at now: Duration) {
        submitReady(route, at: now)
        guard route.isUsable else { return giveBack(route, at: now) }
        while route.wantsMore, let (lane, name) = next(for: route, at: now) {
            load(name, lane, route)
        }
    }

    /// The next message of the pickups that this route serves, each in turn.
    private func next(for route: RouteLane, at now: Duration) -> (PickupLane, SpoolName)? {
        for step in 0..<route.pickups.count {
            let index = (route.turn + step) % route.pickups.count
            let lane = route.pickups[index]
            guard !lane.isPaused, !lane.needsRecovery, lane.suspendedUntil == nil,
                lane.activeRoute === route,
                let name = lane.queue.take(at: now)
            else { continue }
            route.turn = index + 1
            return (lane, name)
        }
        return nil
    }

    private func load(_ name: SpoolName, _ lane: PickupLane, _ route: RouteLane) {
        route.loading += 1
        let loader = MessageLoader(
            spool: lane.pickup.spool,
            rules: lane.pickup.rules,
            documents: lane.pickup.documents
        )
        let (key, routeName) = (lane.key, route.route.name)
        let inbox = inbox
        threads.run {
            loader.load(name) { inbox.post(.loaded(name, $0, lane: key, route: routeName)) }
        }
    }

    /// Gives back what was loaded ahead, so that another route may take it.
    ///
    /// A message between two parts stands in `sending/` and has to be moved.
    func giveBack(_ route: RouteLane, at now: Duration) {
        while let ready = route.ready.popFirst() {
            if ready.message.isInSending {
                carryOut(
                    .requeue(from: .sending, ready.message.state, due: now),
                    ready.message,
                    ready.lane,
                    route
                )
            } else {
                ready.lane.queue.putBack(ready.message.name, at: now)
            }
        }
    }

    func submitReady(_ route: RouteLane, at now: Duration) {
        while route.isUsable, !state.isStopping, route.submitting < route.route.connections,
            !route.ready.isEmpty, route.pacer.delay(at: now) == .zero,
            let ready = route.ready.popFirst()
        {
            route.pacer.started(at: now)
            submit(ready, route)
        }
    }

    private func submit(_ ready: ReadyMessage, _ route: RouteLane) {
        route.submitting += 1
        let offered = Array(ready.message.table.pending.prefix(route.route.maximumRecipients))
        let source = SpoolSource(
            ready.message,
            offering: offered,
            spool: ready.lane.pickup.spool,
            threads: threads
        )
        let (key, routeName) = (ready.lane.key, route.route.name)
        let attempt = Attempt(
            message: ready.message,
            offered: offered,
            source: source,
            startedAt: clock.monotonic()
        )
        route.route.submitter.submit(source) { report in
            // The submitter's contract puts this on the loop.
            self.ended(attempt, report, lane: key, route: routeName)
        }
    }

    /// Lets a route's suspension run out or be probed.
    private func tick(_ route: RouteLane, at now: Duration) {
        guard !state.isStopping else { return }
        switch route.condition.tick(at: now) {
        case .nothing: break
        case .opened: log.routeResumed(route.route.name)
        case .probe:
            let name = route.route.name
            route.route.submitter.probe { failure in self.probed(name, failure) }
        }
    }

    private func probed(_ name: String, _ failure: Failure?) {
        guard let route = route(name) else { return }
        if let failure {
            let judgement = Judgement.of(failure)
            suspend(
                route,
                RouteCondition.Cause(judgement.category),
                reason: failure.sentence,
                advice: judgement.advice,
                needsPerson: judgement.probing == .onSettingsChange
            )
        } else if route.condition.succeeded() {
            log.routeResumed(name)
        }
        pump()
    }

    /// Suspends a route; only a new suspension or a new reason is worth a line in the log.
    func suspend(
        _ route: RouteLane,
        _ cause: RouteCondition.Cause,
        reason: String,
        advice: String,
        needsPerson: Bool
    ) {
        let before = route.condition.suspension
        route.condition.suspend(
            cause,
            reason: reason,
            advice: advice,
            needsPerson: needsPerson && !route.route.mayProbeSignIn,
            at: clock.monotonic()
        )
        if let after = route.condition.suspension,
            before?.cause != after.cause || before?.reason != after.reason
        {
            log.routeSuspended(route.route.name, after)
        }
    }

    private func resumeIfDue(_ lane: PickupLane, at now: Duration) {
        guard let until = lane.suspendedUntil, now >= until else { return }
        lane.suspendedUntil = nil
        if lane.needsRecovery { recover(lane) }
        let orders = lane.unsettled
        lane.unsettled = []
        for order in orders { carryOut(order, lane, nil) }
    }

    /// Arms one timer for the earliest instant that matters; a later one in force is replaced.
    private func scheduleWakeUp(at now: Duration) {
        var instants: [Duration] = []
        for route in state.routes {
            if let next = route.condition.nextInstant { instants.append(next) }
            if !route.ready.isEmpty, route.isUsable {
                let delay = route.pacer.delay(at: now)
                if delay > .zero { instants.append(now + delay) }
            }
        }
        for lane in state.lanes {
            if let due = lane.queue.nextDue, lane.suspendedUntil == nil, due > now {
                instants.append(due)
            }
            if let until = lane.suspendedUntil { instants.append(until) }
        }
        guard let earliest = instants.min() else { return }
        if let current = state.wakeUp {
            if current.at <= earliest, current.at > now { return }
            current.task.cancel()
        }
        let delay = TimeAmount.nanoseconds(max((earliest - now).nanoseconds, 0))
        let task = loop.scheduleTask(in: delay) {
            self.state.wakeUp = nil
            self.pump()
        }
        state.wakeUp = (earliest, task)
    }
}

/// One submission under way.
struct Attempt: Sendable {
    let message: LoadedMessage
    /// Positions in the message's table, in the order of the source's envelope.
    let offered: [Int]
    let source: SpoolSource
    let startedAt: Duration
}

extension Duration {
    /// The duration in whole nanoseconds, saturating.
    var nanoseconds: Int64 {
        let (seconds, overflow) = components.seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? .max : seconds + components.attoseconds / 1_000_000_000
    }
}
