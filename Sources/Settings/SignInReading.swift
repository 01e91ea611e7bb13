/// Reads how a route signs in: several keys that must fit together.
struct SignInReading {
    private let reader: TableReader<RouteKey>
    private let service: MailService?
    private let identities: [ReadIdentity]
    private let auth: AuthChoice?
    private let username: String?
    private let mailbox: String?
    private let identity: String?
    private let password: SecretReference?
    private let token: SecretReference?

    /// The keys of which a route gives one at most.
    private static let ways: [RouteKey] = [.identity, .passwordFile, .tokenFile]

    init(
        _ reader: TableReader<RouteKey>,
        _ service: MailService?,
        _ identities: [ReadIdentity],
        _ credentialsDirectory: String?
    ) {
        self.reader = reader
        self.service = service
        self.identities = identities
        auth = reader.choice(.auth)
        username = reader.word(.username)
        mailbox = reader.read(.mailbox, ValueSyntax.sendingMailbox)
        identity = reader.word(.identity)
        password = reader.file(.passwordFile, credentialsDirectory: credentialsDirectory)
        token = reader.file(.tokenFile, credentialsDirectory: credentialsDirectory)
    }

    /// Returns how to sign in; complains about keys that do not fit together.
    func signIn() -> SignInSettings {
        // Whose service knows no sign-in has every such key complained about as a whole.
        if service?.signIns == [.none] { return .none }
        checkIdentity()
        checkMailbox()
        guard let auth else { return .none }
        let given = Self.ways.filter(reader.has)
        if given.count > 1, let last = given.last {
            reader.complain(
                last,
                "stands beside \(given[0].rawValue); a route signs in with one of them.",
                "Remove the other."
            )
            return .none
        }
        return switch auth {
        case .none: unsigned()
        case .xoauth2: withToken()
        case .login: withPassword(.login)
        case .plain: withPassword(.plain)
        case .auto: automatic()
        }
    }

    private func automatic() -> SignInSettings {
        if reader.has(.identity) || reader.has(.tokenFile) { return withToken() }
        if reader.has(.passwordFile) { return withPassword(.any) }
        if let service, !service.signIns.contains(.none) {
            reader.complain(
                .service,
                "\(quoted(service.rawValue)) needs a sign-in.",
                Self.advice(service)
            )
        } else if reader.has(.username) {
            reader.complain(
                .username,
                "has no password.",
                "Set identity, token_file or password_file."
            )
        }
        return .none
    }

    private static func advice(_ service: MailService) -> String {
        switch service {
        case .graph: "Set mailbox and identity."
        case .acs: "Set username, and identity or password_file."
        case .smtp, .exchangeOnline, .hve, .connector, .directSend:
            "Set mailbox and identity; or password_file, where a password still works."
        }
    }

    private func unsigned() -> SignInSettings {
        for key in [RouteKey.username] + Self.ways where reader.has(key) {
            reader.complain(key, "has no use with auth = \"none\".", "Remove one of them.")
        }
        if let service, !service.signIns.contains(.none) {
            reader.complain(.auth, "\(quoted(service.rawValue)) needs a sign-in, not \"none\".")
        }
        return .none
    }

    private func withToken() -> SignInSettings {
        if reader.has(.passwordFile) {
            reader.complain(
                .passwordFile,
                "has no use with auth = \"xoauth2\".",
                "Set identity or token_file in its place, or another auth."
            )
            return .none
        }
        if reader.has(.identity) {
            guard let identity, let user = user(tokenUser, for: .identity) else { return .none }
            return .identity(user: user, identity: identity)
        }
        guard reader.has(.tokenFile) else {
            reader.complain(.auth, "\"xoauth2\" needs identity or token_file.")
            return .none
        }
        guard let token, let user = user(tokenUser, for: .tokenFile) else { return .none }
        return .token(user: user, token: token)
    }

    /// Who signs in with a token: a service without mailboxes has users.
    private var tokenUser: String? { service == .acs ? username : mailbox ?? username }

    private func withPassword(_ mechanism: PasswordMechanism) -> SignInSettings {
        for key in [RouteKey.identity, .tokenFile] where reader.has(key) {
            reader.complain(
                key,
                "has no use with auth = \(quoted(auth?.rawValue ?? "")).",
                "Set password_file in its place, or another auth."
            )
            return .none
        }
        guard reader.has(.passwordFile) else {
            reader.complain(.auth, "\(quoted(auth?.rawValue ?? "")) needs password_file.")
            return .none
        }
        if mechanism == .plain, service == .exchangeOnline {
            reader.complain(.auth, "\"plain\" is not offered by Exchange Online.", "Use \"login\".")
        }
        guard let password, let user = user(username ?? mailbox, for: .passwordFile) else {
            return .none
        }
        return .password(user: user, password: password, mechanism)
    }

    private func user(_ name: String?, for key: RouteKey) -> String? {
        if name == nil, reader.isSound(.username), reader.isSound(.mailbox) {
            let keys =
                switch service {
                case .acs: "username"
                case .graph: "mailbox"
                default: "mailbox or username"
                }
            reader.complain(key, "has no user.", "Set \(keys).")
        }
        return name
    }

    private func checkIdentity() {
        guard let identity else { return }
        let names = identities.map(\.settings.name)
        if names.contains(identity) { return }
        let known = names.isEmpty ? "none" : listed(names)
        reader.complain(
            .identity,
            "\(quoted(identity)) is not an identity of this file, which has \(known).",
            Suggestion.sentence(for: identity, among: names)
                ?? "Add [identity.\(identity.filter { $0 != "]" })], or name another."
        )
    }

    private func checkMailbox() {
        guard mailbox == SignInSettings.eachAuthor, !reader.has(.tokenFile), !reader.has(.identity)
        else { return }
        reader.complain(
            .mailbox,
            "\"{from}\" needs identity or token_file: a password belongs to one mailbox.",
            "Name the one mailbox that sends, or set identity."
        )
    }
}
