import Submission

/// What a session is opened or taken for.
enum Errand {
    /// Handing over one message; `isSecondTry` after an idle session turned out to be dead.
    case submission(Job, isSecondTry: Bool)
    /// Signing in, and nothing more.
    case probe(@Sendable (Failure?) -> Void)
    /// Signing in, naming a sender and taking that back, for ``SessionSurvey``.
    case rehearsal(sender: MailAddress?, @Sendable (Rehearsal) -> Void)
}

/// One call of ``Submitter/submit(_:completion:)``.
struct Job {
    let source: any SubmissionSource
    let completion: @Sendable (AttemptReport) -> Void

    /// A report about a message of which nothing reached a server.
    func report(_ failure: Failure, peer: String) -> AttemptReport {
        AttemptReport(
            end: .failed(failure),
            recipients: Array(repeating: .untried, count: source.envelope.recipients.count),
            peer: peer
        )
    }
}

/// How a rehearsal ended.
enum Rehearsal: Hashable, Sendable {
    /// The server answered MAIL with this.
    case answered(Reply)
    case failed(Failure)
}
