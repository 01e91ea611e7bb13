/// The keys of `[tenant.NAME]`.
enum OrganisationKey: String, TenantKey {
    case id, domains
    case smtpClientAuthenticationDisabled = "smtp_client_authentication_disabled"
    case basicAuthentication = "basic_authentication"
    case securityDefaults = "security_defaults"
    case rejectDirectSend = "reject_direct_send"

    static var table: TenantTable { .tenant }

    var declaration: TenantKeyDeclaration {
        switch self {
        case .id:
            TenantKeyDeclaration("GUID", "required", "The tenant id, as tokens carry it in `tid`.")
        case .domains:
            TenantKeyDeclaration(
                "list of domains",
                "required",
                "The accepted domains: mail to them is internal, mail to all others external."
            )
        case .smtpClientAuthenticationDisabled:
            TenantKeyDeclaration(
                "true or false",
                "false",
                "Switches SMTP AUTH off for every mailbox that does not switch it on"
                    + " (`Set-TransportConfig`); new real tenants have true."
            )
        case .basicAuthentication:
            TenantKeyDeclaration(
                "true or false",
                "true",
                "Whether passwords may be used; false is what Exchange Online does from the end of"
                    + " December 2026 unless an administrator objects."
            )
        case .securityDefaults:
            TenantKeyDeclaration(
                "true or false",
                "false",
                "Whether security defaults block passwords."
            )
        case .rejectDirectSend:
            TenantKeyDeclaration(
                "true or false",
                "false",
                "Refuses mail from an own domain that no connector lets in"
                    + " (`Set-OrganizationConfig`)."
            )
        }
    }
}

/// The keys of `[mailbox."ADDRESS"]`.
enum MailboxKey: String, TenantKey {
    case aliases, password
    case smtpAuth = "smtp_auth"
    case licensed
    case maxSize = "max_size"
    case maxRecipients = "max_recipients"
    case sendAs = "send_as"
    case full

    static var table: TenantTable { .mailbox }

    var declaration: TenantKeyDeclaration {
        switch self {
        case .aliases:
            TenantKeyDeclaration("list of addresses", "none", "Further addresses of the mailbox.")
        case .password:
            TenantKeyDeclaration("text", "none", "Without one nobody signs in with a password.")
        case .smtpAuth:
            TenantKeyDeclaration(
                "`inherit`, `enabled` or `disabled`",
                "`inherit`",
                "Whether SMTP AUTH is on, whatever the tenant says (`Set-CASMailbox`)."
            )
        case .licensed:
            TenantKeyDeclaration(
                "true or false",
                "true",
                "Whether it has a paid licence; licences raise the limit of external recipients."
            )
        case .maxSize:
            TenantKeyDeclaration("size", "that of `[limits]`", "The largest message it may send.")
        case .maxRecipients:
            TenantKeyDeclaration(
                "number",
                "that of `[limits]`",
                "The most recipients of one message."
            )
        case .sendAs:
            TenantKeyDeclaration(
                "list of addresses",
                "none",
                "Addresses it may send as, beside its own."
            )
        case .full:
            TenantKeyDeclaration("true or false", "false", "Whether its quota is used up.")
        }
    }
}

/// The keys of `[hve."ADDRESS"]`.
enum HighVolumeKey: String, TenantKey {
    case password
    case allowedApps = "allowed_apps"

    static var table: TenantTable { .hve }

    var declaration: TenantKeyDeclaration {
        switch self {
        case .password:
            TenantKeyDeclaration("text", "none", "Without one nobody signs in with a password.")
        case .allowedApps:
            TenantKeyDeclaration(
                "list of applications",
                "none",
                "Applications that may sign in as the account with a token (`Add-HVEAppAccess`)."
            )
        }
    }
}

/// The keys of `[acs.NAME]`.
enum EmailResourceKey: String, TenantKey {
    case tenant, resource, application
    case userNames = "user_names"
    case mailFrom = "mail_from"

    static var table: TenantTable { .acs }

    var declaration: TenantKeyDeclaration {
        switch self {
        case .tenant: .tenant
        case .resource:
            TenantKeyDeclaration(
                "text",
                "NAME",
                "The resource's name: `RESOURCE.CLIENT-ID.TENANT-ID` is a user name, with `.` or"
                    + " `|` between the parts."
            )
        case .application:
            TenantKeyDeclaration(
                "application",
                "required",
                "The application whose secret is the password and whose tokens are taken."
            )
        case .userNames:
            TenantKeyDeclaration("list of texts", "none", "SMTP user names of the resource's own.")
        case .mailFrom:
            TenantKeyDeclaration(
                "list of addresses",
                "required",
                "The MailFrom addresses; all others are refused."
            )
        }
    }
}

/// The keys of `[connector.NAME]`.
enum ConnectorKey: String, TenantKey {
    case tenant, addresses
    case certificateName = "certificate_name"

    static var table: TenantTable { .connector }

    var declaration: TenantKeyDeclaration {
        switch self {
        case .tenant: .tenant
        case .addresses:
            TenantKeyDeclaration(
                "list of IP addresses",
                "none",
                "The client's addresses that it lets in, such as 127.0.0.2; a connector has these"
                    + " or a certificate name."
            )
        case .certificateName:
            TenantKeyDeclaration(
                "domain",
                "none",
                "The name on the client's certificate that it lets in; `*.contoso.com` stands for"
                    + " any name below."
            )
        }
    }
}

extension TenantKeyDeclaration {
    static let tenant = TenantKeyDeclaration(
        "tenant",
        "the only one",
        "The tenant it belongs to; needed when the file has several."
    )
}
