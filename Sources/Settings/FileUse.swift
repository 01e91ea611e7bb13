/// Something in the file system that the settings name, with the place that names it.
struct FileUse: Sendable {
    /// What it must be.
    enum Role: Hashable, Sendable {
        /// A folder that may still be missing: its mount comes later.
        case dropFolder
        /// A folder that the daemon creates.
        case spoolFolder, stateFolder
        /// A folder that an administrator makes for the writers.
        case feedbackFolder
        /// A readable file, which nobody else may read when it is secret.
        case file(isSecret: Bool)
        /// A group of the system.
        case group
        /// The file of a time zone.
        case timeZone
    }

    let role: Role
    /// The path, or the name of the group.
    let path: String
    /// The name of the credential of the unit that the path belongs to, if any.
    let credential: String?
    let key: String
    let position: TomlPosition
}

extension TableReader {
    /// Notes what a setting names; `nil` when it names nothing, or was complained about.
    func use(_ key: Key, _ path: String?, as role: FileUse.Role) -> FileUse? {
        guard let path, isSound(key) else { return nil }
        let written = writtenText(key) ?? path
        return FileUse(
            role: role,
            path: path,
            credential: ValueSyntax.credentialName(written),
            key: self.path(key.rawValue),
            position: position(of: key)
        )
    }
}

extension ReadPickup {
    /// What this pickup names in the file system.
    var fileUses: [FileUse] {
        [
            reader.use(.path, settings.path, as: .dropFolder),
            reader.has(.spool) ? reader.use(.spool, settings.spool, as: .spoolFolder) : nil,
            reader.use(.operators, settings.operators, as: .group),
            settings.documents?.timezone == nil
                ? nil : reader.use(.timezone, settings.documents?.zoneFile, as: .timeZone),
            reader.use(.feedback, settings.feedback, as: .feedbackFolder),
        ].compactMap { $0 }
    }
}

extension ReadRoute {
    /// What this route names in the file system.
    var fileUses: [FileUse] {
        var uses: [FileUse?] = []
        if case .file(let path) = settings.trust {
            uses.append(reader.use(.caFile, path, as: .file(isSecret: false)))
        }
        if let client = settings.clientCertificate {
            // Without a file of its own, the key is in the certificate's.
            let holdsKey = client.key == nil
            uses += [
                reader.use(
                    .clientCertificate,
                    client.certificate,
                    as: .file(isSecret: holdsKey)
                ),
                reader.use(.clientKey, client.key?.path, as: .file(isSecret: true)),
                reader.use(
                    .clientPassphraseFile,
                    client.passphrase?.path,
                    as: .file(isSecret: true)
                ),
            ]
        }
        switch settings.signIn {
        case .none, .identity: break
        case .password(user: _, password: let file, _):
            uses.append(reader.use(.passwordFile, file.path, as: .file(isSecret: true)))
        case .token(user: _, token: let file):
            uses.append(reader.use(.tokenFile, file.path, as: .file(isSecret: true)))
        }
        return uses.compactMap { $0 }
    }
}
