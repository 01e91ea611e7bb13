internal import NIOCore
internal import NIOPosix
package import Submission
internal import SafeText
internal import WebClient

/// The sign-in of a person by a code that is typed in on another device (RFC 8628).
package struct DeviceLogin: Sendable {
    /// What the person is told, and what the polling needs.
    package struct Code: Hashable, Sendable {
        /// What the person types in.
        package var userCode: String
        /// Where the person types it in.
        package var address: String
        /// Seconds until the code ends.
        package var lifetime: Int64
        /// Seconds between two polls.
        package var interval: Int64
        /// The secret that belongs to the code.
        package var deviceCode: String
    }

    private let identity: IdentityOptions
    private let scope: String
    private let surroundings: SignInSurroundings
    private let pause: @Sendable (Duration) async throws -> Void

    /// Prepares a sign-in; `pause` waits between two polls, and an error of it ends the sign-in.
    package init(
        _ identity: IdentityOptions,
        scope: String,
        _ surroundings: SignInSurroundings,
        pause: @escaping @Sendable (Duration) async throws -> Void
    ) {
        self.identity = identity
        self.scope = scope
        self.surroundings = surroundings
        self.pause = pause
    }

    /// Asks for a code (RFC 8628 §3.2).
    package func start() async throws(CredentialError) -> Code {
        let request = TokenRequest.deviceCode(
            url: try EndpointRule.signIn("devicecode", for: identity),
            clientID: identity.clientID,
            scope: scope
        )
        let response: WebResponse
        do {
            response = try await surroundings.web.send(request)
        } catch {
            throw error.credentialError(identity: identity.name)
        }
        guard response.status == 200 else {
            let refusal = TokenRefusal(response, JSONNode.read(response.body) ?? .null)
            throw SignInErrors.error(for: refusal, identity: identity.name)
        }
        guard let code = Self.code(response.body) else {
            throw CredentialError(
                "the answer to the sign-in of identity '\(identity.name)' has no code",
                advice: "Check that no proxy or portal answers in place of the sign-in service.",
                category: .temporary
            )
        }
        return code
    }

    /// Waits until the person has signed in, and keeps the refresh token (RFC 8628 §3.5).
    ///
    /// Keeps nothing when the token names somebody else than `user`; one that cannot be read names
    /// nobody.
    ///
    /// - Returns: The claims of the token, for the person to see.
    package func finish(
        _ code: Code,
        by user: String,
        store: RefreshTokenStore
    ) async throws(CredentialError) -> String {
        let request = TokenRequest.devicePoll(
            url: try EndpointRule.signIn("token", for: identity),
            clientID: identity.clientID,
            deviceCode: code.deviceCode
        )
        var poll = DevicePoll(interval: code.interval, lifetime: code.lifetime)
        while let wait = poll.nextPause() {
            do {
                try await pause(.seconds(wait))
            } catch {
                throw CredentialError("the sign-in was abandoned", advice: "Start it again.")
            }
            guard let token = try read(try await answer(to: request), &poll) else { continue }
            let claims = TokenClaims(token.accessToken)
            if let signedIn = claims?.user, signedIn.lowercased() != user.lowercased() {
                throw CredentialError(
                    "\(SafeText.line(signedIn)) signed in for identity '\(identity.name)',"
                        + " not \(user)",
                    advice: "Sign out there, and type in a new code as \(user)."
                )
            }
            try await keep(token, in: store)
            return claims?.sentence ?? ""
        }
        throw SignInErrors.error(for: TokenRefusal(expired: ()), identity: identity.name)
    }

    private func answer(to request: WebRequest) async throws(CredentialError) -> WebResponse? {
        do {
            return try await surroundings.web.send(request)
        } catch {
            // The code goes on living: a connection that fails is tried again.
            return nil
        }
    }

    private func read(
        _ response: WebResponse?,
        _ poll: inout DevicePoll
    ) throws(CredentialError) -> TokenResponse? {
        guard let response else {
            poll.connectionFailed()
            return nil
        }
        switch TokenResponse.read(response, now: surroundings.unixTime()) {
        case .token(let token): return token
        case .malformed:
            poll.connectionFailed()
            return nil
        case .refusal(let refusal):
            if poll.goesOn(after: refusal) { return nil }
            throw SignInErrors.error(for: refusal, identity: identity.name)
        }
    }

    private func keep(
        _ response: TokenResponse,
        in store: RefreshTokenStore
    ) async throws(CredentialError) {
        guard let token = response.refreshToken else {
            throw CredentialError(
                "the sign-in of identity '\(identity.name)' brought no refresh token",
                advice: "Remove scope from the identity, or add offline_access to it."
            )
        }
        let record = RefreshTokenStore.Record(
            clientID: identity.clientID,
            tenant: identity.tenant,
            obtained: surroundings.unixTime(),
            token: token
        )
        let result: Result<Void, CredentialError>
        do {
            result = try await NIOSingletons.posixBlockingThreadPool.runIfActive {
                Result { () throws(CredentialError) in try store.write(record) }
            }
        } catch {
            result = .failure(CredentialError("the program is ending", category: .temporary))
        }
        try result.get()
    }

    private static func code(_ body: [UInt8]) -> Code? {
        guard let document = JSONNode.read(body), let deviceCode = document["device_code"]?.text,
            let userCode = document["user_code"]?.text,
            let address = document["verification_uri"]?.text
                ?? document["verification_url"]?.text
        else { return nil }
        return Code(
            userCode: SafeText.line(userCode.prefix(40)),
            address: SafeText.line(address.prefix(200)),
            lifetime: min(document["expires_in"]?.count ?? 900, 3_600),
            interval: min(max(document["interval"]?.count ?? 5, 1), 60),
            deviceCode: deviceCode
        )
    }
}

/// When to ask again whether a person has signed in (RFC 8628 §3.5).
struct DevicePoll: Hashable {
    private var interval: Int64
    private var left: Int64

    /// Begins; both in seconds.
    init(interval: Int64, lifetime: Int64) {
        self.interval = interval
        left = lifetime
    }

    /// The seconds until the next poll; `nil` once the code has ended.
    mutating func nextPause() -> Int64? {
        guard left > 0 else { return nil }
        left -= interval
        return interval
    }

    /// Slows down after a connection that failed.
    mutating func connectionFailed() { interval = min(interval * 2, 60) }

    /// Whether a refusal only says to wait.
    mutating func goesOn(after refusal: TokenRefusal) -> Bool {
        switch refusal.error {
        case "authorization_pending": return true
        case "slow_down":
            interval = min(interval + 5, 60)
            return true
        default:
            guard SignInErrors.isTemporary(refusal) else { return false }
            connectionFailed()
            return true
        }
    }
}
