internal import MailMessage
internal import Submission

/// One `[pickup.NAME]` as read, with what is needed to complain about it later.
struct ReadPickup {
    var settings: PickupSettings
    var reader: TableReader<PickupKey>
}

extension ReadPickup {
    /// Reads the table; what is faulty keeps its standard value and is in the reader's complaints.
    init(_ reader: TableReader<PickupKey>, name: String) {
        self.reader = reader
        let path = reader.folder(.path) ?? ""
        settings = PickupSettings(
            name: name,
            path: path,
            routes: reader.read(.route, ValueSyntax.routes) ?? [],
            spool: reader.folder(.spool)
        )
        readReadiness()
        reader.choice(.writers).map { settings.writers = $0 }
        settings.operators = reader.word(.operators)
        settings.feedback = reader.folder(.feedback)
        reader.choice(.whenUncertain).map { settings.whenUncertain = $0 }
        settings.giveUpAfter = reader.duration(.giveUpAfter)
        settings.bounceFrom = reader.read(.bounceFrom, ValueSyntax.address)
        readLimits()
        readEnvelope()
        readRepairs()
        // A kind that is none was complained about: what the keys of the other are is not known then.
        if let kind: PickupKind = reader.choice(.kind) { read(kind) }
    }

    private mutating func readLimits() {
        settings.maximumPerHour = reader.count(.maxPerHour)
        settings.maximumRecipientsPerDay = reader.count(.maxRecipientsPerDay)
        reader.choice(.priority).map { settings.priority = $0 }
        reader.choice(.uncertainRoute).map { settings.uncertainRoute = $0 }
    }

    private mutating func readEnvelope() {
        var rules = EnvelopeRules()
        reader.choice(.envelope).map { rules.origin = $0 }
        reader.choice(.resent).map { rules.resent = $0 }
        rules.defaultFrom = reader.read(.defaultFrom, ValueSyntax.address)
        rules.defaultTo = reader.read(.defaultTo, ValueSyntax.addresses) ?? []
        rules.defaultDomain = reader.read(.defaultDomain, ValueSyntax.domain)
        rules.alwaysBcc = reader.read(.alwaysBcc, ValueSyntax.addresses) ?? []
        rules.redirectTo = reader.read(.redirectTo, ValueSyntax.address)
        rules.allowFrom = reader.read(.allowFrom, ValueSyntax.patterns) ?? []
        rules.allowTo = reader.read(.allowTo, ValueSyntax.patterns) ?? []
        settings.messages.envelope = rules
    }

    func checkSender(_ rules: EnvelopeRules) {
        guard let sender = rules.defaultFrom else {
            if rules.from == .replace, !reader.has(.defaultFrom) {
                reader.complain(
                    .from,
                    "\"replace\" needs default_from.",
                    "Add, for example: \(PickupKey.defaultFrom.declaration.example)"
                )
            }
            return
        }
        let isAllowed = rules.allowFrom.contains { $0.matches(sender) }
        if !rules.allowFrom.isEmpty, !isAllowed {
            reader.complain(
                .defaultFrom,
                "\(quoted(sender.text)) is not among allow_from.",
                "Add it there: otherwise no message of it is sent."
            )
        }
    }

    private mutating func readRepairs() {
        let words = reader.read(.noRepair, PickupKey.noRepair.words) ?? []
        settings.messages.withheld = Set(words.compactMap(Repair.init(rawValue:)))
        reader.read(.charset, PickupKey.charset.chosenWord).map { settings.messages.charset = $0 }
        reader.flag(.dotStuffed).map { settings.messages.isDotStuffed = $0 }
        reader.read(.maxSize, PickupKey.maxSize.size).map { settings.messages.maximumOctets = $0 }
    }

    private mutating func readReadiness() {
        reader.read(.ready, ValueSyntax.readiness).map { settings.ready = $0 }
        reader.duration(.settle).map { settings.settle = $0 }
        reader.duration(.quiet).map { settings.quiet = $0 }
        reader.duration(.patience).map { settings.patience = $0 }
        reader.choice(.truncated).map { settings.truncated = $0 }
        reader.flag(.recursive).map { settings.isRecursive = $0 }
    }
}
