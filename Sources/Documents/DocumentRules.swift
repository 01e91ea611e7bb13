package import MailMessage
package import Submission

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
    /// Whether several files may be one message.
    package var makesBundles: Bool

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
        makesBundles: Bool = false
    ) {
        self.pickup = pickup
        self.from = from
        self.to = to
        self.cc = cc
        self.subject = subject
        self.body = body
        self.types = types
        self.zone = zone
        self.makesBundles = makesBundles
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

/// A message made of one document or several: what ``MessageInspector`` finds out about others.
package struct DocumentMessage: Hashable, Sendable {
    package let envelope: Envelope
    /// The content; member *n* is the *n*th file.
    package let segments: [ContentSegment]
    /// Octets of the content in wire form, without stuffed dots and final dot.
    package let contentOctets: Int
    /// Whether an octet above 127 stands in the content: in an address, nowhere else.
    package let has8Bit: Bool
    package let subject: String
    /// The Message-ID with its angle brackets.
    package let messageID: String
    /// The From field for people.
    package let from: String
}
