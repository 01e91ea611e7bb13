/// Why a secret or token cannot be had, and what follows from that.
package struct CredentialError: Error, Hashable, Sendable {
    /// What happened, in one sentence.
    package let sentence: String
    /// What to do, in one sentence.
    package let advice: String
    /// ``ReplyCategory/temporary`` where time heals it, such as a token endpoint that cannot be
    /// reached; else what a person has to change.
    package let category: ReplyCategory
    /// When the route asks again by itself.
    package let probing: Probing

    /// Creates an error; the defaults are those of a secret's file.
    package init(
        _ sentence: String,
        advice: String = "Check that the file with the secret exists and that the service's user,"
            + " and nobody else, may read it.",
        category: ReplyCategory = .configuration,
        probing: Probing = .bySchedule
    ) {
        self.sentence = sentence
        self.advice = advice
        self.category = category
        self.probing = probing
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
        completion: @escaping @Sendable (Result<AccessToken, CredentialError>) -> Void
    )
}

/// An access token with what may be said of it; the token itself never leaves for a log.
package struct AccessToken: Hashable, Sendable, CustomStringConvertible {
    /// The secret to present to the server.
    package let secret: String
    /// Whom and what the token is for, in one sentence without the secret: audience, application,
    /// tenant, roles, end of life; empty where it cannot be read.
    package let claims: String

    /// Creates a token.
    package init(secret: String, claims: String = "") {
        self.secret = secret
        self.claims = claims
    }

    /// The claims, never the secret.
    package var description: String { claims.isEmpty ? "an access token" : claims }
}
