internal import Spool

/// What the engine keeps for one account; confined to the delivery loop.
final class AccountLane {
    /// What people and the disk know it by.
    let key: String
    private(set) var limits: DeliveryAccount
    var pacer: RatePacer
    var sessions: SessionAllowance?
    private(set) var messages: LimitWindow?
    private(set) var recipients: LimitWindow
    private(set) var octets: LimitWindow?
    private(set) var external: LimitWindow?
    /// Submissions under way over all routes.
    var underWay = 0
    /// The message that waits for room and that nobody overtakes, until it is forgotten.
    var head: (id: SpoolID, until: Duration)?
    /// The latest instant that was promised to a message that went back to its queue.
    var promised: Duration = .zero
    /// Nothing starts before this instant: the server has just refused a session.
    var pausedUntil: Duration?
    /// Set while its own limits keep it waiting for long: such time counts for no message.
    var closedUntil: Duration?
    /// When to look at it next.
    var lookAgainAt: Duration?
    /// Why it waits by the server's word.
    var reason: String?
    /// The routes that send with it, where it is one mailbox's.
    var routes: [RouteReference] = []
    var turns = WeightedTurns()

    init(key: String, limits: DeliveryAccount, book: LimitBook) {
        self.key = key
        self.limits = limits
        pacer = RatePacer(rate: limits.messages)
        sessions = limits.sessions.map { SessionAllowance(maximum: $0) }
        messages = limits.messages.map { rate in
            book.limit("account/\(key)/messages", SlidingWindow(rate))
        }
        octets = limits.octets.map { rate in
            book.limit("account/\(key)/octets", SlidingWindow(rate))
        }
        recipients = book.limit(
            "account/\(key)/recipients",
            .day(limit: limits.recipientsPerDay ?? .max)
        )
        external = limits.external.map { external in
            book.limit("tenant/\(external.tenant)/external", .day(limit: external.perDay ?? .max))
        }
    }

    /// Takes over other limits; what was used of them, and what is under way, still counts.
    func adopt(_ new: DeliveryAccount, book: LimitBook) {
        guard new != limits else { return }
        if new.messages != limits.messages { pacer = RatePacer(rate: new.messages) }
        if new.sessions != limits.sessions {
            sessions = new.sessions.map { SessionAllowance(maximum: $0) }
        }
        limits = new
        messages = new.messages.map { book.adopt("account/\(key)/messages", SlidingWindow($0)) }
        octets = new.octets.map { book.adopt("account/\(key)/octets", SlidingWindow($0)) }
        recipients = book.adopt(
            "account/\(key)/recipients",
            .day(limit: new.recipientsPerDay ?? .max)
        )
        external = new.external.map {
            book.adopt("tenant/\($0.tenant)/external", .day(limit: $0.perDay ?? .max))
        }
    }

    /// The windows that belong to it alone.
    var own: [LimitWindow] { [messages, recipients, octets].compactMap(\.self) }

    /// Whether it can be forgotten: nothing is under way and nothing is left to respect.
    func isIdle(at now: Duration) -> Bool {
        for limit in own { limit.window.expire(at: now) }
        return underWay == 0 && own.allSatisfy { $0.window.isEmpty }
    }
}

extension SlidingWindow {
    /// The window of a rate.
    init(_ rate: DeliveryRate) { self.init(limit: rate.count, span: rate.period) }
}

/// What one submission may use of limits, from its start to its end.
struct AttemptCharge: Sendable {
    /// What a limit counts.
    enum Unit: Sendable {
        case message, recipient, external, octet
    }

    struct Part: Sendable {
        let limit: String
        let unit: Unit
        let amount: Int
    }

    /// The account whose session it uses.
    let account: String?
    let parts: [Part]
    let externalDomains: Set<String>?
}

/// The limits of one pickup, whatever its routes.
struct PickupLimits {
    let messages: LimitWindow?
    let recipients: LimitWindow?

    /// `nil` where the pickup has none.
    init?(_ pickup: DeliveryPickup, book: LimitBook) {
        messages = pickup.maximumPerHour.map {
            book.adopt(
                "pickup/\(pickup.name)/messages",
                SlidingWindow(limit: $0, span: .seconds(3600))
            )
        }
        recipients = pickup.maximumRecipientsPerDay.map {
            book.adopt("pickup/\(pickup.name)/recipients", .day(limit: $0))
        }
        if messages == nil, recipients == nil { return nil }
    }
}
