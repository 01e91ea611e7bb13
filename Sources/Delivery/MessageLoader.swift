internal import Documents
package import MailMessage
internal import SafeText
package import Spool
internal import Submission

/// Reads and inspects a claimed message and makes its claim durable; blocking, for a spool thread.
struct MessageLoader: Sendable {
    let spool: MessageSpool
    let rules: MessageRules
    /// What is made of files; `nil` where they are messages.
    var documents: DocumentRules?

    /// Loads one message of the queue folder and calls back once its claim is durable.
    func load(_ name: SpoolName, then completion: @escaping @Sendable (LoadOutcome) -> Void) {
        let outcome: LoadOutcome
        do {
            outcome = try load(name)
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
        case .exists, .noSpace, .lowSpace, .denied, .readOnly, .io, .sick, .crossDevice, .unsafe,
            .locked,
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
        let identity = MessageIdentity(name)
        if let documents {
            let preparation = DocumentPreparation(rules: documents)
            let original = queued.state?.originalName ?? name.original
            let folder = queued.state?.folder ?? []
            let outcome = try preparation.prepare(
                queued.file,
                name: original,
                folder: folder,
                identity: identity
            ).mapError(ContentRefusal.init)
            return loaded(name, .file(queued.file), outcome, queued.state)
        }
        let outcome = try MessagePreparation(rules: rules).prepare(queued.file, identity: identity)
            .mapError(ContentRefusal.init)
        return loaded(name, .file(queued.file), outcome, queued.state)
    }

    /// A pickup for documents may find a folder in its queue, whose files are one message.
    private func load(_ name: SpoolName) throws(SpoolError) -> LoadOutcome {
        guard let documents, try spool.isBundle(queued: name) else {
            return try inspect(try spool.open(queued: name))
        }
        let queued = try spool.open(bundle: name)
        let outcome = try DocumentPreparation(rules: documents).prepare(
            queued.files,
            folder: queued.state?.folder ?? [],
            identity: MessageIdentity(queued.name)
        ).mapError(ContentRefusal.init)
        return loaded(queued.name, .bundle(queued.files), outcome, queued.state)
    }

    private func loaded(
        _ name: SpoolName,
        _ files: ContentFiles,
        _ outcome: Result<PreparedMessage, ContentRefusal>,
        _ state: DeliveryState?
    ) -> LoadOutcome {
        switch outcome {
        case .failure(let refusal):
            return .defective(name, refusal)
        case .success(let prepared):
            let envelope = prepared.inspected.envelope
            var table = RecipientTable(envelope.recipients.map(\.address.text))
            if let state { table.restore(state.recipients) }
            return .loaded(
                LoadedMessage(
                    name: name,
                    files: files,
                    prepared: prepared,
                    state: state,
                    table: table
                )
            )
        }
    }
}

extension MessageIdentity {
    /// The identity of a claimed message.
    package init(_ name: SpoolName) {
        self.init(id: name.id.text, claimedAt: name.id.microseconds / 1_000_000)
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
