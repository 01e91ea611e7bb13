extension RelaySnapshot {
    /// A limit and how much of it is used.
    package struct Gauge: Hashable, Sendable, Codable {
        package var used: Int
        /// `nil` is unlimited.
        package var limit: Int?
        /// How long a use counts, in seconds.
        package var seconds: Int64
        /// Seconds until there is room for one more; zero is now.
        package var roomInSeconds: Int64
        /// Whether the server calls it used up, whatever was counted here.
        package var isClosed: Bool

        /// Creates a gauge.
        package init(
            used: Int,
            limit: Int?,
            seconds: Int64,
            roomInSeconds: Int64 = 0,
            isClosed: Bool = false
        ) {
            self.used = used
            self.limit = limit
            self.seconds = seconds
            self.roomInSeconds = roomInSeconds
            self.isClosed = isClosed
        }
    }

    /// One account.
    package struct AccountStatus: Hashable, Sendable, Codable {
        package var name: String
        package var messages: Gauge?
        package var recipients: Gauge
        package var octets: Gauge?
        package var external: Gauge?
        /// Submissions under way.
        package var sessions: Int
        /// How many may be; `nil` is as many as the routes allow.
        package var sessionsAllowed: Int?
        /// How many the settings allow: more than ``sessionsAllowed`` after the server's refusal.
        package var sessionsMaximum: Int?
        /// Why it waits by the server's word.
        package var reason: String?

        /// Creates the status of an account without limits.
        package init(name: String, recipients: Gauge) {
            self.name = name
            self.recipients = recipients
            sessions = 0
        }
    }
}

extension DeliveryEngine {
    /// Of authors' accounts, those that used most are shown.
    private static let shownAccounts = 50

    func accountStatuses(at now: Duration) -> [RelaySnapshot.AccountStatus] {
        let mailboxes = state.accounts.values.filter { !$0.routes.isEmpty }
        let authors = state.accounts.values.filter { $0.routes.isEmpty }
            .sorted { $0.recipients.window.used > $1.recipients.window.used }
            .prefix(Self.shownAccounts)
        return (mailboxes + authors).map { status(of: $0, at: now) }.sorted { $0.name < $1.name }
    }

    private func status(
        of account: AccountLane,
        at now: Duration
    ) -> RelaySnapshot.AccountStatus {
        var status = RelaySnapshot.AccountStatus(
            name: account.key,
            recipients: gauge(account.recipients, at: now)
        )
        status.messages = account.messages.map { gauge($0, at: now) }
        status.octets = account.octets.map { gauge($0, at: now) }
        status.external = account.external.map { gauge($0, at: now) }
        status.sessions = account.underWay
        account.sessions?.climb(at: now)
        status.sessionsAllowed = account.sessions?.allowed
        status.sessionsMaximum = account.sessions?.maximum
        if status.recipients.isClosed || status.external?.isClosed == true {
            status.reason = account.reason
        } else {
            account.reason = nil
        }
        return status
    }

    func gauge(_ limit: LimitWindow, at now: Duration) -> RelaySnapshot.Gauge {
        let wait = limit.window.wait(for: 1, at: now)
        return RelaySnapshot.Gauge(
            used: limit.window.used,
            limit: limit.window.limit == .max ? nil : limit.window.limit,
            seconds: limit.window.span.components.seconds,
            roomInSeconds: wait == .zero ? 0 : wait.components.seconds + 1,
            isClosed: limit.window.closedUntil != nil
        )
    }

    /// When a pickup's messages will have been sent.
    func estimate(for lane: PickupLane, at now: Duration) -> BacklogEstimate {
        let waiting = lane.queue.freshCount + lane.queue.deferredCount + lane.queue.inFlightCount
        if waiting == 0 { return lane.queue.hasOverflowed ? .unknown : .done }
        guard !lane.isPaused, !lane.needsRecovery, lane.suspendedUntil == nil,
            lane.diskReason == nil,
            !lane.queue.hasOverflowed, let route = lane.activeRoute, route.isUsable
        else { return .unknown }
        let share = share(of: lane, on: route)
        let backlog = Backlog(
            messages: waiting,
            recipients: lane.pace.recipientsOfMessage,
            pace: pace(of: lane, on: route, share),
            share: share,
            shared: route.account?.recipients.window,
            own: lane.limits?.recipients?.window
        )
        return backlog.estimate(at: now, wall: clock.wall())
    }

    /// A pickup's part among those of its account, or route, that have something to send.
    private func share(of lane: PickupLane, on route: RouteLane) -> Double {
        let routes = route.account?.routes.map(\.lane) ?? [route]
        var total = 0
        var seen: Set<Int> = []
        for other in routes.flatMap(\.pickups) where seen.insert(other.key).inserted {
            let waits = !other.queue.isWindowEmpty || other.queue.deferredCount > 0
            if other === lane || waits { total += other.pickup.priority.weight }
        }
        return Double(lane.pickup.priority.weight) / Double(max(total, 1))
    }

    /// What limits allow it, or else what was sent lately.
    private func pace(of lane: PickupLane, on route: RouteLane, _ share: Double) -> Double? {
        let rates = [route.route.rate, route.account?.limits.messages].compactMap(\.self)
        var allowed = rates.map { $0.pace * share }
        if let most = lane.pickup.maximumPerHour { allowed.append(Double(most) / 3600) }
        return allowed.min() ?? lane.pace.pace(at: clock.monotonic())
    }
}

extension DeliveryRate {
    /// Messages in a second.
    fileprivate var pace: Double {
        let (seconds, attoseconds) = period.components
        let time = Double(seconds) + Double(attoseconds) / 1e18
        return time > 0 ? Double(count) / time : .infinity
    }
}
