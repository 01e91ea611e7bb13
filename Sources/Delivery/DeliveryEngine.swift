internal import DequeModule
internal import EventLog
internal import MailMessage
package import NIOCore
package import Spool
internal import Submission

/// Decides who goes next, hands messages to routes and moves their files accordingly.
///
/// Confined to one event loop: pickups, spool threads and submitters post to it, batches at a time,
/// and nothing here blocks. It knows no protocol and no file format.
package final class DeliveryEngine: Sendable {
    let loop: any EventLoop
    let threads: SpoolThreads
    let log: DeliveryLog
    let clock: EngineClock
    let inbox: BatchedInbox<EngineEvent>
    // Only ever touched on `loop`; the box checks it in debug builds.
    private let box: NIOLoopBoundBox<EngineState>

    /// Creates an engine without pickups and routes.
    ///
    /// - Precondition: Called on `loop`.
    package init(loop: any EventLoop, threads: SpoolThreads, log: DeliveryLog, clock: EngineClock) {
        self.loop = loop
        self.threads = threads
        self.log = log
        self.clock = clock
        inbox = BatchedInbox(loop: loop)
        box = NIOLoopBoundBox(
            EngineState(startedAt: clock.monotonic(), wall: clock.wall()),
            eventLoop: loop
        )
    }

    var state: EngineState {
        get { box.value }
        set { box.value = newValue }
    }

    /// Adds the routes; once, before anything else.
    ///
    /// What has limits waits until the ledger was read; without one, a restart forgets what was used.
    package func start(routes: [DeliveryRoute], ledger: (any LimitLedger)? = nil) {
        loop.preconditionInEventLoop()
        inbox.open { [weak self] events in self?.receive(events) }
        state.routes = routes.map(newLane)
        state.book = LimitBook(isKept: ledger != nil)
        shareAccounts()
        readLimits(ledger)
        scheduleHousekeeping()
    }

    func newLane(of route: DeliveryRoute) -> RouteLane {
        state.lastKey += 1
        return RouteLane(route, key: state.lastKey)
    }

    /// Gives the routes of one mailbox one account.
    func shareAccounts() {
        var limits: [String: DeliveryAccount] = [:]
        for route in state.routes {
            guard let account = route.route.account, case .mailbox(let key) = account.owner else {
                continue
            }
            limits[key] = limits[key]?.stricter(account) ?? account
        }
        for route in state.routes {
            guard case .mailbox(let key)? = route.route.account?.owner, let limits = limits[key]
            else { continue }
            route.account = account(key: key, limits)
            route.account?.adopt(limits, book: state.book)
            route.account?.routes.append(RouteReference(lane: route))
        }
    }

    /// Adds a pickup, settles what a crash left in its spool and reads its queue.
    ///
    /// A pickup of the same name with the same spool goes on by the new rules, and so does its queue.
    /// With another spool it is replaced: its folder is another one now, and what is under way in the
    /// old one is finished there. Unknown route names are ignored: the settings have refused them.
    package func add(_ pickup: DeliveryPickup) {
        loop.preconditionInEventLoop()
        if let old = lane(pickup.name) {
            if old.pickup.spool === pickup.spool { return change(old, to: pickup) }
            retire(old)
        }
        state.lastKey += 1
        let limits = PickupLimits(pickup, book: state.book)
        let lane = PickupLane(pickup, key: state.lastKey, limits: limits)
        lane.predecessor = state.lanes.first {
            $0.isLeaving && $0.pickup.spool.sharesLock(with: pickup.spool)
        }
        lane.routes = pickup.routes.compactMap { route($0).map(RouteReference.init) }
        for route in lane.routes { route.lane.pickups.append(lane) }
        state.lanes.append(lane)
        recover(lane)
    }

    private func retire(_ lane: PickupLane) {
        lane.isRetired = true
        for order in lane.unsettled { lane.queue.finish(order.name.id) }
        lane.unsettled = []
        giveBackAll(of: lane)
        disconnect(lane)
        state.lanes.removeAll { $0.isRetired && !$0.isLeaving && $0.queue.inFlightCount == 0 }
    }

    /// Takes a pickup away from every route: nothing of it is taken any more.
    func disconnect(_ lane: PickupLane) {
        for route in state.routes {
            route.pickups.removeAll { $0 === lane }
            route.turns.remove(lane.key)
            route.account?.turns.remove(lane.key)
        }
    }

    /// Tells the engine of messages a pickup has just claimed; callable from any thread.
    ///
    /// `dropped` is when the writer put each of them there, in microseconds since 1970.
    package func claimed(_ names: [SpoolName], dropped: [Int64] = [], pickup: String) {
        inbox.post(.claimed(names, dropped: dropped, pickup: pickup))
    }

    /// Tells of messages that retention has removed; callable from any thread.
    package func expired(_ names: [SpoolName], pickup: String) {
        for name in names { log.expired(name, pickup: pickup) }
    }

    /// Asks for the queue of a pickup to be read again soon: somebody moved files by hand; callable
    /// from any thread.
    package func wake(pickup: String) {
        inbox.post(.wake(pickup: pickup))
    }

    func receive(_ events: [EngineEvent]) {
        for event in events {
            switch event {
            case .claimed(let names, let dropped, let pickup):
                claimed(names, dropped, in: lane(pickup))
            case .wake(let pickup): if let lane = lane(pickup) { lookAgain(lane) }
            case .recovered(let key, let result): recovered(result, in: lane(key: key))
            case .scanned(let key, let result): scanned(result, in: lane(key: key))
            case .loaded(let taken, let outcome, let key, let route):
                loaded(taken, outcome, lane(key: key), self.route(key: route))
            case .settled(let order, let key, let route, let result):
                settled(order, lane(key: key), self.route(key: route), result)
            case .pauseFlags(let flags): apply(flags)
            case .limitsRead(let result): limitsRead(result)
            case .limitsSaved(let problem): limitsSaved(problem)
            }
        }
        pump()
    }

    /// The lane that serves a pickup now.
    func lane(_ name: String) -> PickupLane? {
        state.lanes.first { $0.pickup.name == name && !$0.isRetired }
    }

    func lane(key: Int) -> PickupLane? { state.lanes.first { $0.key == key } }

    func route(_ name: String?) -> RouteLane? {
        name.flatMap { name in state.routes.first { $0.route.name == name } }
    }

    /// A route, also one that a reload has taken out of service and that still has something to end.
    func route(key: Int?) -> RouteLane? {
        guard let key else { return nil }
        return state.routes.first { $0.key == key } ?? state.retiredRoutes.first { $0.key == key }
    }

    private func claimed(_ names: [SpoolName], _ dropped: [Int64], in lane: PickupLane?) {
        guard let lane else { return }
        lane.counters.claimed += names.count
        for (index, name) in names.enumerated() {
            log.claimed(
                name,
                pickup: lane.pickup.name,
                dropped: index < dropped.count ? dropped[index] : nil
            )
            lane.queue.append(name)
        }
    }

    /// Runs blocking work for a pickup on a spool thread and posts what it returns.
    func onThread(_ work: @escaping @Sendable () -> EngineEvent) {
        let inbox = inbox
        threads.run { inbox.post(work()) }
    }
}

/// What reaches the engine from other threads.
// Whatever carries a message is indirect: it is handed on several times, and a copy would touch a dozen
// reference counts each time.
enum EngineEvent: Sendable {
    case claimed([SpoolName], dropped: [Int64], pickup: String)
    case wake(pickup: String)
    case recovered(lane: Int, Result<Leftovers, SpoolError>)
    case scanned(lane: Int, Result<QueueReading, SpoolError>)
    indirect case loaded(SpoolName, LoadOutcome, lane: Int, route: Int)
    indirect case settled(
        SettlementOrder,
        lane: Int,
        route: Int?,
        Result<MessageLocation?, SpoolError>
    )
    case pauseFlags(PauseFlags)
    indirect case limitsRead(Result<LimitRecords?, LimitLedgerError>)
    case limitsSaved(LimitLedgerError?)
}

/// Which pickups and routes an operator has paused.
struct PauseFlags: Sendable {
    var pickups: [String: Bool] = [:]
    var routes: [String: Bool] = [:]
    /// Routes to be looked at at once.
    var resumed: [String] = []
}

/// Everything the engine keeps; confined to its loop.
struct EngineState {
    var routes: [RouteLane] = []
    /// Routes that a reload took out of service and that still have something to end.
    var retiredRoutes: [RouteLane] = []
    /// Who is told when nothing of what a reload took out of service is under way any more.
    var onceRetired: [@Sendable () -> Void] = []
    /// What stood in `sending/` when the pickups were recovered.
    var leftovers = 0
    var lanes: [PickupLane] = []
    let startedAt: Duration
    var lastRescan: Duration
    /// What the wall clock has shown since then.
    var eras: ClockEras
    var lastKey = 0
    var wakeUp: (at: Duration, task: Scheduled<Void>)?
    var housekeeping: RepeatedTask?
    /// Set by ``DeliveryEngine/stop()``; succeeded when nothing is under way any more.
    var stopped: EventLoopPromise<Void>?
    var random = SystemRandomNumberGenerator()
    var accounts: [String: AccountLane] = [:]
    var book = LimitBook(isKept: false)
    /// Whether it is known what an earlier process used.
    var areLimitsRead = false
    var ledger = LedgerUse()
    /// The latest instant promised to a message to outside, by the limit's name.
    var promisedOutside: [String: Duration] = [:]
    /// Who fails again and again, by account or route.
    var breakers: [String: ErrorBreaker] = [:]

    /// Begins with the clocks as they are.
    init(startedAt: Duration, wall: Int64) {
        self.startedAt = startedAt
        lastRescan = startedAt
        eras = ClockEras(wall: wall, at: startedAt)
    }

    var isStopping: Bool { stopped != nil }
    var isIdle: Bool {
        (routes + retiredRoutes).allSatisfy { $0.loading == 0 && $0.submitting == 0 }
            && lanes.allSatisfy { $0.queue.inFlightCount == 0 || !$0.unsettled.isEmpty }
    }
}
