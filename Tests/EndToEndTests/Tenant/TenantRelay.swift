import FoundationEssentials
import Glibc
import TestSupport

/// A daemon beside a rehearsal tenant, both in fast time.
struct TenantRelay: Sendable {
    let relay: RelayHarness
    let tenant: RehearsalTenant
    let clock: FastClock

    /// How many times as fast time passes: a quarter of an hour in some seconds.
    static let speed = 120

    /// Runs a body with a daemon that sends by one route, which must stop with exit code 0.
    static func run(
        _ label: String,
        _ route: TenantRoute,
        _ body: (TenantRelay) async throws -> Void
    ) async throws {
        let tenant = try RehearsalTenant().unhurried()
        let clock = try await FastClock(speed: speed)
        let plan = plan(route, clock)
        try await withScratchFolder(label) { scratch in
            let relay = try RelayHarness(scratch, plan)
            let running = TenantRelay(relay: relay, tenant: tenant, clock: clock)
            do {
                try running.writeSecrets()
                try await running.startTenant()
                try relay.writeSettings()
                try await relay.startDaemon()
                try await body(running)
                try await relay.stopDaemon()
                await relay.abandon()
            } catch {
                await relay.abandon()
                throw error
            }
        }
    }

    private static func plan(_ route: TenantRoute, _ clock: FastClock) -> RelayPlan {
        var plan = RelayPlan()
        plan.replacesRoute = true
        plan.route = ["retry_first = '1 min'"] + route.route
        if !route.route.contains(where: { $0.hasPrefix("rate") }) {
            plan.route.append("rate = '6000/min'")
        }
        plan.pickup = route.pickup + ["settle = '1 s'"]
        plan.launcher = clock.launcher
        plan.sandboxLauncher = clock.launcher
        plan.sandbox = ["--tenant", "{root}/tenant.toml"]
        if route.usesTokens { plan.tables = identity(route) }
        return plan
    }

    /// The table of a route's identity.
    static func identity(_ route: TenantRoute) -> String {
        """
        [identity.contoso]
        tenant = '5a4db0c5-2f10-4f6e-9d1c-0c0f5d7b1a01'
        \(route.identity.joined(separator: "\n"))
        authority = 'https://localhost:{https}'
        ca_file = '{root}/sandbox/ca.pem'
        allow_foreign_endpoint = true
        """
    }

    /// Writes the files of the secrets.
    func writeSecrets() throws {
        for (name, secret) in [("secret", "erp-secret"), ("mailbox-password", "erp-password")] {
            try relay.scratch.write(secret, to: name)
            chmod(relay.scratch.path(name), 0o600)
        }
    }

    /// Starts the tenant, on the ports of the last time if there was one.
    func startTenant(_ tenant: RehearsalTenant? = nil) async throws {
        try relay.scratch.write((tenant ?? self.tenant).toml, to: "tenant.toml")
        try await relay.startSandbox()
    }

    /// Ends the tenant and starts it as another one: its keys are new, and tokens of the old one
    /// worth nothing.
    func restartTenant(as tenant: RehearsalTenant? = nil) async throws {
        try await relay.stopSandbox()
        try await startTenant(tenant)
    }

    /// A message that a test follows by its id.
    func message(_ id: String, from sender: String, to recipients: String) -> String {
        RelayHarness.message(id, to: recipients)
            .replacing("From: a@example.com", with: "From: \(sender)")
    }
}
