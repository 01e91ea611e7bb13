package import Documents
internal import MailMessage

/// What a pickup's settings say about the messages that are made of its files.
package struct DocumentSettings: Hashable, Sendable {
    package var from: MailboxTemplate
    /// Never empty.
    package var to: [MailboxTemplate]
    package var cc: [MailboxTemplate] = []
    package var subject: DocumentTemplate
    package var body: DocumentTemplate?
    package var types = DocumentType.standard
    /// How long after a file the next one may come to be in the same message; `nil` makes a message
    /// of each.
    package var bundle: Duration?
    /// The name of a time zone; `nil` is the system's.
    package var timezone: String?

    /// Where the system has the file of the time zone.
    package var zoneFile: String {
        timezone.map { "/usr/share/zoneinfo/\($0)" } ?? "/etc/localtime"
    }
}

extension ReadPickup {
    /// Reads what depends on what the files are.
    mutating func read(_ kind: PickupKind) {
        switch kind {
        case .messages:
            reader.read(.from, ValueSyntax.fromRule).map { settings.messages.envelope.from = $0 }
            checkSender(settings.messages.envelope)
            complain(about: Self.documentKeys, are: "documents", "messages")
        case .documents:
            complain(about: Self.messageKeys, are: "messages", "documents")
            complainAboutMissing(.from, .to)
            settings.documents = documents()
            if let documents = settings.documents { checkSubfolder(documents) }
        }
    }

    private static let documentKeys: [PickupKey] = [
        .to, .cc, .subject, .body, .types, .bundle, .timezone,
    ]
    private static let messageKeys: [PickupKey] = [
        .envelope, .resent, .defaultFrom, .defaultTo, .defaultDomain, .noRepair, .charset,
        .dotStuffed,
    ]

    private func documents() -> DocumentSettings? {
        let from = reader.read(.from, ValueSyntax.mailbox)
        let to = reader.read(.to, ValueSyntax.mailboxes)
        let cc = reader.read(.cc, ValueSyntax.mailboxes)
        let subject = reader.read(.subject, ValueSyntax.subject)
        let body = reader.read(.body, ValueSyntax.template)
        let types = reader.read(.types, ValueSyntax.documentTypes)
        let bundle = reader.duration(.bundle)
        let timezone = reader.read(.timezone, ValueSyntax.timeZone)
        guard let from, let to, let subject else { return nil }
        var documents = DocumentSettings(from: from, to: to, subject: subject)
        cc.map { documents.cc = $0 }
        types.map { documents.types = $0 }
        (documents.body, documents.bundle, documents.timezone) = (body, bundle, timezone)
        return documents
    }

    private func complainAboutMissing(_ keys: PickupKey...) {
        for key in keys where !reader.has(key) {
            reader.complain(
                key,
                "is missing: documents need it.",
                key == .from
                    ? "Add it, for example: from = \"Scanner <scanner@contoso.com>\""
                    : "Add it, for example: \(key.declaration.example)"
            )
        }
    }

    private func complain(about keys: [PickupKey], are others: String, _ ours: String) {
        for key in keys where reader.has(key) && reader.isSound(key) {
            reader.complain(
                key,
                "is for \(others), and the files of this pickup are \(ours).",
                "Remove it, or set kind = \"\(others)\"."
            )
        }
    }

    /// Whoever may create a folder below the drop folder chooses what `{subfolder}` stands for.
    private func checkSubfolder(_ documents: DocumentSettings) {
        let uses: [(PickupKey, [Set<DocumentTemplate.Field>])] = [
            (.from, [documents.from.fields]), (.to, documents.to.map(\.fields)),
            (.cc, documents.cc.map(\.fields)), (.subject, [documents.subject.fields]),
            (.body, documents.body.map { [$0.fields] } ?? []),
        ]
        for (key, fields) in uses where fields.contains(where: { $0.contains(.subfolder) }) {
            if !settings.isRecursive {
                reader.complain(
                    key,
                    "has {subfolder}, but no subfolder is watched.",
                    "Set recursive = true."
                )
            } else if key == .to || key == .cc,
                settings.messages.envelope.allowTo.isEmpty, reader.isSound(.allowTo)
            {
                reader.complain(
                    key,
                    "has {subfolder}, so whoever may create a folder chooses the recipient.",
                    "Say who may be one: \(PickupKey.allowTo.declaration.example)"
                )
            }
        }
    }
}
