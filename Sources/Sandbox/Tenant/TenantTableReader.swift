package import Settings

/// One complaint about a tenant file, with the words and the form of complaints about settings.
package typealias TenantFileErrors = SettingsErrors

/// Collects complaints while a tenant file is read.
final class TenantComplaints {
    private let file: String
    private(set) var errors: [SettingsError] = []

    /// Creates an empty list for a file.
    init(file: String) { self.file = file }

    /// Adds a complaint about a key.
    func add(_ objection: Objection, key: String, at position: TomlPosition?) {
        errors.append(
            SettingsError(
                file: file,
                line: position?.line,
                column: position?.column,
                key: key,
                sentence: objection.sentence,
                advice: objection.advice
            )
        )
    }
}

/// Reads the values of one table of a tenant file; complains and goes on.
struct TenantTableReader<Key: TenantKey> {
    /// The table's own name: that of an organisation, an address; empty for `[limits]`.
    let name: String
    private let position: TomlPosition
    private let complaints: TenantComplaints
    private let entries: [String: TomlEntry]

    /// Starts reading; complains about every key that is not one of the table's.
    init(
        _ content: [TomlEntry],
        name: String,
        at position: TomlPosition,
        _ complaints: TenantComplaints
    ) {
        self.name = name
        self.position = position
        self.complaints = complaints
        entries = Dictionary(content.map { ($0.key, $0) }) { first, _ in first }
        for entry in content where Key(rawValue: entry.key) == nil {
            let advice =
                Suggestion.sentence(for: entry.key, among: Key.allCases.map(\.rawValue))
                ?? "docs/sandbox.md lists them."
            complaints.add(
                Objection("is not a key of \(Key.table.head).", advice),
                key: path(entry.key),
                at: entry.keyPosition
            )
        }
    }

    /// Complains about a key, or about the table when the file does not give it.
    func complain(_ key: Key, _ sentence: String, _ advice: String = "") {
        complaints.add(
            Objection(sentence, advice),
            key: path(key.rawValue),
            at: entries[key.rawValue]?.value.position ?? position
        )
    }

    /// Complains about the table as a whole.
    func complain(_ sentence: String, _ advice: String = "") {
        complaints.add(Objection(sentence, advice), key: path(""), at: position)
    }

    /// Whether the file gives a value.
    func has(_ key: Key) -> Bool { entries[key.rawValue] != nil }

    /// Reads a value; `nil` when it is absent or was complained about.
    func read<Value>(
        _ key: Key,
        _ convert: (TomlContent) throws(Objection) -> Value
    ) -> Value? {
        guard let entry = entries[key.rawValue] else { return nil }
        do throws(Objection) {
            return try convert(entry.value.content)
        } catch {
            complain(key, error.sentence, error.advice)
            return nil
        }
    }

    /// Reads a value that must be there.
    func require<Value>(
        _ key: Key,
        _ convert: (TomlContent) throws(Objection) -> Value
    ) -> Value? {
        if !has(key) { complain(key, "is missing.") }
        return read(key, convert)
    }

    /// Reads a list of values; a complaint about one of them drops it.
    func list(
        _ key: Key,
        _ convert: (TomlContent) throws(Objection) -> String = ValueSyntax.text
    ) -> [String] {
        let values = read(key) { content throws(Objection) -> [TomlValue] in
            guard case .array(let values) = content else {
                throw Objection("must be a list, not \(content.phrase).", "Put it in [ ].")
            }
            return values
        }
        return (values ?? []).compactMap { value in
            do throws(Objection) {
                return try convert(value.content)
            } catch {
                complaints.add(error, key: path(key.rawValue), at: value.position)
                return nil
            }
        }
    }

    private func path(_ key: String) -> String {
        [Key.table.rawValue, name, key].filter { !$0.isEmpty }.joined(separator: ".")
    }
}
