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
            identity: identity
        )
        return draft.message(of: members)
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
    let identity: MessageIdentity

    /// Neither base64 nor quoted-printable can hold it: no digit of the one and no escape of the
    /// other is `=_` (RFC 2045 §6.7).
    private var boundary: String { "=_\(identity.id)" }

    private var envelope: Envelope {
        var recipients: [EnvelopeRecipient] = []
        for mailbox in to + cc where !recipients.contains(where: { $0.address == mailbox.address })
        {
            recipients.append(EnvelopeRecipient(mailbox.address))
        }
        return Envelope(sender: from.address, recipients: recipients)
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
            envelope: envelope,
            segments: segments,
            contentOctets: segments.reduce(0) { $0 + $1.wireOctets },
            has8Bit: segments.contains(where: \.has8Bit),
            subject: subject,
            messageID: messageID,
            from: from.shown
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
