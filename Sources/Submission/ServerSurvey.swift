/// What one look at a route's server brought to light, as far as it came.
///
/// Plain values: whoever words them need not know how they were found.
package struct ServerSurvey: Hashable, Sendable {
    /// What the handshake settled.
    package struct Security: Hashable, Sendable {
        /// Such as `TLSv1.3 TLS_AES_256_GCM_SHA384`.
        package var summary: String
        /// The names the server's certificate is made out to.
        package var names: [String]
        /// Who vouches for it, nearest first, in the form of RFC 2253; empty where it vouches for
        /// itself or is trusted by its digest.
        package var issuers: [String]
        /// Seconds since 1970 until which the server's certificate is valid.
        package var notAfter: Int64

        /// Creates the facts of a handshake.
        package init(summary: String, names: [String], issuers: [String], notAfter: Int64) {
            self.summary = summary
            self.names = names
            self.issuers = issuers
            self.notAfter = notAfter
        }
    }

    /// What the server offers in its last reply to EHLO.
    package struct Offer: Hashable, Sendable {
        /// SASL mechanisms in the server's order.
        package var mechanisms: [String]
        /// The largest message in octets; `nil` where it names no limit.
        package var maximumOctets: Int?
        /// Extensions of use here, by their keywords.
        package var extensions: [String]

        /// Creates an offer.
        package init(mechanisms: [String], maximumOctets: Int?, extensions: [String]) {
            self.mechanisms = mechanisms
            self.maximumOctets = maximumOctets
            self.extensions = extensions
        }
    }

    /// The hosts named by MX records, in the order they were tried; empty where the route names its
    /// host itself.
    package var exchangers: [String] = []
    /// The host whose addresses were looked up last: the server, or the proxy before it.
    package var host = ""
    /// The addresses found for it.
    package var addresses: [String] = []
    /// `host [address]:port` of the connection, with the proxy where there is one.
    package var peer: String?
    /// From the first look-up to the connection.
    package var connectTime = Duration.zero
    /// The first thing the server said.
    package var greeting: Reply?
    package var security: Security?
    package var offer: Offer?
    /// Whether the session came to the point where it can take a message.
    package var isReady = false
    /// The reply to MAIL.
    package var mail: Reply?
    /// Where it ended before all was done.
    package var failure: Failure?

    /// Creates the survey of somebody who has not begun.
    package init() {}
}

extension ServerSurvey {
    /// A part of a session that a survey can stop in.
    package enum Stage: Int, Hashable, Sendable, CaseIterable, Comparable {
        case names, connection, security, offer, signIn, sender

        /// Orders by the course of a session.
        package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
    }

    /// Where the survey stopped; `nil` when it came to its end.
    package var failedStage: Stage? { failure.map(stage) }

    private func stage(of failure: Failure) -> Stage {
        switch failure {
        case .connect: addresses.isEmpty ? .names : .connection
        case .tls: isReady ? .sender : .security
        case .timeout(let phase, _), .connectionLost(let phase, _),
            .protocolViolation(let phase, _), .refused(_, let phase):
            stage(of: phase)
        case .missingExtension("STARTTLS", _): .security
        case .missingExtension: .offer
        case .tokenRefused, .mailboxRefused, .credentials: .signIn
        case .serviceRefused, .unsuitable, .noRecipientAccepted, .tooLarge, .content, .stopped:
            isReady ? .sender : .connection
        }
    }

    private func stage(of phase: SessionPhase) -> Stage {
        switch phase {
        case .connect, .greeting: .connection
        // Before TLS nothing of the offer counts.
        case .hello: security == nil && greeting != nil ? .connection : .offer
        case .startTLS, .tlsHandshake: .security
        case .authentication: .signIn
        case .mail, .recipient, .data, .content, .endOfData, .reset, .quit: .sender
        }
    }
}
