extension Rehearsal {
    /// An application registered in an organisation, and what it may do there.
    package struct Application: Hashable, Sendable {
        /// What the file calls it.
        package var name: String
        /// The name of its organisation.
        package var tenant: String
        /// The client id, a GUID in lowercase.
        package var clientID: String
        package var clientSecrets: [String] = []
        /// Secrets that were good once.
        package var expiredClientSecrets: [String] = []
        /// Paths of PEM files, each with a certificate that is registered.
        package var certificates: [String] = []
        /// SHA-256 digests of registered certificates, 64 digits in lowercase.
        package var thumbprints: [String] = []
        package var isEnabled = true
        /// Whether an administrator has consented to its permissions.
        package var isConsented = true
        package var rights = Rights()
        /// What a federated token must say to stand for it.
        package var federation: Federation?
        /// The Azure resource id by which a managed identity is asked for.
        package var managedIdentity: String?
        /// The mailbox of the person who signs in with a device code; `nil` refuses that.
        package var deviceLogin: String?

        /// Creates an application without credentials or rights.
        package init(name: String, tenant: String, clientID: String) {
            self.name = name
            self.tenant = tenant
            self.clientID = clientID.lowercased()
        }
    }

    /// What an application may do.
    package struct Rights: Hashable, Sendable {
        /// Whether `SMTP.SendAsApp` was granted in Entra: its tokens then carry the role.
        package var smtpSendAsApp = false
        /// The mailboxes it has FullAccess to, as the classic way needs.
        package var fullAccess: [String] = []
        /// The mailboxes in the scope of `Application SMTP.SendAsApp` (RBAC for Applications).
        package var smtpScope: [String] = []
        /// Whether Exchange Online's `Mail.Send` was granted, as accounts for high volumes need.
        package var highVolumeMailSend = false
        /// Whether Graph's `Mail.Send` was granted in Entra: every mailbox of the organisation.
        package var mailSend = false
        /// Whether Graph's `Mail.ReadWrite` was granted in Entra.
        package var mailReadWrite = false
        /// The mailboxes in the scope of `Application Mail.Send`.
        package var mailSendScope: [String] = []
        /// The mailboxes in the scope of `Application Mail.ReadWrite`.
        package var mailReadWriteScope: [String] = []

        /// Creates no rights.
        package init() {}
    }

    /// The issuer and subject of a federated credential.
    package struct Federation: Hashable, Sendable {
        /// `nil` accepts any issuer.
        package var issuer: String?
        package var subject: String

        /// Creates a federation.
        package init(issuer: String?, subject: String) {
            self.issuer = issuer
            self.subject = subject
        }
    }
}

extension Rehearsal.Application {
    /// The roles in its tokens for Exchange Online: only what Entra granted, and nothing without
    /// consent; rights by RBAC never show in a token.
    package var exchangeRoles: [String] {
        guard isConsented else { return [] }
        return (rights.smtpSendAsApp ? ["SMTP.SendAsApp"] : [])
            + (rights.highVolumeMailSend ? ["Mail.Send"] : [])
    }

    /// The roles in its tokens for Graph.
    package var graphRoles: [String] {
        guard isConsented else { return [] }
        return (rights.mailSend ? ["Mail.Send"] : [])
            + (rights.mailReadWrite ? ["Mail.ReadWrite"] : [])
    }

    /// Whether it may send from a mailbox of its organisation through Graph.
    ///
    /// What Entra grants and what RBAC grants add up.
    package func maySend(from mailbox: Rehearsal.Mailbox) -> Bool {
        graphRoles.contains("Mail.Send") || rights.mailSendScope.contains(mailbox.address)
    }

    /// Whether it may make drafts in a mailbox of its organisation through Graph.
    package func mayWrite(to mailbox: Rehearsal.Mailbox) -> Bool {
        graphRoles.contains("Mail.ReadWrite")
            || rights.mailReadWriteScope.contains(mailbox.address)
    }
}
