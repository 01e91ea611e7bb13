internal import MailMessage
internal import Spool
internal import Submission

/// One claimed message, read and inspected, with the claim durable (B1): ready to be submitted.
struct LoadedMessage: Sendable {
    let name: SpoolName
    let files: ContentFiles
    let prepared: PreparedMessage
    /// The history, if the message has one.
    var state: DeliveryState?
    var table: RecipientTable
    /// Whether the file stands in `sending/`: between the parts of a split envelope.
    var isInSending = false
    /// Whether the last server could not take it as it is, so that parts were encoded anew.
    var wasSevenBit = false

    var inspected: MessageSummary { prepared.inspected }
    var contentOctets: Int { prepared.contentOctets }

    /// What was changed on the wire, one word each.
    var repairs: [Repair] { prepared.outgoing.repairs + (wasSevenBit ? [.eightBit] : []) }

    /// The envelope with the recipients at these positions of the table only.
    func envelope(offering positions: [Int]) -> Envelope {
        var envelope = inspected.envelope
        envelope.recipients = positions.compactMap {
            envelope.recipients.indices.contains($0) ? envelope.recipients[$0] : nil
        }
        return envelope
    }

    /// Whom a refusal of the sender concerns: the envelope's sender, and whom the header is from where that
    /// is another.
    var senderKey: String {
        let sender = inspected.envelope.sender?.text ?? "<>"
        guard let author = inspected.author?.text, author != sender else { return sender }
        return "\(sender) as \(author)"
    }
}

/// How reading a claimed message ended.
enum LoadOutcome: Sendable {
    case loaded(LoadedMessage)
    /// It can never be sent as it is.
    case defective(SpoolName, ContentRefusal)
    /// Somebody still writes to it, or just did: it is looked at again soon.
    case notReady(SpoolName)
    /// It is gone from the queue: an operator took it, or another name of the window was stale.
    case vanished(SpoolName)
    /// It cannot be sent, for a reason of its file: a link, a folder, somebody else's secret.
    case unusable(SpoolName, String)
    /// The spool refused: the message stays where it is and its pickup waits.
    case spoolFailure(SpoolName, SpoolError)

    /// The name of the file now: a stranger that used the id of another message got one of its own.
    var name: SpoolName {
        switch self {
        case .loaded(let message): message.name
        case .defective(let name, _), .notReady(let name), .vanished(let name),
            .unusable(let name, _), .spoolFailure(let name, _):
            name
        }
    }
}
