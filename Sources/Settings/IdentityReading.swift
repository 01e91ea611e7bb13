internal import Submission

/// One `[identity.NAME]` as read, with what is needed to complain about it later.
struct ReadIdentity {
    var settings: IdentitySettings
    var reader: TableReader<IdentityKey>
    private let surroundings: Surroundings
    /// The credentials that the file gives.
    private let given: [IdentityKey]
}

extension ReadIdentity {
    /// Reads the table; what is faulty keeps its standard value and is in the reader's complaints.
    init(_ reader: TableReader<IdentityKey>, name: String, _ surroundings: Surroundings) {
        self.reader = reader
        self.surroundings = surroundings
        let isDeviceLogin = reader.flag(.deviceLogin) == true
        given = IdentityKey.credentials.filter {
            $0 == .deviceLogin ? isDeviceLogin : reader.has($0)
        }
        settings = IdentitySettings(
            name: name,
            cloud: reader.choice(.cloud) ?? .worldwide,
            tenant: "",
            clientID: "",
            credential: .managedIdentity(clientID: nil)
        )
        reader.flag(.allowForeignEndpoint).map { settings.allowsForeignEndpoint = $0 }
        settings.scope = reader.word(.scope)
        settings.clientSecretExpires = reader.read(.clientSecretExpires, ValueSyntax.date)
        settings.caFile =
            reader.file(.caFile, credentialsDirectory: surroundings.credentialsDirectory)?.path
        settings.proxy = reader.read(.proxy, ValueSyntax.proxy)
        readWho()
        readCredential()
        checkStrays()
    }

    /// Whether the credential is, or may be, a token that the environment tells of.
    private var isFederated: Bool {
        reader.has(.federatedTokenFile)
            || given.isEmpty && environment("FEDERATED_TOKEN_FILE") != nil
    }

    private func environment(_ name: String) -> String? {
        surroundings.environment("AZURE_\(name)").flatMap { $0.isEmpty ? nil : $0 }
    }

    private mutating func readWho() {
        settings.tenant = who(.tenant, "TENANT_ID", ValueSyntax.tenant) ?? ""
        settings.clientID = who(.clientID, "CLIENT_ID", ValueSyntax.guid) ?? ""
        let authority = value(.authority, "AUTHORITY_HOST", ValueSyntax.authority)
        settings.authority = authority ?? settings.cloud.loginHost
        guard let authority, !settings.allowsForeignEndpoint,
            let host = ValueSyntax.host(ofAuthority: authority), !settings.cloud.contains(host)
        else { return }
        let source = reader.has(.authority) ? "" : " of AZURE_AUTHORITY_HOST"
        reader.complain(
            .authority,
            "\(quoted(host))\(source) does not belong to cloud = \(quoted(settings.cloud.rawValue)).",
            "Correct it or cloud, or set allow_foreign_endpoint = true."
        )
    }

    /// A value that must be there, unless Azure itself knows who we are.
    private func who(
        _ key: IdentityKey,
        _ variable: String,
        _ convert: (TomlContent) throws(Objection) -> String
    ) -> String? {
        if let value = value(key, variable, convert) { return value }
        if reader.isSound(key), given != [.managedIdentity] {
            reader.complain(
                key,
                isFederated
                    ? "is missing, and AZURE_\(variable) is not set." : "is missing.",
                "Add it, for example: \(key.declaration.example)"
            )
        }
        return nil
    }

    /// A value of the file, or with a federated token of the environment.
    private func value(
        _ key: IdentityKey,
        _ variable: String,
        _ convert: (TomlContent) throws(Objection) -> String
    ) -> String? {
        if reader.has(key) { return reader.read(key, convert) }
        guard isFederated, let text = environment(variable) else { return nil }
        do throws(Objection) {
            return try convert(.text(text))
        } catch {
            reader.complain(key, "comes from AZURE_\(variable): \(error.sentence)", error.advice)
            return nil
        }
    }

    private mutating func readCredential() {
        let given = given
        if given.count > 1, let second = given.dropFirst().first {
            reader.complain(
                second,
                "stands beside \(given[0].rawValue); an identity has one credential.",
                "Remove one of them."
            )
            return
        }
        guard let credential = credential(given.first) else { return }
        settings.credential = credential
    }

    private func credential(_ key: IdentityKey?) -> CredentialSettings? {
        let directory = surroundings.credentialsDirectory
        switch key {
        case .certificate:
            return certificates().map { .certificates($0) }
        case .clientSecretFile:
            return reader.file(.clientSecretFile, credentialsDirectory: directory)
                .map { .clientSecret($0) }
        case .federatedTokenFile:
            return reader.file(.federatedTokenFile, credentialsDirectory: directory)
                .map { .federatedToken(path: $0.path) }
        case .managedIdentity:
            let id = reader.read(.managedIdentity, ValueSyntax.managedIdentity)
            return id.map { .managedIdentity(clientID: $0) }
        case .deviceLogin:
            return deviceLogin()
        default:
            if let path = environment("FEDERATED_TOKEN_FILE") { return .federatedToken(path: path) }
            complainAboutCredential()
            return nil
        }
    }

    private func complainAboutCredential() {
        guard IdentityKey.credentials.allSatisfy(reader.isSound) else { return }
        let keys = IdentityKey.credentials.map(\.rawValue).joined(separator: ", ")
        reader.complaints.add(
            Objection("has no credential.", "Add one of \(keys)."),
            key: reader.name,
            at: reader.position
        )
    }

    private func deviceLogin() -> CredentialSettings? {
        if let user = reader.read(.user, ValueSyntax.address) {
            return .deviceLogin(user: user.text)
        }
        if reader.isSound(.user) {
            reader.complain(
                .deviceLogin,
                "needs user.",
                "Say who signs in: \(IdentityKey.user.declaration.example)"
            )
        }
        return nil
    }

    private func certificates() -> [ClientCertificateSettings]? {
        let directory = surroundings.credentialsDirectory
        let files = reader.files(.certificate, credentialsDirectory: directory)
        let keys = reader.files(.certificateKey, credentialsDirectory: directory) ?? []
        let passphrases =
            reader.files(.certificatePassphraseFile, credentialsDirectory: directory) ?? []
        guard let files else { return nil }
        let certificates = files.enumerated().map { index, file in
            ClientCertificateSettings(
                certificate: file.path,
                key: index < keys.count ? keys[index] : nil,
                passphrase: index < passphrases.count ? passphrases[index] : passphrases.first
            )
        }
        checkCertificates(certificates, keys: keys.count, passphrases: passphrases.count)
        return certificates
    }

    private func checkCertificates(
        _ certificates: [ClientCertificateSettings],
        keys: Int,
        passphrases: Int
    ) {
        if keys > 0, certificates.contains(where: \.isPKCS12) {
            reader.complain(
                .certificateKey,
                "stands beside a PKCS #12 file, which holds its key itself.",
                "Remove certificate_key, or name only PEM files in certificate."
            )
        } else if keys > 0, keys != certificates.count {
            reader.complain(
                .certificateKey,
                "must name one key for each file of certificate.",
                "Name as many, in the same order."
            )
        }
        if passphrases > 1, passphrases != certificates.count {
            reader.complain(
                .certificatePassphraseFile,
                "must name one file for all, or one for each file of certificate.",
                "Name one, or as many in the same order."
            )
        }
    }

    /// Complains about keys that belong to another credential.
    private func checkStrays() {
        let owners: [(IdentityKey, IdentityKey)] = [
            (.certificateKey, .certificate), (.certificatePassphraseFile, .certificate),
            (.clientSecretExpires, .clientSecretFile), (.user, .deviceLogin),
        ]
        for (key, owner) in owners where reader.has(key) && !given.contains(owner) {
            reader.complain(key, "has no use without \(owner.rawValue).", "Remove it.")
        }
        guard given == [.managedIdentity] else { return }
        for key in [IdentityKey.tenant, .clientID, .authority] where reader.has(key) {
            reader.complain(
                key,
                "has no use with managed_identity: Azure knows who this host is.",
                key == .clientID
                    ? "Remove it; the id of a user-assigned identity stands in managed_identity."
                    : "Remove it."
            )
        }
    }
}

extension ReadIdentity {
    /// What this identity names in the file system.
    var fileUses: [FileUse] {
        var uses = [reader.use(.caFile, settings.caFile, as: .file(isSecret: false))]
        switch settings.credential {
        case .certificates(let certificates):
            for certificate in certificates {
                let holdsKey = certificate.key == nil
                uses += [
                    reader.use(
                        .certificate,
                        certificate.certificate,
                        as: .file(isSecret: holdsKey)
                    ),
                    reader.use(.certificateKey, certificate.key?.path, as: .file(isSecret: true)),
                    reader.use(
                        .certificatePassphraseFile,
                        certificate.passphrase?.path,
                        as: .file(isSecret: true)
                    ),
                ]
            }
        case .clientSecret(let secret):
            uses.append(reader.use(.clientSecretFile, secret.path, as: .file(isSecret: true)))
        case .federatedToken(let path):
            // Whoever reads it must be of this pod; Kubernetes leaves it open to all of them.
            uses.append(reader.use(.federatedTokenFile, path, as: .file(isSecret: false)))
        case .managedIdentity, .deviceLogin:
            break
        }
        return uses.compactMap { $0 }
    }
}
