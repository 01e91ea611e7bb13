internal import SafeText

/// One complaint about a settings file.
package struct SettingsError: Error, Hashable, Sendable {
    /// The path of the settings file.
    package var file: String
    /// The line the complaint is about, from 1; `nil` when it is about the file as a whole.
    package var line: Int?
    /// The column in characters, from 1.
    package var column: Int?
    /// The full key, such as `route.m365.tls`; empty when there is none.
    package var key: String
    /// What is wrong.
    package var sentence: String
    /// What would be right; empty when the sentence says it.
    package var advice: String

    /// Creates a complaint.
    package init(
        file: String,
        line: Int? = nil,
        column: Int? = nil,
        key: String = "",
        sentence: String,
        advice: String = ""
    ) {
        self.file = file
        self.line = line
        self.column = column
        self.key = key
        self.sentence = sentence
        self.advice = advice
    }
}

extension SettingsError: CustomStringConvertible {
    /// The complaint as `file:line: key: sentence advice`.
    package var description: String {
        let place = line.map { "\(file):\($0)" } ?? file
        let words = advice.isEmpty ? sentence : "\(sentence) \(advice)"
        let text = key.isEmpty ? "\(place): \(words)" : "\(place): \(key): \(words)"
        return SafeText.line(text)
    }
}

/// Every complaint about a settings file, in the order of its lines.
package struct SettingsErrors: Error, Hashable, Sendable {
    /// Never empty.
    package var errors: [SettingsError]

    /// Creates the list.
    package init(_ errors: [SettingsError]) { self.errors = errors }
}

extension SettingsErrors: CustomStringConvertible {
    /// One complaint on each line.
    package var description: String {
        errors.map(\.description).joined(separator: "\n")
    }
}
