extension ReplyCatalogue {
    /// The catalogue as `docs/replies.md` has it; a test compares the two.
    package static func renderCatalogue() -> String {
        let rules = SessionPhase.allCases.map { phase in
            let temporary = Judgement.of(.temporary, at: phase)
            let permanent = Judgement.of(.permanent, at: phase)
            return "| \(phase.phrase) | \(outcome(temporary)) | \(outcome(permanent)) |\n"
        }
        return introduction + sections.map(render).joined() + remainder + rules.joined()
    }

    private static let introduction = """
        # Replies and what follows from them

        When a mail server refuses something it answers with a code of three digits, such as `535`, mostly
        an enhanced code, such as `5.7.139`, and a sentence. This page says what each reply means, what
        Postchute does about it and what a person can do. For one reply at hand, paste it:

        ```sh
        postchute explain "535 5.7.139 Authentication unsuccessful, basic authentication is disabled."
        ```

        Made from the tables in `Sources/Submission/ReplyCatalogue*.swift`; do not edit by hand.

        How to read the tables. The first row that fits a reply decides, from the top of the page down;
        upper and lower case do not matter, nor does what stands in brackets at the end, such as
        `[AM0PR02CA0001.eurprd02.prod.outlook.com 2026-11-02T08:00:00.000Z 08DE19F4A0B1C2D3]`: server, time
        and session, which Microsoft's support asks for.

        | Class | Means |
        |---|---|
        | temporary | The same may succeed later. |
        | permanent | The same will not succeed: the message or the address must be corrected. |
        | authentication | The sign-in was refused. |
        | configuration | Nothing succeeds until somebody changes settings, rights or addresses. |
        | rate | Too much at once, or too much today. |
        | sender blocked | Microsoft blocks the sender, the organisation or the public address. |

        *Concerns* says who waits: only the recipient, only the message, all mail of the sender, or the whole
        route. Trouble of a route or sender never rejects a message: it stays queued, and the waiting does
        not count towards giving up. *On settings change*: not tried again until the settings change or
        `postchute resume` is called, because repeated sign-ins lock accounts. *Once more*: one attempt
        after a pause, then the sender waits. *At least 1 h*: the pause is this project's choice where
        Microsoft names none.

        *Name* is what the row goes by. At `fault.test` it is an address to which the
        [sandbox](sandbox.md#faults-by-address) gives this reply: `535-5.7.139-basic@fault.test`.

        No reply was tried on a real tenant by this project: the texts are those of Microsoft's public pages
        and of transcripts people have published. Microsoft changes them without notice.

        """

    private static let remainder = """

        ## Replies without a row

        The first digit decides (RFC 5321 §4.2.1), with the phase of the session:

        | While | 4yz | 5yz |
        |---|---|---|

        """

    private static func render(_ section: CatalogueSection) -> String {
        """

        ## \(section.title)

        Sources: \(section.sources). Last verified on a real tenant: never.

        | Reply | Name | Example | Class | Concerns | Message | What to do |
        |---|---|---|---|---|---|---|
        \(section.rows.map(cells).joined(separator: "\n"))

        """
    }

    private static func cells(_ row: CatalogueRow) -> String {
        let scope = row.scope ?? .usual(at: row.phase)
        let concerns = [
            scope.rawValue, row.probing == .onSettingsChange ? row.probing.rawValue : nil,
        ]
        let pace = row.pace == .bySchedule ? nil : row.pace.rawValue
        let message = [row.verdict.rawValue, pace, describe(row.wait)]
        let cells = [
            describe(row.pattern), "`\(row.name)`", "`\(row.example)`", row.category.rawValue,
            concerns.compactMap(\.self).joined(separator: ", "),
            message.compactMap(\.self).joined(separator: ", "), row.advice,
        ]
        return "| \(cells.joined(separator: " | ")) |"
    }

    private static func describe(_ wait: ImpliedWait) -> String? {
        switch wait {
        case .usual: nil
        case .atLeast(let pause) where pause >= .seconds(3600):
            "after at least \(pause.components.seconds / 3600) h"
        case .atLeast(let pause): "after at least \(pause.components.seconds / 60) min"
        case .recipientsOfDay: "when the recipients of 24 hours allow it"
        case .externalRecipientsOfDay: "when the external recipients of 24 hours allow it"
        }
    }

    private static func outcome(_ judgement: Judgement) -> String {
        "\(judgement.category.rawValue), \(judgement.scope.rawValue), \(judgement.verdict.rawValue)"
    }

    /// A pattern in words, such as `535 5.7.139 with “basic authentication is disabled”`.
    private static func describe(_ pattern: ReplyPattern) -> String {
        var text = describe(pattern.codes)
        switch pattern.status {
        case nil: break
        case .absent: text += " without enhanced code"
        case .exactly(let statusClass, let subject, let detail):
            text += " \(statusClass).\(subject).\(detail)"
        case .details(let statusClass, let subject, let details):
            text += " \(statusClass).\(subject).\(describe(details))"
        case .eitherClass(let subject, let detail):
            text += " 4.\(subject).\(detail) or 5.\(subject).\(detail)"
        }
        if !pattern.words.isEmpty { text += " with \(quoted(pattern.words))" }
        if !pattern.phrases.isEmpty, pattern.phrases != pattern.words {
            text += ", or without enhanced code and with \(quoted(pattern.phrases))"
        }
        guard !pattern.phases.isEmpty else { return text }
        let phases = SessionPhase.allCases.filter(pattern.phases.contains).map(\.phrase)
        return text + " while " + phases.joined(separator: " or ")
    }

    private static func quoted(_ words: [String]) -> String {
        "“" + words.joined(separator: "” or “") + "”"
    }

    private static func describe(_ range: ClosedRange<Int>) -> String {
        range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound)–\(range.upperBound)"
    }
}
