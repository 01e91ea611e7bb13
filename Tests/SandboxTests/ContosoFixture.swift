import TestSupport

@testable import Sandbox

/// The tenant of `examples/sandbox/contoso.toml`, and tokens as its token endpoint would issue them.
enum Contoso {
    static let contosoID = "5a4db0c5-2f10-4f6e-9d1c-0c0f5d7b1a01"
    static let fabrikamID = "9e1f3a52-7b0d-4c2e-8a44-6d2f0b9c7e02"
    static let start = MemorySandbox.start

    /// The tenant, changed.
    static func rehearsal(_ change: (inout Rehearsal) -> Void = { _ in }) throws -> Rehearsal {
        let path = DocumentationTests.path("examples/sandbox/contoso.toml")
        var rehearsal = try Rehearsal.parse(try readFile(path), file: path)
        change(&rehearsal)
        return rehearsal
    }

    /// Options that play it.
    static func play(_ options: inout SandboxOptions) {
        options.rehearsal = try? rehearsal()
    }

    /// A token of an application as the sandbox would have issued it.
    static func grant(
        _ application: String,
        _ audience: AccessGrant.Audience = .exchange,
        minutes: Int = 60,
        _ change: (inout AccessGrant) -> Void = { _ in }
    ) throws -> AccessGrant {
        let rehearsal = try rehearsal()
        let application = rehearsal.application(application)
        var grant = AccessGrant(
            audience: audience,
            tenantID: contosoID,
            clientID: application?.clientID ?? "",
            expiresAt: start.advanced(by: .seconds(minutes * 60))
        )
        grant.roles = application?.exchangeRoles ?? []
        change(&grant)
        return grant
    }
}
