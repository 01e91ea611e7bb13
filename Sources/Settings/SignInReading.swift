/// Reads how a route signs in: several keys that must fit together.
struct SignInReading {
    private let reader: TableReader<RouteKey>
    private let service: MailService?
    private let auth: AuthChoice?
    private let username: String?
    private let mailbox: String?
    private let password: SecretReference?
    private let token: SecretReference?

    init(
        _ reader: TableReader<RouteKey>,
        _ service: MailService?,
        _ credentialsDirectory: String?
    ) {
        self.reader = reader
        self.service = service
        auth = reader.choice(.auth)
        username = reader.word(.username)
        mailbox = reader.word(.mailbox)
        password = reader.file(.passwordFile, credentialsDirectory: credentialsDirectory)
        token = reader.file(.tokenFile, credentialsDirectory: credentialsDirectory)
    }

    /// Returns how to sign in; complains about keys that do not fit together.
    func signIn() -> SignInSettings {
        checkMailbox()
        guard let auth else { return .none }
        if reader.has(.passwordFile), reader.has(.tokenFile) {
            reader.complain(
                .tokenFile,
                "stands beside password_file; a route signs in with one of them.",
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
        if reader.has(.tokenFile) { return withToken() }
        if reader.has(.passwordFile) { return withPassword(.any) }
        if service == .exchangeOnline {
            reader.complain(
                .service,
                "\"exchange-online\" needs a sign-in.",
                "Set mailbox, and token_file or password_file."
            )
        } else if reader.has(.username) {
            reader.complain(.username, "has no password.", "Set password_file or token_file.")
        }
        return .none
    }

    private func unsigned() -> SignInSettings {
        for key in [RouteKey.username, .passwordFile, .tokenFile] where reader.has(key) {
            reader.complain(key, "has no use with auth = \"none\".", "Remove one of them.")
        }
        if service == .exchangeOnline {
            reader.complain(.auth, "\"exchange-online\" needs a sign-in, not \"none\".")
        }
        return .none
    }

    private func withToken() -> SignInSettings {
        if reader.has(.passwordFile) {
            reader.complain(
                .passwordFile,
                "has no use with auth = \"xoauth2\".",
                "Set token_file in its place, or another auth."
            )
            return .none
        }
        guard reader.has(.tokenFile) else {
            reader.complain(.auth, "\"xoauth2\" needs token_file.")
            return .none
        }
        guard let token, let user = user(mailbox ?? username, for: .tokenFile) else { return .none }
        return .token(user: user, token: token)
    }

    private func withPassword(_ mechanism: PasswordMechanism) -> SignInSettings {
        if reader.has(.tokenFile) {
            reader.complain(
                .tokenFile,
                "has no use with auth = \(quoted(auth?.rawValue ?? "")).",
                "Set password_file in its place, or another auth."
            )
            return .none
        }
        guard reader.has(.passwordFile) else {
            reader.complain(.auth, "\(quoted(auth?.rawValue ?? "")) needs password_file.")
            return .none
        }
        guard let password, let user = user(username ?? mailbox, for: .passwordFile) else {
            return .none
        }
        return .password(user: user, password: password, mechanism)
    }

    private func user(_ name: String?, for key: RouteKey) -> String? {
        if name == nil, reader.isSound(.username), reader.isSound(.mailbox) {
            reader.complain(key, "has no user.", "Set mailbox or username.")
        }
        return name
    }

    private func checkMailbox() {
        guard let mailbox else { return }
        if mailbox == SignInSettings.eachAuthor {
            guard !reader.has(.tokenFile) else { return }
            reader.complain(
                .mailbox,
                "\"{from}\" needs token_file: a password belongs to one mailbox.",
                "Name the one mailbox that sends, or set token_file."
            )
        } else if service == .exchangeOnline, !mailbox.contains("@") {
            reader.complain(
                .mailbox,
                "\(quoted(mailbox)) is not a mailbox of Exchange Online.",
                "Write its address, such as \"erp@contoso.com\"."
            )
        }
    }
}
