/// The keys of `[application.NAME]`.
enum ApplicationKey: String, TenantKey {
    case tenant
    case clientID = "client_id"
    case clientSecrets = "client_secrets"
    case expiredClientSecrets = "expired_client_secrets"
    case certificates
    case thumbprints = "certificate_thumbprints"
    case federatedIssuer = "federated_issuer"
    case federatedSubject = "federated_subject"
    case managedIdentity = "managed_identity"
    case deviceLogin = "device_login"
    case enabled, consented
    case smtpSendAsApp = "smtp_send_as_app"
    case fullAccess = "full_access"
    case smtpScope = "smtp_scope"
    case hveMailSend = "hve_mail_send"
    case mailSend = "mail_send"
    case mailReadWrite = "mail_read_write"
    case mailSendScope = "mail_send_scope"
    case mailReadWriteScope = "mail_read_write_scope"

    static var table: TenantTable { .application }

    var declaration: TenantKeyDeclaration {
        switch self {
        case .tenant: .tenant
        case .clientID: TenantKeyDeclaration("GUID", "required", "The application (client) id.")
        case .clientSecrets:
            TenantKeyDeclaration("list of texts", "none", "Client secrets, for tests only.")
        case .expiredClientSecrets:
            TenantKeyDeclaration("list of texts", "none", "Secrets refused as expired.")
        case .certificates:
            TenantKeyDeclaration(
                "list of paths",
                "none",
                "PEM files with registered certificates, beside the tenant file or absolute."
            )
        case .thumbprints:
            TenantKeyDeclaration(
                "list of SHA-256 digests",
                "none",
                "Registered certificates by their digest: `x5t#S256` in hexadecimal."
            )
        case .federatedIssuer:
            TenantKeyDeclaration("text", "any issuer", "The `iss` of a federated token.")
        case .federatedSubject:
            TenantKeyDeclaration("text", "none", "The `sub` of a federated token.")
        case .managedIdentity:
            TenantKeyDeclaration(
                "text",
                "none",
                "The resource id by which a managed identity of this application is asked for."
            )
        case .deviceLogin:
            TenantKeyDeclaration(
                "mailbox",
                "none",
                "The person who signs in when a device code is asked for."
            )
        case .enabled:
            TenantKeyDeclaration("true or false", "true", "Whether the application is enabled.")
        case .consented:
            TenantKeyDeclaration(
                "true or false",
                "true",
                "Whether an administrator consented to what Entra granted."
            )
        case .smtpSendAsApp:
            TenantKeyDeclaration(
                "true or false",
                "false",
                "`SMTP.SendAsApp` granted in Entra: then `full_access` decides."
            )
        case .fullAccess:
            TenantKeyDeclaration(
                "list of mailboxes",
                "none",
                "Mailboxes its service principal has FullAccess to."
            )
        case .smtpScope:
            TenantKeyDeclaration(
                "list of mailboxes",
                "none",
                "The scope of `Application SMTP.SendAsApp` (RBAC for Applications)."
            )
        case .hveMailSend:
            TenantKeyDeclaration(
                "true or false",
                "false",
                "Exchange Online's `Mail.Send` granted, as HVE accounts need."
            )
        case .mailSend:
            TenantKeyDeclaration(
                "true or false",
                "false",
                "Graph's `Mail.Send` granted in Entra: every mailbox of the tenant."
            )
        case .mailReadWrite:
            TenantKeyDeclaration("true or false", "false", "Graph's `Mail.ReadWrite`, likewise.")
        case .mailSendScope:
            TenantKeyDeclaration(
                "list of mailboxes",
                "none",
                "The scope of `Application Mail.Send` (RBAC for Applications)."
            )
        case .mailReadWriteScope:
            TenantKeyDeclaration(
                "list of mailboxes",
                "none",
                "The scope of `Application Mail.ReadWrite`."
            )
        }
    }
}
