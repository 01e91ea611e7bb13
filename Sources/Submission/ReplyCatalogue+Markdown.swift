extension ReplyCatalogue {
    /// The catalogue as `docs/replies.md` has it; a test compares the two.
    package static func renderCatalogue() -> String {
        let rules = SessionPhase.allCases.map { phase in
            let temporary = Judgement.of(.temporary, at: phase)
            let permanent = Judgement.of(.permanent, at: phase)
            return "| \(phase.phrase) | \(outcome(temporary)) | \(outcome(permanent)) |"
        }
        return introduction
            + "| Reply | Example | Class | Concerns | Message | What to do |\n"
            + "|---|---|---|---|---|---|\n"
            + rows.map { cells($0) + "\n" }.joined()
            + remainder
            + "| While | 4yz | 5yz |\n|---|---|---|\n"
            + rules.map { $0 + "\n" }.joined()
    }

    private static let introduction = """
        # Replies and what follows from them

        Made from the table in `Sources/Submission/ReplyCatalogue+Rows.swift`; do not edit by hand.

        The first row that fits a reply decides. *Concerns* says who waits: only the recipient or
        the message, all mail of the sender, or the whole route. Trouble of a route or sender never
        rejects a message: it stays queued, and the waiting does not count towards giving up.
        A route marked *on settings change* is not tried again until its settings change or
        `postchute resume` is called, because repeated sign-ins lock accounts.


        """

    private static let remainder = """

        ## Replies without a row

        The first digit decides (RFC 5321 §4.2.1), with the phase of the session:


        """

    private static func cells(_ row: CatalogueRow) -> String {
        let scope = row.scope ?? .usual(at: row.phase)
        let probing = row.probing == .onSettingsChange ? ", on settings change" : ""
        let pace = row.pace == .atOnce ? ", at once" : ""
        return "| \(describe(row.pattern)) | `\(row.example)` | \(row.category.rawValue) "
            + "| \(scope.rawValue)\(probing) | \(row.verdict.rawValue)\(pace) | \(row.advice) |"
    }

    private static func describe(_ pattern: ReplyPattern) -> String {
        var text = describe(pattern.codes)
        switch pattern.status {
        case nil: break
        case .absent: text += " without enhanced code"
        case .exactly(let statusClass, let subject, let detail):
            text += " \(statusClass).\(subject).\(detail)"
        case .details(let statusClass, let subject, let details):
            text += " \(statusClass).\(subject).\(describe(details))"
        }
        if !pattern.words.isEmpty {
            text += " with “" + pattern.words.joined(separator: "” or “") + "”"
        }
        guard !pattern.phases.isEmpty else { return text }
        let phases = SessionPhase.allCases.filter(pattern.phases.contains).map(\.phrase)
        return text + " while " + phases.joined(separator: " or ")
    }

    private static func describe(_ range: ClosedRange<Int>) -> String {
        range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound)–\(range.upperBound)"
    }

    private static func outcome(_ judgement: Judgement) -> String {
        "\(judgement.category.rawValue), \(judgement.scope.rawValue), \(judgement.verdict.rawValue)"
    }
}
