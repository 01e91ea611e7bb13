/// One row of the reply catalogue: a pattern and what follows from it.
package struct CatalogueRow: Hashable, Sendable {
    /// What the row goes by, such as `535-5.7.139-basic`.
    ///
    /// These are the codes of the example, with a word where two rows share them; it is also the
    /// address at `fault.test` to which the sandbox gives such a reply.
    package var name: String
    /// Which replies the row means.
    package var pattern: ReplyPattern
    /// A reply the row means, as servers send it.
    package var example: String
    /// The phase in which servers send the example.
    package var phase: SessionPhase
    /// What kind of trouble it is.
    package var category: ReplyCategory
    /// Whom it concerns; `nil` leaves that to the phase.
    package var scope: Scope?
    /// When to try a suspended route again.
    package var probing: Probing = .bySchedule
    /// When a message that is tried again has its turn.
    package var pace: RetryPace = .bySchedule
    /// How long the reply asks to wait, or implies.
    package var wait: ImpliedWait = .usual
    /// One sentence for the operator: what to do.
    package var advice: String

    /// What becomes of the message: trouble of the account never rejects one.
    package var verdict: Verdict { category == .permanent ? .rejected : .retryLater }

    /// Whether the row means a reply in a phase.
    ///
    /// Before MAIL no server has seen anything of a message: only what concerns the route can be
    /// meant.
    package func matches(_ reply: Reply, at phase: SessionPhase) -> Bool {
        if Scope.usual(at: phase) == .route, let scope, scope != .route { return false }
        if Scope.usual(at: phase) == .route, category == .permanent { return false }
        return pattern.matches(reply, at: phase)
    }

    /// The judgement when a reply matched in a phase.
    package func judgement(at phase: SessionPhase) -> Judgement {
        Judgement(
            category,
            verdict,
            scope ?? .usual(at: phase),
            advice: advice,
            probing: probing,
            pace: pace,
            wait: wait
        )
    }
}

/// Rows that belong together, with where their facts come from.
package struct CatalogueSection: Hashable, Sendable {
    /// The heading in the documentation.
    package var title: String
    /// Public pages and RFCs, in one line.
    package var sources: String
    /// The rows, narrow ones above wide ones.
    package var rows: [CatalogueRow]
}

/// Replies with a meaning of their own, in one table that the documentation is made from.
///
/// Nothing in it was tried on a real tenant by this project.
package enum ReplyCatalogue {
    /// The row a reply belongs to: the first that matches, so that narrow rows stand above wide ones.
    package static func row(for reply: Reply, at phase: SessionPhase) -> CatalogueRow? {
        rows.first { $0.matches(reply, at: phase) }
    }

    /// All rows, in the order in which they are tried.
    package static let rows: [CatalogueRow] = sections.flatMap(\.rows)

    /// The sections of the catalogue, in the order in which they are tried.
    package static let sections: [CatalogueSection] = [
        signIn, access, sender, blocked, throttling, connection, recipient, message,
    ]
}

extension Duration {
    /// A pause this project chose where Microsoft publishes none: an hour is what its documents
    /// count in.
    static let hourPause = Duration.seconds(3600)
    /// A pause this project chose for trouble that signing in cannot show to be over.
    static let quarterPause = Duration.seconds(900)
}
