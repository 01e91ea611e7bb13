internal import Synchronization

/// The rehearsed tenant as both sides of a sandbox share it, with the sandbox's clock.
final class TenantAccess: Sendable {
    let rehearsal: Rehearsal
    private let state: Mutex<TenantState>
    private let clock: @Sendable () -> SandboxTime

    /// Begins without any past.
    init(_ rehearsal: Rehearsal, clock: @escaping @Sendable () -> SandboxTime) {
        self.rehearsal = rehearsal
        self.clock = clock
        state = Mutex(TenantState(rehearsal))
    }

    /// The time on the sandbox's clock.
    var now: SandboxTime { clock() }

    /// How long a span of the sandbox's clock takes.
    func realTime(_ span: Duration) -> Duration { span }

    /// Remembers a token that was just issued.
    func issue(_ token: String, for grant: AccessGrant, at now: SandboxTime) {
        state.withLock { $0.issue(token, for: grant, at: now) }
    }

    /// What a token grants now.
    func grant(of token: String, at now: SandboxTime) -> AccessGrant? {
        state.withLock { $0.grant(of: token, at: now) }
    }

    /// Forgets every access token.
    func revokeTokens() { state.withLock { $0.revokeTokens() } }

    /// Judges a message, and counts it.
    func submit(_ message: SubmittedMessage, at now: SandboxTime) -> SubmissionOutcome {
        state.withLock { $0.submit(message, at: now) }
    }

    /// Counts that a client ran into a limit.
    func count(_ limit: RehearsalCounts.Limit) { state.withLock { $0.count(limit) } }

    /// What clients did so far.
    var counts: RehearsalCounts { state.withLock { $0.counts } }
}
