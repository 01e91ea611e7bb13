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
