internal import Settings

/// The settings in effect: pure.
struct SettingsView {
    /// `nil` where the file says something else meanwhile, or cannot be read.
    var settings: SettingsInEffect?

    /// What the template draws.
    var model: Model {
        [
            "source": .text(
                "These are the settings the daemon works with, those of the file and the standards."
            ),
            "tables": .list((settings?.tables ?? []).enumerated().map { table($1, $0) }),
            "empty": .text(
                "The file has changed since the daemon read it, or cannot be read: what is in effect "
                    + "shows here again after a reload, or after a restart where the log asks for one. "
                    + "postchute check says whether the file is right."
            ),
        ]
    }

    private func table(_ table: SettingsInEffect.Table, _ index: Int) -> Model {
        [
            "head": .text(table.head), "id": .text("table-\(index)"),
            "rows": .list(table.rows.map(row)),
        ]
    }

    private func row(_ row: SettingsInEffect.Row) -> Model {
        [
            "key": .text(row.key), "value": .text(row.value), "isCode": .flag(row.isLiteral),
            "origin": .text(row.origin.words), "sentence": .text(row.sentence),
            "tone": .text(row.origin == .file ? "set" : "standard"),
        ]
    }
}

extension SettingsInEffect.Origin {
    fileprivate var words: String {
        switch self {
        case .file: "the file"
        case .standard: "standard"
        case .service(let name): "service \(name)"
        }
    }
}
