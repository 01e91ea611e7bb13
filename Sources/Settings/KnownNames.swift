/// Tells what a name in a settings file may have meant when it is not a setting.
enum KnownNames {
    /// The words for a key that its table does not have.
    static func objection(toKey key: String, in table: SettingTable) -> Objection {
        if let later = later(key, in: table) { return later }
        if let secret = inlineSecret(key) { return secret }
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
    static func objection(toTop key: String) -> Objection {
        switch key {
        case "identity":
            return Objection(
                "signing in with OAuth is not in this version yet.",
                "Use token_file with a token that another program keeps fresh, or password_file."
            )
        case "http":
            return Objection(
                "the dashboard is not in this version yet.",
                "Remove the table; postchute status shows the same on the command line."
            )
        default:
            break
        }
        if let owner = owner(of: key) {
            return Objection("stands outside a table.", "Move it below \(owner.head).")
        }
        let heads = SettingTable.allCases.map(\.head).joined(separator: ", ")
        let table = Suggestion.closest(to: key, among: SettingTable.allCases.map(\.rawValue))
            .flatMap(SettingTable.init)
        return Objection(
            "is not a table of this file; the tables are \(heads).",
            table.map { "Did you mean \($0.head)?" } ?? ""
        )
    }

    private static func owner(of key: String) -> SettingTable? {
        SettingTable.allCases.first { $0.settings.contains { $0.key == key } }
    }

    private static func later(_ key: String, in table: SettingTable) -> Objection? {
        switch (table, key) {
        case (.route, "identity"):
            objection(toTop: key)
        case (.route, "cloud"), (.route, "allow_from"), (.route, "allow_foreign_endpoint"),
            (.pickup, "priority"), (.pickup, "max_per_hour"):
            Objection("is not in this version yet.", "Remove it.")
        case (.pickup, _), (.route, _), (.state, _), (.log, _):
            nil
        }
    }

    private static func inlineSecret(_ key: String) -> Objection? {
        let file: RouteKey
        switch key {
        case "password", "pass", "passwd", "secret": file = .passwordFile
        case "token", "access_token": file = .tokenFile
        case "passphrase", "client_passphrase": file = .clientPassphraseFile
        default: return nil
        }
        return Objection(
            "secrets do not stand in this file.",
            "Put it into a file of its own: \(file.rawValue) = \"/etc/postchute/NAME\""
        )
    }
}
