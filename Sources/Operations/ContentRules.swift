internal import Delivery
internal import Documents
internal import MailMessage
internal import Settings
internal import Spool

/// What the settings of a pickup make of its files, for a look at one of them.
struct ContentRules {
    private let messages: MessageRules
    private let documents: DocumentRules?

    /// The rules of a pickup; standard ones where it is none of the settings.
    init(_ pickup: PickupSettings?, _ relay: RelaySettings) {
        messages = pickup.map { relay.rules(of: $0) } ?? MessageRules()
        documents = pickup.flatMap { relay.documents(of: $0) }
    }

    /// What would be sent of a message, and how large its files are.
    ///
    /// The folder a document lay in goes with its state: of one that was sent nobody knows any more
    /// what was made of that.
    func prepare(
        _ entry: SpoolEntry,
        _ state: DeliveryState?,
        in spool: OperatorSpool
    ) throws(SpoolError) -> (outcome: Outcome?, octets: Int64) {
        let (outcome, octets) = try prepareAll(entry, state, in: spool)
        let isForgotten = documents?.usesSubfolder == true && entry.place.isSent
        return (isForgotten ? nil : outcome, octets)
    }

    typealias Outcome = Result<PreparedMessage, ContentRefusal>

    private func prepareAll(
        _ entry: SpoolEntry,
        _ state: DeliveryState?,
        in spool: OperatorSpool
    ) throws(SpoolError) -> (outcome: Outcome, octets: Int64) {
        let identity = MessageIdentity(
            id: entry.id?.text ?? "",
            claimedAt: (entry.id?.microseconds ?? 0) / 1_000_000
        )
        guard let documents else {
            let file = try spool.open(entry)
            let outcome = try MessagePreparation(rules: messages).prepare(file, identity: identity)
            return (outcome.mapError(ContentRefusal.init), file.facts.size)
        }
        let preparation = DocumentPreparation(rules: documents)
        let folder = state?.folder ?? []
        if let files = try spool.bundle(entry) {
            let outcome = try preparation.prepare(files, folder: folder, identity: identity)
            return (outcome.mapError(ContentRefusal.init), files.size)
        }
        let file = try spool.open(entry)
        let outcome = try preparation.prepare(
            file,
            name: state?.originalName ?? entry.original,
            folder: folder,
            identity: identity
        )
        return (outcome.mapError(ContentRefusal.init), file.facts.size)
    }
}
