/// The table `[ledger]`: the record of what happened to every message.
package struct LedgerSettings: Hashable, Sendable {
    package var isEnabled: Bool
    /// How long a message is remembered after the last thing that happened to it.
    package var keep: Duration

    /// Creates the table.
    package init(isEnabled: Bool? = nil, keep: Duration? = nil) {
        self.isEnabled = isEnabled ?? LedgerKey.enabled.standard(ValueSyntax.flag)
        self.keep = keep ?? LedgerKey.keep.standardDuration
    }
}

/// The keys of `[ledger]`.
enum LedgerKey: String, SettingKey {
    case enabled
    case keep

    static let table = SettingTable.ledger

    var declaration: SettingDeclaration {
        switch self {
        case .enabled:
            SettingDeclaration(
                .flag,
                .value(true),
                "Whether it is kept.",
                remark: """
                    Without it `trace` and `report` find nothing and the dashboard has no history; \
                    mail is the same. A change takes effect after a restart; a reload says so.
                    """,
                example: "enabled = false"
            )
        case .keep:
            SettingDeclaration(
                .duration(.seconds(86_400) ... .seconds(315_360_000)),
                .value("1 year"),
                "How long a message is remembered after the last thing that happened to it.",
                example: #"keep = "90 days""#
            )
        }
    }
}
