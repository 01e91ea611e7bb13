// Each function reads the form its setting was declared with. A mismatch between function and
// declaration is a mistake of this module, found by reading any file: it traps.
extension SettingKey {
    func duration(_ content: TomlContent) throws(Objection) -> Duration {
        guard case .duration(let range) = declaration.form else { mismatch() }
        return try ValueSyntax.duration(content, in: range)
    }

    func count(_ content: TomlContent) throws(Objection) -> Int {
        guard case .count(let range) = declaration.form else { mismatch() }
        return try ValueSyntax.count(content, in: range)
    }

    func choice<Choice: RawRepresentable<String>>(
        _ content: TomlContent
    ) throws(Objection) -> Choice {
        guard case .choice(let words) = declaration.form else { mismatch() }
        let word = try ValueSyntax.choice(content, of: words)
        guard let choice = Choice(rawValue: word) else { mismatch() }
        return choice
    }

    func size(_ content: TomlContent) throws(Objection) -> Int {
        guard case .size(let range) = declaration.form else { mismatch() }
        return try ValueSyntax.size(content, in: range)
    }

    func words(_ content: TomlContent) throws(Objection) -> [String] {
        guard case .words(let words) = declaration.form else { mismatch() }
        return try ValueSyntax.words(content, of: words)
    }

    func chosenWord(_ content: TomlContent) throws(Objection) -> String {
        guard case .choice(let words) = declaration.form else { mismatch() }
        return try ValueSyntax.choice(content, of: words)
    }

    /// What holds when a file does not give the setting.
    ///
    /// - Precondition: The declaration has a value of this type.
    func standard<Value>(_ convert: (TomlContent) throws(Objection) -> Value) -> Value {
        guard case .value(let literal) = declaration.absence else { mismatch() }
        return literal.value(convert)
    }

    /// The time that holds when a file does not give one.
    var standardDuration: Duration { standard(duration) }

    func mismatch() -> Never {
        preconditionFailure("\(rawValue) is declared in another form")
    }
}

extension TableReader {
    func duration(_ key: Key) -> Duration? { read(key, key.duration) }
    func count(_ key: Key) -> Int? { read(key, key.count) }
    func flag(_ key: Key) -> Bool? { read(key, ValueSyntax.flag) }
    func word(_ key: Key) -> String? { read(key, ValueSyntax.text) }
    func host(_ key: Key) -> String? { read(key, ValueSyntax.host) }
    func folder(_ key: Key) -> String? { read(key, ValueSyntax.folder) }
    func choice<Choice: RawRepresentable<String>>(_ key: Key) -> Choice? { read(key, key.choice) }

    func file(_ key: Key, credentialsDirectory: String?) -> SecretReference? {
        guard case .file(let isSecret) = key.declaration.form else { key.mismatch() }
        return read(key) { content throws(Objection) in
            try ValueSyntax.file(
                content,
                isSecret: isSecret,
                credentialsDirectory: credentialsDirectory
            )
        }
    }

    func files(_ key: Key, credentialsDirectory: String?) -> [SecretReference]? {
        guard case .files(let isSecret) = key.declaration.form else { key.mismatch() }
        return read(key) { content throws(Objection) in
            try ValueSyntax.files(
                content,
                isSecret: isSecret,
                credentialsDirectory: credentialsDirectory
            )
        }
    }
}
