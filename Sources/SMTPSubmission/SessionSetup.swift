import Submission
import TLSEngine

/// What every session of a submitter shares.
struct SessionSetup: Sendable {
    let route: SMTPRoute
    /// `nil` where the route has no TLS.
    let tls: TLSContext?
    let trace: (@Sendable (String) -> Void)?

    /// The name the server's certificate must carry.
    var serverName: String { route.tlsName ?? route.host }
}
