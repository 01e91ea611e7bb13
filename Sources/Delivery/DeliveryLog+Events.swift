internal import MailMessage
internal import Spool
internal import Submission

extension DeliveryLog {
    /// Tells of what happened to a message that was not read.
    func tell(
        _ kind: MessageEvent.Kind,
        _ name: SpoolName,
        _ pickup: String,
        _ complete: (inout MessageEvent) -> Void = { _ in }
    ) {
        guard isWitnessed else { return }
        var event = event(kind, name, pickup)
        complete(&event)
        pass(on: event)
    }

    /// Tells of an attempt.
    func tell(
        _ kind: MessageEvent.Kind,
        _ message: LoadedMessage,
        _ report: AttemptReport,
        _ place: Place,
        _ complete: (inout MessageEvent) -> Void = { _ in }
    ) {
        guard isWitnessed else { return }
        var event = event(kind, message.name, place.pickup)
        event.route = place.route
        event.sender = message.inspected.envelope.sender?.text ?? ""
        event.recipients = message.table.entries.map(\.told)
        event.subject = message.inspected.subject
        event.messageID = message.inspected.messageID
        event.octets = message.contentOctets
        event.milliseconds = place.duration.milliseconds
        if !report.peer.isEmpty { event.peer = report.peer }
        if !report.session.isEmpty { event.session = report.session }
        switch report.end {
        case .accepted(let reply):
            event.reply = reply.verbatim
        case .failed(let failure), .uncertain(let failure):
            event.reason = failure.sentence
            event.advice = Judgement.of(failure).advice
            if case .refused(let reply, _) = failure { event.reply = reply.verbatim }
        }
        complete(&event)
        pass(on: event)
    }
}

extension RecipientTable.Entry {
    /// The recipient as an event tells of it.
    fileprivate var told: MessageEvent.Recipient {
        switch status {
        case .pending(let reply): .init(address, .pending, reply: reply)
        case .accepted(let reply): .init(address, .accepted, reply: reply)
        case .refused(let reply): .init(address, .refused, reply: reply)
        }
    }
}
