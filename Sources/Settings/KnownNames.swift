/// Tells what a name in a settings file may have meant when it is not a setting.
enum KnownNames {
    /// The words for a key that its table does not have.
    static func objection(toKey key: String, in table: SettingTable) -> Objection {
        if let secret = inlineSecret(key, in: table) { return secret }
        let sentence = "is not a setting of \(table.head)."
        if let suggestion = Suggestion.sentence(for: key, among: table.settings.map(\.key)) {
            return Objection(sentence, suggestion)
        }
        if let owner = owner(of: key) {
            return Objection("is a setting of \(owner.head), not of \(table.head).")
        }
        return Objection(sentence, "docs/settings.md lists them.")
    }

    /// The words for a name at the top of the file that is not a table.
    static func objection(toTop key: String, isTable: Bool) -> Objection {
        if !isTable, let owner = owner(of: key) {
            return Objection("stands outside a table.", "Move it below \(owner.head).")
        }
        let tables = SettingTable.allCases.filter { $0 != .general }
        let heads = tables.map(\.head).joined(separator: ", ")
        let table = Suggestion.closest(to: key, among: tables.map(\.rawValue))
            .flatMap(SettingTable.init)
        return Objection(
            "is not a table of this file; the tables are \(heads).",
            table.map { "Did you mean \($0.head)?" } ?? ""
        )
    }

    private static func owner(of key: String) -> SettingTable? {
        SettingTable.allCases.first { $0.settings.contains { $0.key == key } }
    }

    private static func inlineSecret(_ key: String, in table: SettingTable) -> Objection? {
        guard let file = secretFile(key, in: table) else { return nil }
        return Objection(
            "secrets do not stand in this file.",
            "Put it into a file of its own: \(file) = \"/etc/postchute/NAME\""
        )
    }

    /// The key that names the file of a secret somebody wrote down.
    private static func secretFile(_ key: String, in table: SettingTable) -> String? {
        switch (table, key) {
        case (.identity, "client_secret"), (.identity, "secret"), (.identity, "password"):
            IdentityKey.clientSecretFile.rawValue
        case (.identity, "certificate_passphrase"), (.identity, "passphrase"):
            IdentityKey.certificatePassphraseFile.rawValue
        case (.http, "passphrase"), (.http, "key_passphrase"):
            HTTPKey.passphraseFile.rawValue
        case (.identity, _), (.http, _):
            nil
        case (_, "password"), (_, "pass"), (_, "passwd"), (_, "secret"):
            RouteKey.passwordFile.rawValue
        case (_, "token"), (_, "access_token"):
            RouteKey.tokenFile.rawValue
        case (_, "passphrase"), (_, "client_passphrase"):
            RouteKey.clientPassphraseFile.rawValue
        default:
            nil
        }
    }
}
