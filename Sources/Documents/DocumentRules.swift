package import MailMessage

/// What the settings say about the messages that are made of a pickup's documents.
package struct DocumentRules: Hashable, Sendable {
    /// The name of the pickup.
    package var pickup: String
    package var from: MailboxTemplate
    package var to: [MailboxTemplate]
    package var cc: [MailboxTemplate]
    package var subject: DocumentTemplate
    /// The text above the files; `nil` sends them by themselves.
    package var body: DocumentTemplate?
    /// What may be sent.
    package var types: [DocumentType]
    /// The clock of dates and times.
    package var zone: ZoneRules
    /// Who may send and receive, and who gets a copy or everything.
    package var envelope: EnvelopeRules
    /// The largest content in octets as it goes out.
    package var maximumOctets: Int

    /// How many files one message takes: a server refuses more parts sooner or later.
    package static let maximumMembers = 250

    /// Creates rules.
    package init(
        pickup: String,
        from: MailboxTemplate,
        to: [MailboxTemplate],
        cc: [MailboxTemplate] = [],
        subject: DocumentTemplate,
        body: DocumentTemplate? = nil,
        types: [DocumentType] = DocumentType.standard,
        zone: ZoneRules = .utc,
        envelope: EnvelopeRules = EnvelopeRules(),
        maximumOctets: Int = MessageRules().maximumOctets
    ) {
        self.pickup = pickup
        self.from = from
        self.to = to
        self.cc = cc
        self.subject = subject
        self.body = body
        self.types = types
        self.zone = zone
        self.envelope = envelope
        self.maximumOctets = maximumOctets
    }

    /// Whether the folder that a file lay in has a part in its message.
    package var usesSubfolder: Bool {
        let texts = [subject.fields] + (body.map { [$0.fields] } ?? [])
        return (([from] + to + cc).map(\.fields) + texts).contains { $0.contains(.subfolder) }
    }

    /// Judges one file by its name and its first octets.
    ///
    /// - Throws: What makes it unfit to be sent.
    package func member(
        name octets: some Collection<UInt8>,
        head: UnsafeRawBufferPointer,
        size: Int64
    ) throws(DocumentDefect) -> DocumentMember {
        let name = try DocumentName(octets: octets)
        guard let type = DocumentType(fileExtension: name.fileExtension), types.contains(type)
        else {
            let listed = types.flatMap(\.extensions)
            throw .unlistedType(ending: name.fileExtension, types: listed)
        }
        guard size > 0 else { throw .empty }
        guard type.matches(head: head) else {
            throw .otherContent(
                ending: name.fileExtension,
                expected: type.title,
                found: DocumentType.found(in: head)?.title
            )
        }
        return DocumentMember(name: name, type: type, size: Int(clamping: size))
    }
}

/// One file of a message that is made of documents.
package struct DocumentMember: Hashable, Sendable {
    /// The name the recipient sees.
    package let name: DocumentName
    package let type: DocumentType
    /// Octets.
    package let size: Int
}

/// A message made of one document or several.
package struct DocumentMessage: Sendable {
    package let summary: MessageSummary
    /// The content; member *n* is the *n*th file.
    package let outgoing: OutgoingMessage
}
