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
        // A kind that is none was complained about: what the keys of the other are is not known then.
        if let kind: PickupKind = reader.choice(.kind) { readDocuments(kind) }
        reader.choice(.writers).map { settings.writers = $0 }
        settings.operators = reader.word(.operators)
        reader.choice(.whenUncertain).map { settings.whenUncertain = $0 }
        settings.giveUpAfter = reader.duration(.giveUpAfter)
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
