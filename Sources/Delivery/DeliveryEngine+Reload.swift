internal import DequeModule
internal import NIOCore
internal import Spool
internal import Submission

/// What becomes of one route when the settings are replaced.
package enum RouteChange: Sendable {
    /// It goes on as it is, sessions and suspension included.
    case kept(String)
    /// It is new, or takes the place of one of its name. Whether an operator paused it is known
    /// beforehand, so that nothing slips out before its file is looked for.
    case started(DeliveryRoute, isPaused: Bool)
}

// A reload never cuts anything: whatever has a final dot on its way, or may have, ends on the route and
// in the folder where it began (ARCHITECTURE.md, "Reload").
extension DeliveryEngine {
    /// Puts other routes in service, in this order.
    ///
    /// Those that are not among them take no new message, end what they have and close their
    /// sessions. What a limit has counted stays counted.
    package func replaceRoutes(_ changes: [RouteChange]) {
        loop.preconditionInEventLoop()
        var routes: [RouteLane] = []
        for change in changes {
            switch change {
            case .kept(let name):
                if let route = route(name) { routes.append(route) }
            case .started(let route, let isPaused):
                let lane = newLane(of: route)
                lane.isPaused = isPaused
                routes.append(lane)
            }
        }
        let former = state.routes.filter { old in !routes.contains { $0 === old } }
        let new = routes.filter { lane in !state.routes.contains { $0 === lane } }
        for route in former { retire(route) }
        state.routes = routes
        connectPickups()
        shareAccountsAnew()
        for lane in state.lanes { lane.unsuitable = [:] }
        // Other settings are how a person says that the cause is gone.
        for route in new { for lane in route.pickups { forgiveSenders(of: lane) } }
        pump()
    }

    private func retire(_ route: RouteLane) {
        giveBack(route, at: clock.monotonic())
        route.isRetired = true
        route.pickups = []
        route.route.submitter.closeIdleSessions()
        state.retiredRoutes.append(route)
    }

    private func connectPickups() {
        for route in state.routes { route.pickups = [] }
        for lane in state.lanes {
            lane.routes = lane.pickup.routes.compactMap { route($0).map(RouteReference.init) }
            guard !lane.isRetired else { continue }
            for route in lane.routes { route.lane.pickups.append(lane) }
        }
    }

    private func shareAccountsAnew() {
        for account in state.accounts.values { account.routes = [] }
        for route in state.routes { route.account = nil }
        shareAccounts()
        for route in state.routes {
            guard let limits = route.route.account, case .eachAuthor(let tenant) = limits.owner
            else { continue }
            for (key, account) in state.accounts
            where account.routes.isEmpty && key.hasSuffix("@\(tenant)") {
                account.adopt(limits, book: state.book)
            }
        }
    }

    /// Takes a pickup out of service: nothing of its queue is taken any more, what is under way is
    /// settled in its folders.
    package func remove(pickup name: String) {
        loop.preconditionInEventLoop()
        guard let lane = lane(name) else { return }
        (lane.isRetired, lane.isLeaving) = (true, true)
        giveBackAll(of: lane)
        disconnect(lane)
        pump()
    }

    /// Gives a pickup other rules; its queue, and what is under way, stay.
    func change(_ lane: PickupLane, to pickup: DeliveryPickup) {
        // What was loaded was judged by the rules of before.
        giveBackAll(of: lane)
        lane.pickup = pickup
        lane.limits = PickupLimits(pickup, book: state.book)
        lane.limitedUntil = nil
        lane.unsuitable = [:]
        disconnect(lane)
        lane.routes = pickup.routes.compactMap { route($0).map(RouteReference.init) }
        for route in lane.routes { route.lane.pickups.append(lane) }
        pump()
    }

    /// Whether what was loaded for a route may still be handed to it.
    func mayGoOn(in lane: PickupLane, by route: RouteLane) -> Bool {
        !lane.isLeaving && !route.isRetired && lane.diskReason == nil
            && (lane.isRetired || lane.routes.contains { $0.lane === route })
    }

    /// Calls back, on the loop, once nothing is under way of what was taken out of service.
    package func whenRetired(_ completion: @escaping @Sendable () -> Void) {
        loop.preconditionInEventLoop()
        state.onceRetired.append(completion)
        finishRetired()
    }

    /// Lets go of what was taken out of service and has nothing under way any more.
    func finishRetired() {
        if state.retiredRoutes.isEmpty, state.onceRetired.isEmpty,
            !state.lanes.contains(where: \.isLeaving)
        {
            return
        }
        for route in state.retiredRoutes where route.submitting == 0 {
            route.route.submitter.closeIdleSessions()
        }
        state.retiredRoutes.removeAll { $0.submitting == 0 && $0.loading == 0 && $0.ready.isEmpty }
        let gone = state.lanes.filter {
            $0.isLeaving && $0.queue.inFlightCount == 0 && !$0.isScanning
        }
        state.lanes.removeAll { lane in gone.contains { $0 === lane } }
        for lane in state.lanes {
            guard let predecessor = lane.predecessor, gone.contains(where: { $0 === predecessor })
            else { continue }
            lane.predecessor = nil
            recover(lane)
        }
        guard state.retiredRoutes.isEmpty, !state.lanes.contains(where: \.isLeaving) else { return }
        let waiting = state.onceRetired
        state.onceRetired = []
        for completion in waiting { completion() }
    }
}

extension DeliveryEngine {
    /// Whether every pickup's folders were swept, or refused to be, and limits are known: mail flows
    /// as far as it can.
    package var isReady: Bool {
        loop.preconditionInEventLoop()
        return state.areLimitsRead
            && state.lanes.allSatisfy { !$0.needsRecovery || $0.suspendedUntil != nil }
    }

    /// How many submissions are under way, on whatever route.
    package var underWay: Int {
        loop.preconditionInEventLoop()
        return (state.routes + state.retiredRoutes).reduce(0) { $0 + $1.submitting }
    }

    /// How many messages stood in `sending/` when the pickups were recovered.
    package var leftovers: Int {
        loop.preconditionInEventLoop()
        return state.leftovers
    }

    /// Says for which pickups there is no room to record what becomes of a message, with the reason:
    /// nothing of them is submitted until they are no longer among them.
    package func holdForRoom(_ pickups: [String: String]) {
        loop.preconditionInEventLoop()
        for lane in state.lanes where !lane.isRetired {
            let wasFree = lane.diskReason == nil
            lane.diskReason = pickups[lane.pickup.name]
            if wasFree, lane.diskReason != nil { giveBackAll(of: lane) }
        }
        pump()
    }
}
