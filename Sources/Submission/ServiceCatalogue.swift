/// Which refusals of a service a row means; what is left out matches everything.
package struct ServicePattern: Hashable, Sendable {
    /// The service's own word for the refusal.
    package enum Code: Hashable, Sendable {
        /// Whatever stands there, if anything.
        case any
        /// None: something else than the service may have answered, such as a proxy.
        case absent
        /// One of these, in any case.
        case oneOf([String])
    }

    /// The HTTP statuses, such as `429` or `500...599`.
    package var statuses: ClosedRange<Int>
    package var code: Code
    /// Words of the service's sentence, in any case; one of them suffices.
    package var words: [String]

    /// Creates a pattern.
    package init(_ statuses: ClosedRange<Int>, _ code: Code = .any, words: [String] = []) {
        self.statuses = statuses
        self.code = code
        self.words = words
    }

    /// Creates a pattern for one status.
    package init(_ status: Int, _ code: Code = .any, words: [String] = []) {
        self.init(status...status, code, words: words)
    }

    /// Creates a pattern for refusals with one of these codes, whatever their status.
    package init(_ codes: String..., words: [String] = []) {
        self.init(400...599, .oneOf(codes), words: words)
    }

    /// Whether a refusal is meant.
    package func matches(_ refusal: ServiceRefusal) -> Bool {
        guard statuses.contains(refusal.status) else { return false }
        switch code {
        case .any: break
        case .absent: if !refusal.code.isEmpty { return false }
        case .oneOf(let codes):
            let code = refusal.code.lowercased()
            guard codes.contains(where: { $0.lowercased() == code }) else { return false }
        }
        if words.isEmpty { return true }
        let message = refusal.message.lowercased()
        return words.contains { message.contains($0.lowercased()) }
    }
}

/// One row of the table of Microsoft Graph's refusals: a pattern and what follows from it.
package struct ServiceRow: Hashable, Sendable {
    /// Whom a refusal concerns.
    package enum Concern: String, Hashable, Sendable {
        case message
        case sender
        case route
        /// The mailbox of the request: the sender's where the route uses that of each message's
        /// author, else the whole route.
        case mailbox
    }

    /// Which refusals the row means.
    package var pattern: ServicePattern
    /// A refusal the row means, as the service sends it.
    package var example: ServiceRefusal
    /// What kind of trouble it is.
    package var category: ReplyCategory
    /// Whom it concerns.
    package var concern: Concern
    /// How long it implies to wait where the service names no time.
    package var wait: ImpliedWait = .usual
    /// One sentence for the operator: what to do.
    package var advice: String

    /// The judgement on a refusal that matched.
    package func judgement(on refusal: ServiceRefusal) -> Judgement {
        Judgement(
            category,
            category == .permanent ? .rejected : .retryLater,
            scope(of: refusal),
            advice: advice,
            wait: refusal.retryAfter.map { .atLeast($0) } ?? wait
        )
    }

    private func scope(of refusal: ServiceRefusal) -> Scope {
        switch concern {
        case .message: .message
        case .sender: .sender
        case .route: .route
        case .mailbox: refusal.mailbox.isEmpty ? .route : .sender
        }
    }
}

/// Refusals of Microsoft Graph with a meaning of their own, in one table that the documentation is
/// made from.
package enum ServiceCatalogue {
    /// The row a refusal belongs to: the first that matches; the last rows match everything.
    package static func row(for refusal: ServiceRefusal) -> ServiceRow {
        rows.first { $0.pattern.matches(refusal) } ?? stranger
    }

    /// All rows, in the order in which they are tried.
    package static let rows: [ServiceRow] = signIn + mailbox + limits + message + trouble
}

extension Judgement {
    /// The judgement on what a service answered instead of accepting the message.
    package static func of(_ refusal: ServiceRefusal) -> Judgement {
        ServiceCatalogue.row(for: refusal).judgement(on: refusal)
    }
}
