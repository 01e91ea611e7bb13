/// The keys of `[identity.NAME]`.
enum IdentityKey: String, SettingKey {
    case tenant
    case clientID = "client_id"
    case cloud
    case certificate
    case certificateKey = "certificate_key"
    case certificatePassphraseFile = "certificate_passphrase_file"
    case clientSecretFile = "client_secret_file"
    case clientSecretExpires = "client_secret_expires"
    case federatedTokenFile = "federated_token_file"
    case managedIdentity = "managed_identity"
    case deviceLogin = "device_login"
    case user, authority, scope
    case caFile = "ca_file"
    case proxy
    case allowForeignEndpoint = "allow_foreign_endpoint"

    static let table = SettingTable.identity

    /// The keys of which an identity has one.
    static let credentials: [Self] = [
        .certificate, .clientSecretFile, .federatedTokenFile, .managedIdentity, .deviceLogin,
    ]

    var declaration: SettingDeclaration {
        switch self {
        case .tenant: IdentityDeclarations.tenant
        case .clientID: IdentityDeclarations.clientID
        case .cloud: IdentityDeclarations.cloud
        case .certificate: IdentityDeclarations.certificate
        case .certificateKey: IdentityDeclarations.certificateKey
        case .certificatePassphraseFile: IdentityDeclarations.certificatePassphraseFile
        case .clientSecretFile: IdentityDeclarations.clientSecretFile
        case .clientSecretExpires: IdentityDeclarations.clientSecretExpires
        case .federatedTokenFile: IdentityDeclarations.federatedTokenFile
        case .managedIdentity: IdentityDeclarations.managedIdentity
        case .deviceLogin: IdentityDeclarations.deviceLogin
        case .user: IdentityDeclarations.user
        case .authority: IdentityDeclarations.authority
        case .scope: IdentityDeclarations.scope
        case .caFile: IdentityDeclarations.caFile
        case .proxy: IdentityDeclarations.proxy
        case .allowForeignEndpoint: IdentityDeclarations.allowForeignEndpoint
        }
    }
}
