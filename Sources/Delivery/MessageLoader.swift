internal import MailMessage
internal import SafeText
package import Spool
internal import Submission

/// Reads and inspects a claimed message and makes its claim durable; blocking, for a spool thread.
struct MessageLoader: Sendable {
    let spool: MessageSpool
    let rules: MessageRules

    /// Loads one message of the queue folder and calls back once its claim is durable.
    func load(_ name: SpoolName, then completion: @escaping @Sendable (LoadOutcome) -> Void) {
        let outcome: LoadOutcome
        do {
            outcome = try inspect(try spool.open(queued: name))
        } catch {
            return completion(Self.outcome(of: error, name))
        }
        // What is not sent needs no claim on disk.
        guard case .loaded = outcome else { return completion(outcome) }
        spool.whenClaimsAreDurable { error in
            completion(error.map { Self.outcome(of: $0, name) } ?? outcome)
        }
    }

    private static func outcome(of error: SpoolError, _ name: SpoolName) -> LoadOutcome {
        switch error.kind {
        case .vanished: .vanished(name)
        case .busy, .changed: .notReady(name)
        case .notPlain, .corrupt: .unusable(name, error.fullSentence)
        case .exists, .noSpace, .denied, .readOnly, .io, .sick, .crossDevice, .unsafe, .locked,
            .onTheWire, .other:
            .spoolFailure(name, error)
        }
    }

    private func inspect(_ queued: QueuedMessage) throws(SpoolError) -> LoadOutcome {
        let name = queued.name
        // Before the first look: a sync takes the file's pages away from whoever has them mapped, so
        // that a store after it sets the modification time, which is compared before the dot.
        let durable = try spool.makeContentDurable(queued.file, named: name)
        // The disk failed and the content was copied: the copy is loaded instead.
        if durable !== queued.file {
            return durable.failedSync.map { .spoolFailure(name, $0) } ?? .notReady(name)
        }
        let identity = MessageIdentity(
            id: name.id.text,
            claimedAt: name.id.microseconds / 1_000_000
        )
        let preparation = MessagePreparation(rules: rules)
        switch try preparation.prepare(queued.file, identity: identity) {
        case .failure(let defect): return .defective(name, defect)
        case .success(let prepared): return .loaded(message(queued, prepared))
        }
    }

    private func message(_ queued: QueuedMessage, _ prepared: PreparedMessage) -> LoadedMessage {
        let envelope = prepared.inspected.envelope
        var table = RecipientTable(envelope.recipients.map(\.address.text))
        if let state = queued.state {
            table.restore(state.recipients)
        }
        return LoadedMessage(
            name: queued.name,
            file: queued.file,
            prepared: prepared,
            state: queued.state,
            table: table
        )
    }
}

extension SpoolError {
    /// The sentence with its capital letter and full stop, to stand by itself.
    package var fullSentence: String {
        "\(sentence.prefix(1).uppercased())\(sentence.dropFirst())."
    }
}

extension FileName {
    /// The name for people: what is no text, or would play tricks with a terminal, is escaped.
    package var display: String { SafeText.line(octets: octets) }
}
