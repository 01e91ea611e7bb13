/// The rehearsed tenant as the HTTP side sees it: what a file says, what changes, and the clock.
struct TenantAccess: Sendable {
    /// Changes the tenant's state under its owner's lock.
    typealias Change = @Sendable (_ body: (inout TenantState) -> Void) -> Void

    let rehearsal: Rehearsal
    private let clock: @Sendable () -> SandboxTime
    private let span: @Sendable (Duration) -> Duration
    private let change: Change

    /// Reaches a tenant that somebody else keeps; `span` tells how long a time of the sandbox takes
    /// in reality.
    init(
        _ rehearsal: Rehearsal,
        clock: @escaping @Sendable () -> SandboxTime,
        span: @escaping @Sendable (Duration) -> Duration,
        change: @escaping Change
    ) {
        self.rehearsal = rehearsal
        self.clock = clock
        self.span = span
        self.change = change
    }

    /// The time on the sandbox's clock.
    var now: SandboxTime { clock() }

    /// How long a time of the sandbox takes in reality.
    func realTime(_ time: Duration) -> Duration { span(time) }

    /// Remembers a token that was just issued.
    func issue(_ token: String, for grant: AccessGrant, at now: SandboxTime) {
        change { $0.issue(token, for: grant, at: now) }
    }

    /// What a token grants now.
    func grant(of token: String, at now: SandboxTime) -> AccessGrant? {
        var grant: AccessGrant?
        change { grant = $0.grant(of: token, at: now) }
        return grant
    }

    /// Forgets every access token.
    func revokeTokens() { change { $0.revokeTokens() } }

    /// Judges a message, and counts it.
    func submit(_ message: SubmittedMessage, at now: SandboxTime) -> SubmissionOutcome {
        var outcome = SubmissionOutcome.refused(.mailboxClosed)
        change { outcome = $0.submit(message, at: now) }
        return outcome
    }

    /// Counts that a client ran into a limit.
    func count(_ limit: RehearsalCounts.Limit) { change { $0.count(limit) } }

    /// What clients did so far.
    var counts: RehearsalCounts {
        var counts = RehearsalCounts()
        change { counts = $0.counts }
        return counts
    }
}
