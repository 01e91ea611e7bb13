package import Delivery
package import Settings

/// Something people are told of: a condition and what it is about.
package struct Alert: Hashable, Sendable, Codable {
    package var condition: AlertCondition
    /// What it is about: a pickup, a route, a file system; `nil` where there is only one.
    package var object: String?
    /// The pickup it concerns, if it concerns one.
    package var pickup: String?
    /// What is the matter, in one sentence.
    package var sentence: String
    /// What to do about it.
    package var advice: String

    /// Creates an alert.
    package init(
        _ condition: AlertCondition,
        _ object: String?,
        pickup: String? = nil,
        _ sentence: String,
        advice: String? = nil
    ) {
        (self.condition, self.object, self.pickup) = (condition, object, pickup)
        self.sentence = sentence
        self.advice = advice ?? condition.advice
    }

    /// The condition and what it is about: the same while it lasts.
    package var key: String {
        object.map { "\(condition.rawValue)/\($0)" } ?? condition.rawValue
    }
}

/// Something that happened and does not last, as often as it happened.
package struct Incident: Hashable, Sendable, Codable {
    /// What happened; its sentence is ``sentence`` for one time.
    package var alert: Alert
    package var count: Int
    /// The first few, one line each.
    package var samples: [String]

    /// How many are named: a storm is told by its number.
    package static let maximumSamples = 5

    /// Creates an incident that happened once.
    package init(_ alert: Alert, sample: String? = nil) {
        self.alert = alert
        count = 1
        samples = sample.map { [$0] } ?? []
    }

    /// Adds what happened of the same kind.
    package mutating func add(_ other: Incident) {
        count += other.count
        samples += other.samples.prefix(max(Self.maximumSamples - samples.count, 0))
    }

    /// What happened, in one sentence with the number.
    package var sentence: String {
        guard let pickup = alert.pickup, let word = alert.condition.plural else {
            return alert.sentence
        }
        let messages = count == 1 ? "1 message" : "\(count) messages"
        if alert.condition == .possibleDuplicate {
            let copies = count == 1 ? "a possible duplicate" : "possible duplicates"
            return "\(messages) of pickup \(pickup) \(word): \(copies)."
        }
        return "\(messages) of pickup \(pickup) \(word)."
    }
}

extension AlertCondition {
    /// How much it matters.
    package var severity: OpenAlert.Severity {
        switch self {
        case .messageFailed, .messageHeld, .routeSuspended, .senderSuspended, .accountLimited,
            .pickupSuspended, .folderMissing, .backlog, .stalled, .diskLow:
            .critical
        case .possibleDuplicate, .readinessDegraded, .pickupRate, .credentialExpiring,
            .ledgerNotWritten, .restartedAfterCrash, .alertsNotDelivered:
            .warning
        }
    }

    /// Whether it holds until it is over; the others happen, and are told by their number.
    package var isLasting: Bool {
        switch self {
        case .messageFailed, .messageHeld, .possibleDuplicate, .restartedAfterCrash: false
        case .routeSuspended, .senderSuspended, .accountLimited, .pickupSuspended, .folderMissing,
            .readinessDegraded, .backlog, .stalled, .pickupRate, .diskLow, .credentialExpiring,
            .ledgerNotWritten, .alertsNotDelivered:
            true
        }
    }

    /// What became of several messages.
    fileprivate var plural: String? {
        switch self {
        case .messageFailed: "failed"
        case .messageHeld: "were set aside and wait for a person"
        case .possibleDuplicate: "may have been sent, and nobody knows"
        default: nil
        }
    }

    /// What to do, where nothing more particular is known.
    package var advice: String {
        switch self {
        case .messageFailed:
            "Read the .txt file beside each message in failed/ and put right what it says; then "
                + "move the message back to the drop folder, or run postchute retry with its id."
        case .messageHeld:
            "Read the .txt file beside each message in held/, then run postchute release or "
                + "postchute remove with its id."
        case .possibleDuplicate:
            "Postchute sends it once more after 15 minutes, with the same Message-ID, unless "
                + "when_uncertain says to set it aside. If a second copy would do harm, run postchute "
                + "hold with its id before that, and ask a recipient or look for its Message-ID "
                + "(postchute show) in the message trace. Then run postchute remove if it arrived, "
                + "postchute release if not."
        case .routeSuspended:
            "Run postchute verify to see which step fails. Messages wait, and nothing is lost."
        case .senderSuspended:
            "Give the account the right to send as this sender, or correct the sender; then run "
                + "postchute resume --route with the route's name. Other senders are not affected."
        case .accountLimited:
            "Messages wait until the limit has room again. If this happens often, spread the mail "
                + "over more accounts or days."
        case .pickupSuspended:
            "Look at the disk and the permissions of the spool. Messages stay where they are and "
                + "are tried again."
        case .folderMissing:
            "Mount the folder or put it right: the writers' files wait there until it is back."
        case .readinessDegraded:
            "Grant postchute CAP_LEASE, or let writers rename finished files and set "
                + "ready = \"renamed\"."
        case .backlog:
            "Run postchute status: it says what keeps the messages waiting and when they will "
                + "have been sent."
        case .stalled:
            "Run postchute status and postchute verify: they say what keeps the messages from "
                + "being sent."
        case .pickupRate:
            "Find out why the program writes so many messages. If they should not go, stop it and "
                + "set them aside with postchute hold; if they should, raise the limit of the pickup."
        case .diskLow:
            DiskStatus.advice
        case .credentialExpiring:
            "Replace the credential before that day: afterwards no mail is sent with it."
        case .ledgerNotWritten:
            "Mail goes on. Look at the file system of the state directory: what happens now is "
                + "missing from postchute trace until it is put right."
        case .restartedAfterCrash:
            "Look at the journal for the time before: journalctl -u postchute. Messages that were "
                + "on the wire are told of as possible duplicates."
        case .alertsNotDelivered:
            "Run postchute alert --test to see what is wrong with the channel."
        }
    }
}
