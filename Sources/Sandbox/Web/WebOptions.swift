/// How the HTTP side of a sandbox behaves.
package struct WebOptions: Sendable {
    /// The port for HTTPS; 0 lets the system choose, `nil` does not listen.
    package var securePort: Int? = 0
    /// The port for plain HTTP, for metadata services and browsers; 0 lets the system choose.
    package var plainPort: Int? = 0
    /// What `X-IDENTITY-HEADER` of the App Service form must say.
    package var identityHeader = "sandbox-identity"
    /// How long a refresh token is good for; each use gives a new one.
    package var refreshLifetime = Duration.seconds(90 * 86_400)
    /// How long after a sign-in any refresh token is good for; `nil` is for ever.
    package var refreshMaximumAge: Duration?
    /// How long a device code is good for.
    package var deviceLifetime = Duration.seconds(900)
    /// How long a device must wait between two questions.
    package var deviceInterval = Duration.seconds(5)
    /// Tokens of one application for one service in five minutes, before AADSTS50196; a declared
    /// default, since the service's own number is not published.
    package var tokensInFiveMinutes: Int? = 60
    /// Whether a throttled request is told how long to wait.
    package var sendsRetryAfter = true

    /// Creates options with their defaults.
    package init() {}
}
