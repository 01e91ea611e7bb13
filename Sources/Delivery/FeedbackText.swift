package import MailMessage
package import Spool
internal import Submission

/// What a writer reads about a refused message: the file, when, why, what to do.
///
/// Nothing of the message and nothing the server said beyond its codes: others may read the folder.
package struct FeedbackText: Hashable, Sendable {
    /// What happened, in one or two sentences.
    package var happened: String
    /// What to do, in one sentence.
    package var advice: String

    /// Creates a text.
    package init(happened: String, advice: String) {
        (self.happened, self.advice) = (happened, advice)
    }

    /// The text about a file whose content is unfit to be sent.
    package init(_ defect: MessageDefect) { self.init(ContentRefusal(defect)) }

    /// The text for content of any kind that cannot be sent.
    package init(_ defect: ContentRefusal) {
        self.init(happened: defect.unquotedSentence, advice: defect.advice)
    }

    /// The text about a file that was set aside because its end is missing.
    package init(truncated completeness: Completeness) {
        self.init(
            happened: completeness.unquotedSentence ?? "The file looks incomplete.",
            advice: "Find out why the writing program stopped, and let it write the message again."
        )
    }

    /// The text about a message in `failed/` whose own text was lost with the daemon.
    package static let lost = FeedbackText(
        happened: "The message was refused. Why is known only beside it, in failed/.",
        advice: "Ask whoever looks after Postchute here."
    )

    /// The text about something in the drop folder that is no ordinary file.
    static let unusable = FeedbackText(
        happened: "This is not an ordinary file that can be read.",
        advice: "Let the writing program save an ordinary file."
    )

    /// The octets of the file, in the form of every text beside a message.
    package func octets(_ name: SpoolName, at wall: Int64) -> [UInt8] {
        let whole =
            "\(advice) Whoever looks after Postchute here has the message and the full reason."
        var text = ReasonText(happened: happened, advice: whole)
        text.facts = [
            ("File", name.original.display), ("Refused", WallTime.text(wall)),
            ("Message", name.id.text),
        ]
        return text.octets()
    }
}

extension FeedbackText {
    /// The text about a message that an attempt ended for good.
    init(_ cause: FailureCause, _ table: RecipientTable) {
        self.init(happened: Self.happened(cause, table), advice: Self.advice(cause, table))
    }

    private static func happened(_ cause: FailureCause, _ table: RecipientTable) -> String {
        switch cause {
        case .rejected(let failure): return happened(failure)
        case .recipientsRefused:
            let count = "\(table.refused.count) of \(table.entries.count)"
            let reply = table.refused.lazy.compactMap(refusal).first.map { " (\(codes($0)))" } ?? ""
            return "The server refused \(count) recipients\(reply)."
        case .gaveUp(let age, _):
            return "Postchute tried for \(age.components.seconds / 3600) h and gave up."
        }
    }

    private static func happened(_ failure: Failure) -> String {
        switch failure {
        case .refused(let reply, let phase):
            "The server refused the message while \(phase.phrase) (\(codes(reply)))."
        case .serviceRefused(let refusal):
            "The service refused the message (\(refusal.status) \(refusal.code))."
        case .tooLarge, .unsuitable: failure.sentence
        case .missingExtension(let name, _):
            "The server does not offer \(name), which the message needs."
        case .mailboxRefused(_, let reply, _):
            "The server does not let us send as this sender (\(codes(reply)))."
        case .connect, .tls, .credentials, .tokenRefused, .timeout, .connectionLost,
            .protocolViolation, .noRecipientAccepted, .content, .stopped:
            "The message could not be handed over."
        }
    }

    private static func advice(_ cause: FailureCause, _ table: RecipientTable) -> String {
        switch cause {
        case .rejected(let failure): Judgement.of(failure).advice
        case .recipientsRefused:
            table.refused.lazy.compactMap(refusal).first
                .map { Judgement.of(reply: $0, at: .recipient).advice } ?? "Check the addresses."
        case .gaveUp(_, let last): last.map { Judgement.of($0).advice } ?? "Check the addresses."
        }
    }

    private static func refusal(_ entry: RecipientTable.Entry) -> Reply? {
        guard case .refused(let text) = entry.status else { return nil }
        return Reply(verbatim: text)
    }

    /// The reply without its text, which likes to quote addresses.
    private static func codes(_ reply: Reply) -> String {
        "\(reply.code.value)" + (reply.enhanced.map { " \($0)" } ?? "")
    }
}
