import NIOCore

/// Knows who takes mail for a route's domain, and asks again when the answer is too old.
///
/// Not thread-safe: confined to the loop.
final class MailExchangerDirectory {
    private let loop: any EventLoop
    private let server: NameServer?
    private var cache = MailExchangerCache()
    private var generator = SystemRandomNumberGenerator()

    /// Creates a directory that knows nobody; `server` replaces the system's name servers.
    init(loop: any EventLoop, server: NameServer?) {
        self.loop = loop
        self.server = server
    }

    /// The hosts to try, in order; fails with ``MailExchangerError``.
    func hosts(of domain: String) -> EventLoopFuture<[String]> {
        if let exchangers = cache.current(domain, at: loop.now) {
            return loop.makeSucceededFuture(exchangers.order(using: &generator))
        }
        let promise = loop.makePromise(of: MailExchangers.self)
        let server = server
        BlockingWork.run {
            promise.completeWith(Result { try MailExchangerQuery.ask(domain, server) })
        }
        return promise.futureResult.assumeIsolated().map { exchangers in
            self.cache.keep(exchangers, of: domain, at: self.loop.now)
            return exchangers.order(using: &self.generator)
        }.nonisolated()
    }

    /// Forgets the hosts of a domain, none of which could be connected to.
    func forget(_ domain: String) { cache.forget(domain) }
}

/// The answers of name servers, each for as long as it may be believed.
struct MailExchangerCache {
    private var entries: [String: (exchangers: MailExchangers, until: NIODeadline)] = [:]

    /// The answer for a domain, unless it is too old.
    func current(_ domain: String, at now: NIODeadline) -> MailExchangers? {
        guard let entry = entries[domain], now < entry.until else { return nil }
        return entry.exchangers
    }

    /// Remembers an answer that has just come.
    mutating func keep(_ exchangers: MailExchangers, of domain: String, at now: NIODeadline) {
        entries[domain] = (exchangers, now + TimeAmount(exchangers.lifetime))
    }

    /// Forgets the answer for a domain.
    mutating func forget(_ domain: String) { entries[domain] = nil }
}
