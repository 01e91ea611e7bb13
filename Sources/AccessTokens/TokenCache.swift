package import Submission

/// A token just obtained.
package struct IssuedToken: Hashable, Sendable {
    package var token: AccessToken
    /// From now on.
    package var lifetime: Duration
    /// When the endpoint would like to be asked again.
    package var refreshIn: Duration?

    /// Creates a token.
    package init(token: AccessToken, lifetime: Duration, refreshIn: Duration? = nil) {
        self.token = token
        self.lifetime = lifetime
        self.refreshIn = refreshIn
    }
}

/// Decides when a token is given out, waited for, renewed, or not to be had.
///
/// Performs nothing: carry out the answers. Times are since any fixed moment, on a clock that
/// nobody sets.
///
/// - Invariant: Between an answer ``Answer/fetch`` and the following ``obtained(_:isAwaited:at:jitter:)``
///   or ``failed(_:retryAfter:at:jitter:)`` no other answer is ``Answer/fetch``.
package struct TokenCache: Sendable {
    /// What to do for one who asks.
    package enum Answer: Hashable, Sendable {
        case give(AccessToken)
        case fail(CredentialError)
        /// Wait for the request that is under way.
        case wait
        /// Start a request, and wait for it.
        case fetch
    }

    private enum State {
        /// Nobody asked yet. Next: `fetching`.
        case empty
        /// A request is under way. Next: `holding` or `failed`.
        case fetching(previous: Held?, failures: Int)
        /// Next: `fetching`, when the time to renew has come or a server refused the token.
        case holding(Held)
        /// Next: `fetching`, at that time.
        case failed(CredentialError, until: Duration, previous: Held?, failures: Int)
    }

    private struct Held {
        let token: AccessToken
        let usableUntil: Duration
        let renewAt: Duration
        var wasGiven: Bool
    }

    /// The least time between two requests that servers' refusals cause.
    private static let forcedPause = Duration.seconds(60)
    /// A token so near its end is not given out.
    private static let remainder = Duration.seconds(30)

    private var state = State.empty
    private var lastForced: Duration?

    /// Creates a cache without a token.
    package init() {}

    /// Answers one who asks; `renew` means that a server refused the token given out before.
    package mutating func ask(renew: Bool, at now: Duration) -> Answer {
        switch state {
        case .empty:
            return fetch(previous: nil, failures: 0)
        case .fetching(let previous, let failures):
            guard !renew, var held = usable(previous, at: now) else { return .wait }
            held.wasGiven = true
            state = .fetching(previous: held, failures: failures)
            return .give(held.token)
        case .holding(var held):
            guard now < held.usableUntil else { return fetch(previous: nil, failures: 0) }
            // One that nobody was given cannot be the one that was refused.
            if renew, held.wasGiven, mayForce(at: now) {
                lastForced = now
                return fetch(previous: held, failures: 0)
            }
            held.wasGiven = true
            state = .holding(held)
            return .give(held.token)
        case .failed(let error, let until, let previous, let failures):
            if !renew, let held = usable(previous, at: now) { return .give(held.token) }
            return now < until ? .fail(error) : fetch(previous: previous, failures: failures)
        }
    }

    /// Takes a new token and answers when ``timerFired(at:)`` is to be called; `jitter` is from 0 to
    /// 1, at random.
    package mutating func obtained(
        _ issued: IssuedToken,
        isAwaited: Bool,
        at now: Duration,
        jitter: Double
    ) -> Duration {
        let held = Held(
            token: issued.token,
            usableUntil: now + issued.lifetime - Self.remainder,
            renewAt: now + Self.renewal(issued, jitter: jitter),
            wasGiven: isAwaited
        )
        state = .holding(held)
        return held.renewAt
    }

    /// Takes a failure and answers when ``timerFired(at:)`` is to be called, `nil` for never.
    package mutating func failed(
        _ error: CredentialError,
        retryAfter: Duration?,
        at now: Duration,
        jitter: Double
    ) -> Duration? {
        guard case .fetching(let previous, let failures) = state else { return nil }
        let count = failures + 1
        let pause = Self.pause(failures: count, error.category == .temporary, jitter: jitter)
        let until = now + max(pause, min(retryAfter ?? .zero, .seconds(3_600)))
        let held = usable(previous, at: now)
        state = .failed(error, until: until, previous: held, failures: count)
        // What a person must change is asked for again only by those who need it.
        return error.category == .temporary || held != nil ? until : nil
    }

    /// Whether a request is to be started now that a time given out before has come.
    package mutating func timerFired(at now: Duration) -> Bool {
        switch state {
        case .empty, .fetching: return false
        case .holding(let held):
            guard now >= held.renewAt else { return false }
            state = .fetching(previous: held, failures: 0)
            return true
        case .failed(_, let until, let previous, let failures):
            guard now >= until else { return false }
            state = .fetching(previous: previous, failures: failures)
            return true
        }
    }

    private mutating func fetch(previous: Held?, failures: Int) -> Answer {
        state = .fetching(previous: previous, failures: failures)
        return .fetch
    }

    private func usable(_ held: Held?, at now: Duration) -> Held? {
        held.flatMap { now < $0.usableUntil ? $0 : nil }
    }

    private func mayForce(at now: Duration) -> Bool {
        lastForced.map { now >= $0 + Self.forcedPause } ?? true
    }

    /// At least ten minutes before the end, and sooner by the length of a few failures; a token
    /// that lives half an hour or less at half its life.
    private static func renewal(_ issued: IssuedToken, jitter: Double) -> Duration {
        let lifetime = issued.lifetime
        let early = lifetime - .seconds(900) - .seconds(60) * jitter
        let usual = lifetime > .seconds(1_860) ? early : lifetime / 2
        return max(.seconds(1), min(issued.refreshIn ?? usual, usual))
    }

    /// One second, twice as long each time, up to five minutes, or to fifteen seconds where only
    /// a person can help and whoever asks has a schedule of his own.
    private static func pause(failures: Int, _ isTemporary: Bool, jitter: Double) -> Duration {
        let doubled = Duration.seconds(1 << min(failures - 1, 9))
        let longest = Duration.seconds(isTemporary ? 300 : 15)
        return min(doubled, longest) * (0.75 + jitter / 4)
    }
}

extension TokenCache {
    /// What may be shown of a token's state.
    package enum Condition: Hashable, Sendable {
        case none
        case fetching
        /// Good for so long; the claims say for what.
        case fresh(claims: String, remaining: Duration)
        /// As fresh, while a new one is asked for.
        case renewing(claims: String, remaining: Duration)
        /// The sentence says why, `hasToken` whether an older one still serves.
        case failed(CredentialError, hasToken: Bool)
    }

    /// The state as it may be shown.
    package func condition(at now: Duration) -> Condition {
        switch state {
        case .empty: .none
        case .fetching(let previous, _):
            usable(previous, at: now)
                .map { .renewing(claims: $0.token.claims, remaining: $0.usableUntil - now) }
                ?? .fetching
        case .holding(let held):
            now < held.usableUntil
                ? .fresh(claims: held.token.claims, remaining: held.usableUntil - now) : .none
        case .failed(let error, _, let previous, _):
            .failed(error, hasToken: usable(previous, at: now) != nil)
        }
    }
}
