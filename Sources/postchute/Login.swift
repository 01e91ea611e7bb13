internal import AccessTokens
internal import ArgumentParser
internal import NIOPosix
internal import Operations
internal import Settings
internal import Submission

/// `postchute login`: a person signs in for an identity, once.
struct Login: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Sign in for an identity with device_login, by a code typed in on any device.",
        discussion: """
            What the sign-in leaves is kept in the state directory, for the daemon's user alone. Exit \
            status 0: signed in; 69: not signed in; 78: settings have to change.
            """
    )

    @OptionGroup var settings: SettingsOption

    @Argument(help: "The identity; may be left out where there is only one with device_login.")
    var identity: String?

    func run() async throws {
        try settings.adoptServiceUser()
        let settings = try settings.load()
        let chosen = try choose(from: settings)
        try StateFolder.prepare(settings.state)
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let services = try ServiceAccess(settings, loop: loop)
        let result = await signIn(chosen, settings, services)
        await services.stop()
        switch result {
        case .success(let claims):
            Console.print("Signed in. \(claims)")
        case .failure(let error):
            Console.complain("\(error.sentence); \(error.advice)")
            throw ExitStatus.unavailable.error
        }
    }

    private func signIn(
        _ identity: IdentitySettings,
        _ settings: RelaySettings,
        _ services: ServiceAccess
    ) async -> Result<String, CredentialError> {
        do throws(CredentialError) {
            let login = try services.deviceLogin(for: identity)
            let code = try await login.start()
            let user = user(identity)
            Console.print("Open \(code.address) and type in the code \(code.userCode) as \(user).")
            let store = RefreshTokenStore(
                folder: settings.state.tokenFolder,
                identity: identity.name
            )
            return .success(try await login.finish(code, by: user, store: store))
        } catch {
            return .failure(error)
        }
    }

    private func user(_ identity: IdentitySettings) -> String {
        if case .deviceLogin(let user) = identity.credential { user } else { "" }
    }

    private func choose(from settings: RelaySettings) throws -> IdentitySettings {
        let identities = settings.identities.filter {
            if case .deviceLogin = $0.credential { true } else { false }
        }
        let fitting = identities.filter { identity == nil || $0.name == identity }
        guard let chosen = fitting.first, fitting.count == 1 else {
            let known = identities.map(\.name).joined(separator: ", ")
            Console.complain(
                known.isEmpty
                    ? "No identity of the settings has device_login = true."
                    : "Name one of the identities with device_login: \(known)."
            )
            throw ExitStatus.usage.error
        }
        return chosen
    }
}
