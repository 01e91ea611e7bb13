extension ServiceCatalogue {
    /// The catalogue as `docs/graph-errors.md` has it; a test compares the two.
    package static func renderCatalogue() -> String {
        introduction
            + "| Status | Code | Example | Class | Concerns | Message | Waits | What to do |\n"
            + "|---|---|---|---|---|---|---|---|\n"
            + rows.map { cells($0) + "\n" }.joined()
    }

    private static let introduction = """
        # Refusals of Microsoft Graph and what follows from them

        Made from the table in `Sources/Submission/ServiceCatalogue+Rows.swift`; do not edit by hand.

        Only the status 202 means that a message was accepted. The first row that fits any other
        answer decides. *Concerns* says who waits: only the message, all mail of the sender, or the
        whole route; a refusal of the *mailbox* is the sender's where the route says
        `mailbox = "{from}"`, else the route's. Trouble of a route or sender never rejects a message:
        it stays queued, and the waiting does not count towards giving up. Where the service says
        how long to wait (`Retry-After`), that is done. The request-id that log and reason quote is
        what Microsoft's support asks for. None of these rows was tried on a real tenant.


        """

    private static func cells(_ row: ServiceRow) -> String {
        let verdict: Verdict = row.category == .permanent ? .rejected : .retryLater
        return "| \(describe(row.pattern.statuses)) | \(describe(row.pattern)) "
            + "| `\(row.example.summary)` | \(row.category.rawValue) | \(row.concern.rawValue) "
            + "| \(verdict.rawValue) | \(describe(row.wait)) | \(row.advice) |"
    }

    private static func describe(_ statuses: ClosedRange<Int>) -> String {
        switch statuses {
        case 0...999: "any other"
        case let one where one.count == 1: "\(one.lowerBound)"
        default: "\(statuses.lowerBound)–\(statuses.upperBound)"
        }
    }

    private static func describe(_ pattern: ServicePattern) -> String {
        let code =
            switch pattern.code {
            case .any: "any"
            case .absent: "none"
            case .oneOf(let codes): codes.map { "`\($0)`" }.joined(separator: " or ")
            }
        if pattern.words.isEmpty { return code }
        return "\(code) with “\(pattern.words.joined(separator: "” or “"))”"
    }

    private static func describe(_ wait: ImpliedWait) -> String {
        switch wait {
        case .usual: "as usual"
        case .atLeast(let duration): "at least \(duration.components.seconds) s"
        case .recipientsOfDay: "until the recipients of the last 24 hours are fewer"
        case .externalRecipientsOfDay:
            "until the external recipients of the last 24 hours are fewer"
        }
    }
}
