/// A password, passphrase or token that no print, log line or dump can show.
package struct Secret: Hashable, Sendable {
    private let text: String

    /// Creates a secret.
    package init(_ text: String) { self.text = text }

    /// The text itself, for the one place that puts it on the wire.
    package func reveal() -> String { text }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "•••" }
    package var debugDescription: String { "•••" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// The file that holds a secret, never the secret itself.
package struct SecretReference: Hashable, Sendable {
    /// The file to read; for `credential:NAME` inside the directory systemd names.
    package let path: String
    /// The value as the settings file has it.
    package let written: String

    /// Creates a reference.
    package init(path: String, written: String? = nil) {
        self.path = path
        self.written = written ?? path
    }
}

extension SecretReference: CustomStringConvertible {
    /// The value as the settings file has it.
    package var description: String { written }
}
