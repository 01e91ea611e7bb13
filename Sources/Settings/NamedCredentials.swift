extension RelaySettings {
    /// The names of the unit's credentials that a settings file names, sorted.
    ///
    /// - Throws: When the file cannot be read; what is no TOML names none.
    package static func credentials(in path: String) throws(SettingsErrors) -> [String] {
        let entries = (try? TomlDocument.parse(octets(of: path))) ?? []
        return Set(entries.flatMap { names(in: $0.value.content) }).sorted()
    }

    private static func names(in content: TomlContent) -> [String] {
        switch content {
        case .text(let text): ValueSyntax.credentialName(text).map { [$0] } ?? []
        case .table(let entries): entries.flatMap { names(in: $0.value.content) }
        case .array(let values): values.flatMap { names(in: $0.content) }
        case .integer, .float, .flag, .time: []
        }
    }
}
