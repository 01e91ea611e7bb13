internal import DequeModule
package import Documents
package import MailMessage
package import Spool
package import Submission

/// One pickup as the engine is told of it.
package struct DeliveryPickup: Sendable {
    package var name: String
    package var spool: MessageSpool
    /// The routes in order of preference.
    package var routes: [String]
    package var policy: SettlementPolicy
    package var rules: MessageRules
    /// What is made of its files; `nil` where they are messages.
    package var documents: DocumentRules?
    /// How many submissions may start in any hour; `nil` is unlimited.
    package var maximumPerHour: Int?
    /// How many recipients may be served in a rolling day; `nil` is unlimited.
    package var maximumRecipientsPerDay: Int?
    /// Its part of an account that other pickups use as well.
    package var priority = DeliveryPriority.normal
    /// Told of files that somebody put into the queue folder by hand and that have no id yet.
    package var foundStrays: @Sendable ([FileName]) -> Void
    /// Given the text for the writer of each message that went to `failed/`, once it is there;
    /// must not block.
    package var refused: @Sendable (SpoolName, [UInt8]) -> Void = { _, _ in }

    /// Creates a pickup.
    package init(
        name: String,
        spool: MessageSpool,
        routes: [String],
        policy: SettlementPolicy,
        rules: MessageRules = MessageRules(),
        documents: DocumentRules? = nil,
        foundStrays: @escaping @Sendable ([FileName]) -> Void = { _ in }
    ) {
        self.name = name
        self.spool = spool
        self.routes = routes
        self.policy = policy
        self.rules = rules
        self.documents = documents
        self.foundStrays = foundStrays
    }
}

/// One route as the engine is told of it.
package struct DeliveryRoute: Sendable {
    package var name: String
    package var submitter: any Submitter
    /// How many submissions may run at once.
    package var connections: Int
    package var rate: DeliveryRate?
    /// Recipients of one transaction; larger envelopes are split.
    package var maximumRecipients: Int
    /// Whether a refused sign-in may be probed again by itself: a token locks no account, a password
    /// does.
    package var mayProbeSignIn: Bool
    /// The account it sends with, whose limits it shares; `nil` has none.
    package var account: DeliveryAccount?
    /// Whether a sender is stopped whose submissions fail in the same way again and again, before the
    /// server blocks it.
    package var errorBreaker: Bool
    /// Returns whether an operator paused the route; called on a spool thread.
    package var isPaused: @Sendable () -> Bool
    /// Consumes an operator's request to look at a suspended route at once; called on a spool
    /// thread.
    package var takeResumeRequest: @Sendable () -> Bool

    /// Creates a route.
    package init(
        name: String,
        submitter: any Submitter,
        connections: Int,
        rate: DeliveryRate? = nil,
        maximumRecipients: Int = 500,
        mayProbeSignIn: Bool = false,
        account: DeliveryAccount? = nil,
        errorBreaker: Bool = false,
        isPaused: @escaping @Sendable () -> Bool = { false },
        takeResumeRequest: @escaping @Sendable () -> Bool = { false }
    ) {
        self.name = name
        self.submitter = submitter
        self.connections = connections
        self.rate = rate
        self.maximumRecipients = maximumRecipients
        self.mayProbeSignIn = mayProbeSignIn
        self.account = account
        self.errorBreaker = errorBreaker
        self.isPaused = isPaused
        self.takeResumeRequest = takeResumeRequest
    }
}

/// What the engine keeps for one pickup; confined to the delivery loop.
final class PickupLane {
    var pickup: DeliveryPickup
    /// Tells it from an earlier lane of the same pickup, whose folder was replaced.
    let key: Int
    /// Whether a newer lane has taken its place: what is under way is finished, nothing begins.
    var isRetired = false
    /// Whether a reload retired it: its folders are where they were, so that what is under way is
    /// settled there, and what was only loaded goes back.
    var isLeaving = false
    /// The lane whose folders these were, while it still has something to end there: what stands in
    /// `sending/` is its, and not cut off.
    var predecessor: PickupLane?
    /// Why nothing is submitted for want of room to record what becomes of it, in a sentence.
    var diskReason: String?
    var routes: [RouteReference] = []
    var queue = PickupQueue()
    var history = SuspensionHistory()
    var isPaused = false
    var isScanning = false
    /// Set while the folder is read and asked for again: what moved meanwhile may be missing.
    var wantsScan = false
    /// Whether the sweep at start is still to be done; nothing is read or sent before it.
    ///
    /// It takes whatever stands in `sending/` for cut off, so nothing of ours may stand there yet.
    var needsRecovery = true
    /// Set when the spool refused: nothing is taken before this instant.
    var suspendedUntil: Duration?
    var suspensionReason: String?
    var consecutiveRefusals = 0
    /// Moves that the spool refused after an attempt; repeated until they succeed.
    var unsettled: [SettlementOrder] = []
    /// Senders that wait, with the instant of their next try and the reason.
    var suspendedSenders: [String: (until: Duration, reason: String)] = [:]
    var counters = PickupCounters()
    /// Its own limits, if it has any.
    var limits: PickupLimits?
    /// Set when its own limits are reached: nothing is taken before this instant.
    var limitedUntil: Duration?
    /// Routes that cannot carry a message, by its id; a restart finds them again.
    var unsuitable: [SpoolID: UnsuitableRoutes] = [:]
    /// The latest instant that was promised to a message that waits for one of several routes.
    var promised: Duration = .zero
    /// The turns of what is being loaded for an account that several routes share.
    var turns: [SpoolID: Int] = [:]
    /// What was sent lately, for estimates.
    var pace = PaceMeter()

    init(_ pickup: DeliveryPickup, key: Int, limits: PickupLimits? = nil) {
        self.pickup = pickup
        self.key = key
        self.limits = limits
    }

    /// The route that serves now, or `nil` while all of them are suspended.
    ///
    /// That is the first that is usable; one that waits without allowing another to stand in ends
    /// the search.
    var activeRoute: RouteLane? {
        for route in routes {
            guard let cause = route.lane.condition.suspension?.cause else { return route.lane }
            if !cause.allowsFailover { return nil }
        }
        return nil
    }

    /// Whether nothing keeps its messages but their turn: time without that does not count towards
    /// giving up.
    var maySend: Bool {
        guard !isPaused, suspendedUntil == nil, limitedUntil == nil, diskReason == nil,
            let route = activeRoute
        else { return false }
        return route.isUsable && route.account?.closedUntil == nil
    }
}

/// What a pickup has seen since the daemon started.
package struct PickupCounters: Hashable, Sendable, Codable {
    package var claimed = 0
    package var sent = 0
    package var failed = 0
    package var held = 0
    package var uncertain = 0
}

/// What the engine keeps for one route; confined to the delivery loop.
final class RouteLane {
    let route: DeliveryRoute
    /// Tells it from an earlier route of the same name, which a reload replaced.
    let key: Int
    /// Whether a reload took it out of service: what is under way is finished, nothing begins.
    var isRetired = false
    var condition = RouteCondition()
    var pacer: RatePacer
    /// The account whose limits it shares, where it is always the same one.
    var account: AccountLane?
    var isPaused = false
    var loading = 0
    var submitting = 0
    var ready: Deque<ReadyMessage> = []
    /// The pickups that name this route.
    var pickups: [PickupLane] = []
    /// Whose turn it is among them, where no account says so.
    var turns = WeightedTurns()
    var sent = 0

    init(_ route: DeliveryRoute, key: Int) {
        self.route = route
        self.key = key
        pacer = RatePacer(rate: route.rate)
    }

    /// Whether a message may be submitted as far as people and failures are concerned.
    var isUsable: Bool { condition.isOpen && !isPaused && !isRetired }

    /// How many messages may be loaded ahead: enough that a session never waits for the disk, and
    /// one only where the rate is the bottleneck.
    var prefetch: Int {
        route.rate == nil && account?.messages == nil ? route.connections : 1
    }

    /// Whether another message should be loaded.
    var wantsMore: Bool { loading + ready.count + submitting < route.connections + prefetch }
}

/// A route of a pickup, not owned: the engine owns both, and a route its pickups.
struct RouteReference {
    unowned let lane: RouteLane
}

/// A loaded message and the pickup it belongs to.
struct ReadyMessage {
    var message: LoadedMessage
    let lane: PickupLane
    /// Compares it with what other routes of the same account have ready; the smaller goes first.
    var turn = 0
}
