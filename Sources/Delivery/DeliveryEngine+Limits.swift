internal import DequeModule
internal import MailMessage
internal import Spool
internal import Submission

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
