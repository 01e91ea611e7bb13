import Submission

/// Finds out who sends a message and who is to get it.
///
/// X-Sender and X-Receiver decide when they stand above every other field, as Exchange's Replay
/// folder and .NET write them; otherwise Exchange's Pickup rules over From, Sender, To, Cc and Bcc.
struct EnvelopeReader {
    let header: Header
    let rules: MessageRules
    /// Where addresses of the header lack a domain, in their order: places of ``Header/octets``, by
    /// the lower bound of their field's body.
    private(set) var bareNames: [Int: [Int]] = [:]
    /// Whether `default_from` became the sender.
    private(set) var usedDefaultFrom = false
    /// Who would get the message without `redirect_to`; set by ``envelope()``.
    private(set) var realRecipients: [EnvelopeRecipient] = []

    init(header: Header, rules: MessageRules) {
        self.header = header
        self.rules = rules
    }

    /// The envelope by the rules, or the first thing that makes it doubtful.
    mutating func envelope() throws(MessageDefect) -> Envelope {
        var envelope = try writtenEnvelope()
        if rules.envelope.from == .replace, let sender = rules.envelope.defaultFrom {
            envelope.sender = sender
            usedDefaultFrom = true
        }
        if envelope.sender == nil, !rules.envelope.allowsNullSender { throw .nullSender }
        try checkSenders(envelope)
        try checkRecipients(envelope)
        realRecipients = withCopies(envelope.recipients)
        envelope.recipients =
            rules.envelope.redirectTo.map { [EnvelopeRecipient($0)] } ?? realRecipients
        return envelope
    }

    /// Whom a message with this envelope is from: the one address of the From that goes out, else the
    /// sender.
    func author(_ envelope: Envelope) -> MailAddress? {
        // A single From has become the sender already.
        if usedDefaultFrom || !isReplay && resentBlock.isEmpty { return envelope.sender }
        var reader = self
        let authors = (try? reader.mailboxes("from", in: header.fields[...])) ?? []
        return authors.count == 1 ? authors[0] : envelope.sender
    }

    /// Whether X-Sender and X-Receiver decide.
    var isReplay: Bool { rules.envelope.origin != .headers && !header.replayBlock.isEmpty }

    private mutating func writtenEnvelope() throws(MessageDefect) -> Envelope {
        if isReplay { return try replayEnvelope(header.fields[header.replayBlock]) }
        if rules.envelope.origin == .replay { throw .noReplayLines }
        let block = resentBlock
        if !block.isEmpty {
            return Envelope(
                sender: try sender(authors: "resent-from", sender: "resent-sender", in: block),
                recipients: try recipients(["resent-to", "resent-cc", "resent-bcc"], in: block)
            )
        }
        let recipients = try recipients(["to", "cc", "bcc"], in: header.fields[...])
        return Envelope(sender: try headerSender(), recipients: recipients)
    }

    /// The topmost block of Resent- fields, where the rules ask for it and it names recipients.
    private var resentBlock: ArraySlice<HeaderField> {
        guard rules.envelope.resent == .use,
            let start = header.fields.firstIndex(where: { $0.key.hasPrefix("resent-") })
        else { return [] }
        let block = header.fields[start...].prefix { $0.key.hasPrefix("resent-") }
        let names: Set = ["resent-to", "resent-cc", "resent-bcc"]
        return block.contains { names.contains($0.key) && !header.isBlank($0) } ? block : []
    }

    /// Every address of some fields in the order of the header.
    private mutating func recipients(
        _ keys: Set<String>,
        in fields: ArraySlice<HeaderField>
    ) throws(MessageDefect) -> [EnvelopeRecipient] {
        var collected = DistinctRecipients()
        for field in fields where keys.contains(field.key) {
            for address in try mailboxes(of: field, MessageDefect.unreadableRecipient) {
                collected.add(EnvelopeRecipient(address))
            }
        }
        return try checked(collected)
    }

    private func checked(
        _ collected: DistinctRecipients
    ) throws(MessageDefect) -> [EnvelopeRecipient] {
        var collected = collected
        if collected.recipients.isEmpty {
            for address in rules.envelope.defaultTo { collected.add(EnvelopeRecipient(address)) }
        }
        guard !collected.recipients.isEmpty else { throw .noRecipients }
        guard collected.recipients.count <= rules.maximumRecipients else {
            throw .tooManyRecipients(limit: rules.maximumRecipients)
        }
        return collected.recipients
    }

    /// The addresses of one field; those without a domain get the pickup's.
    private mutating func mailboxes(
        of field: HeaderField,
        _ defect: (String, String, AddressProblem) -> MessageDefect
    ) throws(MessageDefect) -> [MailAddress] {
        let value = header.spaced(field)
        do throws(AddressError) {
            let list = try AddressParser.list(value, defaultDomain: rules.envelope.defaultDomain)
            let start = field.body.lowerBound
            if !list.bareNames.isEmpty { bareNames[start] = list.bareNames.map { start + $0 } }
            return list.addresses
        } catch {
            throw defect(quotable(field.name), quotable(value[error.range]), error.problem)
        }
    }
}

// The sender by Exchange's Pickup rules.
extension EnvelopeReader {
    /// A single From sends, whatever Sender says; several need one Sender; without From, one Sender.
    private mutating func headerSender() throws(MessageDefect) -> MailAddress {
        try sender(authors: "from", sender: "sender", in: header.fields[...])
    }

    private mutating func sender(
        authors authorsKey: String,
        sender senderKey: String,
        in fields: ArraySlice<HeaderField>
    ) throws(MessageDefect) -> MailAddress {
        let authors = try mailboxes(authorsKey, in: fields)
        if authors.count == 1 { return authors[0] }
        let senders = try mailboxes(senderKey, in: fields)
        guard senders.count < 2 else {
            throw .severalSenders(field: "Sender", count: senders.count)
        }
        if let sender = senders.first { return sender }
        guard authors.isEmpty else { throw .severalFrom(count: authors.count) }
        if let sender = rules.envelope.defaultFrom {
            usedDefaultFrom = authorsKey == "from"
            return sender
        }
        throw .noSender
    }

    /// The different addresses of all fields with this name.
    private mutating func mailboxes(
        _ key: String,
        in fields: ArraySlice<HeaderField>
    ) throws(MessageDefect) -> [MailAddress] {
        var collected = DistinctRecipients()
        for field in fields where field.key == key {
            for address in try mailboxes(of: field, MessageDefect.unreadableSender) {
                collected.add(EnvelopeRecipient(address))
            }
        }
        return collected.recipients.map(\.address)
    }
}

// X-Sender and X-Receiver.
extension EnvelopeReader {
    /// The envelope of the lines at the top; without X-Sender the header's sender serves.
    private mutating func replayEnvelope(
        _ block: ArraySlice<HeaderField>
    ) throws(MessageDefect) -> Envelope {
        var collected = DistinctRecipients()
        for field in block where field.key == "x-receiver" {
            collected.add(try receiver(field))
        }
        let recipients = try checked(collected)
        let senders = block.filter { $0.key == "x-sender" }
        guard senders.count < 2 else {
            throw .severalSenders(field: "X-Sender", count: senders.count)
        }
        guard let sender = senders.first else {
            return Envelope(sender: try headerSender(), recipients: recipients)
        }
        let line = EnvelopeLine(header.value(of: sender))
        let parameters = try line.parameters(of: sender.name)
        return Envelope(
            sender: try address(line, sender, MessageDefect.unreadableSender),
            recipients: recipients,
            returnContent: try parameters.returnContent(),
            envelopeID: try parameters.envelopeID()
        )
    }

    private func receiver(_ field: HeaderField) throws(MessageDefect) -> EnvelopeRecipient {
        let line = EnvelopeLine(header.value(of: field))
        let parameters = try line.parameters(of: field.name)
        guard let address = try address(line, field, MessageDefect.unreadableRecipient) else {
            throw .unreadableRecipient(field: field.name, text: "<>", problem: .missingPart)
        }
        return EnvelopeRecipient(
            address,
            notify: try parameters.notify(),
            originalRecipient: try parameters.originalRecipient()
        )
    }

    private func address(
        _ line: EnvelopeLine,
        _ field: HeaderField,
        _ defect: (String, String, AddressProblem) -> MessageDefect
    ) throws(MessageDefect) -> MailAddress? {
        do throws(AddressError) {
            return try AddressParser.path(
                line.mailbox,
                defaultDomain: rules.envelope.defaultDomain
            )
        } catch {
            throw defect(field.name, quotable(line.mailbox[error.range]), error.problem)
        }
    }
}

// What a pickup's rules allow and add.
extension EnvelopeReader {
    /// A writer must not speak for anybody else, in the envelope as little as in the header.
    private mutating func checkSenders(_ envelope: Envelope) throws(MessageDefect) {
        let allowed = rules.envelope.allowFrom
        guard !allowed.isEmpty else { return }
        if let sender = envelope.sender, !allowed.contains(where: { $0.matches(sender) }) {
            throw .senderNotAllowed(
                field: isReplay ? "X-Sender" : "the envelope",
                address: sender.text
            )
        }
        let keys: Set = ["from", "sender", "resent-from", "resent-sender"]
        for field in header.fields where keys.contains(field.key) {
            // The old From becomes Reply-To and Sender goes, so neither speaks for anybody.
            if rules.envelope.from == .replace, !field.key.hasPrefix("resent-") { continue }
            for address in try mailboxes(of: field, MessageDefect.unreadableSender)
            where !allowed.contains(where: { $0.matches(address) }) {
                throw .senderNotAllowed(field: quotable(field.name), address: address.text)
            }
        }
    }

    private func checkRecipients(_ envelope: Envelope) throws(MessageDefect) {
        let allowed = rules.envelope.allowTo
        guard !allowed.isEmpty else { return }
        for recipient in envelope.recipients
        where !allowed.contains(where: { $0.matches(recipient.address) }) {
            throw .recipientNotAllowed(address: recipient.address.text)
        }
    }

    /// Adds `always_bcc`.
    private func withCopies(_ recipients: [EnvelopeRecipient]) -> [EnvelopeRecipient] {
        if rules.envelope.alwaysBcc.isEmpty { return recipients }
        var collected = DistinctRecipients()
        for recipient in recipients { collected.add(recipient) }
        for address in rules.envelope.alwaysBcc { collected.add(EnvelopeRecipient(address)) }
        return collected.recipients
    }
}

/// Recipients without duplicates, the first mention of each kept.
private struct DistinctRecipients {
    private(set) var recipients: [EnvelopeRecipient] = []
    private var seen: Set<String> = []

    /// Domains compare without case, local parts exactly (RFC 5321 §2.4).
    mutating func add(_ recipient: EnvelopeRecipient) {
        // Most messages have one, and nothing to compare it with.
        guard let first = recipients.first else { return recipients.append(recipient) }
        if seen.isEmpty { seen.insert(key(first)) }
        if seen.insert(key(recipient)).inserted { recipients.append(recipient) }
    }

    private func key(_ recipient: EnvelopeRecipient) -> String {
        "\(recipient.address.localPart)@\(recipient.address.domain.lowercased())"
    }
}

/// Octets of the message, short enough to stand in a sentence.
private func quotable(_ octets: ArraySlice<UInt8>) -> String {
    quotable(String(decoding: octets, as: UTF8.self))
}
