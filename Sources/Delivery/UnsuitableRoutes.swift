internal import Spool
internal import Submission

/// Which routes cannot carry one message, and what the last of them said.
struct UnsuitableRoutes {
    var names: Set<String> = []
    var failure: Failure
}

extension PickupLane {
    /// More messages than this are forgotten: their routes say it again.
    private static let maximumUnsuitable = 100_000

    /// Notes that a route cannot carry a message.
    func note(_ failure: Failure, of route: RouteLane, for id: SpoolID) {
        if unsuitable.count >= Self.maximumUnsuitable { unsuitable = [:] }
        unsuitable[id, default: UnsuitableRoutes(failure: failure)].names.insert(route.route.name)
        unsuitable[id]?.failure = failure
    }

    /// The routes that may carry a message, in order of preference.
    ///
    /// After an attempt of unknown outcome that is the route of the attempt alone, unless the policy
    /// says otherwise: two routes may not recognise each other's copies. A crash leaves no name; it
    /// counts as the first route's.
    func routes(for message: LoadedMessage) -> [RouteLane] {
        let excluded = unsuitable.isEmpty ? [] : unsuitable[message.name.id]?.names ?? []
        let all = routes.map(\.lane)
        let open = excluded.isEmpty ? all : all.filter { !excluded.contains($0.route.name) }
        guard let state = message.state, state.uncertainCount > 0,
            !pickup.policy.anyRouteAfterUncertain
        else { return open }
        let name = state.attempts.records.last { $0.outcome == .uncertain }?.route
        guard let bound = all.first(where: { $0.route.name == name }) ?? all.first else {
            return open
        }
        return open.filter { $0 === bound }
    }
}

extension DeliveryEngine {
    /// Finds the route for a message that was loaded for one that may not carry it; returns whether
    /// the message goes on with the route it was loaded for.
    func keepsRoute(
        _ message: LoadedMessage,
        _ lane: PickupLane,
        _ route: RouteLane,
        at now: Duration
    ) -> Bool {
        if lane.unsuitable.isEmpty, message.state?.uncertainCount ?? 0 == 0 { return true }
        let allowed = lane.routes(for: message)
        if allowed.contains(where: { $0 === route }) { return true }
        forward(ReadyMessage(message: message, lane: lane), to: allowed, from: route, at: now)
        return false
    }

    /// Hands a message to the first of the routes that is usable at once and has room, else back to
    /// its queue for a moment.
    func forward(
        _ ready: ReadyMessage,
        to routes: [RouteLane],
        from route: RouteLane,
        at now: Duration
    ) {
        let lane = ready.lane
        if let next = routes.first(where: { $0.isUsable && $0.wantsMore }), !state.isStopping {
            next.ready.append(
                ReadyMessage(message: ready.message, lane: lane, turn: next.place(of: lane))
            )
            return submitReady(next, at: now)
        }
        // Each a second after the last: together they would all be loaded again for one place.
        lane.promised = max(now + .seconds(5), lane.promised + .seconds(1))
        setAside(ready, until: min(lane.promised, now + .seconds(3600)), route)
    }

    /// Has another route carry what this one cannot, or fails the message where none is left.
    func settleElsewhere(
        _ failure: Failure,
        _ message: LoadedMessage,
        _ report: AttemptReport,
        _ step: Step
    ) {
        let (lane, route) = (step.lane, step.route)
        guard mayGoOn(in: lane, by: route) else {
            log.returned(message, report, step.place)
            let ready = ReadyMessage(message: message, lane: lane)
            return setAside(ready, until: clock.monotonic(), route)
        }
        lane.note(failure, of: route, for: message.name.id)
        let allowed = lane.routes(for: message)
        guard !allowed.isEmpty else {
            return settleFailure(.rejected(failure), message, report, step)
        }
        log.returned(message, report, step.place)
        let ready = ReadyMessage(message: message, lane: lane)
        forward(ready, to: allowed, from: route, at: clock.monotonic())
    }
}
