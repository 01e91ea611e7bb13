import AccessTokens
import Submission
import Testing

@Suite("Token cache")
struct TokenCacheTests {
    private let busy = CredentialError("busy", category: .temporary)
    private let wrong = CredentialError("wrong", category: .authentication)

    private func issued(
        _ name: String,
        _ lifetime: Int = 3_600,
        refreshIn: Int? = nil
    ) -> IssuedToken {
        IssuedToken(
            token: AccessToken(secret: name),
            lifetime: .seconds(lifetime),
            refreshIn: refreshIn.map { .seconds($0) }
        )
    }

    private func give(_ name: String) -> TokenCache.Answer { .give(AccessToken(secret: name)) }

    /// A cache that obtained "first" for one who asked, at 0.
    private func holding() -> TokenCache {
        var cache = TokenCache()
        #expect(cache.ask(renew: false, at: .zero) == .fetch)
        _ = cache.obtained(issued("first"), isAwaited: true, at: .zero, jitter: 0)
        return cache
    }

    @Test func `one request serves all who ask`() {
        var cache = TokenCache()
        #expect(cache.ask(renew: false, at: .zero) == .fetch)
        #expect(cache.ask(renew: false, at: .seconds(1)) == .wait)
        #expect(cache.ask(renew: true, at: .seconds(2)) == .wait)
        _ = cache.obtained(issued("first"), isAwaited: true, at: .seconds(3), jitter: 0)
        #expect(cache.ask(renew: false, at: .seconds(4)) == give("first"))
    }

    @Test(
        arguments: [
            (3_600, nil, 0.0, 2_700), (3_600, nil, 1.0, 2_640), (86_400, 43_200, 0, 43_200),
            (3_600, 7_200, 0, 2_700), (1_800, nil, 0, 900), (300, nil, 0, 150), (0, nil, 0, 1),
            (3_600, 0, 0, 1),
        ] as [(Int, Int?, Double, Int)]
    )
    func `it is renewed at least ten minutes before its end, or at half a short life`(
        _ lifetime: Int,
        _ refreshIn: Int?,
        _ jitter: Double,
        _ expected: Int
    ) {
        var cache = TokenCache()
        _ = cache.ask(renew: false, at: .zero)
        let next = cache.obtained(
            issued("t", lifetime, refreshIn: refreshIn),
            isAwaited: true,
            at: .zero,
            jitter: jitter
        )
        #expect(next == .seconds(expected))
    }

    @Test func `while it is renewed the old one is given out`() {
        var cache = holding()
        #expect(cache.timerFired(at: .seconds(2_699)) == false)
        #expect(cache.timerFired(at: .seconds(2_700)) == true)
        #expect(cache.timerFired(at: .seconds(2_700)) == false)
        #expect(cache.ask(renew: false, at: .seconds(2_701)) == give("first"))
        #expect(cache.ask(renew: true, at: .seconds(2_701)) == .wait)
        // Its last half minute is too short for a session.
        #expect(cache.ask(renew: false, at: .seconds(3_570)) == .wait)
        _ = cache.obtained(issued("second"), isAwaited: true, at: .seconds(3_580), jitter: 0)
        #expect(cache.ask(renew: false, at: .seconds(3_581)) == give("second"))
    }

    @Test func `a refused token is renewed once, then not for a minute`() {
        var cache = holding()
        #expect(cache.ask(renew: true, at: .seconds(10)) == .fetch)
        // Others go on with it meanwhile: the refusal may concern one mailbox only.
        #expect(cache.ask(renew: false, at: .seconds(11)) == give("first"))
        _ = cache.obtained(issued("second"), isAwaited: true, at: .seconds(12), jitter: 0)
        #expect(cache.ask(renew: true, at: .seconds(69)) == give("second"))
        #expect(cache.ask(renew: true, at: .seconds(70)) == .fetch)
    }

    @Test func `one that nobody was given cannot have been refused`() {
        var cache = holding()
        #expect(cache.timerFired(at: .seconds(2_700)) == true)
        _ = cache.obtained(issued("second"), isAwaited: false, at: .seconds(2_701), jitter: 0)
        #expect(cache.ask(renew: true, at: .seconds(2_702)) == give("second"))
        #expect(cache.ask(renew: true, at: .seconds(2_703)) == .fetch)
    }

    @Test func `failures wait twice as long each time, up to five minutes`() {
        var cache = TokenCache()
        var now = Duration.zero
        var pauses: [Duration] = []
        #expect(cache.ask(renew: false, at: now) == .fetch)
        for _ in 0..<11 {
            let next = cache.failed(busy, retryAfter: nil, at: now, jitter: 1)
            #expect(cache.ask(renew: false, at: now) == .fail(busy))
            pauses.append((next ?? now) - now)
            now = next ?? now
            #expect(cache.timerFired(at: now) == true)
        }
        #expect(pauses == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300].map { .seconds($0) })
        _ = cache.obtained(issued("t"), isAwaited: false, at: now, jitter: 0)
        #expect(cache.timerFired(at: now + .seconds(2_700)) == true)
        #expect(
            cache.failed(busy, retryAfter: nil, at: now, jitter: 0) == now + .milliseconds(750)
        )
    }

    @Test(arguments: [(120, 120), (0, 1), (999_999, 3_600)])
    func `the wait an endpoint asks for counts`(_ asked: Int, _ expected: Int) {
        var cache = TokenCache()
        _ = cache.ask(renew: false, at: .zero)
        let next = cache.failed(busy, retryAfter: .seconds(asked), at: .zero, jitter: 1)
        #expect(next == .seconds(expected))
    }

    @Test func `a token that is good is given out while the endpoint is not to be had`() {
        var cache = holding()
        #expect(cache.timerFired(at: .seconds(2_700)) == true)
        _ = cache.failed(busy, retryAfter: nil, at: .seconds(2_700), jitter: 1)
        #expect(cache.ask(renew: false, at: .seconds(2_700)) == give("first"))
        #expect(cache.ask(renew: true, at: .seconds(2_700)) == .fail(busy))
        #expect(cache.timerFired(at: .seconds(2_701)) == true)
        _ = cache.failed(wrong, retryAfter: nil, at: .seconds(2_701), jitter: 1)
        #expect(cache.ask(renew: false, at: .seconds(3_569)) == give("first"))
        #expect(cache.ask(renew: false, at: .seconds(3_570)) == .fetch)
    }

    @Test func `what a person must change is asked for only by those who need it, every 15 s`() {
        var cache = TokenCache()
        var now = Duration.zero
        for pause in [1, 2, 4, 8, 15, 15] {
            #expect(cache.ask(renew: false, at: now) == .fetch)
            #expect(cache.failed(wrong, retryAfter: nil, at: now, jitter: 1) == nil)
            #expect(cache.ask(renew: true, at: now) == .fail(wrong))
            now += .seconds(pause)
        }
    }

    @Test func `the state can be shown`() {
        var cache = TokenCache()
        #expect(cache.condition(at: .zero) == .none)
        _ = cache.ask(renew: false, at: .zero)
        #expect(cache.condition(at: .zero) == .fetching)
        _ = cache.obtained(issued("t"), isAwaited: true, at: .zero, jitter: 0)
        #expect(cache.condition(at: .zero) == .fresh(claims: "", remaining: .seconds(3_570)))
        _ = cache.timerFired(at: .seconds(2_700))
        #expect(
            cache.condition(at: .seconds(2_700)) == .renewing(claims: "", remaining: .seconds(870))
        )
        _ = cache.failed(busy, retryAfter: nil, at: .seconds(2_700), jitter: 0)
        #expect(cache.condition(at: .seconds(2_700)) == .failed(busy, hasToken: true))
        #expect(cache.condition(at: .seconds(3_570)) == .failed(busy, hasToken: false))
    }
}
