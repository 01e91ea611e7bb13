/// What changes in a rehearsal while the sandbox runs: tokens, sessions, and who did how much.
///
/// Every method takes the sandbox's time; it must not run backwards.
package struct TenantState: Sendable {
    /// What the tenant file says.
    package let rehearsal: Rehearsal
    var tokens: [String: AccessGrant] = [:]
    var accounts: [String: AccountBook] = [:]
    var organisations: [String: OrganisationBook] = [:]
    private var violations: [RehearsalCounts.Limit: Int] = [:]
    /// The account of every session that has signed in.
    var sessions: [String: String] = [:]

    /// How many accounts are told apart: a universal token can make up any number.
    static let accountLimit = 10_000
    /// How many tokens are remembered before the expired ones are forgotten.
    static let tokenLimit = 10_000

    /// Begins without any past.
    package init(_ rehearsal: Rehearsal) {
        self.rehearsal = rehearsal
    }

    /// What one account did lately.
    struct AccountBook: Sendable {
        var submitted = 0
        var accepted = 0
        var recipients = 0
        var attemptsPerMinute = RollingWindow(seconds: 60)
        var attemptsPerHour = RollingWindow(seconds: 3600)
        var acceptedPerMinute = RollingWindow(seconds: 60)
        var acceptedPerHour = RollingWindow(seconds: 3600)
        var recipientsPerDay = RollingWindow(seconds: 86_400)
        /// In the order in which they signed in.
        var sessions: [String] = []
        var mostSessions = 0
        var failures: [ContinuousFailure: RollingWindow] = [:]
        var blocked: (failure: ContinuousFailure, until: SandboxTime)?
    }

    /// What one organisation did lately.
    struct OrganisationBook: Sendable {
        var externalPerDay = RollingWindow(seconds: 86_400)
        var onmicrosoftPerDay = RollingWindow(seconds: 86_400)
    }
}

extension TenantState {
    /// Remembers a token the token endpoint has just issued.
    package mutating func issue(_ token: String, for grant: AccessGrant, at now: SandboxTime) {
        if tokens.count >= Self.tokenLimit {
            tokens = tokens.filter { $0.value.expiresAt > now }
            // Even so many that live: an old one is refused from now on, as if it were revoked.
            if tokens.count >= Self.tokenLimit, let any = tokens.keys.first { tokens[any] = nil }
        }
        tokens[token] = grant
    }

    /// What a token grants now; a token that is unknown or has expired grants nothing.
    package func grant(of token: String, at now: SandboxTime) -> AccessGrant? {
        tokens[token].flatMap { $0.expiresAt > now ? $0 : nil }
    }

    /// Forgets every token, as if all had been revoked.
    package mutating func revokeTokens() { tokens = [:] }

    /// Counts that a client ran into a limit.
    package mutating func count(_ limit: RehearsalCounts.Limit) {
        violations[limit, default: 0] += 1
    }

    /// Counts a refusal if it is a limit, and returns it.
    mutating func counted(_ refusal: Refusal) -> Refusal {
        if let limit = refusal.limit { count(limit) }
        return refusal
    }
}

extension TenantState {
    /// Remembers the session of somebody who has signed in.
    package mutating func admitSession(_ session: String, of submitter: Submitter) {
        let key = key(of: submitter.name)
        sessions[session] = key
        var book = accounts[key] ?? AccountBook()
        book.sessions.append(session)
        book.mostSessions = max(book.mostSessions, book.sessions.count)
        accounts[key] = book
    }

    /// Forgets a session that has ended; one that never signed in is nothing to forget.
    package mutating func endSession(_ session: String) {
        guard let key = sessions.removeValue(forKey: session) else { return }
        accounts[key]?.sessions.removeAll { $0 == session }
    }

    /// Under which name an account is counted.
    func key(of name: String) -> String {
        let name = name.lowercased()
        return accounts[name] != nil || accounts.count < Self.accountLimit ? name : "(others)"
    }

    /// What clients did so far.
    package var counts: RehearsalCounts {
        var counts = RehearsalCounts()
        counts.violations = violations
        counts.accounts = accounts.mapValues { book in
            var account = RehearsalCounts.Account()
            account.submitted = book.submitted
            account.accepted = book.accepted
            account.recipients = book.recipients
            account.mostMessagesPerMinute = book.attemptsPerMinute.most
            account.mostMessagesPerHour = book.attemptsPerHour.most
            account.mostSessions = book.mostSessions
            account.mostRecipientsPerDay = book.recipientsPerDay.most
            return account
        }
        counts.mostExternalRecipientsPerDay = organisations.mapValues(\.externalPerDay.most)
        return counts
    }
}
