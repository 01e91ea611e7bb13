internal import DequeModule
internal import MailMessage
internal import Spool
internal import Submission

/// Whether a loaded message may start now as far as limits are concerned.
enum Admission {
    case now(AttemptCharge)
    /// Its account waits: everything of that account does, in order. Woken after the time, or by
    /// the end of something under way.
    case wait(Duration?)
    /// Only this message waits, in its queue, so that others can pass.
    case aside(until: Duration)
    /// Only its pickup waits.
    case pickup(until: Duration)
}

extension DeliveryEngine {
    /// How many recipients of a message one transaction offers.
    func offered(_ message: LoadedMessage, on route: RouteLane) -> [Int] {
        let limits = route.account?.limits ?? route.route.account
        let most = min(
            route.route.maximumRecipients,
            limits?.recipientsPerMessage ?? .max,
            limits?.recipientsPerDay ?? .max
        )
        return Array(message.table.pending.prefix(max(most, 1)))
    }

    /// Compares what a message would use with every limit it concerns.
    func admission(
        of ready: ReadyMessage,
        with account: AccountLane,
        on route: RouteLane,
        at now: Duration
    ) -> Admission {
        let offered = offered(ready.message, on: route)
        if let until = pickupWait(ready.lane, offered.count, at: now) {
            return .pickup(until: until)
        }
        if let wait = turnWait(of: account, ready.message.name.id, at: now) { return wait }
        let charge = charge(ready, offered, account, on: route)
        if let wait = roomWait(charge, account, ready.message.name.id, at: now) { return wait }
        for part in charge.parts {
            guard let limit = state.book[part.limit] else { continue }
            if !state.book.mayTake(part.amount, of: limit) { return .wait(nil) }
        }
        return .now(charge)
    }

    /// Until when a pickup's own limits keep it, if they do.
    func pickupWait(_ lane: PickupLane, _ recipients: Int, at now: Duration) -> Duration? {
        guard let limits = lane.limits else { return nil }
        let wait = max(
            limits.messages?.window.wait(for: 1, at: now) ?? .zero,
            limits.recipients?.window.wait(for: recipients, at: now) ?? .zero
        )
        return wait > .zero ? now + wait : nil
    }

    private func turnWait(
        of account: AccountLane,
        _ id: SpoolID,
        at now: Duration
    ) -> Admission? {
        if let head = account.head {
            if head.until <= now {
                account.head = nil
            } else if head.id != id {
                return .wait(head.until - now)
            }
        }
        if var sessions = account.sessions {
            sessions.climb(at: now)
            account.sessions = sessions
            if account.underWay >= sessions.allowed { return .wait(nil) }
        }
        if let until = account.pausedUntil {
            if until > now { return .wait(until - now) }
            account.pausedUntil = nil
        }
        let delay = account.pacer.delay(at: now)
        return delay > .zero ? .wait(delay) : nil
    }

    /// How long an account's windows keep a message; it becomes the one that nobody overtakes.
    private func roomWait(
        _ charge: AttemptCharge,
        _ account: AccountLane,
        _ id: SpoolID,
        at now: Duration
    ) -> Admission? {
        var wait = Duration.zero
        for part in charge.parts where part.unit != .external {
            guard let limit = state.book[part.limit] else { continue }
            wait = max(wait, limit.window.wait(for: part.amount, at: now))
        }
        if wait > .zero {
            // Forgotten a while later: somebody may have taken its file away.
            account.head = (id, now + wait + .seconds(60))
            return .wait(wait)
        }
        guard let part = charge.parts.first(where: { $0.unit == .external }),
            let external = account.external
        else { return nil }
        let outside = external.window.wait(for: part.amount, at: now)
        return outside > .zero ? .aside(until: asideUntil(outside, part, at: now)) : nil
    }

    /// Spread like room returns, so that not all that wait are loaded again at once.
    private func asideUntil(
        _ wait: Duration,
        _ part: AttemptCharge.Part,
        at now: Duration
    ) -> Duration {
        guard let limit = state.book[part.limit] else { return now + wait }
        let amount = min(part.amount, limit.window.limit)
        let step = limit.window.limit == .max ? .seconds(1) : limit.window.span / limit.window.limit
        let promised = max(now + wait, (state.promisedOutside[part.limit] ?? .zero) + step * amount)
        state.promisedOutside[part.limit] = min(promised, now + .seconds(86_400))
        return min(promised, now + .seconds(86_400))
    }

    private func charge(
        _ ready: ReadyMessage,
        _ offered: [Int],
        _ account: AccountLane,
        on route: RouteLane
    ) -> AttemptCharge {
        var parts = pickupParts(ready.lane, offered.count)
        func add(_ limit: LimitWindow?, _ unit: AttemptCharge.Unit, _ amount: Int) {
            guard let limit, amount > 0 else { return }
            parts.append(AttemptCharge.Part(limit: limit.name, unit: unit, amount: amount))
        }
        add(account.messages, .message, 1)
        add(account.recipients, .recipient, offered.count)
        add(account.octets, .octet, ready.message.contentOctets)
        let external = account.limits.external
        add(account.external, .external, external?.count(ready.message.domains(offered)) ?? 0)
        return AttemptCharge(
            account: account.key,
            parts: parts,
            externalDomains: external?.internalDomains
        )
    }

    private func pickupParts(_ lane: PickupLane, _ recipients: Int) -> [AttemptCharge.Part] {
        guard let limits = lane.limits else { return [] }
        var parts: [AttemptCharge.Part] = []
        if let limit = limits.messages {
            parts.append(AttemptCharge.Part(limit: limit.name, unit: .message, amount: 1))
        }
        if let limit = limits.recipients {
            parts.append(
                AttemptCharge.Part(limit: limit.name, unit: .recipient, amount: recipients)
            )
        }
        return parts
    }

    /// The charge of a message of a route without an account, whose pickup has limits.
    func pickupAdmission(of ready: ReadyMessage, on route: RouteLane, at now: Duration) -> Admission
    {
        let offered = offered(ready.message, on: route)
        if let until = pickupWait(ready.lane, offered.count, at: now) {
            return .pickup(until: until)
        }
        let parts = pickupParts(ready.lane, offered.count)
        for part in parts {
            guard let limit = state.book[part.limit] else { continue }
            if !state.book.mayTake(part.amount, of: limit) { return .wait(nil) }
        }
        return .now(AttemptCharge(account: nil, parts: parts, externalDomains: nil))
    }

    /// Counts what a submission used, and frees what it did not.
    func settle(_ charge: AttemptCharge, _ report: AttemptReport, _ attempt: Attempt) {
        let now = clock.monotonic()
        let served = report.served
        for part in charge.parts {
            guard let limit = state.book[part.limit] else { continue }
            let used: Int
            switch part.unit {
            // A submission that was refused may count at the server as well.
            case .message: used = part.amount
            case .octet: used = attempt.source.hasMoved ? part.amount : 0
            case .recipient: used = served.count
            case .external:
                let positions = served.compactMap {
                    attempt.offered.indices.contains($0) ? attempt.offered[$0] : nil
                }
                let domains = attempt.message.domains(positions)
                used = domains.count { !(charge.externalDomains?.contains($0) ?? false) }
            }
            state.book.settle(part.amount, used: min(used, part.amount), of: limit, at: now)
        }
        if let key = charge.account, let account = state.accounts[key] { account.underWay -= 1 }
    }
}

extension LoadedMessage {
    /// The domains of the recipients at these positions, in small letters.
    func domains(_ positions: [Int]) -> [String] {
        let recipients = inspected.envelope.recipients
        return positions.compactMap {
            recipients.indices.contains($0) ? recipients[$0].address.domain.lowercased() : nil
        }
    }
}

extension AttemptReport {
    /// The places, in the report, of the recipients who have the message or may have it.
    var served: [Int] {
        let mayBeServed: Bool
        switch end {
        case .accepted, .uncertain: mayBeServed = true
        case .failed: mayBeServed = false
        }
        guard mayBeServed else { return [] }
        return recipients.indices.filter {
            switch recipients[$0] {
            case .accepted: true
            case .refused: false
            // Nobody can know what a server did with one whose reply is missing.
            case .untried: if case .uncertain = end { true } else { false }
            }
        }
    }
}
