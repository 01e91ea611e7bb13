internal import MailMessage
internal import SafeText
package import Spool
internal import Submission

/// Reads and inspects a claimed message and makes its claim durable; blocking, for a spool thread.
struct MessageLoader: Sendable {
    let spool: MessageSpool
    let rules: MessageRules

    /// Files up to this size are read once and sent from memory.
    static let smallOctets = 64 * 1024

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
        let (name, size) = (queued.name, queued.file.facts.size)
        // Before the first look: a sync takes the file's pages away from whoever has them mapped, so
        // that a store after it sets the modification time, which is compared before the dot.
        let durable = try spool.makeContentDurable(queued.file, named: name)
        // The disk failed and the content was copied: the copy is loaded instead.
        if durable !== queued.file {
            return durable.failedSync.map { .spoolFailure(name, $0) } ?? .notReady(name)
        }
        let isSmall = size <= Int64(Self.smallOctets)
        let inspector = MessageInspector(rules: rules)
        let head = try queued.file.readHead(isSmall ? Self.smallOctets : inspector.headOctets)
        let identity = MessageIdentity(
            id: name.id.text,
            claimedAt: name.id.microseconds / 1_000_000
        )
        let inspection = head.withUnsafeBytes { octets in
            Result { () throws(MessageDefect) in
                try inspector.inspect(
                    octets,
                    isWholeFile: Int64(octets.count) >= size,
                    identity: identity
                )
            }
        }
        switch inspection {
        case .failure(let defect): return .defective(name, defect)
        case .success(let inspected):
            return try finish(queued, inspected, small: isSmall ? head : nil)
        }
    }

    private func finish(
        _ queued: QueuedMessage,
        _ inspected: InspectedMessage,
        small: [UInt8]?
    ) throws(SpoolError) -> LoadOutcome {
        let (name, file) = (queued.name, queued.file)
        let survey = try survey(file, head: small, from: inspected.bodyOffset)
        if survey.hasNUL { return .defective(name, .nulInBody) }
        // A file that grew or shrank while it was read is looked at again from the start.
        try file.checkUnchanged()
        return .loaded(message(queued, inspected, survey, small: small))
    }

    /// The inspector has seen the line ends of the header only.
    private static func repairs(_ inspected: InspectedMessage, _ survey: BodySurvey) -> [Repair] {
        let found = inspected.repairs
        return survey.hasForeignLineEnds && !found.contains(.lineEnds)
            ? [.lineEnds] + found : found
    }

    /// One pass over the body: what the transaction must announce before the content is sent.
    private func survey(
        _ file: MessageFile,
        head: [UInt8]?,
        from offset: Int
    ) throws(SpoolError) -> BodySurvey {
        var survey = BodySurvey()
        if let head {
            head.withUnsafeBytes { survey.read(UnsafeRawBufferPointer(rebasing: $0[offset...])) }
            return survey
        }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 262_144, alignment: 16)
        defer { buffer.deallocate() }
        var offset = Int64(offset)
        while true {
            let count = try file.read(at: offset, into: buffer)
            if count == 0 { return survey }
            survey.read(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            // It can never be sent: a hole of a terabyte is not read to its end.
            if survey.hasNUL { return survey }
            offset += Int64(count)
        }
    }

    private func message(
        _ queued: QueuedMessage,
        _ inspected: InspectedMessage,
        _ survey: BodySurvey,
        small: [UInt8]?
    ) -> LoadedMessage {
        var table = RecipientTable(inspected.envelope.recipients.map(\.address.text))
        if let state = queued.state {
            table.restore(state.recipients)
        }
        return LoadedMessage(
            name: queued.name,
            file: queued.file,
            inspected: inspected,
            contentOctets: inspected.wireHeader.count + survey.wireOctets,
            has8BitContent: inspected.headerHas8Bit || survey.has8Bit,
            repairs: Self.repairs(inspected, survey),
            smallContent: small,
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
