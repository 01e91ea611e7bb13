/// One row of the reply catalogue: a pattern and what follows from it.
package struct CatalogueRow: Hashable, Sendable {
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

/// Replies with a meaning of their own, in one table that the documentation is made from.
package enum ReplyCatalogue {
    /// The row a reply belongs to: the first that matches, so that narrow rows stand above wide ones.
    package static func row(for reply: Reply, at phase: SessionPhase) -> CatalogueRow? {
        rows.first { $0.pattern.matches(reply, at: phase) }
    }

    /// All rows, in the order in which they are tried.
    package static let rows: [CatalogueRow] = signIn + sender + connection + recipient + size
}
