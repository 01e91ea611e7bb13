/// The keys at the top of a file, above every table.
enum GeneralKey: String, SettingKey {
    case privacy

    static let table = SettingTable.general

    var declaration: SettingDeclaration {
        SettingDeclaration(
            .flag,
            .value(false),
            "Whether addresses and subjects are pseudonyms in log, ledger, alerts and dashboard.",
            remark: """
                The same address has the same pseudonym, such as `a~4f9c21d0@contoso.com`, so that \
                `trace --address` still finds it; the key is `privacy-key` in the state directory. \
                Messages, their names and the texts beside them in `failed/` stay as they are. It is \
                changed by a restart, not by a reload, and hides nothing that was written before.
                """,
            example: "privacy = true"
        )
    }
}

/// The keys of `[state]`.
enum StateKey: String, SettingKey {
    case directory

    static let table = SettingTable.state

    var declaration: SettingDeclaration {
        SettingDeclaration(
            .folder,
            .value("/var/lib/postchute"),
            "The folder for what must survive a restart and belongs to no pickup.",
            example: #"directory = "/var/lib/postchute""#
        )
    }
}

/// The keys of `[log]`.
enum LogKey: String, SettingKey {
    case level, style

    static let table = SettingTable.log

    var declaration: SettingDeclaration {
        switch self {
        case .level:
            SettingDeclaration(
                .choice(LogSettings.Level.self),
                .value("info"),
                "The least important line that is written.",
                remark: """
                    `"info"` has one line for every message that was claimed, tried or settled; \
                    `"debug"` adds the dialogue with the server, without secrets.
                    """,
                example: #"level = "notice""#
            )
        case .style:
            SettingDeclaration(
                .choice(LogSettings.Style.self),
                .value("auto"),
                "The form of a line: for the journal, or with its own time.",
                remark: "`\"auto\"` is `\"journal\"` when standard error is the journal.",
                example: #"style = "plain""#
            )
        }
    }
}
