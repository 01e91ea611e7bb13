package import MailMessage
internal import Submission

extension DocumentRules {
    /// Makes one message of files.
    ///
    /// Everything follows from the claim, the names and the settings, so that every attempt and every
    /// restart sends the same octets.
    ///
    /// - Parameters:
    ///   - members: The files in their order; not empty.
    ///   - folder: The folder below the drop folder they lay in, as octets; empty for none.
    ///   - identity: Where Message-ID and Date come from.
    /// - Returns: The message; its content asks for the files by their places in `members`.
    /// - Throws: When a value cannot be used where a setting wants it.
    package func message(
        of members: [DocumentMember],
        folder: [UInt8],
        identity: MessageIdentity
    ) throws(DocumentDefect) -> DocumentMessage {
        guard let first = members.first else { throw .noMembers }
        guard members.count <= Self.maximumMembers else {
            throw .tooManyMembers(limit: Self.maximumMembers)
        }
        let now = LocalTime(seconds: identity.claimedAt, zone: zone)
        let values = DocumentValues(
            name: first.name,
            date: now.date,
            time: now.time,
            pickup: pickup,
            folder: folder,
            count: members.count
        )
        let draft = DocumentDraft(
            from: try from.mailbox(for: values, in: "from"),
            to: try Self.mailboxes(to, values, "to"),
            cc: try Self.mailboxes(cc, values, "cc"),
            subject: try subject.text(for: values, in: "subject"),
            body: try body?.text(for: values, in: "body"),
            rules: envelope,
            identity: identity
        )
        try draft.check()
        let message = draft.message(of: members)
        if let octets = message.outgoing.octets, octets > maximumOctets {
            throw .message(.tooLarge(octets: octets, limit: maximumOctets))
        }
        return message
    }

    private static func mailboxes(
        _ templates: [MailboxTemplate],
        _ values: DocumentValues,
        _ key: String
    ) throws(DocumentDefect) -> [Mailbox] {
        var mailboxes: [Mailbox] = []
        for template in templates { mailboxes.append(try template.mailbox(for: values, in: key)) }
        return mailboxes
    }
}

/// The fields and the text of a message, everything filled in.
private struct DocumentDraft {
    let from: Mailbox
    let to: [Mailbox]
    let cc: [Mailbox]
    let subject: String
    let body: String?
    let rules: EnvelopeRules
    let identity: MessageIdentity

    /// Neither base64 nor quoted-printable can hold it: no digit of the one and no escape of the
    /// other is `=_` (RFC 2045 §6.7).
    private var boundary: String { "=_\(identity.id)" }

    private var recipients: [MailAddress] { (to + cc).map(\.address) }

    private var envelope: Envelope {
        var addresses: [MailAddress] = []
        let all = rules.redirectTo.map { [$0] } ?? recipients + rules.alwaysBcc
        for address in all where !addresses.contains(address) { addresses.append(address) }
        return Envelope(
            sender: from.address,
            recipients: addresses.map { EnvelopeRecipient($0) }
        )
    }

    /// Refuses a sender or a recipient that the pickup does not allow.
    func check() throws(DocumentDefect) {
        let sender = from.address
        if !rules.allowFrom.isEmpty, !rules.allowFrom.contains(where: { $0.matches(sender) }) {
            throw .message(.senderNotAllowed(field: "from", address: sender.text))
        }
        if rules.allowTo.isEmpty { return }
        for address in recipients where !rules.allowTo.contains(where: { $0.matches(address) }) {
            throw .message(.recipientNotAllowed(address: address.text))
        }
    }

    private var messageID: String { identity.messageID(domain: from.address.domain) }

    func message(of members: [DocumentMember]) -> DocumentMessage {
        var header = DocumentHeader(boundary: boundary)
        header.add(from: from, to: to, cc: cc)
        header.add("Subject", text: subject)
        header.add("Date", identity.date)
        header.add("Message-ID", messageID)
        // Nobody's holiday note should answer a scanner (RFC 3834 §5).
        header.add("Auto-Submitted", "auto-generated")
        if rules.redirectTo != nil { header.add(from: from.address, insteadOf: recipients) }
        header.addStructure()
        if let body { header.add(body: body) }
        var segments: [ContentSegment] = []
        for (index, member) in members.enumerated() {
            header.begin(member)
            segments.append(.literal(header.take()))
            segments.append(.file(0..<member.size, .base64, member: index))
        }
        header.end()
        segments.append(.literal(header.take()))
        return DocumentMessage(
            summary: MessageSummary(
                envelope: envelope,
                subject: subject,
                messageID: messageID,
                from: from.shown,
                author: from.address
            ),
            outgoing: OutgoingMessage(
                made: segments,
                octets: segments.reduce(0) { $0 + $1.wireOctets },
                has8Bit: segments.contains(where: \.has8Bit),
                repairs: rules.redirectTo == nil ? [] : [.redirect]
            )
        )
    }
}

extension Mailbox {
    /// The mailbox for people.
    fileprivate var shown: String { name.map { "\($0) <\(address.text)>" } ?? address.text }
}

extension ContentSegment {
    fileprivate var wireOctets: Int {
        switch self {
        case .literal(let octets): octets.count
        case .file(let range, _, _): Base64Lines.encodedOctets(range.count)
        }
    }

    fileprivate var has8Bit: Bool {
        switch self {
        case .literal(let octets): octets.contains { $0 > 0x7F }
        case .file: false
        }
    }
}
