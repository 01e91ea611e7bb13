package import NIOCore
package import Submission
internal import Synchronization

/// The token of one identity for one scope: kept, shared, and renewed ahead of its end.
package final class TokenSource: TokenProvider {
    /// What happens in the background, for the log.
    package enum Event: Hashable, Sendable {
        /// A token came; the claims say for what.
        case obtained(claims: String, lifetime: Duration)
        /// None came.
        case failed(CredentialError)
        /// A token came, but the refresh token that came with it could not be kept.
        case notKept(CredentialError)
    }

    /// Why no token came, and how long the endpoint asks to wait.
    package struct Refusal: Error, Hashable, Sendable {
        package var error: CredentialError
        package var retryAfter: Duration?

        /// Creates a refusal.
        package init(_ error: CredentialError, retryAfter: Duration? = nil) {
            self.error = error
            self.retryAfter = retryAfter
        }
    }

    package typealias Completion = @Sendable (Result<AccessToken, CredentialError>) -> Void

    private let loop: any EventLoop
    private let jitter: @Sendable () -> Double
    private let obtain: @Sendable () async throws(Refusal) -> IssuedToken
    private let report: @Sendable (Event) -> Void
    private let inner = Mutex(Inner())

    private struct Inner {
        var cache = TokenCache()
        var waiters: [Completion] = []
        var timer: Scheduled<Void>?
        var isStopped = false
    }

    /// Creates a source that has no token yet.
    ///
    /// The clock and timers of the loop count; `jitter` is from 0 to 1, at random; `obtain` asks for
    /// a token and is never called again before it has ended.
    package init(
        loop: any EventLoop,
        jitter: @escaping @Sendable () -> Double = { .random(in: 0...1) },
        report: @escaping @Sendable (Event) -> Void = { _ in },
        obtain: @escaping @Sendable () async throws(Refusal) -> IssuedToken
    ) {
        self.loop = loop
        self.jitter = jitter
        self.report = report
        self.obtain = obtain
    }

    /// Gives out the token that is kept, or asks for one; `renew` asks at most once a minute.
    package func token(renew: Bool, completion: @escaping Completion) {
        let now = now()
        let answer = inner.withLock { inner -> TokenCache.Answer? in
            guard !inner.isStopped else { return nil }
            let answer = inner.cache.ask(renew: renew, at: now)
            switch answer {
            case .wait, .fetch: inner.waiters.append(completion)
            case .give, .fail: break
            }
            return answer
        }
        switch answer {
        case .give(let token): completion(.success(token))
        case .fail(let error): completion(.failure(error))
        case .wait: break
        case .fetch: fetch()
        case nil: completion(.failure(Self.ending))
        }
    }

    /// Asks for a token before anybody needs it, so that a sign-in that ends without use is
    /// renewed, and what is wrong shows at once.
    package func start() { token(renew: false) { _ in } }

    /// Ends timers and answers those who wait; nobody gets a token any more.
    package func stop() {
        let (waiters, timer) = inner.withLock { inner in
            inner.isStopped = true
            defer { inner.waiters = [] }
            return (inner.waiters, inner.timer)
        }
        timer?.cancel()
        for waiter in waiters { waiter(.failure(Self.ending)) }
    }

    /// The state of the token, for people.
    package var condition: TokenCache.Condition {
        let now = now()
        return inner.withLock { $0.cache.condition(at: now) }
    }

    private static let ending = CredentialError(
        "no token is given out: the program is ending",
        advice: "Nothing: it is asked for again after the next start.",
        category: .temporary
    )

    private func now() -> Duration { .nanoseconds(Int64(clamping: loop.now.uptimeNanoseconds)) }

    private func fetch() {
        Task {
            do throws(Refusal) {
                settle(.success(try await obtain()))
            } catch {
                settle(.failure(error))
            }
        }
    }

    private func settle(_ result: Result<IssuedToken, Refusal>) {
        let now = now()
        let share = jitter()
        let (waiters, next) = inner.withLock { inner in
            let waiters = inner.waiters
            inner.waiters = []
            return (waiters, inner.cache.settle(result, !waiters.isEmpty, at: now, jitter: share))
        }
        switch result {
        case .success(let issued):
            report(.obtained(claims: issued.token.claims, lifetime: issued.lifetime))
        case .failure(let refusal): report(.failed(refusal.error))
        }
        if let next { wake(in: next - now) }
        let given = result.map(\.token).mapError(\.error)
        for waiter in waiters { waiter(given) }
    }

    private func wake(in pause: Duration) {
        let timer = loop.scheduleTask(in: TimeAmount(pause)) { [weak self] in
            guard let self else { return }
            timerFired()
        }
        inner.withLock { inner in
            inner.timer?.cancel()
            inner.timer = timer
            if inner.isStopped { timer.cancel() }
        }
    }

    private func timerFired() {
        let now = now()
        if inner.withLock({ !$0.isStopped && $0.cache.timerFired(at: now) }) { fetch() }
    }
}

extension TokenCache {
    /// Takes the end of a request; returns when to look again.
    fileprivate mutating func settle(
        _ result: Result<IssuedToken, TokenSource.Refusal>,
        _ isAwaited: Bool,
        at now: Duration,
        jitter: Double
    ) -> Duration? {
        switch result {
        case .success(let issued):
            obtained(issued, isAwaited: isAwaited, at: now, jitter: jitter)
        case .failure(let refusal):
            failed(refusal.error, retryAfter: refusal.retryAfter, at: now, jitter: jitter)
        }
    }
}
