package import Submission

/// What one or several errors of the sign-in mean, and what to do about them.
package struct SignInErrorRow: Hashable, Sendable {
    /// Microsoft's numbers, as in `AADSTS7000215`.
    package let codes: [Int]
    /// The word of RFC 6749 §5.2 the row is for where no number is known; empty in rows with codes.
    package let error: String
    /// What happened, as part of a sentence.
    package let meaning: String
    /// One sentence: what to do.
    package let advice: String
    package let category: ReplyCategory
    package let probing: Probing

    init(
        _ codes: [Int] = [],
        error: String = "",
        _ meaning: String,
        advice: String,
        _ category: ReplyCategory = .configuration,
        probing: Probing = .bySchedule
    ) {
        self.codes = codes
        self.error = error
        self.meaning = meaning
        self.advice = advice
        self.category = category
        self.probing = probing
    }
}

/// Every error of the sign-in with a meaning of its own, in one table that the documentation is
/// made from.
package enum SignInErrors {
    /// The row for a refusal: by number, else by the standard's word.
    package static func row(for refusal: TokenRefusal) -> SignInErrorRow? {
        let byCode = refusal.codes.lazy.compactMap { code in
            rows.first { $0.codes.contains(code) }
        }
        return byCode.first ?? rows.first { !$0.error.isEmpty && $0.error == refusal.error }
    }

    /// What follows from a refusal for the mail of an identity.
    package static func error(for refusal: TokenRefusal, identity: String) -> CredentialError {
        let row = row(for: refusal)
        let opening = "the sign-in of identity '\(identity)' was refused: "
        let meaning = row?.meaning ?? described(refusal)
        let details = details(refusal)
        return CredentialError(
            opening + meaning + (details.isEmpty ? "" : " (\(details))"),
            advice: row?.advice ?? usualAdvice,
            category: row?.category ?? (isTemporary(refusal) ? .temporary : .configuration),
            probing: row?.probing ?? .bySchedule
        )
    }

    /// Whether a refusal passes by itself, where no row says it.
    static func isTemporary(_ refusal: TokenRefusal) -> Bool {
        refusal.status >= 500 || [408, 410, 429].contains(refusal.status)
    }

    private static let usualAdvice =
        "Look the error up at https://login.microsoftonline.com/error by its number, and check "
        + "tenant, client_id and the credential of the identity."

    private static func described(_ refusal: TokenRefusal) -> String {
        if !refusal.description.isEmpty { return refusal.description }
        return refusal.error.isEmpty ? "HTTP status \(refusal.status)" : refusal.error
    }

    /// What Microsoft's support asks for.
    private static func details(_ refusal: TokenRefusal) -> String {
        var parts = refusal.codes.first.map { ["AADSTS\($0)"] } ?? []
        if parts.isEmpty, !refusal.error.isEmpty, !refusal.description.isEmpty {
            parts.append(refusal.error)
        }
        if !refusal.traceID.isEmpty { parts.append("trace \(refusal.traceID)") }
        if !refusal.correlationID.isEmpty { parts.append("correlation \(refusal.correlationID)") }
        if !refusal.timestamp.isEmpty { parts.append(refusal.timestamp) }
        return parts.joined(separator: ", ")
    }
}
