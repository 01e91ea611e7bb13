internal import DequeModule
internal import MailMessage
internal import Spool
internal import Submission

extension DeliveryEngine {
    /// Takes what a spool thread has read.
    func loaded(
        _ taken: SpoolName,
        _ outcome: LoadOutcome,
        _ lane: PickupLane?,
        _ route: RouteLane?
    ) {
        guard let lane, let route else { return }
        route.loading -= 1
        let now = clock.monotonic()
        let turn = lane.turns.isEmpty ? nil : lane.turns.removeValue(forKey: taken.id)
        if outcome.name.id != taken.id {
            lane.queue.finish(taken.id)
            lane.queue.begin(outcome.name.id)
        }
        switch outcome {
        case .loaded(let message):
            enqueue(message, turn ?? route.place(of: lane), lane, route, at: now)
        case .defective(let name, let defect):
            reject(name, defect, lane)
        case .notReady(let name):
            lane.queue.finish(name.id)
            lane.queue.postpone(name, until: now + .seconds(2))
        case .vanished(let name):
            lane.queue.finish(name.id)
        case .unusable(let name, let sentence):
            let advice = "Remove the file, and have its writer save an ordinary file."
            failUnread(name, ReasonText(happened: sentence, advice: advice), .unusable, lane)
        case .spoolFailure(let name, let error):
            lane.queue.putBack(name, at: now)
            suspend(lane, error)
        }
    }

    private func enqueue(
        _ message: LoadedMessage,
        _ turn: Int,
        _ lane: PickupLane,
        _ route: RouteLane,
        at now: Duration
    ) {
        // A crash between the record of the last part and the move to sent/ leaves nothing to do
        // but the move.
        if message.table.pending.isEmpty {
            return carryOut(.sent, message, lane, route)
        }
        // A reload came while it was read: it waits for the rules and routes that hold now.
        guard mayGoOn(in: lane, by: route) else {
            let ready = ReadyMessage(message: message, lane: lane)
            return giveBack(ready, route, at: now)
        }
        if let waiting = lane.suspendedSenders[message.senderKey], waiting.until > now {
            lane.queue.finish(message.name.id)
            lane.queue.postpone(message.name, until: waiting.until)
            return
        }
        guard keepsRoute(message, lane, route, at: now) else { return }
        route.ready.append(ReadyMessage(message: message, lane: lane, turn: turn))
        // A stop that came while it was read has nobody else to give it back, and waits for it.
        if state.isStopping { giveBack(route, at: now) } else { submitReady(route, at: now) }
    }

    /// Takes the outcome of one submission.
    func ended(_ attempt: Attempt, _ report: AttemptReport, lane key: Int, route routeKey: Int) {
        guard let lane = lane(key: key), let route = route(key: routeKey) else { return }
        let name = route.route.name
        route.submitting -= 1
        if let charge = attempt.charge { settle(charge, report, attempt) }
        let now = clock.monotonic()
        var message = attempt.message
        message.isInSending = attempt.source.hasMoved
        message.wasSevenBit = attempt.source.isSevenBit
        let context = AttemptContext(
            table: message.table,
            offered: attempt.offered,
            earlierAttempts: message.state?.attempts.count ?? 0,
            earlierUncertain: message.state?.uncertainCount ?? 0,
            wasOnceMore: message.state?.wasOnceMore ?? false,
            age: age(of: message, in: lane, at: now),
            jitter: Double.random(in: 0..<1, using: &state.random)
        )
        let consequence = lane.pickup.policy.settle(report, context)
        message.table = consequence.table
        if consequence.isOnceMore {
            message.state = message.state ?? DeliveryState(message.name)
            message.state?.wasOnceMore = true
        }
        apply(consequence.effect, message, lane, route)
        if route.route.errorBreaker { noteErrors(of: message, report, route) }
        if case .accepted = report.end {
            route.sent += 1
            lane.pace.sent(recipients: report.served.count, at: now)
            lane.suspendedSenders[message.senderKey] = nil
            if route.condition.accepted() { log.routeResumed(name) }
        }
        let place = DeliveryLog.Place(
            pickup: lane.pickup.name,
            route: name,
            duration: now - attempt.startedAt
        )
        settle(consequence.settlement, message, report, Step(lane, route, place, attempt.offered))
        pump()
    }

    /// Where and for whom an outcome is settled.
    struct Step {
        let lane: PickupLane
        let route: RouteLane
        let place: DeliveryLog.Place
        /// Positions of the recipients that were offered, in the order of the report.
        let offered: [Int]

        init(
            _ lane: PickupLane,
            _ route: RouteLane,
            _ place: DeliveryLog.Place,
            _ offered: [Int]
        ) {
            self.lane = lane
            self.route = route
            self.place = place
            self.offered = offered
        }
    }

    private func settle(
        _ settlement: Settlement,
        _ message: LoadedMessage,
        _ report: AttemptReport,
        _ step: Step
    ) {
        let (lane, route) = (step.lane, step.route)
        let folder: SpoolFolder = message.isInSending ? .sending : .queue
        switch settlement {
        case .sent:
            lane.counters.sent += 1
            log.sent(message, report, step.place)
            carryOut(.sent, message, lane, route)
        case .nextPart:
            log.partSent(message, report, step.place)
            carryOut(.recordPart(in: folder, history(message, report, step)), message, lane, route)
        case .retry(let pause):
            settleRetry(message, report, step, after: pause)
        case .again, .waitForSender:
            log.returned(message, report, step.place)
            if case .failed(.content(.spool(let sentence))) = report.end {
                suspend(lane, reason: sentence)
            }
            // Due at once: what is loaded while its sender is suspended waits for the sender, and it
            // may have been forgiven while the message was on its way back.
            let now = clock.monotonic()
            carryOut(.requeue(from: folder, message.state, due: now), message, lane, route)
        case .elsewhere(let failure):
            settleElsewhere(failure, message, report, step)
        case .fail(let cause):
            settleFailure(cause, message, report, step)
        case .hold:
            lane.counters.held += 1
            lane.counters.uncertain += 1
            log.uncertain(message, report, step.place, then: "held")
            let history = history(message, report, step)
            let facts = facts(message, history, step)
            let reason = ReasonText.uncertain(message.table, report, facts)
            carryOut(.hold(from: folder, reason: reason.octets(), history), message, lane, route)
        case .leave:
            log.vanished(message.name, pickup: lane.pickup.name)
            lane.queue.finish(message.name.id)
        }
    }

    private func settleRetry(
        _ message: LoadedMessage,
        _ report: AttemptReport,
        _ step: Step,
        after pause: Duration
    ) {
        let folder: SpoolFolder = message.isInSending ? .sending : .queue
        let due = clock.monotonic() + pause
        if case .uncertain = report.end {
            step.lane.counters.uncertain += 1
            let minutes = pause.components.seconds / 60
            log.uncertain(message, report, step.place, then: "retry in \(minutes) min")
        } else {
            log.deferred(message, report, step.place, after: pause)
        }
        var history = history(message, report, step)
        history.nextAttempt = clock.wall() + pause.nanoseconds / 1000
        carryOut(
            .requeue(from: folder, history, due: due),
            message,
            step.lane,
            step.route
        )
    }

    func settleFailure(
        _ cause: FailureCause,
        _ message: LoadedMessage,
        _ report: AttemptReport,
        _ step: Step
    ) {
        step.lane.counters.failed += 1
        var history = history(message, report, step)
        history.recipients = message.table.recordsForRetry
        history.waited = 0
        let facts = facts(message, history, step)
        let reason = ReasonText.failed(cause, message.table, report, facts)
        log.failed(message, report, step.place, reason)
        let folder: SpoolFolder = message.isInSending ? .sending : .queue
        let order = SettlementOrder(
            name: message.name,
            move: .fail(from: folder, reason: reason.octets(), history),
            message: message,
            feedback: FeedbackText(cause, message.table)
        )
        carryOut(order, step.lane, step.route)
    }

    /// What the text beside a message tells about it.
    private func facts(
        _ message: LoadedMessage,
        _ history: DeliveryState,
        _ step: Step
    ) -> MessageFacts {
        var facts = MessageFacts(
            message.name,
            pickup: step.place.pickup,
            route: step.place.route,
            sender: message.inspected.envelope.sender?.text ?? "",
            messageID: message.inspected.messageID,
            octets: message.contentOctets,
            at: clock.wall()
        )
        facts.subject = message.inspected.subject
        facts.repairs = message.repairs
        facts.attempts = history.attempts
        return facts
    }

    private func apply(
        _ effect: AccountEffect,
        _ message: LoadedMessage,
        _ lane: PickupLane,
        _ route: RouteLane
    ) {
        switch effect {
        case .none: break
        case .suspendRoute(let cause, let reason, let advice, let needsPerson, let wait):
            suspend(
                route,
                cause,
                reason: reason,
                advice: advice,
                needsPerson: needsPerson,
                atLeast: wait
            )
        case .suspendSender(let reason, let advice, let wait):
            // One message an hour finds out whether the sender's rights have come.
            let pause = min(max(wait ?? .zero, .seconds(3600)), .seconds(86_400))
            let until = clock.monotonic() + pause
            suspend(message.senderKey, of: lane, until: until, reason: reason, advice: advice)
        case .lowerSessions(let reason, let advice):
            lowerSessions(message, route, reason: reason, advice: advice)
        case .closeDay(let limit, let reason, let advice):
            closeDay(limit, message, route, reason: reason, advice: advice)
        }
    }

    /// Lets the messages of a sender wait.
    func suspend(
        _ sender: String,
        of lane: PickupLane,
        until: Duration,
        reason: String,
        advice: String
    ) {
        if lane.suspendedSenders[sender] == nil {
            log.senderSuspended(sender, pickup: lane.pickup.name, reason: reason, advice: advice)
        }
        lane.suspendedSenders[sender] = (until, reason)
    }

    /// Time the message has waited while it could have been sent; time before this process started
    /// counts as far as its history recorded it.
    private func age(
        of message: LoadedMessage,
        in lane: PickupLane,
        at now: Duration
    ) -> Duration {
        let latest = message.state?.attempts.latest
        let lastSeen = latest.map { $0.started + $0.duration } ?? message.name.id.microseconds
        watchClock(at: now)
        let start = max(state.eras.instant(of: lastSeen, upTo: now), state.startedAt)
        let waited = Duration.microseconds(message.state?.waited ?? 0)
        return waited + lane.history.unsuspended(from: start, to: now)
    }

    /// The message's history with this attempt in it.
    private func history(
        _ message: LoadedMessage,
        _ report: AttemptReport,
        _ step: Step
    ) -> DeliveryState {
        var history = message.state ?? DeliveryState(message.name)
        history.recipients = message.table.records
        history.waited = age(of: message, in: step.lane, at: clock.monotonic()).nanoseconds / 1000
        if case .uncertain = report.end { history.uncertainCount += 1 }
        history.lastReply = report.end.verbatim
        let duration = step.place.duration.nanoseconds / 1000
        history.attempts.append(
            AttemptRecord(
                started: clock.wall() - duration,
                duration: duration,
                outcome: report.end.outcome,
                route: step.place.route,
                peer: report.peer,
                detail: report.detail(of: step.offered.map { message.table.address(at: $0) })
            )
        )
        return history
    }
}

extension AttemptReport.End {
    /// The outcome as a history keeps it.
    fileprivate var outcome: AttemptRecord.Outcome {
        switch self {
        case .accepted: .accepted
        case .failed: .failed
        case .uncertain: .uncertain
        }
    }

    /// The server's reply word for word, or the sentence where it did not speak.
    fileprivate var verbatim: String {
        switch self {
        case .accepted(let reply), .failed(.refused(let reply, _)): reply.verbatim
        case .failed, .uncertain: sentence
        }
    }
}
