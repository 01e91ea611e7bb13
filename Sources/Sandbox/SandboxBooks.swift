/// What all sessions of a sandbox write down: faults committed, and what the tenant's accounts did.
package struct SandboxBooks: Sendable {
    var faults: FaultBook
    /// Also written by the HTTP side.
    package var tenant: TenantState

    /// Opens the books of a sandbox that starts at a moment.
    init(_ options: SandboxOptions, startedAt start: SandboxTime) {
        faults = FaultBook(options.script, startedAt: start)
        tenant = TenantState(options.tenant)
    }
}
