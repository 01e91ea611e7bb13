import Glibc
import TestSupport

/// Runs a test's body with a relay, and a Samba server on its drop folder.
func withSamba(
    _ label: String,
    _ plan: RelayPlan = RelayPlan(),
    options: [String],
    _ body: (RelayHarness, SambaServer) async throws -> Void
) async throws {
    var plan = plan
    plan.dropMode = 0o1777
    try await withRelay(label, plan) { relay in
        chmod(relay.scratch.path, 0o755)
        let own = try relay.scratch.makeFolder("samba", mode: 0o755)
        let server = try await SambaServer(sharing: relay.drop, in: own, options: options)
        do {
            try await body(relay, server)
        } catch {
            _ = try? await server.process.end()
            throw error
        }
        try await server.process.end()
    }
}
