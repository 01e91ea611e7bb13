internal import Delivery
package import Submission

/// Turns what was found out about a route's server into the steps of `verify`.
///
/// Pure: everything it knows comes in, also the time.
package struct ServerVerification: Sendable {
    /// How the route signs in.
    package enum SignIn: Hashable, Sendable {
        case none
        case password(user: String)
        case token(mailbox: String)
        /// As each message's own author, and nobody was named to try it with.
        case anybody
    }

    /// Host or domain, as the settings name it.
    package var server: String
    /// Whether ``server`` is a domain whose MX records say who its servers are.
    package var isDomain = false
    /// The HTTP proxy, as `host:port`.
    package var proxy: String?
    /// Whether the route encrypts.
    package var hasTLS = true
    package var signIn: SignIn
    /// Seconds since 1970 until which our own certificate is valid, where the route shows one.
    package var ownCertificateEnds: Int64?
    package var survey: ServerSurvey
    /// Seconds since 1970.
    package var now: Int64
    /// The sender that was tried, if one is known.
    package var sender: String?
    /// The survey of a sign-in as a mailbox that is to be refused.
    package var outOfScope: (mailbox: String, survey: ServerSurvey)?

    /// Creates the verification of a route.
    package init(server: String, signIn: SignIn, survey: ServerSurvey, now: Int64) {
        self.server = server
        self.signIn = signIn
        self.survey = survey
        self.now = now
    }

    /// The steps up to the server's offer.
    package var connectionSteps: [VerifyStep] {
        [
            step(.names, .names, names), step(.connection, .connection, connection),
            hasTLS ? securityStep : Self.withoutTLS,
            step(.offer, .offer, offer),
        ]
    }

    /// The steps from the sign-in on.
    package var accountSteps: [VerifyStep] {
        [signInStep, senderStep, outOfScopeStep]
    }

    private static let withoutTLS = VerifyStep(
        .security,
        .skipped,
        "This route does not encrypt (tls = \"none\"), which is for this very host only."
    )

    /// A step that passed, failed, or was not reached.
    private func step(
        _ subject: VerifyStep.Subject,
        _ stage: ServerSurvey.Stage,
        _ sentence: String
    ) -> VerifyStep {
        guard let failure = survey.failure, let failed = survey.failedStage, failed <= stage else {
            return VerifyStep(subject, .passed, sentence)
        }
        if failed == stage { return VerifyStep(subject, failure) }
        return VerifyStep(subject, .skipped, Self.notTried(behind: failed))
    }

    private static func notTried(behind stage: ServerSurvey.Stage) -> String {
        let label: VerifyStep.Subject =
            switch stage {
            case .names: .names
            case .connection: .connection
            case .security: .security
            case .offer: .offer
            case .signIn: .signIn
            case .sender: .sender
            }
        return "Not tried, since \(label.label) failed."
    }
}

extension ServerVerification {
    private var names: String {
        let addresses = survey.addresses.joined(separator: ", ")
        let isAddress = survey.addresses == [survey.host]
        let found =
            isAddress
            ? "\(survey.host) is an address: there is nothing to look up"
            : "\(survey.host) has \(Readable.count(survey.addresses.count, "address", "addresses")):"
                + " \(addresses)"
        if let proxy {
            return (isDomain ? exchangers + "; of " : "Of ") + "the proxy \(proxy): \(found)."
        }
        return isDomain ? "\(exchangers); \(found)." : "\(found)."
    }

    private var exchangers: String {
        "The mail exchangers of \(server) are, in this order, "
            + survey.exchangers.joined(separator: ", ")
    }

    private var connection: String {
        let time = Self.milliseconds(survey.connectTime)
        let greeting = survey.greeting.map { "; the server greets with \"\($0.summary)\"" } ?? ""
        return "Connected to \(survey.peer ?? server) in \(time) ms\(greeting)."
    }

    private static func milliseconds(_ duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        return seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }

    /// A certificate of ours that has expired is missed even where this server did not ask for it.
    private var securityStep: VerifyStep {
        var result = step(.security, .security, security)
        if result.outcome == .passed, let end = ownCertificateEnds, end <= now {
            let advice = "Renew the certificate that the route shows to the server."
            result.outcome = .failed(advice: advice, .configuration)
        }
        return result
    }

    private var security: String {
        guard let security = survey.security else { return "TLS is in place." }
        let names = security.names.prefix(4).joined(separator: ", ")
        let more = security.names.count > 4 ? " and \(security.names.count - 4) more" : ""
        let issuer =
            security.issuers.isEmpty
            ? "vouches for itself"
            : "is issued by \(security.issuers.joined(separator: ", under "))"
        let subject = names.isEmpty ? "without a name" : "for \(names)\(more)"
        return "\(security.summary); the certificate \(subject) \(issuer)"
            + " and is valid for \(days(to: security.notAfter)).\(ownCertificate)"
    }

    private var ownCertificate: String {
        guard let end = ownCertificateEnds else { return "" }
        return end <= now
            ? " Our own certificate has expired."
            : " Our own certificate is valid for \(days(to: end))."
    }

    private func days(to end: Int64) -> String {
        let (seconds, hasOverflowed) = end.subtractingReportingOverflow(now)
        return Readable.count(hasOverflowed ? 0 : Int(max(0, seconds / 86_400)), "more day")
    }

    private var offer: String {
        guard let offer = survey.offer else { return "The server offers no extensions." }
        let sign =
            offer.mechanisms.isEmpty
            ? "no sign-in" : "sign-in by \(offer.mechanisms.joined(separator: ", "))"
        let size =
            offer.maximumOctets.map { "messages of up to \(Readable.size(Int64($0)))" }
            ?? "messages of any size"
        let extensions = offer.extensions.map { ", \($0)" }.joined()
        return "The server offers \(sign), \(size)\(extensions)."
    }
}

extension ServerVerification {
    private var signInStep: VerifyStep {
        switch signIn {
        case .none: VerifyStep(.signIn, .skipped, "This route signs in nobody.")
        case .password(let user):
            step(.signIn, .signIn, "Signed in as \(user) with a password.")
        case .token where survey.failure?.isOwnCredentials == true:
            VerifyStep(.signIn, .skipped, "Not tried, since token failed.")
        case .token(let mailbox):
            step(.signIn, .signIn, "Signed in as \(mailbox) with the token.")
        case .anybody:
            VerifyStep(
                .signIn,
                .skipped,
                "Not tried: this route signs in as the From of each message; name one with"
                    + " --from ADDRESS."
            )
        }
    }

    private var senderStep: VerifyStep {
        if let failed = survey.failedStage, failed < .sender {
            return VerifyStep(.sender, .skipped, Self.notTried(behind: failed))
        }
        guard let sender else {
            return VerifyStep(
                .sender,
                .skipped,
                "Not tried: no sender is known; name one with --from ADDRESS."
            )
        }
        if let failure = survey.failure { return VerifyStep(.sender, failure) }
        guard let reply = survey.mail else {
            return VerifyStep(.sender, .skipped, "Not tried.")
        }
        guard reply.code.replyClass == .completed else {
            return VerifyStep(.sender, .refused(reply, .mail))
        }
        return VerifyStep(
            .sender,
            .passed,
            "The server takes mail from \(sender) (\(reply.summary)); it was taken back, nothing"
                + " was sent."
        )
    }

    private var outOfScopeStep: VerifyStep {
        guard case .token = signIn else {
            return VerifyStep(
                .outOfScope,
                .skipped,
                "Not tried: only a route that signs in with a token can reach too far."
            )
        }
        guard let (mailbox, survey) = outOfScope else {
            return .outOfScopeNotNamed
        }
        switch (survey.failure, survey.failedStage) {
        case (nil, _): return .reachesTooFar(mailbox)
        case (let failure?, .signIn):
            guard let reply = failure.reply, reply.code.replyClass == .permanent else {
                return VerifyStep(.outOfScope, failure)
            }
            let sentence =
                "The server does not let the application sign in as \(mailbox): \(reply.summary)"
            return VerifyStep(.outOfScope, .passed, sentence.asSentence)
        case (_?, let stage):
            let sentence = stage.map(Self.notTried) ?? "Not tried."
            return VerifyStep(.outOfScope, .skipped, sentence)
        }
    }
}

extension Failure {
    /// Whether our own secret or token could not be had.
    fileprivate var isOwnCredentials: Bool {
        if case .credentials = self { true } else { false }
    }
}
