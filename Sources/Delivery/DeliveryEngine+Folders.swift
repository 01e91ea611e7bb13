internal import Spool

extension DeliveryEngine {
    func recover(_ lane: PickupLane) {
        if lane.isScanning || lane.predecessor != nil { return }
        let (spool, key) = (lane.pickup.spool, lane.key)
        lane.isScanning = true
        onThread {
            .recovered(
                lane: key,
                Result { () throws(SpoolError) in try Leftovers(recovering: spool) }
            )
        }
    }

    /// Settles what a crash left in `sending/`, then reads the queue.
    func recovered(_ result: Result<Leftovers, SpoolError>, in lane: PickupLane?) {
        guard let lane else { return }
        lane.isScanning = false
        switch result {
        case .failure(let error):
            suspend(lane, error)
        case .success(let recovery):
            lane.needsRecovery = false
            state.leftovers += recovery.uncertain.count + recovery.damaged.count
            if recovery.isPaused != lane.isPaused, !lane.isRetired {
                setPaused(lane, recovery.isPaused)
            }
            noteResumed(lane)
            for problem in recovery.problems { log.spoolProblem(problem, pickup: lane.pickup.name) }
            for history in recovery.uncertain { settleLeftover(history, lane) }
            for name in recovery.damaged { holdDamaged(name, lane) }
            scan(lane)
        }
    }

    private func settleLeftover(_ leftover: DeliveryState, _ lane: PickupLane) {
        let policy = lane.pickup.policy
        let mustHold = policy.whenUncertain == .hold || leftover.uncertainCount > 0
        let history = afterCrash(leftover)
        lane.counters.uncertain += 1
        lane.queue.begin(leftover.name.id)
        if mustHold {
            hold(history, .uncertainLeftover(leftover.name, pickup: lane.pickup.name), lane)
        } else {
            requeue(history, after: policy.schedule.afterUncertain, lane)
        }
    }

    /// Sets aside a message whose history cannot be read: nobody can know who has it already, and a
    /// person has to decide; the other messages of its pickup go on.
    private func holdDamaged(_ name: SpoolName, _ lane: PickupLane) {
        let text = ReasonText.damagedLeftover(name, pickup: lane.pickup.name)
        lane.counters.uncertain += 1
        lane.queue.begin(name.id)
        hold(afterCrash(DeliveryState(name)), text, lane)
    }

    private func hold(_ history: DeliveryState, _ text: ReasonText, _ lane: PickupLane) {
        lane.counters.held += 1
        log.recovered(history.name, pickup: lane.pickup.name, then: "held")
        var text = text
        text.add(history.attempts)
        let move = SettlementOrder.Move.hold(from: .sending, reason: text.octets(), history)
        carryOut(SettlementOrder(name: history.name, move: move, message: nil), lane, nil)
    }

    private func requeue(_ leftover: DeliveryState, after pause: Duration, _ lane: PickupLane) {
        var history = leftover
        history.nextAttempt = clock.wall() + pause.nanoseconds / 1000
        let due = clock.monotonic() + pause
        log.recovered(
            history.name,
            pickup: lane.pickup.name,
            then: "retry in \(pause.components.seconds / 60) min"
        )
        let move = SettlementOrder.Move.requeue(from: .sending, history, due: due)
        carryOut(SettlementOrder(name: history.name, move: move, message: nil), lane, nil)
    }

    private func afterCrash(_ leftover: DeliveryState) -> DeliveryState {
        var history = leftover
        history.uncertainCount += 1
        history.lastReply = "Postchute ended while the content was on the wire."
        history.attempts.append(
            AttemptRecord(
                started: clock.wall(),
                duration: 0,
                outcome: .uncertain,
                route: "",
                peer: "",
                detail: history.lastReply
            )
        )
        return history
    }

    /// Reads the queue folder on a spool thread, unless that is under way.
    func scan(_ lane: PickupLane) {
        guard !lane.needsRecovery, !lane.isRetired else { return }
        if lane.isScanning { return lane.wantsScan = true }
        (lane.isScanning, lane.wantsScan) = (true, false)
        lane.queue.beginReading()
        let (spool, key) = (lane.pickup.spool, lane.key)
        let underWay = lane.queue.underWay
        onThread {
            .scanned(
                lane: key,
                Result { () throws(SpoolError) in
                    try QueueReading(of: spool, excluding: underWay)
                }
            )
        }
    }

    func scanned(_ result: Result<QueueReading, SpoolError>, in lane: PickupLane?) {
        guard let lane else { return }
        lane.isScanning = false
        switch result {
        case .failure(let error):
            suspend(lane, error)
        case .success(let found):
            if !found.strays.isEmpty { lane.pickup.foundStrays(found.strays) }
            let (now, wall) = (clock.monotonic(), clock.wall())
            lane.queue.replaceWaiting(with: found) { nextAttempt in
                // Clock steps between two runs must not park a message for years.
                let wait = Duration.microseconds(nextAttempt - wall)
                return now + min(max(wait, .zero), lane.pickup.policy.longestPause)
            }
        }
        if lane.wantsScan { scan(lane) }
    }

    /// Reads the queue again when all that is known of it is used up or a person moved files.
    func lookAgain(_ lane: PickupLane) {
        if lane.isRetired { return }
        if lane.needsRecovery { recover(lane) } else { scan(lane) }
    }
}

/// What stood in `sending/` at start, with its history, and what could not be repaired.
struct Leftovers: Sendable {
    let uncertain: [DeliveryState]
    /// What stood there with a history that makes no sense.
    let damaged: [SpoolName]
    let problems: [SpoolError]
    /// Whether an operator has paused the pickup: known before anything of it is sent.
    let isPaused: Bool

    /// Sweeps a spool after a crash; blocking.
    init(recovering spool: MessageSpool) throws(SpoolError) {
        let recovery = try spool.recover()
        var uncertain: [DeliveryState] = []
        var damaged: [SpoolName] = []
        for name in recovery.uncertain {
            do throws(SpoolError) {
                uncertain.append(try spool.state(of: name.id) ?? DeliveryState(name))
            } catch  where error.kind.isDamage {
                damaged.append(name)
            }
        }
        self.uncertain = uncertain
        self.damaged = damaged
        problems = recovery.problems
        isPaused = spool.isPaused
    }
}

/// What waits in a queue folder.
struct QueueReading: Sendable {
    private(set) var fresh = QueueWindow()
    /// Messages with a history, and when each is due in microseconds since 1970.
    private(set) var deferred: [(name: SpoolName, nextAttempt: Int64)] = []
    /// Whether more waits than fits.
    let isPartial: Bool
    /// Files that somebody put there by hand.
    let strays: [FileName]

    /// Reads a queue folder, leaving out what is under way; blocking.
    init(of spool: MessageSpool, excluding underWay: Set<SpoolID>) throws(SpoolError) {
        var waiting = QueueWindow()
        let scan = try spool.loadQueue(
            fresh: &fresh,
            deferred: &waiting,
            excluding: { underWay.contains($0) }
        )
        isPartial = !scan.isComplete
        strays = scan.strays
        while let name = waiting.popFirst() {
            deferred.append((name, try spool.nextAttempt(of: name.id) ?? 0))
        }
    }
}
