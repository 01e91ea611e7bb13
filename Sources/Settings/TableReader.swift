/// Collects complaints while one file is read.
final class ComplaintList {
    private let file: String
    private(set) var errors: [SettingsError] = []

    init(file: String) { self.file = file }

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

    /// Whether a key was complained about already: what follows from that is not worth a word.
    func concern(_ key: String) -> Bool { errors.contains { $0.key == key } }
}

/// Where the values of absent settings come from.
enum Presets<Key: SettingKey> {
    /// From here; what is not in it has the standard of its declaration.
    case known([Key: SettingLiteral])
    /// What presets them is not known: what is absent may well be preset.
    case unknown

    /// Every setting has the standard of its declaration.
    static var standard: Self { .known([:]) }
}

/// Reads the settings of one table by their declarations.
struct TableReader<Key: SettingKey> {
    /// The table's full name, such as `route.m365`.
    let name: String
    /// Where the table starts.
    let position: TomlPosition
    let complaints: ComplaintList
    var presets = Presets<Key>.standard
    private let entries: [String: TomlEntry]

    /// Starts reading; complains about every key that is not one of the table's.
    init(_ content: [TomlEntry], name: String, at position: TomlPosition, _ list: ComplaintList) {
        self.name = name
        self.position = position
        complaints = list
        entries = Dictionary(content.map { ($0.key, $0) }) { first, _ in first }
        for entry in content where Key(rawValue: entry.key) == nil {
            list.add(
                KnownNames.objection(toKey: entry.key, in: Key.table),
                key: path(entry.key),
                at: entry.keyPosition
            )
        }
    }

    /// Whether the file gives a setting.
    func has(_ key: Key) -> Bool { entries[key.rawValue] != nil }

    /// Whether a setting was read without a complaint.
    func isSound(_ key: Key) -> Bool { !complaints.concern(path(key.rawValue)) }

    /// The text that the file gives for a setting, unread.
    func writtenText(_ key: Key) -> String? {
        guard case .text(let text)? = entries[key.rawValue]?.value.content else { return nil }
        return text
    }

    /// The full name of a setting.
    func path(_ key: String) -> String { name.isEmpty ? key : "\(name).\(key)" }

    /// Where a setting's value starts, or the table when the file does not give it.
    func position(of key: Key) -> TomlPosition {
        entries[key.rawValue]?.value.position ?? position
    }

    /// Complains about a setting.
    func complain(_ key: Key, _ sentence: String, _ advice: String = "") {
        complaints.add(
            Objection(sentence, advice),
            key: path(key.rawValue),
            at: position(of: key)
        )
    }

    /// Reads a setting, or what holds without it; `nil` when neither is a value.
    func read<Value>(
        _ key: Key,
        _ convert: (TomlContent) throws(Objection) -> Value
    ) -> Value? {
        if let entry = entries[key.rawValue] {
            do throws(Objection) {
                return try convert(entry.value.content)
            } catch {
                complain(key, error.sentence, error.advice)
                return nil
            }
        }
        return absent(key, convert)
    }

    private func absent<Value>(
        _ key: Key,
        _ convert: (TomlContent) throws(Objection) -> Value
    ) -> Value? {
        let declaration = key.declaration
        switch presets {
        case .known(let values): if let literal = values[key] { return literal.value(convert) }
        case .unknown: if case .required = declaration.absence { return nil }
        }
        switch declaration.absence {
        case .value(let literal): return literal.value(convert)
        case .phrase: return nil
        case .required:
            complain(key, "is missing.", "Add it, for example: \(declaration.example)")
            return nil
        }
    }
}

extension SettingLiteral {
    /// The value a declaration means.
    ///
    /// - Precondition: The declaration's own value follows the declaration's form.
    func value<Value>(_ convert: (TomlContent) throws(Objection) -> Value) -> Value {
        do throws(Objection) {
            return try convert(content)
        } catch {
            preconditionFailure("\(toml): \(error.sentence)")
        }
    }
}
