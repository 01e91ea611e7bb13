import SMTPProtocol
import Submission
import TLSEngine

/// Is told what a session finds out on its way, for ``SessionSurvey``; sessions that carry mail
/// have none.
struct SessionWitness: Sendable {
    /// One thing found out, in the order of the session.
    enum Finding: Sendable {
        /// The hosts to try, in order.
        case exchangers([String])
        /// Every address found for one host.
        case addresses(of: String, [String])
        /// `host [address]:port`, with the proxy where there is one.
        case connected(String)
        case secured(TLSFindings)
        case said(Reply, SessionPhase)
        case ready
    }

    let saw: @Sendable (Finding) -> Void
}

/// What the handshake settled.
struct TLSFindings: Sendable {
    /// Version and cipher.
    let summary: String
    let certificate: CertificateFacts?
    /// Who vouches for the certificate, nearest first.
    let issuers: [CertificateFacts]
}
