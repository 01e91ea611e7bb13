internal import DequeModule
internal import MailMessage
internal import Spool
internal import Submission

extension DeliveryEngine {
    func carryOut(
        _ move: SettlementOrder.Move,
        _ message: LoadedMessage,
        _ lane: PickupLane,
        _ route: RouteLane?
    ) {
        carryOut(
            SettlementOrder(name: message.name, move: move, message: message),
            lane,
            route
        )
    }

    /// Has a spool thread move the file; nobody else's message waits for it.
    func carryOut(_ order: SettlementOrder, _ lane: PickupLane, _ route: RouteLane?) {
        let spool = lane.pickup.spool
        let (key, routeKey) = (lane.key, route?.key)
        let inbox = inbox
        threads.run {
            order.carryOut(in: spool) { outcome in
                inbox.post(.settled(order, lane: key, route: routeKey, outcome))
            }
        }
    }

    /// Takes the end of a move.
    func settled(
        _ order: SettlementOrder,
        _ lane: PickupLane?,
        _ route: RouteLane?,
        _ result: Result<MessageLocation?, SpoolError>
    ) {
        guard let lane else { return }
        switch result {
        case .success(nil):
            break
        case .success(.some):
            log.vanished(order.name, pickup: lane.pickup.name)
            return lane.queue.finish(order.name.id)
        case .failure(let error) where error.kind == .vanished:
            log.vanished(order.name, pickup: lane.pickup.name)
            return lane.queue.finish(order.name.id)
        case .failure(let error):
            // The message was handed over or has a history that is not on disk yet: it stays under
            // way here, so that it cannot be sent a second time, until the disk obeys.
            lane.unsettled.append(order)
            return suspend(lane, error)
        }
        noteResumed(lane)
        let now = clock.monotonic()
        switch order.move {
        case .sent, .fail, .hold:
            lane.queue.finish(order.name.id)
            if !lane.unsuitable.isEmpty { lane.unsuitable[order.name.id] = nil }
            if let text = order.feedback {
                lane.pickup.refused(order.name, text.octets(order.name, at: clock.wall()))
            }
        case .requeue(_, let history, let due):
            lane.queue.finish(order.name.id)
            lane.queue.postpone(order.name, until: due, nextAttempt: history?.nextAttempt)
        case .recordPart(_, let state):
            nextPart(order, state, lane, route, at: now)
        }
    }

    private func nextPart(
        _ order: SettlementOrder,
        _ state: DeliveryState,
        _ lane: PickupLane,
        _ route: RouteLane?,
        at now: Duration
    ) {
        guard var message = order.message else { return lane.queue.finish(order.name.id) }
        message.state = state
        let usual = route ?? lane.activeRoute ?? lane.routes.first?.lane
        guard let route = usual, mayGoOn(in: lane, by: route) else {
            return carryOut(.requeue(from: .sending, state, due: now), message, lane, usual)
        }
        route.ready.prepend(ReadyMessage(message: message, lane: lane, turn: .min))
        if self.state.isStopping { giveBack(route, at: now) } else { submitReady(route, at: now) }
    }

    /// A message whose content can never be sent goes to `failed/` without an attempt.
    func reject(
        _ name: SpoolName,
        _ defect: ContentRefusal,
        _ lane: PickupLane
    ) {
        let text = ReasonText(happened: defect.sentence, advice: defect.advice)
        failUnread(name, text, FeedbackText(defect), lane)
    }

    /// Sets aside a file that can never be sent; the text gains how to try again.
    func failUnread(
        _ name: SpoolName,
        _ reason: ReasonText,
        _ feedback: FeedbackText,
        _ lane: PickupLane
    ) {
        lane.counters.failed += 1
        log.failed(name, pickup: lane.pickup.name, reason)
        var text = reason
        text.retry = ReasonText.howToRetry
        text.facts = [
            ("File", name.original.display), ("Pickup", lane.pickup.name),
            ("Claimed", WallTime.text(name.id.microseconds)),
            ("Failed", WallTime.text(clock.wall())), ("Id", name.id.text),
        ]
        let order = SettlementOrder(
            name: name,
            move: .fail(from: .queue, reason: text.octets(), nil),
            message: nil,
            feedback: feedback
        )
        carryOut(order, lane, nil)
    }

    /// Ends a suspension that has run out, once the spool has obeyed again.
    func noteResumed(_ lane: PickupLane) {
        lane.consecutiveRefusals = 0
        if lane.suspendedUntil == nil, lane.suspensionReason != nil {
            lane.suspensionReason = nil
            log.pickupResumed(lane.pickup.name)
        }
    }

    /// Stops taking messages from a pickup whose spool refused, and comes back by itself.
    func suspend(_ lane: PickupLane, _ error: SpoolError) {
        suspend(lane, reason: error.fullSentence)
    }

    func suspend(_ lane: PickupLane, reason: String) {
        // The others of the same burst: one cause, one line and one step of the pause.
        if lane.suspendedUntil != nil { return }
        lane.consecutiveRefusals += 1
        let pauses = [5, 10, 20, 40]
        let pause =
            lane.consecutiveRefusals <= pauses.count
            ? pauses[lane.consecutiveRefusals - 1] : 60
        lane.suspendedUntil = clock.monotonic() + .seconds(pause)
        if lane.suspensionReason != reason { log.pickupSuspended(lane.pickup.name, reason: reason) }
        lane.suspensionReason = reason
    }
}
