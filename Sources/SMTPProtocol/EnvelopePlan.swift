import Submission

/// The commands that offer one message to one server, or why it cannot be offered.
struct EnvelopePlan: Hashable, Sendable {
    /// One command whose reply is awaited, in wire order.
    enum Step: Hashable, Sendable {
        case reset, mail
        case recipient(Int)
        case data

        /// The step as a phase of the session.
        var phase: SessionPhase {
            switch self {
            case .reset: .reset
            case .mail: .mail
            case .recipient: .recipient
            case .data: .data
            }
        }
    }

    let request: TransactionRequest
    let capabilities: Capabilities

    /// Why the message cannot be offered to this server at all.
    var obstacle: Failure? {
        if request.envelope.recipients.isEmpty { return .noRecipientAccepted }
        // RFC 1870 §6.1: a message over the declared limit need not be offered.
        if let limit = capabilities.maximumOctets, request.contentOctets > limit {
            return .tooLarge(octets: request.contentOctets, limit: limit)
        }
        if request.has8BitContent, !capabilities.offers(.eightBitMIME) {
            return .missingExtension(
                "8BITMIME",
                reason: "the message holds characters outside ASCII that were not encoded"
            )
        }
        if request.envelope.needsSMTPUTF8, !capabilities.offers(.smtpUTF8) {
            return .missingExtension(
                "SMTPUTF8",
                reason: "an address of the envelope holds characters outside ASCII"
            )
        }
        return nil
    }

    /// The command of a step.
    func command(_ step: Step) -> Command {
        switch step {
        case .reset: .reset
        case .mail: .mail(MailParameters(request, capabilities))
        case .recipient(let index):
            .recipient(request.envelope.recipients[index], RecipientParameters(capabilities))
        case .data: .data
        }
    }

    /// Every command up to DATA as one group.
    func wholeEnvelope(resetFirst: Bool) -> Flight {
        var flight = Flight()
        if resetFirst { flight.append(.reset) }
        flight.append(command(.mail))
        for index in request.envelope.recipients.indices {
            flight.append(command(.recipient(index)))
        }
        // RFC 2920 §3.1: DATA ends the group.
        flight.append(.data)
        return flight
    }
}
