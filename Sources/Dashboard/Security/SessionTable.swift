/// Who is signed in: bounded, and pure but for the secrets it is given.
struct SessionTable: Sendable {
    /// One browser that signed in.
    struct Session: Hashable, Sendable {
        let token: DashboardToken
        /// What forms of this session must bring back.
        let formToken: String
        let opened: Duration
        fileprivate(set) var used: Duration
    }

    /// How long a session lives unused, and at all.
    static let idleLimit = Duration.seconds(8 * 3600)
    static let lifeLimit = Duration.seconds(24 * 3600)
    /// How many sessions one token may have, and all.
    static let mostOfToken = 16
    static let most = 256

    // By the digest of the cookie: where a look-up stops says nothing about a cookie.
    private var sessions: [[UInt8]: Session] = [:]

    /// How many there are, ended ones among them that nobody has asked for since.
    var count: Int { sessions.count }

    /// Opens a session under the digest of its cookie; where there are too many, the one that was
    /// unused for longest ends.
    mutating func open(
        _ digest: [UInt8],
        for token: DashboardToken,
        formToken: String,
        at now: Duration
    ) {
        sessions = sessions.filter { isLive($0.value, at: now) }
        let own = sessions.filter { $0.value.token.name == token.name }
        if own.count >= Self.mostOfToken { endOldest(of: own) }
        if sessions.count >= Self.most { endOldest(of: sessions) }
        sessions[digest] = Session(token: token, formToken: formToken, opened: now, used: now)
    }

    /// The session of a cookie; it counts as used.
    mutating func use(_ digest: [UInt8], at now: Duration) -> Session? {
        guard let session = look(at: digest, now) else {
            sessions[digest] = nil
            return nil
        }
        sessions[digest]?.used = now
        return session
    }

    /// The session of a cookie, without using it.
    func look(at digest: [UInt8], _ now: Duration) -> Session? {
        sessions[digest].flatMap { isLive($0, at: now) ? $0 : nil }
    }

    /// Ends a session.
    mutating func close(_ digest: [UInt8]) { sessions[digest] = nil }

    private func isLive(_ session: Session, at now: Duration) -> Bool {
        now - session.used < Self.idleLimit && now - session.opened < Self.lifeLimit
    }

    private mutating func endOldest(of candidates: [[UInt8]: Session]) {
        if let oldest = candidates.min(by: { $0.value.used < $1.value.used }) {
            sessions[oldest.key] = nil
        }
    }
}
