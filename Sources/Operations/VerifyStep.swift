internal import Delivery
package import Submission

/// One thing that `verify` proves, or the exact thing that is missing.
package struct VerifyStep: Hashable, Sendable {
    /// What is looked at, in the order of the report.
    package enum Subject: String, Hashable, Sendable, CaseIterable {
        case settings, names, connection, security, offer, token, signIn, sender, outOfScope
        case service, message

        /// The subject at the start of a line.
        package var label: String {
            switch self {
            case .settings: "settings"
            case .names: "DNS"
            case .connection: "TCP"
            case .security: "TLS"
            case .offer: "capabilities"
            case .token: "token"
            case .signIn: "AUTH"
            case .sender: "MAIL FROM"
            case .outOfScope: "out of scope"
            case .service: "Graph"
            case .message: "message"
            }
        }

        /// The subject in JSON.
        package var word: String {
            label.lowercased().replacing(" ", with: "_")
        }
    }

    /// How it went.
    package enum Outcome: Hashable, Sendable {
        case passed
        /// With what there is to do, and whether that lies in settings and rights or in time.
        case failed(advice: String, ReplyCategory)
        /// Not tried; the sentence says why, or how.
        case skipped
    }

    package var subject: Subject
    package var outcome: Outcome
    /// What was found, in one sentence.
    package var sentence: String

    /// Creates a step.
    package init(_ subject: Subject, _ outcome: Outcome, _ sentence: String) {
        self.subject = subject
        self.outcome = outcome
        self.sentence = sentence
    }

    /// Creates a step that failed as a failure says, with the advice on it.
    package init(_ subject: Subject, _ failure: Failure) {
        let judgement = Judgement.of(failure)
        self.init(
            subject,
            .failed(advice: judgement.advice, judgement.category),
            failure.sentence.asSentence
        )
    }

    /// Creates the step of a token that was obtained, which it does not show; `problem` is why it
    /// cannot serve the route.
    package init(token: AccessToken, problem: String? = nil) {
        let claims = token.claims.isEmpty ? "what it is for cannot be read" : token.claims
        guard let problem else {
            self.init(.token, .passed, "A token was obtained: \(claims)".asSentence)
            return
        }
        self.init(
            .token,
            .failed(
                advice: "Check the identity's tenant, client_id, scope and cloud, and what the"
                    + " application was permitted.",
                .configuration
            ),
            "\(problem.asSentence) It is this one: \(claims)".asSentence
        )
    }

    /// Creates the step of a service that speaks HTTP, by what its probe came to.
    package init(service failure: Failure?) {
        if let failure {
            self.init(.service, failure)
            return
        }
        self.init(
            .service,
            .passed,
            "Graph takes the token: it answered a request that changes nothing. Whether the"
                + " application may send shows with --send-to ADDRESS."
        )
    }

    /// The step of such a service that nobody asked, for want of a token.
    package static let serviceNotTried = VerifyStep(
        .service,
        .skipped,
        "Not tried, since token failed."
    )

    /// Why a token is of the wrong tenant, where both are given by their ids.
    package static func tenantProblem(claimed: String, wanted: String) -> String? {
        let (claimed, wanted) = (claimed.lowercased(), wanted.lowercased())
        let isID = { (text: String) in text.utf8.count == 36 && !text.contains(".") }
        guard isID(claimed), isID(wanted), claimed != wanted else { return nil }
        return "The token is of the tenant \(claimed), not of \(wanted)."
    }

    /// Whether something is missing.
    package var isFailure: Bool {
        if case .failed = outcome { true } else { false }
    }
}

extension String {
    /// The text with a capital at its start and a full stop at its end, for sentences that quote.
    var asSentence: String {
        guard let first, let last else { return self }
        return first.uppercased() + dropFirst() + (".?!]".contains(last) ? "" : ".")
    }
}
