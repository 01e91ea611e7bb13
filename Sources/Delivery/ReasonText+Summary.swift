internal import Submission

/// The first line: what it means for the message, for people who do not know mail servers.
extension ReasonText {
    /// The first line about a message of which nobody knows who has it.
    static let uncertainSummary = "It is not known whether anybody received this message."

    /// The first line about a message that failed.
    static func summary(
        of cause: FailureCause,
        _ table: RecipientTable,
        sender: String
    ) -> String {
        let (served, all) = (table.accepted.count, table.entries.count)
        let taken = "The mail server took this message for \(served) of \(all) recipients"
        switch cause {
        case .rejected(let failure):
            return served == 0
                ? "Nobody received this message: \(why(failure, sender))."
                : "\(taken) and refused it for the others."
        case .recipientsRefused:
            return refused(table, taken)
        case .gaveUp(let age, _):
            let tried = "Postchute tried for \(span(age)) and gave up"
            return served == 0
                ? "Nobody received this message: \(tried)." : "\(taken); for the others \(tried)."
        }
    }

    private static func refused(_ table: RecipientTable, _ taken: String) -> String {
        let refused = table.refused
        let only = refused.count == 1 ? refused[0].address : nil
        guard table.accepted.isEmpty else {
            return "\(taken) and refused \(only ?? "the other \(refused.count)")."
        }
        let whom = only.map { "the recipient \($0)" } ?? "all \(refused.count) recipients"
        return "Nobody received this message: the mail server refused \(whom)."
    }

    private static func why(_ failure: Failure, _ sender: String) -> String {
        switch failure {
        case .refused(let reply, let phase):
            why(reply, phase, Judgement.of(failure), sender)
        case .serviceRefused:
            Judgement.of(failure).scope == .sender
                ? "Microsoft 365 does not let it be sent as \(sender)" : "Microsoft 365 refused it"
        case .tooLarge: "it is too large for the mail server"
        case .missingExtension, .unsuitable: "no route can carry it as it is"
        case .mailboxRefused(let mailbox, _, _):
            "the mail server does not let Postchute sign in as \(mailbox)"
        case .noRecipientAccepted: "the mail server refused every recipient"
        case .content: "its file could not be read to the end"
        case .connect, .tls, .timeout, .connectionLost, .protocolViolation, .credentials,
            .tokenRefused, .stopped:
            "it could not be handed to the mail server"
        }
    }

    private static func why(
        _ reply: Reply,
        _ phase: SessionPhase,
        _ judgement: Judgement,
        _ sender: String
    ) -> String {
        if judgement.scope == .sender {
            return "the mail server does not let it be sent as \(sender)"
        }
        if reply.enhanced.map({ $0.subject == 3 && $0.detail == 4 }) ?? (reply.code.value == 552) {
            return "it is too large for the mail server"
        }
        if phase == .mail, reply.enhanced?.subject == 1 {
            return "the mail server refused its sender \(sender)"
        }
        return "the mail server refused it"
    }

    /// A span as people say it.
    private static func span(_ span: Duration) -> String {
        let seconds = max(span.components.seconds, 0)
        let (number, unit) =
            switch seconds {
            case ..<7200: (seconds / 60, "minute")
            case ..<172_800: (seconds / 3600, "hour")
            default: (seconds / 86_400, "day")
            }
        return number == 1 ? "1 \(unit)" : "\(number) \(unit)s"
    }
}
