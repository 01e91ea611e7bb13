/// Why a secret or token cannot be had; the sentence names what to do.
package struct CredentialError: Error, Hashable, Sendable {
    package let sentence: String

    /// Creates an error.
    package init(_ sentence: String) {
        self.sentence = sentence
    }
}

/// Where a password comes from.
package protocol SecretProvider: Sendable {
    /// Returns the password as it is now; may block, and is never called on an event loop.
    func secret() throws(CredentialError) -> String
}

/// Where an access token comes from.
package protocol TokenProvider: Sendable {
    /// Obtains a token, a new one where `renew`, and completes once, on any thread.
    ///
    /// `renew` means that the server refused the token given before.
    func token(
        renew: Bool,
        completion: @escaping @Sendable (Result<String, CredentialError>) -> Void
    )
}
