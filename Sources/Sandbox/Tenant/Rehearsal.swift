/// Everything a tenant file says: the organisations the sandbox plays, who may sign in to them, and
/// how strict the service is.
///
/// Addresses and domains are in lowercase throughout. What changes while the sandbox runs is in
/// ``TenantState``.
package struct Rehearsal: Hashable, Sendable {
    /// What happens to a message beyond the rate of its mailbox.
    package enum Excess: String, Hashable, Sendable, CaseIterable {
        /// The final dot is answered with 421 4.4.2.
        case refuse
        /// The reply to the final dot waits until the rate has room.
        case delay
    }

    package var organisations: [Organisation] = []
    package var mailboxes: [Mailbox] = []
    package var highVolumeAccounts: [HighVolumeAccount] = []
    package var emailResources: [EmailResource] = []
    package var applications: [Application] = []
    package var connectors: [Connector] = []
    package var limits = Limits()
    package var excess = Excess.refuse
    /// Whether the sender's rights and the exact texts of sign-in refusals are those of the real
    /// service; without it every mailbox may send as everybody.
    package var isStrict = true
    /// Access tokens that sign in as any mailbox; only the built-in tenant has one.
    package var universalTokens: Set<String> = []

    /// Creates a rehearsal without any organisation.
    package init() {}
}

extension Rehearsal {
    /// One tenant of the service.
    package struct Organisation: Hashable, Sendable {
        /// What the file calls it.
        package var name: String
        /// The tenant id, a GUID in lowercase.
        package var id: String
        /// The accepted domains; never empty.
        package var domains: [String]
        /// `Set-TransportConfig -SmtpClientAuthenticationDisabled`.
        package var isSMTPSignInDisabled = false
        /// Whether passwords may be used at all, as `AllowBasicAuthSmtp` says.
        package var allowsPasswords = true
        /// Whether security defaults block passwords.
        package var hasSecurityDefaults = false
        /// `Set-OrganizationConfig -RejectDirectSend`.
        package var rejectsDirectSend = false

        /// Creates an organisation with the service's usual switches.
        package init(name: String, id: String, domains: [String]) {
            self.name = name
            self.id = id
            self.domains = domains
        }
    }

    /// What lets a server relay through an organisation (`New-InboundConnector`).
    package struct Connector: Hashable, Sendable {
        /// What the file calls it.
        package var name: String
        /// The name of its organisation.
        package var tenant: String
        /// IP addresses in their usual spelling; empty when a certificate counts.
        package var addresses: [String] = []
        /// A name on the client's certificate.
        package var certificateName: String?

        /// Creates a connector that matches nobody.
        package init(name: String, tenant: String) {
            self.name = name
            self.tenant = tenant
        }
    }
}

extension Rehearsal {
    /// The organisation that has a domain.
    package func organisation(ofDomain domain: String) -> Organisation? {
        let domain = domain.lowercased()
        return organisations.first { $0.domains.contains(domain) }
    }

    /// The organisation that has the domain of an address.
    package func organisation(of address: String) -> Organisation? {
        address.lastIndex(of: "@").flatMap {
            organisation(ofDomain: String(address[address.index(after: $0)...]))
        }
    }

    /// The organisation of a name, an id or a domain, as a token endpoint's path may give them.
    package func organisation(named name: String) -> Organisation? {
        let name = name.lowercased()
        return organisations.first {
            $0.name.lowercased() == name || $0.id == name || $0.domains.contains(name)
        }
    }

    /// The mailbox with an address or alias.
    package func mailbox(_ address: String) -> Mailbox? {
        let address = address.lowercased()
        return mailboxes.first { $0.addresses.contains(address) }
    }

    /// The account for high volumes with an address.
    package func highVolumeAccount(_ address: String) -> HighVolumeAccount? {
        let address = address.lowercased()
        return highVolumeAccounts.first { $0.address == address }
    }

    /// The application with a client id, or with a name of the file.
    package func application(_ id: String) -> Application? {
        let id = id.lowercased()
        return applications.first { $0.clientID == id || $0.name.lowercased() == id }
    }
}
