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
    /// How many authors' accounts are kept at once.
    private static let maximumAccounts = 4096
    /// A wait longer than this is no pacing: a message's age does not count it.
    private static let longWait = Duration.seconds(60)

    /// The account a message is sent with by a route; `nil` without limits, or where too many
    /// accounts are in use.
    func account(of message: LoadedMessage, on route: RouteLane) -> AccountLane? {
        if let account = route.account { return account }
        guard case .eachAuthor(let tenant)? = route.route.account?.owner,
            let limits = route.route.account
        else { return nil }
        let author = message.inspected.author ?? message.inspected.envelope.sender
        return account(key: "\(author?.text.lowercased() ?? "<>")@\(tenant)", limits)
    }

    /// The account of a key; made when first asked for.
    func account(key: String, _ limits: DeliveryAccount) -> AccountLane? {
        if let known = state.accounts[key] { return known }
        if state.accounts.count >= Self.maximumAccounts { forgetIdleAccounts() }
        guard state.accounts.count < Self.maximumAccounts else { return nil }
        let made = AccountLane(key: key, limits: limits, book: state.book)
        state.accounts[key] = made
        return made
    }

    /// Drops authors' accounts that nobody uses and nothing is known of.
    func forgetIdleAccounts() {
        let now = clock.monotonic()
        for (key, account) in state.accounts where account.routes.isEmpty {
            guard account.isIdle(at: now) else { continue }
            state.accounts[key] = nil
            for limit in account.own { state.book.remove(limit) }
        }
    }

    /// Starts what the limits of a route's account allow, of all routes that share it.
    func submitLimited(_ route: RouteLane, at now: Duration) {
        guard state.areLimitsRead else { return }
        if let account = route.account {
            submitInTurn(account, at: now)
        } else {
            submitEachAuthor(route, at: now)
        }
    }

    private func submitInTurn(_ account: AccountLane, at now: Duration) {
        account.lookAgainAt = nil
        while !state.isStopping, let route = nextRoute(of: account), let ready = route.ready.first {
            switch admission(of: ready, with: account, on: route, at: now) {
            case .now(let charge):
                route.ready.removeFirst()
                account.closedUntil = nil
                start(ready, account, charge, on: route, at: now)
            case .wait(let time):
                account.lookAgainAt = time.map { now + $0 }
                account.closedUntil = time.flatMap { $0 > Self.longWait ? now + $0 : nil }
                return
            case .aside(let until):
                route.ready.removeFirst()
                if account.head?.id == ready.message.name.id { account.head = nil }
                setAside(ready, until: until, route)
            case .pickup(let until):
                route.ready.removeFirst()
                limit(ready, until: until, route, at: now)
            }
        }
    }

    /// The route whose first message is next: the one that waits for room, else the one whose turn
    /// came first.
    private func nextRoute(of account: AccountLane) -> RouteLane? {
        var next: RouteLane?
        for reference in account.routes {
            let route = reference.lane
            guard route.isUsable, route.submitting < route.route.connections,
                let ready = route.ready.first
            else { continue }
            if let head = account.head, head.id == ready.message.name.id { return route }
            if ready.turn < next?.ready.first?.turn ?? .max { next = route }
        }
        return next
    }

    private func submitEachAuthor(_ route: RouteLane, at now: Duration) {
        var index = 0
        while route.isUsable, !state.isStopping, route.submitting < route.route.connections,
            index < route.ready.count
        {
            let ready = route.ready[index]
            guard let account = account(of: ready.message, on: route) else {
                route.ready.remove(at: index)
                setAside(ready, until: now + .seconds(300), route)
                continue
            }
            switch admission(of: ready, with: account, on: route, at: now) {
            case .now(let charge):
                route.ready.remove(at: index)
                start(ready, account, charge, on: route, at: now)
            case .wait(nil) where account.underWay == 0:
                // For the disk, which takes no longer than a moment.
                index += 1
            case .wait(let time):
                route.ready.remove(at: index)
                let until = promise(account, after: time ?? .seconds(1), at: now)
                setAside(ready, until: until, route)
            case .aside(let until):
                route.ready.remove(at: index)
                setAside(ready, until: until, route)
            case .pickup(let until):
                route.ready.remove(at: index)
                limit(ready, until: until, route, at: now)
            }
        }
    }

    /// An instant for a message that goes back to its queue, each later than the last: together they
    /// would all be loaded again for one place.
    private func promise(
        _ account: AccountLane,
        after time: Duration,
        at now: Duration
    ) -> Duration {
        let step = account.limits.messages.map { $0.period / max($0.count, 1) } ?? .seconds(1)
        account.promised = max(now + time, account.promised + step)
        // Not for longer than a day, whatever waits: then it is looked at again.
        return min(account.promised, now + .seconds(86_400))
    }

    private func start(
        _ ready: ReadyMessage,
        _ account: AccountLane,
        _ charge: AttemptCharge,
        on route: RouteLane,
        at now: Duration
    ) {
        account.pacer.started(at: now)
        account.turns.reached(ready.turn)
        account.underWay += 1
        if account.head?.id == ready.message.name.id { account.head = nil }
        take(charge)
        submit(ready, route, charge)
    }

    /// Takes what a submission may use.
    func take(_ charge: AttemptCharge) {
        for part in charge.parts {
            if let limit = state.book[part.limit] { state.book.take(part.amount, of: limit) }
        }
    }

    /// Puts a message back into its queue, due later.
    func setAside(_ ready: ReadyMessage, until: Duration, _ route: RouteLane) {
        if ready.message.isInSending {
            let move = SettlementOrder.Move.requeue(
                from: .sending,
                ready.message.state,
                due: until
            )
            carryOut(move, ready.message, ready.lane, route)
        } else {
            ready.lane.queue.finish(ready.message.name.id)
            ready.lane.queue.postpone(ready.message.name, until: until)
        }
    }

    /// Puts a message back as the first of its pickup, which waits.
    func limit(_ ready: ReadyMessage, until: Duration, _ route: RouteLane, at now: Duration) {
        ready.lane.limitedUntil = until
        giveBack(ready, route, at: now)
    }
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
