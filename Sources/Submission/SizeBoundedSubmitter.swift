/// Hands over what is not too large for a service, and leaves the rest to another route.
///
/// For limits that a service has and does not announce, so that a large message is not uploaded only
/// to be refused.
package final class SizeBoundedSubmitter: Submitter {
    private let submitter: any Submitter
    private let maximumOctets: Int
    private let service: String
    private let later: @Sendable (@escaping @Sendable () -> Void) -> Void

    /// Bounds a submitter.
    ///
    /// - Parameters:
    ///   - maximumOctets: Of content, as it goes out.
    ///   - service: The service as a sentence names it.
    ///   - later: Runs something on the submitter's loop after this call.
    package init(
        _ submitter: any Submitter,
        maximumOctets: Int,
        service: String,
        later: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void
    ) {
        self.submitter = submitter
        self.maximumOctets = maximumOctets
        self.service = service
        self.later = later
    }

    /// Hands one message over, or says that it is too large for this route.
    package func submit(
        _ source: any SubmissionSource,
        completion: @escaping @Sendable (AttemptReport) -> Void
    ) {
        let octets = source.contentOctets
        guard octets > maximumOctets else {
            return submitter.submit(source, completion: completion)
        }
        let failure = Failure.unsuitable(
            reason: "The message has \(octets) octets, and \(service) takes \(maximumOctets).",
            advice: "Send it smaller, or give the pickup a second route for large messages."
        )
        let recipients = source.envelope.recipients.map { _ in RecipientOutcome.untried }
        let report = AttemptReport(end: .failed(failure), recipients: recipients, peer: "")
        later { completion(report) }
    }

    /// Connects and signs in without a message.
    package func probe(completion: @escaping @Sendable (Failure?) -> Void) {
        submitter.probe(completion: completion)
    }

    /// Stops the bounded submitter.
    package func stop() { submitter.stop() }

    /// Drops idle sessions.
    package func closeIdleSessions() { submitter.closeIdleSessions() }
}
