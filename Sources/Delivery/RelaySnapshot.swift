internal import NIOCore
internal import Spool

/// The state of the relay at one instant, as `status` shows it and the daemon leaves it on disk.
package struct RelaySnapshot: Hashable, Sendable, Codable {
    /// Microseconds since 1970.
    package var takenAt: Int64
    package var processID: Int32
    package var version: String
    package var pickups: [PickupStatus]
    package var routes: [RouteStatus]
    /// `nil` in what an earlier version left.
    package var accounts: [AccountStatus]?
    /// When everything will have been sent; `nil` in what an earlier version left.
    package var backlog: BacklogEstimate?
    /// Credentials that end soon, in sentences; filled in by who watches them.
    package var expiring: [String]?
    /// When the daemon started, microseconds since 1970; filled in by who starts it.
    package var startedAt: Int64?
    /// Whether the daemon before it ended without saying so; filled in by who starts it.
    package var isAfterCrash: Bool?
    /// The file systems that are written to; filled in by who watches them.
    package var disks: [DiskStatus]?
    /// Conditions that hold and that somebody is told of; filled in by who tells.
    package var alerts: [OpenAlert]?
    /// Why the ledger is not written to, in a sentence; `nil` while it is; filled in by its writer.
    package var ledger: String?

    /// Creates a snapshot.
    package init(
        takenAt: Int64,
        processID: Int32,
        version: String,
        pickups: [PickupStatus],
        routes: [RouteStatus],
        accounts: [AccountStatus] = [],
        backlog: BacklogEstimate? = nil
    ) {
        self.takenAt = takenAt
        self.processID = processID
        self.version = version
        self.pickups = pickups
        self.routes = routes
        self.accounts = accounts
        self.backlog = backlog
    }

    /// One pickup.
    package struct PickupStatus: Hashable, Sendable, Codable {
        package var name: String
        package var isPaused: Bool
        /// Why nothing is taken from it, if the spool refused.
        package var suspended: String?
        /// How readiness is told in effect; filled in by who watches the folder.
        package var readiness: String?
        /// Whether that is less than the file system allows, for want of CAP_LEASE; filled in by who
        /// watches the folder, `nil` in what an earlier version left.
        package var isReadinessDegraded: Bool?
        /// What keeps the drop folder from being watched, if anything does.
        package var folder: String?
        /// The route that serves now; `nil` while all of them are suspended.
        package var route: String?
        /// Messages that wait for their turn, as far as the window knows.
        package var waiting: Int
        /// Messages that wait for an instant.
        package var deferred: Int
        /// Messages under way.
        package var underWay: Int
        /// When the oldest message was claimed that waits or is under way, microseconds since 1970.
        package var oldest: Int64?
        /// Senders that wait, with the reason.
        package var suspendedSenders: [String: String]
        package var counters: PickupCounters
        /// When its messages will have been sent; `nil` in what an earlier version left.
        package var backlog: BacklogEstimate?
        /// Its own limits of an hour and of a day, where it has them.
        package var messages: Gauge?
        package var recipients: Gauge?

        /// Creates the status of a pickup whose folder is not there.
        package init(missing name: String, _ folder: String?) {
            self.name = name
            self.folder = folder
            isPaused = false
            (waiting, deferred, underWay) = (0, 0, 0)
            suspendedSenders = [:]
            counters = PickupCounters()
        }
    }

    /// One route.
    package struct RouteStatus: Hashable, Sendable, Codable {
        package var name: String
        package var isPaused: Bool
        package var cause: RouteCondition.Cause?
        package var reason: String?
        package var advice: String?
        /// Seconds until it is looked at again, zero while it is; `nil` when it waits for a person or is open.
        package var nextLookSeconds: Int64?
        package var submitting: Int
        package var connections: Int
        package var sent: Int
    }
}

extension DeliveryEngine {
    /// Takes a snapshot.
    ///
    /// - Precondition: Called on the delivery loop.
    package func snapshot(processID: Int32, version: String) -> RelaySnapshot {
        loop.preconditionInEventLoop()
        let now = clock.monotonic()
        let wall = clock.wall()
        let pickups = state.lanes.filter { !$0.isRetired }.map { status(of: $0, at: now) }
        return RelaySnapshot(
            takenAt: wall,
            processID: processID,
            version: version,
            pickups: pickups,
            routes: state.routes.map { status(of: $0, at: now) },
            accounts: accountStatuses(at: now),
            backlog: .last(of: pickups.compactMap(\.backlog), now: wall)
        )
    }

    private func status(
        of lane: PickupLane,
        at now: Duration
    ) -> RelaySnapshot.PickupStatus {
        var status = RelaySnapshot.PickupStatus(missing: lane.pickup.name, nil)
        status.isPaused = lane.isPaused
        status.suspended =
            lane.suspendedUntil == nil ? lane.diskReason : lane.suspensionReason
        status.route = lane.activeRoute?.route.name
        status.waiting = lane.queue.freshCount
        status.deferred = lane.queue.deferredCount
        status.underWay = lane.queue.inFlightCount
        status.oldest = lane.queue.oldest?.microseconds
        status.suspendedSenders = lane.suspendedSenders.mapValues { $0.reason }
        status.counters = lane.counters
        status.backlog = estimate(for: lane, at: now)
        status.messages = lane.limits?.messages.map { gauge($0, at: now) }
        status.recipients = lane.limits?.recipients.map { gauge($0, at: now) }
        return status
    }

    private func status(
        of route: RouteLane,
        at now: Duration
    ) -> RelaySnapshot.RouteStatus {
        let suspension = route.condition.suspension
        return RelaySnapshot.RouteStatus(
            name: route.route.name,
            isPaused: route.isPaused,
            cause: suspension?.cause,
            reason: suspension?.reason,
            advice: suspension?.advice,
            nextLookSeconds: route.condition.isProbing
                ? 0 : route.condition.nextInstant.map { max(($0 - now).components.seconds, 0) },
            submitting: route.submitting,
            connections: route.route.connections,
            sent: route.sent
        )
    }
}
