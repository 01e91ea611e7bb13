import Submission
import TLSEngine

/// What every session of a submitter shares.
struct SessionSetup: Sendable {
    let route: SMTPRoute
    /// `nil` where the route has no TLS.
    let tls: TLSContext?
    let trace: (@Sendable (String) -> Void)?
    let witness: SessionWitness?
}
