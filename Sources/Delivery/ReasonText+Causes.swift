internal import Spool
package import Submission

extension ReasonText {
    /// How to try again, for whoever opens the folder.
    static let howToRetry =
        "To try again, move the message file (not this text) back to the drop folder, or run "
        + "\"postchute retry\" with its id."

    /// The text of a message that failed.
    package static func failed(
        _ cause: FailureCause,
        _ table: RecipientTable,
        _ report: AttemptReport,
        _ message: MessageFacts
    ) -> ReasonText {
        var text = ReasonText(
            happened: happened(cause, table),
            advice: advice(cause, table),
            retry: howToRetry
        )
        text.summary = summary(of: cause, table, sender: message.sender)
        text.add(table)
        text.add(report)
        text.add(message, end: "Failed")
        return text
    }

    /// The text of a message whose outcome is unknown.
    package static func uncertain(
        _ table: RecipientTable,
        _ report: AttemptReport,
        _ message: MessageFacts
    ) -> ReasonText {
        var text = ReasonText(
            happened: uncertain(report),
            advice: uncertainAdvice(message.messageID)
        )
        text.summary = uncertainSummary
        text.add(table, pending: "not known")
        text.add(message, end: "Set aside")
        return text
    }

    /// What happened to a message whose outcome is unknown.
    static func uncertain(_ report: AttemptReport) -> String {
        "It is not known whether the server accepted this message: \(report.end.sentence)"
    }

    /// The text of a message that was on the wire when the process or the power died, twice.
    static func uncertainLeftover(_ name: SpoolName, pickup: String) -> ReasonText {
        leftover(
            name,
            pickup,
            happened: "It is not known whether the server accepted this message: Postchute ended "
                + "while its content was on the wire.",
            advice: uncertainAdvice(nil)
        )
    }

    /// The text of a message that was on the wire when the process or the power died, and whose
    /// history is damaged.
    static func damagedLeftover(_ name: SpoolName, pickup: String) -> ReasonText {
        leftover(
            name,
            pickup,
            happened: "It is not known who has this message: Postchute ended while its content was "
                + "on the wire, and its history is damaged.",
            advice: uncertainAdvice(nil) + " A release sends it to every recipient, also to those "
                + "who have it."
        )
    }

    private static func leftover(
        _ name: SpoolName,
        _ pickup: String,
        happened: String,
        advice: String
    ) -> ReasonText {
        var text = ReasonText(happened: happened, advice: advice)
        text.summary = uncertainSummary
        text.facts = [
            ("File", name.original.display), ("Pickup", pickup),
            ("Claimed", WallTime.text(name.id.microseconds)), ("Id", name.id.text),
        ]
        return text
    }

    static func uncertainAdvice(_ messageID: String?) -> String {
        let key = messageID.map { " \($0)" } ?? ""
        return "Ask a recipient, or search for its Message-ID\(key) in the message trace of the "
            + "server. If it did not arrive, move the message file back to the drop folder, or run "
            + "\"postchute release\" with its id; if it did, delete the file, or run "
            + "\"postchute remove\"."
    }

    private static func happened(_ cause: FailureCause, _ table: RecipientTable) -> String {
        switch cause {
        case .rejected(let failure):
            return failure.sentence
        case .recipientsRefused:
            return recipientsRefused(table)
        case .gaveUp(let age, let last):
            let hours = age.components.seconds / 3600
            let reason = last.map { " The last attempt: \($0.sentence)" } ?? ""
            return "Postchute tried for \(hours) h and gave up.\(reason)"
        }
    }

    private static func recipientsRefused(_ table: RecipientTable) -> String {
        let refused = table.refused
        if let only = refused.first, refused.count == 1, case .refused(let reply) = only.status {
            let others =
                table.accepted.isEmpty
                ? ""
                : "The server accepted this message for \(table.accepted.count) of "
                    + "\(table.entries.count) recipients. "
            return "\(others)The server refused \(only.address): \(oneLine(reply))"
        }
        return table.accepted.isEmpty
            ? "The server refused every recipient."
            : "The server accepted this message for \(table.accepted.count) of "
                + "\(table.entries.count) recipients and refused it for the others."
    }

    private static func advice(_ cause: FailureCause, _ table: RecipientTable) -> String {
        switch cause {
        case .rejected(let failure):
            return Judgement.of(failure).advice
        case .recipientsRefused:
            let advice = table.refused.compactMap { entry -> String? in
                guard case .refused(let text) = entry.status, let reply = Reply(verbatim: text)
                else { return nil }
                return Judgement.of(reply: reply, at: .recipient).advice
            }
            let kept =
                table.accepted.isEmpty
                ? "" : " A retry goes only to those who did not get it."
            return (advice.first ?? "Check the addresses.") + kept
        case .gaveUp(_, let last):
            return last.map { Judgement.of($0).advice }
                ?? "Look at the recipients' replies below."
        }
    }

    private mutating func add(_ table: RecipientTable, pending: String = "not accepted") {
        for entry in table.entries {
            let outcome =
                switch entry.status {
                case .pending(nil): pending
                case .pending(let reply?): "not accepted yet, last reply: \(Self.oneLine(reply))"
                case .accepted(let reply): "accepted, has the message (\(Self.oneLine(reply)))"
                case .refused(let reply): "refused (\(Self.oneLine(reply)))"
                }
            recipients.append((entry.address, outcome))
        }
        for entry in table.refused.prefix(20) {
            if case .refused(let reply) = entry.status {
                replies.append(("to RCPT TO:<\(entry.address)>", reply))
            }
        }
    }

    private static func oneLine(_ verbatim: String) -> String {
        Reply(verbatim: verbatim)?.summary ?? verbatim
    }

    private mutating func add(_ report: AttemptReport) {
        switch report.end {
        case .accepted(let reply):
            replies.append(("after the final dot", reply.verbatim))
        case .failed(.refused(let reply, let phase)):
            replies.append(("while \(phase.phrase)", reply.verbatim))
        case .failed, .uncertain:
            break
        }
    }
}

extension AttemptReport.End {
    /// How the attempt ended, in one sentence.
    var sentence: String {
        switch self {
        case .accepted(let reply): "Accepted: \(reply.summary)"
        case .failed(let failure), .uncertain(let failure): failure.sentence
        }
    }
}
