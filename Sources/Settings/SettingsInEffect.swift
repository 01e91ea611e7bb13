/// Every setting that is in effect, with where its value comes from: for people, without secrets.
package struct SettingsInEffect: Hashable, Sendable {
    /// One table of the file, or one that the file leaves out.
    package struct Table: Hashable, Sendable {
        /// As the file has it, such as `[route.m365]`.
        package var head: String
        package var rows: [Row]
    }

    /// One setting.
    package struct Row: Hashable, Sendable {
        package var key: String
        /// The value as the file would have it, or what its absence means in words.
        package var value: String
        /// Whether ``value`` is written as in a file.
        package var isLiteral: Bool
        package var origin: Origin
        /// What the setting does.
        package var sentence: String
    }

    /// Where a value comes from.
    package enum Origin: Hashable, Sendable {
        /// The file gives it.
        case file
        /// Nobody said otherwise.
        case standard
        /// The route's service brings it.
        case service(String)
    }

    package var tables: [Table]

    /// Renders the settings of a file's text; empty where it is not TOML.
    package init(_ octets: [UInt8]) {
        let entries = (try? TomlDocument.parse(octets)) ?? []
        tables = SettingTable.allCases.flatMap { Self.tables($0, entries) }
    }

    /// Reads the file at `path` and renders it; `nil` when it cannot be read, or says something else
    /// than the settings in force.
    package init?(path: String, inForce settings: RelaySettings) {
        guard let octets = try? RelaySettings.octets(of: path) else { return nil }
        let reading = SettingsReading(octets, file: path, SettingsProbe.system.surroundings)
        guard (try? reading.result()) == settings else { return nil }
        self.init(octets)
    }

    private static func tables(_ table: SettingTable, _ entries: [TomlEntry]) -> [Table] {
        let content = entries.first { $0.key == table.rawValue }?.value.content
        let inside: [TomlEntry] = if case .table(let inside)? = content { inside } else { [] }
        guard table.isNamed else {
            return [Table(head: table.head, rows: rows(table, inside))]
        }
        return inside.compactMap { entry in
            guard case .table(let keys) = entry.value.content else { return nil }
            return Table(head: "[\(table.rawValue).\(entry.key)]", rows: rows(table, keys))
        }
    }

    private static func rows(_ table: SettingTable, _ entries: [TomlEntry]) -> [Row] {
        let presets = table == .route ? ServiceValues(entries) : nil
        return table.settings.map { key, declaration in
            var row = Row(
                key: key,
                value: "",
                isLiteral: true,
                origin: .standard,
                sentence: declaration.sentence
            )
            if let entry = entries.first(where: { $0.key == key }) {
                (row.value, row.origin) = (entry.value.content.shown, .file)
            } else if let presets, let value = presets.values[key] {
                (row.value, row.origin) = (value, .service(presets.service))
            } else {
                (row.value, row.isLiteral) = declaration.absence.shown
            }
            return row
        }
    }
}

/// What a route's service brings.
private struct ServiceValues {
    var service: String
    var values: [String: String] = [:]

    init?(_ entries: [TomlEntry]) {
        guard let word = Self.text("service", entries), let service = MailService(rawValue: word)
        else { return nil }
        self.service = word
        let cloud = Self.text("cloud", entries).flatMap(Cloud.init) ?? .worldwide
        for (key, literal) in service.preset(in: cloud)?.values ?? [:] {
            values[key.rawValue] = literal.toml
        }
    }

    private static func text(_ key: String, _ entries: [TomlEntry]) -> String? {
        guard case .text(let text) = entries.first(where: { $0.key == key })?.value.content
        else { return nil }
        return text
    }
}

extension SettingAbsence {
    /// The value, and whether it is written as in a file.
    fileprivate var shown: (String, Bool) {
        switch self {
        case .required: ("–", false)
        case .value(let literal): (literal.toml, true)
        case .phrase(let phrase): (phrase.replacing("`", with: ""), false)
        }
    }
}

extension TomlContent {
    /// The value as a file would have it; of an address on the web only its host, since the rest may
    /// let whoever reads it do something.
    fileprivate var shown: String {
        switch self {
        case .table(let entries):
            "{ " + entries.map { "\($0.key) = \($0.value.content.shown)" }.joined(separator: ", ")
                + " }"
        case .array(let values):
            "[" + values.map(\.content.shown).joined(separator: ", ") + "]"
        case .text(let text): "\"\(Self.withoutSecrets(text))\""
        case .integer(let number): "\(number)"
        case .float(let number): "\(number)"
        case .flag(let flag): "\(flag)"
        case .time(let text): text
        }
    }

    private static func withoutSecrets(_ text: String) -> String {
        guard let scheme = text.firstRange(of: "://") else { return text }
        let rest = text[scheme.upperBound...]
        let end = rest.firstIndex { "/?#".contains($0) } ?? rest.endIndex
        let host = rest[..<end]
        let shown = host.lastIndex(of: "@").map { "…" + host[$0...] } ?? String(host)
        let tail = rest[end...]
        return text[..<scheme.upperBound] + shown + (tail.count > 1 ? "/…" : String(tail))
    }
}
