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
            if let until = lane.limitedUntil, until <= now { lane.limitedUntil = nil }
        }
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
        finishRetired()
        saveLimitsIfDue(at: now)
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
        while let lane = nextLane(for: route, at: now) {
            // Names that are under way already are dropped on the way, so this ends.
            guard let name = lane.queue.take(at: now) else { continue }
            if let turn = route.took(lane) { lane.turns[name.id] = turn }
            return (lane, name)
        }
        return nil
    }

    /// The pickup that has come least far of those that have something to send.
    private func nextLane(for route: RouteLane, at now: Duration) -> PickupLane? {
        var next: (lane: PickupLane, place: Int)?
        for lane in route.pickups
        where !lane.isPaused && !lane.needsRecovery && lane.suspendedUntil == nil
            && lane.limitedUntil == nil && lane.diskReason == nil && lane.activeRoute === route
            && lane.queue.hasDue(at: now)
        {
            let place = route.place(of: lane)
            if place < next?.place ?? .max { next = (lane, place) }
        }
        return next?.lane
    }

    private func load(_ name: SpoolName, _ lane: PickupLane, _ route: RouteLane) {
        route.loading += 1
        let loader = MessageLoader(
            spool: lane.pickup.spool,
            rules: lane.pickup.rules,
            documents: lane.pickup.documents
        )
        let (key, routeKey) = (lane.key, route.key)
        let inbox = inbox
        threads.run {
            loader.load(name) { inbox.post(.loaded(name, $0, lane: key, route: routeKey)) }
        }
    }

    /// Gives back what was loaded ahead, so that another route may take it.
    ///
    /// A message between two parts stands in `sending/` and has to be moved.
    func giveBack(_ route: RouteLane, at now: Duration) {
        while let ready = route.ready.popFirst() { giveBack(ready, route, at: now) }
    }

    func giveBack(_ ready: ReadyMessage, _ route: RouteLane, at now: Duration) {
        if let account = route.account, account.head?.id == ready.message.name.id {
            account.head = nil
        }
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

    func submitReady(_ route: RouteLane, at now: Duration) {
        if route.route.account != nil { return submitLimited(route, at: now) }
        while route.isUsable, !state.isStopping, route.submitting < route.route.connections,
            !route.ready.isEmpty, route.pacer.delay(at: now) == .zero,
            let ready = route.ready.first
        {
            guard ready.lane.limits != nil else {
                route.ready.removeFirst()
                route.pacer.started(at: now)
                submit(ready, route, nil)
                continue
            }
            guard submitWithinPickup(ready, route, at: now) else { return }
        }
    }

    /// Submits the first message of a route whose pickup has limits, or puts it back; returns whether
    /// either was done.
    private func submitWithinPickup(
        _ ready: ReadyMessage,
        _ route: RouteLane,
        at now: Duration
    ) -> Bool {
        guard state.areLimitsRead else { return false }
        switch pickupAdmission(of: ready, on: route, at: now) {
        case .now(let charge):
            route.ready.removeFirst()
            route.pacer.started(at: now)
            take(charge)
            submit(ready, route, charge)
        case .pickup(let until):
            route.ready.removeFirst()
            limit(ready, until: until, route, at: now)
        case .wait, .aside:
            return false
        }
        return true
    }

    func submit(_ ready: ReadyMessage, _ route: RouteLane, _ charge: AttemptCharge?) {
        route.submitting += 1
        let offered = offered(ready.message, on: route)
        let source = SpoolSource(
            ready.message,
            offering: offered,
            spool: ready.lane.pickup.spool,
            threads: threads
        )
        let (key, routeKey) = (ready.lane.key, route.key)
        let attempt = Attempt(
            message: ready.message,
            offered: offered,
            source: source,
            startedAt: clock.monotonic(),
            charge: charge
        )
        route.route.submitter.submit(source) { report in
            // The submitter's contract puts this on the loop.
            self.ended(attempt, report, lane: key, route: routeKey)
        }
    }

    /// Lets a route's suspension run out or be probed.
    private func tick(_ route: RouteLane, at now: Duration) {
        guard !state.isStopping else { return }
        switch route.condition.tick(at: now) {
        case .nothing: break
        case .opened: log.routeResumed(route.route.name)
        case .probe:
            let key = route.key
            route.route.submitter.probe { failure in self.probed(key, failure) }
        }
    }

    private func probed(_ key: Int, _ failure: Failure?) {
        guard let route = route(key: key), !route.isRetired else { return }
        if let failure {
            let judgement = Judgement.of(failure)
            suspend(
                route,
                RouteCondition.Cause(judgement.category),
                reason: failure.sentence,
                advice: judgement.advice,
                needsPerson: judgement.probing == .onSettingsChange,
                atLeast: judgement.wait.minimum
            )
        } else if route.condition.succeeded() {
            log.routeResumed(route.route.name)
        }
        pump()
    }

    /// Suspends a route; only a new suspension or a new reason is worth a line in the log.
    func suspend(
        _ route: RouteLane,
        _ cause: RouteCondition.Cause,
        reason: String,
        advice: String,
        needsPerson: Bool,
        atLeast: Duration? = nil
    ) {
        // One that is out of service has nobody to keep waiting.
        if route.isRetired { return }
        let before = route.condition.suspension
        route.condition.suspend(
            cause,
            reason: reason,
            advice: advice,
            needsPerson: needsPerson && !route.route.mayProbeSignIn,
            atLeast: atLeast,
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
        if lane.needsRecovery, !lane.isRetired { recover(lane) }
        let orders = lane.unsettled
        lane.unsettled = []
        for order in orders { carryOut(order, lane, nil) }
    }

    /// Arms one timer for the earliest instant that matters; a later one in force is replaced.
    private func scheduleWakeUp(at now: Duration) {
        var instants: [Duration] = []
        for route in state.routes {
            if let next = route.condition.nextInstant { instants.append(next) }
            if !route.ready.isEmpty, route.isUsable, route.route.account == nil {
                let delay = route.pacer.delay(at: now)
                if delay > .zero { instants.append(now + delay) }
            }
        }
        for lane in state.lanes {
            if let due = lane.queue.nextDue, lane.suspendedUntil == nil, due > now {
                instants.append(due)
            }
            if let until = lane.suspendedUntil { instants.append(until) }
            if let until = lane.limitedUntil { instants.append(until) }
        }
        for route in state.routes {
            if let at = route.account?.lookAgainAt, at > now { instants.append(at) }
        }
        if let at = nextSave(at: now) { instants.append(at) }
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
    /// What it uses of limits.
    let charge: AttemptCharge?
}

extension RouteLane {
    /// How far a pickup has come among those that share this route, or its account.
    func place(of lane: PickupLane) -> Int {
        account?.turns.place(of: lane.key) ?? turns.place(of: lane.key)
    }

    /// Takes a turn of a pickup; returns where it stands among those of other routes, where there can
    /// be any.
    func took(_ lane: PickupLane) -> Int? {
        let priority = lane.pickup.priority
        if let account { return account.turns.took(lane.key, priority) }
        turns.reached(turns.took(lane.key, priority))
        return nil
    }
}

extension Duration {
    /// The duration in whole nanoseconds, saturating.
    var nanoseconds: Int64 {
        let (seconds, overflow) = components.seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? .max : seconds + components.attoseconds / 1_000_000_000
    }
}
