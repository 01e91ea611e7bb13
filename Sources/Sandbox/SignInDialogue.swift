/// What a client presented to sign in.
package enum SandboxCredentials: Hashable, Sendable {
    case password(mailbox: String, password: String)
    case token(mailbox: String, token: String)

    /// The mailbox the client wants to be.
    package var mailbox: String {
        switch self {
        case .password(let mailbox, _), .token(let mailbox, _): mailbox
        }
    }
}

/// The exchange after `AUTH`, from the first challenge to the credentials (RFC 4954 §4).
package struct SignInDialogue: Hashable, Sendable {
    /// A mechanism of the sandbox.
    package enum Mechanism: String, Hashable, Sendable {
        case login = "LOGIN"
        case plain = "PLAIN"
        case xoauth2 = "XOAUTH2"
    }

    /// What follows from one line of the client.
    package enum Step: Hashable, Sendable {
        /// Send this challenge and wait for the next line.
        case challenge(SandboxReply)
        /// The client has said everything; judge it.
        case complete(SandboxCredentials)
        /// The line cannot be read, or does not have the mechanism's form.
        case malformed
        /// The client gave up with `*`.
        case cancelled
    }

    private enum State: Hashable {
        /// Nothing was said; next: `password` for LOGIN, else the end.
        case first
        /// LOGIN: the mailbox is known; next: the end.
        case password(mailbox: String)
    }

    /// The mechanism the client chose.
    package let mechanism: Mechanism
    private var state = State.first

    /// Creates a dialogue.
    package init(_ mechanism: Mechanism) {
        self.mechanism = mechanism
    }

    /// The challenge when the client sent no initial response.
    package var firstChallenge: SandboxReply {
        switch mechanism {
        case .login: .userNameChallenge
        case .plain, .xoauth2: .emptyChallenge
        }
    }

    /// Consumes one line of the client, or its initial response.
    package mutating func receive(_ line: String) -> Step {
        if line == "*" { return .cancelled }
        // RFC 4954 §4: a single "=" is an empty initial response.
        guard let octets = line == "=" ? [] : Encodings.base64(line) else { return .malformed }
        switch (mechanism, state) {
        case (.login, .first):
            state = .password(mailbox: String(decoding: octets, as: UTF8.self))
            return .challenge(.passwordChallenge)
        case (.login, .password(let mailbox)):
            let password = String(decoding: octets, as: UTF8.self)
            return .complete(.password(mailbox: mailbox, password: password))
        case (.plain, _):
            return Self.plain(octets)
        case (.xoauth2, _):
            return Self.xoauth2(octets)
        }
    }

    /// `[authzid] NUL authcid NUL passwd` (RFC 4616 §2).
    private static func plain(_ octets: [UInt8]) -> Step {
        let parts = octets.split(separator: 0, omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
        guard parts.count == 3 else { return .malformed }
        return .complete(.password(mailbox: parts[1], password: parts[2]))
    }

    /// `user=` mailbox `^Aauth=Bearer ` token `^A^A`.
    private static func xoauth2(_ octets: [UInt8]) -> Step {
        let parts = octets.split(separator: 1, omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
        let user = "user="
        let bearer = "auth=Bearer "
        guard parts.count == 4, parts[2].isEmpty, parts[3].isEmpty, parts[0].hasPrefix(user),
            parts[1].hasPrefix(bearer)
        else { return .malformed }
        return .complete(
            .token(
                mailbox: String(parts[0].dropFirst(user.count)),
                token: String(parts[1].dropFirst(bearer.count))
            )
        )
    }
}
