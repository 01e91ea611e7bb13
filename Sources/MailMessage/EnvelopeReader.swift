import Submission

/// Finds out who sends a message and who is to get it.
///
/// X-Sender and X-Receiver decide when they stand above every other field, as Exchange's Replay
/// folder and .NET write them; otherwise Exchange's Pickup rules over From, Sender, To, Cc and Bcc.
struct EnvelopeReader {
    let header: Header
    let rules: MessageRules

    /// The envelope, or the first thing that makes it doubtful.
    func envelope() throws(MessageDefect) -> Envelope {
        let block = header.replayBlock
        guard block.isEmpty else { return try replayEnvelope(header.fields[block]) }
        let recipients = try headerRecipients()
        return Envelope(sender: try headerSender(), recipients: recipients)
    }

    /// Every address of To, Cc and Bcc in the order of the header.
    private func headerRecipients() throws(MessageDefect) -> [EnvelopeRecipient] {
        var collected = DistinctRecipients()
        for field in header.fields where ["to", "cc", "bcc"].contains(field.key) {
            let value = header.value(of: field)
            do throws(AddressError) {
                for address in try AddressParser.list(value) {
                    collected.add(EnvelopeRecipient(address))
                }
            } catch {
                throw .unreadableRecipient(
                    field: quotable(field.name),
                    text: quotable(value[error.range]),
                    problem: error.problem
                )
            }
        }
        return try checked(collected)
    }

    private func checked(
        _ collected: DistinctRecipients
    ) throws(MessageDefect) -> [EnvelopeRecipient] {
        guard !collected.recipients.isEmpty else { throw .noRecipients }
        guard collected.recipients.count <= rules.maximumRecipients else {
            throw .tooManyRecipients(limit: rules.maximumRecipients)
        }
        return collected.recipients
    }
}

// The sender by Exchange's Pickup rules.
extension EnvelopeReader {
    /// A single From sends, whatever Sender says; several need one Sender; without From, one Sender.
    func headerSender() throws(MessageDefect) -> MailAddress {
        let authors = try mailboxes("from")
        if authors.count == 1 { return authors[0] }
        let senders = try mailboxes("sender")
        guard senders.count < 2 else {
            throw .severalSenders(field: "Sender", count: senders.count)
        }
        if let sender = senders.first { return sender }
        throw authors.isEmpty ? .noSender : .severalFrom(count: authors.count)
    }

    /// The different addresses of all fields with this name.
    private func mailboxes(_ key: String) throws(MessageDefect) -> [MailAddress] {
        var collected = DistinctRecipients()
        for field in header.all(key) {
            let value = header.value(of: field)
            do throws(AddressError) {
                for address in try AddressParser.list(value) {
                    collected.add(EnvelopeRecipient(address))
                }
            } catch {
                throw .unreadableSender(
                    field: quotable(field.name),
                    text: quotable(value[error.range]),
                    problem: error.problem
                )
            }
        }
        return collected.recipients.map(\.address)
    }
}

// X-Sender and X-Receiver.
extension EnvelopeReader {
    /// The envelope of the lines at the top; without X-Sender the header's sender serves.
    private func replayEnvelope(_ block: ArraySlice<HeaderField>) throws(MessageDefect) -> Envelope
    {
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
            return try AddressParser.path(line.mailbox)
        } catch {
            throw defect(field.name, quotable(line.mailbox[error.range]), error.problem)
        }
    }
}

/// Recipients without duplicates, the first mention of each kept.
private struct DistinctRecipients {
    private(set) var recipients: [EnvelopeRecipient] = []
    private var seen: Set<String> = []

    /// Domains compare without case, local parts exactly (RFC 5321 §2.4).
    mutating func add(_ recipient: EnvelopeRecipient) {
        let address = recipient.address
        let key = "\(address.localPart)@\(address.domain.lowercased())"
        if seen.insert(key).inserted { recipients.append(recipient) }
    }
}

/// Octets of the message, short enough to stand in a sentence.
private func quotable(_ octets: ArraySlice<UInt8>) -> String {
    quotable(String(decoding: octets, as: UTF8.self))
}
