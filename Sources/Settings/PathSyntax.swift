/// What stands in front of the name of a systemd credential.
private let credentialPrefix = "credential:"

extension ValueSyntax {
    /// An absolute path, returned without doubled and trailing slashes.
    static func folder(_ content: TomlContent) throws(Objection) -> String {
        let text = try text(content)
        return try path(text, shown: quoted(text))
    }

    /// An absolute path, or a credential of the unit, below what `$CREDENTIALS_DIRECTORY` holds.
    static func file(
        _ content: TomlContent,
        isSecret: Bool,
        credentialsDirectory: String?
    ) throws(Objection) -> SecretReference {
        // What should be a path may be the password itself: it is never quoted.
        guard case .text(let text) = content, !text.isEmpty else {
            throw Objection("must be the path of a file, in quotes.")
        }
        if let name = credentialName(text) {
            return try credential(name, written: text, in: credentialsDirectory)
        }
        do {
            let shown = isSecret ? "the value" : quoted(text)
            return SecretReference(path: try path(text, shown: shown), written: text)
        } catch let objection where isSecret && !text.hasPrefix("/") {
            throw Objection(
                objection.sentence,
                "Put the secret into a file of its own, and write the path of that file here."
            )
        }
    }

    /// One file, or a list of different ones.
    static func files(
        _ content: TomlContent,
        isSecret: Bool,
        credentialsDirectory: String?
    ) throws(Objection) -> [SecretReference] {
        var files: [SecretReference] = []
        for entry in try entries(content, of: "files") {
            let file = try file(
                entry,
                isSecret: isSecret,
                credentialsDirectory: credentialsDirectory
            )
            if files.contains(file) { throw Objection("names one of them twice.", "Remove it.") }
            files.append(file)
        }
        return files
    }

    /// The `NAME` of `credential:NAME`.
    static func credentialName(_ text: String) -> String? {
        text.hasPrefix(credentialPrefix) ? String(text.dropFirst(credentialPrefix.count)) : nil
    }

    private static func credential(
        _ name: String,
        written text: String,
        in directory: String?
    ) throws(Objection) -> SecretReference {
        let isPlain = name.utf8.allSatisfy { isLetterOrDigit($0) || "._-".utf8.contains($0) }
        guard !name.isEmpty, name.first != ".", isPlain else {
            throw Objection(
                "does not name a credential.",
                #"A name has letters, digits, ".", "-" or "_": "credential:erp-password"."#
            )
        }
        guard let directory, directory.hasPrefix("/") else {
            throw Objection(
                "\(quoted(text)) is known only under systemd: CREDENTIALS_DIRECTORY is not set.",
                "Start the unit with LoadCredential=\(name):/PATH, or name a file."
            )
        }
        return SecretReference(path: "\(directory)/\(name)", written: text)
    }

    private static func path(_ text: String, shown: String) throws(Objection) -> String {
        guard text.hasPrefix("/") else {
            throw Objection("\(shown) is not an absolute path.", "Begin it with a slash.")
        }
        guard text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }) else {
            throw Objection("holds a control character.", "Remove it.")
        }
        let parts = text.split(separator: "/")
        guard !parts.contains("."), !parts.contains("..") else {
            throw Objection("\(shown) has a part \".\" or \"..\".", "Write the path without it.")
        }
        guard !parts.isEmpty else {
            throw Objection("\(shown) is the root of the file system.", "Name a folder below it.")
        }
        guard text.utf8.count < 4096, parts.allSatisfy({ $0.utf8.count <= 255 }) else {
            throw Objection("\(shown) is too long for a path.")
        }
        return "/" + parts.joined(separator: "/")
    }
}
