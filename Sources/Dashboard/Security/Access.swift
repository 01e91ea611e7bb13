internal import Synchronization

/// Decides who somebody is, and keeps who signed in.
final class Access: Sendable {
    /// What became of a token that somebody typed in or sent.
    enum Answer: Hashable, Sendable {
        /// It opens.
        case open(DashboardToken)
        /// It opens nothing; worth a log line.
        case wrong
        /// It opens nothing, like too many before it.
        case tooMany
    }

    private let ring: KeyRing
    private let sessions = Mutex(SessionTable())
    private let failures = Mutex(FailureLimit())
    /// A clock that is never set, and goes on while the host sleeps.
    private let clock: @Sendable () -> Duration

    /// Creates the access to one dashboard; nobody is signed in.
    init(_ file: TokenFile, clock: @escaping @Sendable () -> Duration) {
        ring = KeyRing(file)
        self.clock = clock
    }

    /// Whether anybody can sign in, and why the file of tokens cannot be read.
    var condition: (hasTokens: Bool, trouble: String?) { ring.condition }

    /// Tries a secret that came from an address.
    func attempt(_ secret: String, from address: String) -> Answer {
        if let token = ring.token(opening: secret) { return .open(token) }
        return failures.withLock { $0.allows(address, at: clock()) } ? .wrong : .tooMany
    }

    /// Opens a session and returns the value of its cookie.
    func open(for token: DashboardToken) -> String {
        let cookie = Secret.make()
        sessions.withLock {
            $0.open(
                Secret.digest(cookie),
                for: token,
                formToken: Secret.make(),
                at: clock()
            )
        }
        return cookie
    }

    /// Who has a cookie; a session ends with its token.
    func visitor(with cookie: String) -> Visitor? {
        visitor { $0.use(Secret.digest(cookie), at: clock()) }
    }

    /// The same for what goes on by itself, which must not keep a session alive.
    func stillVisitor(with cookie: String) -> Visitor? {
        visitor { $0.look(at: Secret.digest(cookie), clock()) }
    }

    /// Ends the session of a cookie.
    func close(_ cookie: String) {
        sessions.withLock { $0.close(Secret.digest(cookie)) }
    }

    private func visitor(_ find: (inout SessionTable) -> SessionTable.Session?) -> Visitor? {
        guard let session = sessions.withLock({ find(&$0) }), ring.isCurrent(session.token)
        else { return nil }
        return Visitor(
            name: session.token.name,
            role: session.token.role,
            formToken: session.formToken
        )
    }
}
