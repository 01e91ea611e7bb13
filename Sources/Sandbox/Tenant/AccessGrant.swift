/// An access token the sandbox issued, by its claims.
///
/// The text of the token is only the key under which ``TenantState`` keeps it.
package struct AccessGrant: Hashable, Sendable {
    /// What a token is for.
    package enum Audience: String, Hashable, Sendable, CaseIterable {
        case exchange = "https://outlook.office365.com"
        case graph = "https://graph.microsoft.com"
        case communication = "https://communication.azure.com"
        /// Anything else: such a token is good for nothing here.
        case other
    }

    /// Claim `aud`, sorted.
    package var audience: Audience
    /// Claim `tid`.
    package var tenantID: String
    /// Claim `appid`.
    package var clientID: String
    /// Claim `roles`: what Entra granted to an application.
    package var roles: [String] = []
    /// Claim `scp`: what a person allowed.
    package var scopes: [String] = []
    /// The mailbox of the person who signed in; `nil` for an application.
    package var user: String?
    /// Claim `exp`.
    package var expiresAt: SandboxTime

    /// Creates a grant without roles or scopes.
    package init(
        audience: Audience,
        tenantID: String,
        clientID: String,
        expiresAt: SandboxTime
    ) {
        self.audience = audience
        self.tenantID = tenantID
        self.clientID = clientID.lowercased()
        self.expiresAt = expiresAt
    }
}
