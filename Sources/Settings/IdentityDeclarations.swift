/// What each key of `[identity.NAME]` is.
enum IdentityDeclarations {}

/// Who it is.
extension IdentityDeclarations {
    static let tenant = SettingDeclaration(
        .tenant,
        .phrase(
            "must be given; `AZURE_TENANT_ID` with a federated token; not with `managed_identity`"
        ),
        "The tenant: its directory id, or one of its domains.",
        example: #"tenant = "contoso.onmicrosoft.com""#
    )

    static let clientID = SettingDeclaration(
        .guid,
        .phrase(
            "must be given; `AZURE_CLIENT_ID` with a federated token; not with `managed_identity`"
        ),
        "The id of the application that is registered in the tenant.",
        remark: "Not the object id, which the portal shows beside it.",
        example: #"client_id = "0f3c1e6a-7b2d-4c58-9a41-5d6e7f809a1b""#
    )

    static let cloud = SettingDeclaration(
        .choice(Cloud.self),
        .value("worldwide"),
        "The cloud that the tenant belongs to.",
        remark: """
            GCC is `"worldwide"`. Tokens go only to hosts of this cloud, unless \
            `allow_foreign_endpoint` says otherwise.
            """,
        example: #"cloud = "gcc-high""#
    )
}

/// How it proves itself.
extension IdentityDeclarations {
    static let certificate = SettingDeclaration(
        .files(isSecret: false),
        .phrase("another credential"),
        "The certificate whose public half is registered with the application; or several.",
        remark: """
            PEM, or PKCS #12 when the name ends in `.p12` or `.pfx`. Of several, the next one signs \
            where one is not registered, so that an old and a new one may overlap. Postchute warns 30, \
            14, 7 days and 1 day before one ends.
            """,
        example: #"certificate = "/etc/postchute/contoso.pfx""#
    )

    static let certificateKey = SettingDeclaration(
        .files(isSecret: true),
        .phrase("the key inside `certificate`"),
        "The PEM file with the private key of `certificate`; with several, one for each.",
        remark: "Not with PKCS #12, which holds its key itself.",
        example: #"certificate_key = "/etc/postchute/contoso.key""#
    )

    static let certificatePassphraseFile = SettingDeclaration(
        .files(isSecret: true),
        .phrase("the key is not encrypted"),
        "The file with the passphrase of the private key; with several, one for all or one for each.",
        example: #"certificate_passphrase_file = "credential:contoso-passphrase""#
    )

    static let clientSecretFile = SettingDeclaration(
        .file(isSecret: true),
        .phrase("another credential"),
        "The file with the client secret: its value, not its id.",
        remark: "Read again for every token, so a new secret needs no restart.",
        example: #"client_secret_file = "credential:contoso-secret""#
    )

    static let clientSecretExpires = SettingDeclaration(
        .date,
        .phrase("no warning before the secret ends"),
        "The day on which the client secret ends, as the portal shows it.",
        remark: "Microsoft tells it nobody. Postchute warns 30, 14, 7 days and 1 day before.",
        example: "client_secret_expires = 2027-03-31"
    )

    static let federatedTokenFile = SettingDeclaration(
        .file(isSecret: false),
        .phrase("`AZURE_FEDERATED_TOKEN_FILE`, where no other credential is given"),
        "The file with a token of another issuer, as Kubernetes leaves one (workload identity).",
        remark: """
            Read again for every token, since it rotates. With it, or with none of the credentials, \
            `AZURE_TENANT_ID`, `AZURE_CLIENT_ID` and `AZURE_AUTHORITY_HOST` take the place of `tenant`, \
            `client_id` and `authority` where those are not given.
            """,
        example: """
            federated_token_file = "/var/run/secrets/azure/tokens/azure-identity-token"
            """
    )

    static let managedIdentity = SettingDeclaration(
        .managedIdentity,
        .phrase("another credential"),
        "The identity that Azure gives this host: `\"system\"`, or the client id of a user-assigned one.",
        remark: """
            Works on virtual machines, in App Service and with Azure Arc. `tenant` and `client_id` \
            are not needed.
            """,
        example: #"managed_identity = "system""#
    )

    static let deviceLogin = SettingDeclaration(
        .flag,
        .value(false),
        "Whether a person signs in, once, with `postchute login`.",
        remark: """
            It needs `user`. The permission ends 90 days after its last use, with a new password, or \
            when an administrator revokes it; many tenants forbid this way to sign in.
            """,
        example: "device_login = true"
    )

    static let user = SettingDeclaration(
        .address,
        .phrase("must be given with `device_login`"),
        "Who signs in with `device_login`.",
        remark: "Anybody else whose name the token gives is refused.",
        example: #"user = "erp@contoso.com""#
    )
}

/// Where it asks.
extension IdentityDeclarations {
    static let authority = SettingDeclaration(
        .authority,
        .phrase("the sign-in host of `cloud`; `AZURE_AUTHORITY_HOST` with a federated token"),
        "The host that issues tokens.",
        remark: "Not with `managed_identity`, whose tokens come from the host itself.",
        example: #"authority = "login.microsoftonline.com""#
    )

    static let scope = SettingDeclaration(
        .word,
        .phrase("what the service of the route asks for"),
        "What tokens are for, in place of the preset of each service.",
        remark: "Routes of one identity with different services need different ones: leave it out.",
        example: #"scope = "https://outlook.office365.com/.default""#
    )

    static let caFile = SettingDeclaration(
        .file(isSecret: false),
        .phrase("the trust store of the system"),
        "A PEM file with the certificates that may have signed that of the token's issuer.",
        remark: "For proxies that open TLS. It takes the place of the system's trust store.",
        example: #"ca_file = "/etc/postchute/proxy-ca.pem""#
    )

    static let proxy = SettingDeclaration(
        .proxy,
        .phrase("that of `[network]`"),
        "The proxy to the host that issues tokens, or `\"none\"`.",
        example: #"proxy = "http://proxy.contoso.com:3128""#
    )

    static let allowForeignEndpoint = SettingDeclaration(
        .flag,
        .value(false),
        "Whether tokens may go to hosts that do not belong to the cloud.",
        remark: """
            Whoever gets a token can send as every mailbox it is for. It is needed for the sandbox, \
            and for a host of Microsoft's that this version does not know.
            """,
        example: "allow_foreign_endpoint = true"
    )
}
